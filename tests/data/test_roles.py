"""Roles: labels, groups and features, and every way in which they cannot be had."""

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
    assign_roles,
    read_table,
    suggest_roles,
    table_from_frame,
)
from fairmoe.data.groups import SMALL_GROUPS, Groups, merge_small_groups
from fairmoe.errors import InvalidInputError

N = 120


def people(**changes):
    """Return a frame of 120 rows: half women, half hired in each sex and age."""
    i = np.arange(N)
    frame = pd.DataFrame(
        {
            "sex": np.where(i % 2, "female", "male"),
            "age": 20 + i % 40,
            "race": np.array(["black", "other", "white"])[i % 3],
            "skill": np.sin(i),
            "hired": np.where(i // 2 % 2, "yes", "no"),
        }
    )
    return frame.assign(**changes)


ROLES = Roles(Target("hired"), (Sensitive("sex"),))


def assign(frame, roles=ROLES):
    return assign_roles(table_from_frame(frame), roles)


def refusal(frame, roles=ROLES):
    with pytest.raises(InvalidInputError) as caught:
        assign(frame, roles)
    return caught.value


def with_sensitive(*sensitive, **others):
    return Roles(Target("hired"), sensitive, **others)


def test_labels_groups_and_features():
    frame = people()
    labelled = assign(frame)
    np.testing.assert_array_equal(labelled.y, frame["hired"] == "yes")
    np.testing.assert_array_equal(labelled.group, frame["sex"] == "male")
    assert labelled.group_names == ("female", "male")
    assert labelled.positive == "hired = yes"
    assert list(labelled.features.columns) == ["age", "race", "skill"]
    assert labelled.kinds == {"age": "number", "race": "category", "skill": "number"}
    np.testing.assert_array_equal(labelled.rows, np.arange(N))
    assert labelled.split is None
    assert labelled.notes == ()


def test_sensitive_column_is_a_feature_on_demand():
    labelled = assign(people(), with_sensitive(Sensitive("sex"), include_sensitive=True))
    assert list(labelled.features.columns) == ["sex", "age", "race", "skill"]


def test_dropped_columns_are_no_features():
    labelled = assign(people(), with_sensitive(Sensitive("sex"), dropped=("race", "sex")))
    assert list(labelled.features.columns) == ["age", "skill"]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 1),
        (-1, 1),
        (1, 2),
        ("no", "yes"),
        ("true", "false"),
        ("<=50K", ">50K"),
        ("good", "bad"),
        ("a", "b"),
        (False, True),
    ],
)
def test_positive_by_default(low, high):
    positive = {"true": "true", "good": "good"}.get(str(low), str(high))
    values = np.array([low, high], dtype=object)[np.arange(N) // 2 % 2]
    labelled = assign(people(hired=values))
    assert labelled.positive == f"hired = {positive}"
    np.testing.assert_array_equal(labelled.y, [str(value) == positive for value in values])


def test_category_made_binary_by_naming_values():
    frame = people(hired=np.array(["offer", "wait", "later", "never"])[np.arange(N) // 2 % 4])
    labelled = assign(frame, Roles(Target("hired", ("offer", "wait")), (Sensitive("sex"),)))
    np.testing.assert_array_equal(labelled.y, frame["hired"].isin(["offer", "wait"]))
    assert labelled.positive == "hired = offer or wait"


def test_number_made_binary_by_naming_values():
    labelled = assign(people(), Roles(Target("age", ("20", "21", "22")), (Sensitive("sex"),)))
    np.testing.assert_array_equal(labelled.y, people()["age"] <= 22)


def test_number_made_binary_by_a_threshold_that_is_itself_negative():
    labelled = assign(people(), Roles(Target("age", threshold=40), (Sensitive("sex"),)))
    np.testing.assert_array_equal(labelled.y, people()["age"] > 40)
    assert labelled.positive == "age > 40"


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


def test_rows_without_target_or_group_are_left_out_and_counted():
    frame = people()
    frame.loc[[3, 5], "hired"] = None
    frame.loc[[5, 8, 9, 10], "sex"] = None
    labelled = assign(frame)
    np.testing.assert_array_equal(labelled.rows, np.setdiff1d(np.arange(N), [3, 5, 8, 9, 10]))
    np.testing.assert_array_equal(labelled.features["skill"], frame["skill"][labelled.rows])
    np.testing.assert_array_equal(labelled.y, frame["hired"][labelled.rows] == "yes")
    assert labelled.notes == (
        "2 rows left out because 'hired' is missing.",
        "3 rows left out because 'sex' is missing.",
    )


def test_missing_number_is_on_neither_side_of_a_threshold_or_cut():
    frame = people(income=np.where(np.arange(N) < 3, np.nan, np.arange(N)))
    roles = Roles(Target("income", threshold=50), (Sensitive("age", bins=(40,)),))
    frame["age"] = frame["age"].astype(float).where(np.arange(N) != 7)
    labelled = assign(frame, roles)
    assert set(np.arange(N)) - set(labelled.rows) == {0, 1, 2, 7}


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


@pytest.mark.parametrize("word", ["train", "Training"])
def test_split_column(word):
    split = np.array([word, "validation", "TEST"])[np.arange(N) // 4 % 3]
    labelled = assign(people(part=split), with_sensitive(Sensitive("sex"), split_column="part"))
    np.testing.assert_array_equal(labelled.split, np.arange(N) // 4 % 3)
    assert "part" not in labelled.features


def test_split_column_with_another_word():
    split = np.array(["train", "validation", "test"])[np.arange(N) % 3].astype(object)
    split[4] = "secret"
    error = refusal(people(part=split), with_sensitive(Sensitive("sex"), split_column="part"))
    assert str(error) == (
        "Split column 'part' needs to say train, validation or test in each row; however, row 6 "
        "says something else. Correct that row, or choose no split column."
    )


def test_split_column_without_a_split():
    split = np.array(["train", "test"])[np.arange(N) % 2]
    error = refusal(people(part=split), with_sensitive(Sensitive("sex"), split_column="part"))
    assert "split column 'part' names none for validation" in str(error)


def test_constant_target():
    assert str(refusal(people(hired="yes"))) == (
        "The target needs two classes; however, column 'hired' has one value. Choose another "
        "target."
    )


def test_target_without_values():
    assert "column 'hired' has no values" in str(refusal(people(hired=None)))


def test_target_constant_where_the_sensitive_value_is_known():
    frame = people()
    frame.loc[frame["hired"] == "no", "sex"] = None
    assert "has one in the rows that have a sensitive value" in str(refusal(frame))


def test_target_with_three_values_offers_them():
    error = refusal(people(), Roles(Target("race"), (Sensitive("sex"),)))
    assert str(error) == (
        "The target needs two classes; however, column 'race' has 3 values. Name the values that "
        "are positive."
    )
    assert error.choices == ("black", "other", "white")


def test_numeric_target_with_many_values_asks_for_a_threshold():
    error = refusal(people(), Roles(Target("skill"), (Sensitive("sex"),)))
    assert str(error).endswith("Name the values that are positive, or a threshold.")
    assert error.choices == ()


def test_positive_value_that_is_not_there():
    error = refusal(people(), Roles(Target("hired", ("secret",)), (Sensitive("sex"),)))
    assert "one was named that the column does not have" in str(error)
    assert "secret" not in str(error)
    assert error.choices == ("no", "yes")


def test_all_values_positive():
    error = refusal(people(), Roles(Target("hired", ("yes", "no")), (Sensitive("sex"),)))
    assert "all values of column 'hired' were named positive" in str(error)


def test_threshold_outside_the_values():
    error = refusal(people(), Roles(Target("age", threshold=100), (Sensitive("sex"),)))
    assert "the threshold leaves all values of column 'age' on one side" in str(error)


def test_threshold_of_a_category():
    error = refusal(people(), Roles(Target("hired", threshold=1), (Sensitive("sex"),)))
    assert "A threshold needs a target that is a number" in str(error)


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


@pytest.mark.parametrize(
    ("target", "sensitive"), [("hired", (Sensitive("sex"),)), (Target("hired"), ("sex",))]
)
def test_names_in_place_of_roles_are_refused(target, sensitive):
    with pytest.raises(InvalidInputError, match="Roles need a Target and a tuple of Sensitive"):
        Roles(target, sensitive)


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


def test_five_rows():
    assert str(refusal(people().head(5))) == (
        "At least 20 rows with a target and a sensitive value are needed; however, there are 5. "
        "Load a longer table."
    )


def test_feature_without_values():
    assert str(refusal(people(race=None))) == (
        "Each feature needs values; however, column 'race' has none in any row. Drop column 'race'."
    )


def test_no_features():
    error = refusal(people(), with_sensitive(Sensitive("sex"), dropped=("age", "race", "skill")))
    assert "every column has another role" in str(error)


@pytest.mark.parametrize(
    "roles",
    [
        Roles(Target("salary"), (Sensitive("sex"),)),
        with_sensitive(Sensitive("salary")),
        with_sensitive(Sensitive("sex"), dropped=("salary",)),
        with_sensitive(Sensitive("sex"), split_column="salary"),
    ],
)
def test_column_that_is_not_there(roles):
    error = refusal(people(), roles)
    assert str(error).startswith("Column 'salary' is needed; however, the table has no column")
    assert error.choices == ("sex", "age", "race", "skill", "hired")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: with_sensitive(Sensitive("hired")), "'hired' is both target and sensitive"),
        (lambda: with_sensitive(Sensitive("a"), Sensitive("a")), "both sensitive and sensitive"),
        (
            lambda: with_sensitive(Sensitive("a"), dropped=("hired",)),
            "'hired' is both target and dropped",
        ),
        (
            lambda: with_sensitive(Sensitive("a"), include_sensitive=True, dropped=("a",)),
            "'a' is both sensitive and dropped",
        ),
        (
            lambda: with_sensitive(Sensitive("a"), split_column="a"),
            "'a' is both sensitive and split column",
        ),
        (with_sensitive, "however, none were named"),
        (lambda: with_sensitive(*map(Sensitive, "abc")), "however, 3 were named"),
        (lambda: Target("a", ("x",), 1.0), "either positive values or a threshold"),
        (lambda: Target("a", threshold=float("nan")), "needs to be a finite number"),
        (lambda: Sensitive("a", (("x", ("y",)),), (1.0,)), "either merged values or cut points"),
        (lambda: Sensitive("a", (("x", ("y",)), ("z", ("y",)))), "one is named twice"),
        (lambda: Sensitive("a", bins=(2.0, 1.0)), "need to be ascending numbers"),
        (lambda: Sensitive("a", bins=(1.0, float("inf"))), "need to be ascending numbers"),
        (lambda: Sensitive("a", bins=(float("nan"),)), "need to be ascending numbers"),
    ],
)
def test_roles_that_contradict_themselves(make, message):
    with pytest.raises(InvalidInputError, match=message):
        make()


def test_roles_pass_through_json_and_hash():
    roles = Roles(
        Target("hired", ("yes",)),
        (Sensitive("race", merge=(("rest", ("other", MISSING)),)), Sensitive("age", bins=(30.5,))),
        include_sensitive=True,
        dropped=("skill",),
        split_column="part",
    )
    back = Roles.from_dict(json.loads(json.dumps(roles.to_dict())))
    assert back == roles
    assert hash(back) == hash(roles)


def test_suggestions():
    frame = people(
        applicant_id=np.arange(N) * 7 % 1009,
        row=np.arange(5, N + 5),
        remark=[f"remark {i}" for i in range(N)],
        nothing=None,
        ForeignWorker=np.arange(N) % 2,
        usage=np.arange(N) % 2,
        fold=np.array(["train", "val", "test"])[np.arange(N) % 3],
    )
    suggestion = suggest_roles(table_from_frame(frame))
    assert suggestion.targets == ("hired", "usage")
    assert suggestion.sensitive == ("sex", "race", "age", "ForeignWorker")
    assert suggestion.left_out == {
        "applicant_id": "id",
        "row": "id",
        "remark": "id",
        "nothing": "empty",
    }
    assert suggestion.split_column == "fold"


def binary_columns(*names):
    return table_from_frame(pd.DataFrame({name: np.arange(40) % 2 for name in names}))


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        # Bank marketing: whether credit is in default, and at the end whether the client said yes.
        (("default", "housing", "y"), "y"),
        (("is_recid", "is_violent_recid", "two_year_recid"), "two_year_recid"),
        (("GoodCustomer", "HasTelephone", "JobClassIsSkilled"), "GoodCustomer"),
        (("a", "target", "b"), "target"),
        (("a", "label", "b"), "label"),
        (("loan_approved", "b"), "loan_approved"),
        (("a", "approved", "b_class", "c"), "approved"),
        (("a", "b_class", "c", "loan_approved"), "loan_approved"),
        (("y94", "a", "b"), "b"),
    ],
)
def test_the_target_has_its_name_or_the_last_place(columns, first):
    assert suggest_roles(binary_columns(*columns)).targets[0] == first


