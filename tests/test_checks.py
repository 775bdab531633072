import numpy as np
import pandas as pd
import pytest

from fairmoe._checks import (
    check_binary,
    check_group,
    check_matrix,
    check_proba,
    check_same_length,
)
from fairmoe.errors import InvalidInputError


@pytest.mark.parametrize(
    "values", [[0, 1, 1], [0.0, 1.0, 1.0], [False, True, True], pd.Series([0, 1, 1])]
)
def test_binary_takes_numbers_and_booleans(values):
    checked = check_binary(values, "y_true")
    assert checked.dtype == bool
    assert checked.tolist() == [False, True, True]


@pytest.mark.parametrize("values", [[0, 2], [0.5, 1], [np.nan, 1], ["a", "b"], ["0", "1"]])
def test_binary_refuses_other_values_without_naming_them(values):
    with pytest.raises(InvalidInputError) as caught:
        check_binary(values, "y_true")
    assert str(caught.value) == (
        "'y_true' needs the values 0 and 1 only; however, it has other values."
    )


@pytest.mark.parametrize(("values", "shape"), [([], "(0,)"), ([[0], [1]], "(2, 1)"), (1, "()")])
def test_columns_are_needed(values, shape):
    message = (
        "'y_true' needs one value for each of at least one row; however, its shape is " + shape
    )
    with pytest.raises(InvalidInputError) as caught:
        check_binary(values, "y_true")
    assert str(caught.value) == message + "."


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_keep_their_precision(dtype):
    values = np.array([0, 0.1, 1], dtype)
    checked = check_proba(values, "y_score")
    assert checked.dtype == dtype
    np.testing.assert_array_equal(checked, values)


@pytest.mark.parametrize(
    ("values", "came"),
    [
        ([0.2, 1.1], "'y_score' needs probabilities from 0 to 1; however, it has values outside."),
        ([-0.1, 1], "'y_score' needs probabilities from 0 to 1; however, it has values outside."),
        (
            [np.nan, 1],
            "'y_score' needs finite numbers; however, it has missing or infinite values.",
        ),
        (["high", "low"], "'y_score' needs numbers; however, it has the type <U4."),
    ],
)
def test_probabilities_refuse(values, came):
    with pytest.raises(InvalidInputError) as caught:
        check_proba(values, "y_score")
    assert str(caught.value) == came


def test_matrix_takes_whole_numbers_and_refuses_a_column():
    assert check_matrix([[1, 2]], "hidden").dtype == np.float64
    with pytest.raises(InvalidInputError) as caught:
        check_matrix([1.0, 2.0], "hidden")
    assert str(caught.value) == (
        "'hidden' needs several values for each row; however, its shape is (2,)."
    )
    with pytest.raises(InvalidInputError, match="'hidden' needs finite numbers"):
        check_matrix([[1.0, np.inf]], "hidden")


def test_group_may_miss_a_group():
    checked = check_group([2, 0], 3)
    assert checked.dtype == np.int64
    assert checked.tolist() == [2, 0]


@pytest.mark.parametrize("values", [[0, 3], [-1, 0], [0.5, 1], ["a", "b"]])
def test_group_refuses_other_ids(values):
    with pytest.raises(InvalidInputError) as caught:
        check_group(values, 3)
    assert str(caught.value) == (
        "'group' needs whole numbers from 0 to 2; however, it has other values."
    )


def test_group_needs_two_groups():
    with pytest.raises(InvalidInputError) as caught:
        check_group([0, 0], 1)
    assert str(caught.value) == "Two groups are needed; however, there is 1."


def test_lengths_are_named():
    check_same_length(y_true=np.zeros(2), group=np.zeros(2))
    with pytest.raises(InvalidInputError) as caught:
        check_same_length(y_true=np.zeros(2), group=np.zeros(3))
    assert str(caught.value) == (
        "The same number of rows is needed in each array; however, y_true has 2, group has 3."
    )
