"""Roles: labels, groups and features, and every way in which they cannot be had."""

import json

import numpy as np
import pytest

from fairmoe.data import (
    MISSING,
    Roles,
    Sensitive,
    Target,
)
from fairmoe.errors import InvalidInputError
from tests.data.people import N, assign, people, refusal, with_sensitive


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


@pytest.mark.parametrize(
    ("target", "sensitive"), [("hired", (Sensitive("sex"),)), (Target("hired"), ("sex",))]
)
def test_names_in_place_of_roles_are_refused(target, sensitive):
    with pytest.raises(InvalidInputError, match="Roles need a Target and a tuple of Sensitive"):
        Roles(target, sensitive)


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