def test_names_dates_and_texts_are_left_out_and_a_code_of_few_values_is_not():
    long = "a text that goes on and on about what somebody said of somebody else, " * 2
    frame = pd.DataFrame(
        {
            "last": [f"name {i % 60}" for i in range(400)],
            "town": [f"town {i % 60}" for i in range(400)],
            "case": [f"case {i // 2}" for i in range(400)],
            "born": [f"19{50 + i % 50}-0{1 + i % 9}-1{i % 10}" for i in range(400)],
            "remark": [f"{long} {i} {i * 7 % 31}" for i in range(400)],
            "hired": [i % 2 for i in range(400)],
        }
    )
    table = read_table(frame.to_csv(index=False).encode())
    assert (table.kinds["born"], table.kinds["remark"]) == ("date", "text")
    assert suggest_roles(table).left_out == {
        "last": "name",
        "case": "name",
        "born": "date",
        "remark": "text",
    }


def test_a_binary_column_without_telling_name_is_suggested_last_column_first():
    frame = people().rename(columns={"hired": "v9", "skill": "v8"}).drop(columns="race")
    frame.insert(0, "v1", np.arange(N) % 2)
    frame.insert(3, "v2", np.arange(N) % 2)
    assert suggest_roles(table_from_frame(frame)).targets == ("v9", "v1", "v2")


@pytest.mark.parametrize(
    ("name", "target", "sensitive"),
    [
        ("german_data_credit.csv", "class-label", "sex"),
        ("adult.csv", "income-per-year", "sex"),
        ("german.csv", "GoodCustomer", "Gender"),
        ("math.csv", "G3", "sex"),
        ("dutch.csv", "occupation", "sex"),
    ],
)
def test_real_files_need_no_choice(real_data, name, target, sensitive):
    table = read_table(real_data(name))
    suggestion = suggest_roles(table)
    assert suggestion.targets[0] == target
    assert suggestion.sensitive[0] == sensitive
    assert suggestion.left_out == {}
    labelled = assign_roles(table, Roles(Target(target), (Sensitive(sensitive),)))
    assert len(labelled.y) == len(table.frame)
    raw = pd.read_csv(real_data(name))[target]
    positive = raw == raw.max()
    np.testing.assert_array_equal(labelled.y, positive)


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
