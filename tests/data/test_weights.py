"""Weights of rows, and what becomes of rows whose sensitive value is missing."""

import json

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import MISSING, Roles, Sensitive, Target, assign_roles, encode, table_from_frame
from fairmoe.data.weights import effective_size
from fairmoe.errors import InvalidInputError

N = 120
ROLES = {"target": Target("hired"), "sensitive": (Sensitive("sex"),)}


def people(**changes):
    i = np.arange(N)
    columns = {
        "sex": np.where(i % 2, "male", "female"),
        "hired": np.where(i % 3 == 0, "yes", "no"),
        "age": i % 40,
        "w": 1.0 + i % 5,
    }
    return pd.DataFrame(columns | changes)


def labelled(frame, **roles):
    return assign_roles(table_from_frame(frame), Roles(**ROLES, **roles))


def blanked(column, rows):
    values = people()[column].astype("object")
    values[rows] = None
    return {column: values}


def test_a_weight_is_no_feature_and_follows_its_rows():
    found = labelled(people(**blanked("sex", [3, 4])), weight="w")
    assert list(found.features) == ["age"]
    np.testing.assert_array_equal(found.weight, 1.0 + found.rows % 5)
    data = encode(found)
    for split in (data.train, data.validation, data.test):
        np.testing.assert_array_equal(split.weight, 1.0 + split.rows % 5)
    assert labelled(people()).weight is None
    assert encode(labelled(people())).train.weight is None


def test_rows_without_weight_are_left_out_and_counted_once():
    weight = people()["w"].copy()
    weight[[0, 1, 2]] = np.nan
    weight[[7, 8]] = 0
    frame = people(w=weight, **blanked("hired", [0, 10]), **blanked("sex", [8, 11]))
    found = labelled(frame, weight="w")
    assert found.notes == (
        "2 rows left out because 'hired' is missing.",
        "2 rows left out because 'w' is missing.",
        "2 rows left out because 'w' is 0.",
        "1 row left out because 'sex' is missing.",
        "Rows count as 'w' says; the 114 rows that count tell as much as 94 that all count the "
        "same.",
    )
    assert len(found.rows) == N - 7


def test_weights_decide_the_digest_and_nothing_told_leaves_it():
    plain, weighted = encode(labelled(people())), encode(labelled(people(), weight="w"))
    other = encode(labelled(people(w=people()["w"] + 1), weight="w"))
    assert len({each.digest for each in (plain, weighted, other)}) == 3
    dropped = encode(labelled(people(), dropped=("w",)))
    again = encode(labelled(people(), dropped=("w",), unknown="leave out", weight=None))
    assert dropped.digest == again.digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"w": ["a", "b", "c"] * 40},
            "Weights need to be numbers; however, column 'w' is a category. "
            "Choose another column, or say that it is a number.",
        ),
        (
            {"w": np.where(np.arange(N) > 117, -1.5, 1)},
            "Weights need to be 0 or more; however, row 120 of column 'w' has less, "
            "as have 1 more. Correct that row.",
        ),
    ],
)
def test_what_is_no_weight_is_refused_without_cells(changes, message):
    with pytest.raises(InvalidInputError) as caught:
        labelled(people(**changes), weight="w")
    assert str(caught.value) == message


def test_a_column_has_one_role():
    with pytest.raises(InvalidInputError, match="column 'sex' is both sensitive and weight"):
        Roles(**ROLES, weight="sex")
    with pytest.raises(InvalidInputError) as caught:
        Roles(**ROLES, unknown="keep")
    assert caught.value.choices == ("leave out", "group", "train")


def test_unknown_groups_are_left_out_made_a_group_or_trained_on():
    rows = list(range(0, 60, 3))
    frame = people(**blanked("sex", rows))
    left, group, train = (
        labelled(frame, dropped=("w",), unknown=unknown)
        for unknown in ("leave out", "group", "train")
    )
    assert left.notes == ("20 rows left out because 'sex' is missing.",)
    assert group.notes == ("20 rows made a group of their own because 'sex' is missing.",)
    assert train.notes == (
        "20 rows used for training only, and counted in no group, because 'sex' is missing.",
    )
    assert left.group_names == train.group_names == ("female", "male")
    assert group.group_names == ("female", "male", MISSING)
    assert group.rows[group.group == 2].tolist() == rows
    assert left.rows.tolist() == train.rows.tolist()
    assert left.training_only is None
    assert train.training_only.rows.tolist() == rows
    data = encode(train)
    assert data.train.rows[data.train.group < 0].tolist() == rows
    assert (np.diff(data.train.rows) > 0).all()
    assert data.n_groups == 2
    np.testing.assert_array_equal(data.train.known().rows, encode(left).train.rows)
    with_age = pd.Series(data.encoder.transform(frame)[:, 0])
    np.testing.assert_array_equal(data.train.x[:, 0], with_age[data.train.rows])


def test_of_crossed_columns_one_missing_value_makes_the_group_unknown():
    frame = people(**blanked("sex", list(range(30))), old=np.where(np.arange(N) % 4 < 2, "y", "n"))
    roles = Roles(
        Target("hired"), (Sensitive("sex"), Sensitive("old")), dropped=("w",), unknown="group"
    )
    found = assign_roles(table_from_frame(frame), roles)
    assert found.group_names[-1] == MISSING
    assert (found.group == 4).sum() == 30
    assert found.notes == ("30 rows made a group of their own because 'sex' or 'old' is missing.",)


def test_unknown_rows_that_a_split_column_does_not_train_on_are_not_used():
    split = np.array(["train", "train", "validation", "test"] * 30)
    rows = list(range(16))
    frame = people(split=split, **blanked("sex", rows))
    found = labelled(frame, dropped=("w",), unknown="train", split_column="split")
    assert found.training_only.rows.tolist() == [i for i in rows if split[i] == "train"]


def test_roles_travel_as_json():
    roles = Roles(**ROLES, weight="w", unknown="train")
    assert Roles.from_dict(json.loads(json.dumps(roles.to_dict()))) == roles
    old = roles.to_dict()
    del old["weight"], old["unknown"]
    assert Roles.from_dict(old) == Roles(**ROLES)


def test_the_effective_size_is_kishs():
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0, 0])) == 1
    assert effective_size(np.array([])) == 0
    assert effective_size(np.array([1.0, 3.0])) == pytest.approx(16 / 10)
