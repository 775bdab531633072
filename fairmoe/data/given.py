"""Rows, labels and groups as callers hand them over, in frames and arrays of many libraries."""

import itertools
import numbers
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import column_or_1d

from fairmoe._checks import tame_weights
from fairmoe.data.crossed import CROSS, quoted
from fairmoe.data.groups import MAX_GROUPS
from fairmoe.data.kinds import plain
from fairmoe.data.table import check_has
from fairmoe.errors import InvalidInputError


def as_pandas(given: Any) -> Any:
    """Return a frame or series of any library that narwhals knows as one of pandas.

    Whatever is neither is returned as it came; a lazy frame is collected.
    """
    if isinstance(given, (pd.DataFrame, pd.Series)):
        return given
    native = nw.from_native(given, pass_through=True, allow_series=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    return native.to_pandas() if isinstance(native, (nw.DataFrame, nw.Series)) else given


def frame_of_array(array: NDArray[Any]) -> pd.DataFrame:
    """Return an array `(n, c)` as a frame with the columns 0 to c - 1.

    NumPy makes texts of numbers that stand beside texts; a column of nothing else is numbers.
    """
    if array.dtype.kind not in "USTO":
        return pd.DataFrame(array)
    frame = pd.DataFrame(array.astype(object)).apply(plain)
    if array.dtype.kind == "O":
        return frame
    return frame.apply(_numbers_if_all)


def column_of(given: Any, name: str) -> "pd.Series[Any]":
    """Return one value per row as a series.

    Args:
        given: A series, a list or an array `(n,)`, or one of a single column.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: There are more columns than one, or no rows; or what is in them is
            complex, or no text.
    """
    given = as_pandas(given)
    if isinstance(given, pd.DataFrame) and given.shape[1] == 1:
        given = given.iloc[:, 0]
    if isinstance(given, (list, tuple)) and not any(isinstance(v, (list, tuple)) for v in given):
        # NumPy would write a missing value among texts as "nan".
        given = pd.Series(list(given), dtype="object")
    if given is None:
        raise InvalidInputError(
            f"The model requires {name} to be passed, but the target {name} is None"
        )
    masked = given.mask if isinstance(given, np.ma.MaskedArray) else False
    if not isinstance(given, pd.Series):
        array = np.asarray(given)
        if array.dtype.kind == "c":
            raise InvalidInputError(f"Complex data not supported in '{name}'")
        if not (array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1)):
            raise InvalidInputError(
                f"'{name}' needs one value for each row",
                however=f"its shape is {array.shape}",
            )
        array = column_or_1d(array, warn=name == "y")
        given = pd.Series(array, dtype="object" if array.dtype.kind == "U" else None)
        if np.any(masked):
            # What is masked is missing, whatever stands there; NumPy's integers have no mark for
            # it, and floats would round large ones.
            whole = {"i": "Int64", "u": "UInt64"}.get(array.dtype.kind)
            given = (given.astype(whole) if whole else given).mask(np.ravel(masked))
    try:
        return plain(given.reset_index(drop=True))
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"'{name}' needs texts that are Unicode", however="half of a letter stands alone"
        ) from error


