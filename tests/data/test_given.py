"""What Python callers give as rows, labels and groups; no text of a cell enters a message."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fairmoe.data import table_from_frame
from fairmoe.data.given import (
    as_pandas,
    column_of,
    frame_of_array,
    groups_of_values,
    labels_of,
    positions_of,
    weights_given,
)
from fairmoe.errors import InvalidInputError

FRAME = pd.DataFrame({"age": [30, 41, 52], "city": ["a", None, "b"], "score": [0.5, np.nan, 2.0]})


@pytest.mark.parametrize(
    "given",
    [pl.from_pandas(FRAME), pl.from_pandas(FRAME).lazy(), pa.Table.from_pandas(FRAME), FRAME],
    ids=["polars", "lazy", "pyarrow", "pandas"],
)
def test_frames_of_other_libraries_keep_names_types_and_gaps(given):
    table, plain = table_from_frame(as_pandas(given)), table_from_frame(FRAME)
    pd.testing.assert_frame_equal(table.frame, plain.frame)
    assert table.kinds == plain.kinds == {"age": "number", "city": "category", "score": "number"}


def test_what_is_no_frame_stays_as_it_is():
    rows = [[1, 2]]
    assert as_pandas(rows) is rows


def test_an_array_of_objects_has_columns_of_types():
    array = np.array([[1, "f", 0.5], [None, "m", 1.5], [3, None, np.nan]], dtype=object)
    table = table_from_frame(frame_of_array(array))
    assert list(table.kinds.values()) == ["number", "category", "number"]
    assert table.frame["0"].isna().tolist() == [False, True, False]


def test_an_array_of_texts_has_numbers_where_there_is_nothing_else():
    array = np.array([["1.5", "f", "7"], ["nan", "m", "x"]])
    frame = frame_of_array(array)
    assert frame[0].tolist()[0] == 1.5
    assert np.isnan(frame[0][1])
    assert frame[1].tolist() == ["f", "m"]
    assert frame[2].tolist() == ["7", "x"]


def test_a_column_of_python_objects_is_numbers_or_texts_in_every_door():
    frame = pd.DataFrame(
        {"n": pd.Series([1.5, None, 2], dtype="object"), "l": [[1], [2], [1]]}, dtype="object"
    )
    table = table_from_frame(frame)
    assert table.kinds == {"n": "number", "l": "category"}
    assert table.frame["l"].tolist() == ["[1]", "[2]", "[1]"]


@pytest.mark.parametrize(
    "given", [[np.nan, "f", "m"], [None, "f", "m"], pl.Series([None, "f", "m"])]
)
def test_a_missing_value_in_a_list_is_missing(given):
    assert column_of(given, "x").isna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (pd.Series([1, 0, 1], dtype="Int64"), [0, 1]),
        (pd.Series([True, False, True], dtype="boolean"), [False, True]),
        (pd.Series(["no", "yes", "no"], dtype="category"), ["no", "yes"]),
        (np.array([1, 0, 1], dtype=object), [0, 1]),
        (pa.chunked_array([["b", "a", "b"]]), ["a", "b"]),
        (pd.DataFrame({"y": [2, 1, 2]}), [1, 2]),
    ],
    ids=["nullable", "boolean", "category", "object", "pyarrow", "frame"],
)
def test_labels_keep_their_type(y, classes):
    found, labels = labels_of(y)
    assert found.tolist() == classes
    assert [type(value) for value in found.tolist()] == [type(value) for value in classes]
    first = column_of(y, "y").tolist()
    assert [classes[label] for label in labels] == first


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        (pd.Series([1, 0, 1], dtype="Int64"), [0, 1]),
        (pd.Series([True, False, True], dtype="boolean"), [False, True]),
        (pd.Series(["m", "f", "m"], dtype="category"), ["f", "m"]),
        (pd.DataFrame({"s": ["m", "f", "m"], "o": [1, 1, 0]}), ["f & 1", "m & 0", "m & 1"]),
        (np.array([["m", 1], ["f", 1], ["m", 0]], dtype=object), ["f & 1", "m & 0", "m & 1"]),
        (
            pl.DataFrame({"s": ["m & x", "f", "m & x"], "o": [1, 1, 0]}),
            ["f & 1", "“m & x” & 0", "“m & x” & 1"],
        ),
    ],
    ids=["nullable", "boolean", "category", "two", "array of two", "quoted"],
)
def test_groups_are_the_values_or_two_crossed(given, groups):
    values, ids = groups_of_values(given, "groups")
    assert values.tolist() == groups
    assert sorted(set(ids.tolist())) == list(range(len(groups)))
    assert [type(value) for value in values.tolist()] == [type(value) for value in groups]


def test_two_crossed_columns_part_each_row_by_both():
    both = pd.DataFrame({"s": list("mfmff"), "d": [3, 1, 2, 3, 1]})
    values, ids = groups_of_values(both, "groups")
    assert values[ids].tolist() == ["m & 3", "f & 1", "m & 2", "f & 3", "f & 1"]


def test_positions_are_of_names_or_places():
    columns = ("a", "b", "c")
    assert positions_of(None, columns) == []
    assert positions_of("b", columns) == [1]
    assert positions_of(["c", 0], columns) == [2, 0]
    assert positions_of([-1], columns) == [2]


SECRET = "cell-secret"


@pytest.mark.parametrize("kind", ["int64", "uint64"])
def test_large_integers_beside_masked_ones_are_not_rounded(kind):
    large = np.array([2**53, 2**53 + 1, 2**53 + 1], dtype=kind)
    column = column_of(np.ma.array(large, mask=[False, False, True]), "y")
    assert column[:2].tolist() == [2**53, 2**53 + 1]
    assert column.isna().tolist() == [False, False, True]
    with pytest.raises(InvalidInputError, match="1 of 3 have none"):
        labels_of(np.ma.array(large, mask=[False, False, True]))
    unmasked = np.ma.array(large, mask=False)
    assert labels_of(unmasked)[1].tolist() == groups_of_values(unmasked, "g")[1].tolist()
    assert labels_of(unmasked)[1].tolist() == [0, 1, 1]


def test_weights_of_any_size_are_in_proportion_and_can_be_squared():
    for size in (1e-308, 1e308):
        weights = weights_given([size, size / 2], 2)
        assert weights[0] == 2 * weights[1]
        assert np.isfinite(weights**2).all()
        assert (weights**2 > 0).all()


MESSAGES = [
    (lambda: labels_of([1, None, 0]),
     "'y' needs a label for each row; however, 1 of 3 have none. Leave those rows out."),
    (lambda: labels_of(np.array([1, SECRET], dtype=object)),
     "The target needs labels of one kind; however, 'y' mixes texts with other values."),
    (lambda: labels_of([SECRET, "a", "b"]),
     "Only binary classification is supported; however, the target is multiclass."),
    (lambda: labels_of([SECRET] * 2), "The target needs two classes; however, 'y' has one class."),
    (lambda: labels_of(np.zeros((2, 2))),
     "'y' needs one value for each row; however, its shape is (2, 2)."),
    (lambda: labels_of(np.ma.zeros((2, 2))),
     "'y' needs one value for each row; however, its shape is (2, 2)."),
    (lambda: labels_of(np.ma.array([1j, 2])), "Complex data not supported in 'y'."),
    (lambda: groups_of_values(["f", None, "m"], "groups"),
     "'groups' need a value for each row; however, 1 of 3 have none. "
     "Leave those rows out, or make a group of them."),
    (lambda: groups_of_values(np.arange(51) / 2, "groups"),
     "At most 50 groups can be compared; however, 'groups' have 51 values. "
     "Cut numbers into bins, or merge values."),
    (lambda: groups_of_values(np.zeros((4, 3)), "groups"),
     "'groups' need one column, or two to be crossed; however, there are 3."),
    (lambda: positions_of(["sx"], ("sex", "age")),
     "Column 'sx' is needed; however, the table has no column of that name. "
     "Check the spelling, or choose one of its columns."),
    (lambda: positions_of([2], ("sex", "age")),
     "Column '2' is needed; however, the table has no column of that name. "
     "Check the spelling, or choose one of its columns."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MESSAGES)
def test_what_does_not_fit_is_said_in_words_without_cells(call, message):
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert str(caught.value) == message
    assert SECRET not in str(caught.value)
