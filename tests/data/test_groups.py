"""Groups: merged, cut, crossed and named."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    MISSING,
    Roles,
    Sensitive,
    SmallGroupsError,
    Target,
)
from fairmoe.data.groups import SMALL_GROUPS, Groups, Merge, merge_of, merge_small_groups
from fairmoe.errors import InvalidInputError
from tests.data.people import N, assign, people, refusal, with_sensitive


def test_cut_points_fall_below():
    labelled = assign(people(), with_sensitive(Sensitive("age", bins=(30, 40.5))))
    age = people()["age"]
    np.testing.assert_array_equal(labelled.group, (age > 30).astype(int) + (age > 40.5))
    assert labelled.group_names == ("age ≤ 30", "30 < age ≤ 40.5", "age > 40.5")


def test_merged_levels():
    sensitive = Sensitive("race", merge=(("not white", ("black", "other")),))
    labelled = assign(people(), with_sensitive(sensitive))
    assert labelled.group_names == ("not white", "white")
    np.testing.assert_array_equal(labelled.group, people()["race"] == "white")


def test_numbers_as_groups_are_named_after_their_column():
    labelled = assign(people(sex=np.arange(N) % 2))
    assert labelled.group_names == ("sex = 0", "sex = 1")


def test_two_columns_are_crossed():
    labelled = assign(people(), with_sensitive(Sensitive("sex"), Sensitive("age", bins=(39,))))
    frame = people()
    assert labelled.group_names == (
        "female & age ≤ 39",
        "female & age > 39",
        "male & age ≤ 39",
        "male & age > 39",
    )
    np.testing.assert_array_equal(
        labelled.group, 2 * (frame["sex"] == "male") + (frame["age"] > 39)
    )


def test_crossed_rows_need_both_values():
    frame = people()
    frame.loc[3, "sex"] = None
    frame.loc[[4, 70], "race"] = None
    labelled = assign(frame, with_sensitive(Sensitive("sex"), Sensitive("race")))
    np.testing.assert_array_equal(labelled.rows, np.setdiff1d(np.arange(N), [3, 4, 70]))
    assert labelled.notes == ("3 rows left out because 'sex' or 'race' is missing.",)


def test_crossed_groups_without_rows_are_left_out():
    frame = people(race=np.where(np.arange(N) % 2, "white", "black"))
    labelled = assign(frame, with_sensitive(Sensitive("sex"), Sensitive("race")))
    assert labelled.group_names == ("female & white", "male & black")
    assert set(labelled.group) == {0, 1}


def test_missing_values_are_a_group_when_merged():
    frame = people()
    frame.loc[:29, "race"] = None
    sensitive = Sensitive("race", merge=(("unknown", ("other", MISSING)),))
    labelled = assign(frame, with_sensitive(sensitive))
    assert labelled.group_names == ("black", "unknown", "white")
    np.testing.assert_array_equal(
        labelled.group == 1, frame["race"].isna() | (frame["race"] == "other")
    )
    assert labelled.notes == ()


def test_one_group():
    assert str(refusal(people(sex="female"))) == (
        "Fairness needs two groups to be compared; however, sensitive column 'sex' gives one. "
        "Choose another column, or group its values otherwise."
    )


def test_group_with_fewer_than_ten_rows():
    sex = np.where(np.arange(N) < 9, "other", people()["sex"])
    error = refusal(people(sex=sex))
    assert str(error) == (
        "Each group needs at least 10 rows; however, 1 of the 3 groups by 'sex' has fewer. Merge "
        "small groups with others, or cut numbers elsewhere."
    )
    assert error.about == ("other: 9 rows, 4 positive",)
    sex[9] = "other"
    assert assign(people(sex=sex)).group_names == ("female", "male", "other")


def test_group_without_positives():
    frame = people()
    frame.loc[frame["race"] == "black", "hired"] = "no"
    error = refusal(frame, with_sensitive(Sensitive("race")))
    assert "Each group needs at least one row of the positive class" in str(error)
    (about,) = error.about
    assert re.fullmatch(r"black: \d+ rows, 0 positive", about)
    assert error.choices == ()


def groups_by(ids, y, **sizes):
    found = merge_small_groups(Groups(np.array(ids), ("a", "b", "c", "d")), np.array(y), **sizes)
    return found.names, found.ids.tolist()


def test_small_groups_and_those_without_a_positive_row_become_one():
    ids, y = [0] * 5 + [1] + [2] * 2 + [3] * 4, [1] * 8 + [0] * 4
    merged = ("a", SMALL_GROUPS)
    assert groups_by(ids, y, fewer_than=3, at_least=1) == (merged, [0] * 5 + [1] * 7)


def test_a_merged_group_takes_the_next_larger_until_it_is_large_enough():
    ids, y = [0] * 5 + [1] + [2] * 2 + [3] * 4, [1] * 12
    assert groups_by(ids, y, fewer_than=2, at_least=3) == (
        ("a", "d", SMALL_GROUPS),
        [0] * 5 + [2] * 3 + [1] * 4,
    )
    # Alone it would have no positive row.
    y[5] = 0
    assert groups_by(ids, y, fewer_than=2, at_least=1)[0] == ("a", "d", SMALL_GROUPS)
    assert groups_by(ids, [1] * 12, fewer_than=1, at_least=9)[0] == ("a", "b", "c", "d")


def test_a_group_of_that_name_keeps_it():
    groups = Groups(np.array([0, 0, 0, 1]), (SMALL_GROUPS, "b"))
    found = merge_small_groups(groups, np.ones(4, int), fewer_than=2, at_least=1)
    assert found.names == (SMALL_GROUPS, f"{SMALL_GROUPS}*")


def test_roles_merge_small_crossed_groups():
    frame = people()
    frame.loc[:3, "race"] = "rare"
    crossed = (Sensitive("sex"), Sensitive("race"))
    error = refusal(frame, Roles(Target("hired"), crossed))
    assert isinstance(error, SmallGroupsError)
    assert all(text.startswith(("female & rare: ", "male & rare: ")) for text in error.about)
    roles = Roles(Target("hired"), crossed, merge_small=10)
    labelled = assign(frame, roles)
    assert labelled.group_names[-1] == SMALL_GROUPS
    assert not any("rare" in name for name in labelled.group_names)
    assert np.bincount(labelled.group).min() >= 10
    assert Roles.from_dict(json.loads(json.dumps(roles.to_dict()))) == roles
    with pytest.raises(InvalidInputError, match="need to be 0 or more; however, -1 was given"):
        Roles(Target("hired"), crossed, merge_small=-1)


def test_too_many_groups():
    error = refusal(people(), with_sensitive(Sensitive("skill")))
    assert str(error) == (
        "At most 50 groups can be compared; however, column 'skill' has 120 values. Cut it into "
        "bins."
    )


def test_cut_points_of_a_category():
    error = refusal(people(), with_sensitive(Sensitive("race", bins=(1,))))
    assert "Cut points need a sensitive column of numbers" in str(error)


def test_merging_a_value_that_is_not_there():
    error = refusal(people(), with_sensitive(Sensitive("race", merge=(("x", ("secret",)),))))
    assert "Groups can be merged from values of column 'race' only" in str(error)
    assert error.choices == ("black", "other", "white")
    assert error.about == ("secret",)
    assert "secret" not in str(error)


def test_a_merged_group_needs_a_name_that_no_other_group_has():
    others = ("black", "other")
    error = refusal(people(), with_sensitive(Sensitive("race", merge=(("white", others),))))
    assert "needs a name that is not that of another" in str(error)
    assert error.about == ("white",)
    own = assign(people(), with_sensitive(Sensitive("race", merge=(("black", others),))))
    assert own.group_names == ("black", "white")


def test_crossed_groups_have_names_that_differ():
    i = np.arange(160)
    frame = pd.DataFrame(
        {
            "p": np.array(["a", "a & b"])[i % 2],
            "q": np.array(["c", "b & c"])[i // 2 % 2],
            "skill": np.sin(i),
            "hired": np.where(i // 4 % 2, "yes", "no"),
        }
    )
    labelled = assign(frame, Roles(Target("hired"), (Sensitive("p"), Sensitive("q"))))
    assert len(set(labelled.group_names)) == 4
    assert "“a & b” & c" in labelled.group_names
    assert "a & “b & c”" in labelled.group_names


def test_groups_have_the_names_that_are_given():
    names = (("female", "women"), ("male", "men"))
    roles = Roles(Target("hired"), (Sensitive("sex"),), group_names=names)
    assert assign(people(), roles).group_names == ("women", "men")
    assert Roles.from_dict(json.loads(json.dumps(roles.to_dict()))) == roles
    crossed = Roles(
        Target("hired"),
        (Sensitive("sex"), Sensitive("race")),
        group_names=(*names, ("men & other", "other men")),
    )
    found = assign(people(), crossed).group_names
    assert found[0] == "women & black"
    assert found[3:] == ("men & black", "other men", "men & white")


@pytest.mark.parametrize(
    ("names", "message", "about"),
    [
        ((("femal", "women"),), "one was given for a group that there is not", ("femal",)),
        ((("female", "x"), ("male", "x")), "two are to be displayed by the same", ("x",)),
        ((("female", "male"),), "two are to be displayed by the same", ("male",)),
    ],
)
def test_names_to_display_belong_to_one_group_each(names, message, about):
    error = refusal(people(), Roles(Target("hired"), (Sensitive("sex"),), group_names=names))
    assert message in str(error)
    assert error.about == about


def test_an_empty_name_to_display_is_refused():
    with pytest.raises(InvalidInputError, match="Each group needs a name to display"):
        Roles(Target("hired"), (Sensitive("sex"),), group_names=(("female", " "),))


@pytest.mark.parametrize(
    ("small", "needed", "merge"),
    [
        (["b", "c"], 0, Merge(32, ("b", "c"), 42)),
        (["b", "c"], 43, Merge(341, ("b", "c", "d"), 382)),
        (["c"], 0, Merge(32, ("b", "c"), 42)),
        (["d"], 0, Merge(341, ("b", "c", "d"), 382)),
        (["b", "c"], 383, None),
        (["a"], 0, Merge(341, ("b", "c", "d"), 382)),
        (["a", "b", "c", "d"], 0, Merge(341, ("b", "c", "d"), 382)),
        ([], 0, None),
    ],
)
def test_which_merge_takes_in_the_small_groups_and_leaves_another(small, needed, merge):
    assert merge_of({"a": 900, "b": 31, "c": 11, "d": 340}, small, needed) == merge


def test_groups_that_are_equally_large_are_not_parted_by_a_merge():
    assert merge_of({"a": 30, "b": 30}, ["a", "b"], 0) is None
    assert merge_of({"a": 30, "b": 20}, ["b"], 0) is None


def test_a_merge_that_is_proposed_is_the_merge_that_is_made():
    proposed = merge_of(dict(zip("abcd", (400, 30, 30, 340), strict=True)), ["b"], 0)
    groups = Groups(np.repeat(np.arange(4), [400, 30, 30, 340]), tuple("abcd"))
    made = merge_small_groups(
        groups, np.ones(800, dtype=np.int64), fewer_than=proposed.fewer_than, at_least=10
    )
    assert made.names == ("a", "d", SMALL_GROUPS)
    assert np.bincount(made.ids)[-1] == proposed.rows == 60
    assert proposed.names == ("b", "c")