def labels_of(y: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the two classes `(2,)`, and each row's `(n,)`, 0 or 1.

    Raises:
        InvalidInputError: A label is missing, or there are not two classes.
    """
    column = column_of(y, "y")
    _check_given(column.isna().to_numpy(), "y", "a label")
    values = column.to_numpy()
    if values.dtype.kind == "f":
        assert_all_finite(values, input_name="y")
    if len({isinstance(value, str) for value in values} if values.dtype == object else ()) > 1:
        raise InvalidInputError(
            "The target needs labels of one kind", however="'y' mixes texts with other values"
        )
    kind = type_of_target(values, input_name="y", raise_unknown=False)
    if kind != "binary":
        raise InvalidInputError(
            "Only binary classification is supported", however=f"the target is {kind}"
        )
    classes, labels = np.unique(values, return_inverse=True)
    if len(classes) < 2:
        raise InvalidInputError("The target needs two classes", however="'y' has one class")
    return classes, labels.astype(np.int64)


def groups_of_values(given: Any, name: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the values that part the rows, `(G,)`, and each row's, `(n,)`, as an id.

    Args:
        given: One column `(n,)`, or two `(n, 2)` that are crossed; then the values are texts such
            as "female & old".
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: A value is missing, or there are not two to `MAX_GROUPS` groups.
    """
    columns = sensitive_frame(given, name)
    parts = [pd.factorize(columns.iloc[:, i], sort=True) for i in range(columns.shape[1])]
    _check_given(np.any([ids < 0 for ids, _ in parts], axis=0), name, "a value")
    values: NDArray[Any]
    if len(parts) == 1:
        ids, levels = parts[0]
        values = levels.to_numpy()
    else:
        (first, firsts), (second, seconds) = parts
        crossed = first.astype(np.int64) * len(seconds) + second
        pairs = [
            CROSS.join(quoted(str(level)) for level in pair)
            for pair in itertools.product(firsts, seconds)
        ]
        present, ids = np.unique(crossed, return_inverse=True)
        values = np.array(pairs, dtype=object)[present]
    if len(values) < 2:
        raise InvalidInputError(
            "Fairness needs two groups to be compared", however=f"'{name}' have one value"
        )
    if len(values) > MAX_GROUPS:
        raise InvalidInputError(
            f"At most {MAX_GROUPS} groups can be compared",
            however=f"'{name}' have {len(values):,} values",
            remedy="Cut numbers into bins, or merge values.",
        )
    return values, ids.astype(np.int64)


def positions_of(named: str | Sequence[str | int] | None, columns: Sequence[str]) -> list[int]:
    """Return where columns lie that are given by name or position.

    Raises:
        InvalidInputError: One is not there.
    """
    positions = []
    for each in (named,) if isinstance(named, str) else named or ():
        is_place = isinstance(each, numbers.Integral) and -len(columns) <= each < len(columns)
        name = columns[int(each)] if is_place else str(each)
        check_has(dict.fromkeys(columns), name)
        positions.append(columns.index(name))
    return positions


def sensitive_of(given: Any, frame: pd.DataFrame, named: Sequence[int], name: str) -> pd.DataFrame:
    """Return what parts rows into groups, given beside the rows or as columns of theirs.

    Args:
        given: As for `sensitive_frame`, or None.
        frame: The rows.
        named: The positions of its columns that part the rows.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: Neither is given, or both are.
    """
    if named and given is not None:
        raise InvalidInputError(
            f"'{name}' are needed to train",
            however="they were given beside 'sensitive_columns'",
            remedy="Give one of the two.",
        )
    if not named and given is None:
        raise InvalidInputError(
            f"'{name}' are needed to train",
            however="none were given",
            remedy="Give fit one value per row, such as the column of sex.",
        )
    return sensitive_frame(frame.iloc[:, list(named)] if named else given, name)


def sensitive_frame(given: Any, name: str) -> pd.DataFrame:
    """Return what parts rows into groups as a frame of one column or two, `(n, 1)` or `(n, 2)`.

    Args:
        given: A series, list or array of values, or a frame or array of one column or two.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: There are more columns.
    """
    given = as_pandas(given)
    if not isinstance(given, (pd.DataFrame, pd.Series)) and np.ndim(given) == 2:
        given = pd.DataFrame(given)
    if not isinstance(given, pd.DataFrame):
        return column_of(given, name).to_frame("first")
    if given.shape[1] not in (1, 2):
        raise InvalidInputError(
            f"'{name}' need one column, or two to be crossed",
            however=f"there are {given.shape[1]}",
        )
    columns = {i: column_of(given.iloc[:, i], name) for i in range(given.shape[1])}
    return pd.DataFrame(columns)


def weights_given(sample_weight: Any, n: int) -> NDArray[np.float64]:
    """Return the weights of `n` rows, `(n,)`; a single number is that of all.

    Raises:
        InvalidInputError: They are not finite numbers from 0 on, one for each row, or all are 0.
    """
    if isinstance(sample_weight, numbers.Number):
        sample_weight = np.full(n, sample_weight)
    column = column_of(sample_weight, "sample_weight")
    try:
        weights: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        weights = np.full(len(column), np.nan)
    if len(weights) != n or not np.isfinite(weights).all() or (weights < 0).any():
        raise InvalidInputError(
            "'sample_weight' needs a finite number of 0 or more for each row",
            however=f"there are {len(weights):,} for {n:,} rows"
            if len(weights) != n
            else "some are missing, infinite, negative or no numbers",
        )
    if not weights.any():
        raise InvalidInputError(
            "'sample_weight' needs a row that counts", however="all weights are zero"
        )
    return tame_weights(weights)


def _check_given(missing: NDArray[np.bool_], name: str, what: str) -> None:
    count = int(missing.sum())
    if count:
        raise InvalidInputError(
            f"'{name}' need{'s' if name == 'y' else ''} {what} for each row",
            however=f"{count:,} of {len(missing):,} have none",
            remedy="Leave those rows out" + ("." if name == "y" else ", or make a group of them."),
        )


def _numbers_if_all(values: "pd.Series[Any]") -> "pd.Series[Any]":
    given = ~values.isin(["nan", "None", ""]) & values.notna()
    numbers = pd.to_numeric(values.where(given), errors="coerce")
    return numbers if numbers.notna().equals(given) and given.any() else values
