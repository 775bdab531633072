"""Checks of arrays that come from outside: each returns the array in the form used within."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairmoe.errors import InvalidInputError


def check_binary(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Return labels or hard predictions as booleans.

    Args:
        values: Shape `(n,)`, each 0 or 1 (or False or True), `n >= 1`.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: Not one-dimensional, empty, or another value than 0 and 1.
    """
    array = _column(values, name)
    if not np.isin(array, (0, 1)).all():
        raise InvalidInputError(
            f"'{name}' needs the values 0 and 1 only", however="it has other values"
        )
    return array.astype(bool)


def check_proba(values: ArrayLike, name: str) -> NDArray[np.floating[Any]]:
    """Return probabilities of the positive class, float32 or float64 as they came.

    Args:
        values: Shape `(n,)`, each in `[0, 1]`, `n >= 1`.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: Not one-dimensional, empty, not numbers, or outside `[0, 1]`.
    """
    array = _floats(_column(values, name), name)
    if array.min() < 0 or array.max() > 1:
        raise InvalidInputError(
            f"'{name}' needs probabilities from 0 to 1", however="it has values outside"
        )
    return array


def check_matrix(values: ArrayLike, name: str) -> NDArray[np.floating[Any]]:
    """Return a table of finite numbers, float32 or float64 as they came.

    Args:
        values: Shape `(n, c)`, a row of numbers for each row of the data.
        name: What the argument is called, for the message.

    Raises:
        InvalidInputError: Not two-dimensional; text, missing or infinite values.
    """
    array = np.asarray(values)
    if array.ndim != 2:
        raise InvalidInputError(
            f"'{name}' needs several values for each row", however=f"its shape is {array.shape}"
        )
    return _floats(array, name)


def check_group(values: ArrayLike, n_groups: int) -> NDArray[np.int64]:
    """Return group ids.

    Args:
        values: Shape `(n,)`, whole numbers in `[0, n_groups)`, `n >= 1`. A group may be absent.
        n_groups: The number of groups there are, at least 2.

    Raises:
        InvalidInputError: Not one-dimensional, empty, not such ids, or fewer than two groups.
    """
    if n_groups < 2:
        raise InvalidInputError("Two groups are needed", however=f"there is {n_groups}")
    array = _column(values, "group")
    if not np.isin(array, np.arange(n_groups)).all():
        raise InvalidInputError(
            f"'group' needs whole numbers from 0 to {n_groups - 1}", however="it has other values"
        )
    return array.astype(np.int64)


def check_weight(values: ArrayLike | None, n: int) -> NDArray[np.float64] | None:
    """Return the weights of rows, if there are any.

    Args:
        values: Shape `(n,)`, finite and at least 0, not all of them; or None.
        n: The number of rows.

    Raises:
        InvalidInputError: They are not of this form.
    """
    if values is None:
        return None
    array = _floats(_column(values, "sample_weight"), "sample_weight").astype(np.float64)
    check_same_length(sample_weight=array, rows=np.empty(n))
    if array.min() < 0 or not array.any():
        raise InvalidInputError(
            "'sample_weight' needs numbers of 0 or more",
            however="one is negative" if array.min() < 0 else "all are 0",
        )
    return tame_weights(array)


def tame_weights(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of which the squares can be added, in the same proportions.

    Args:
        weights: Shape `(n,)`; NaN is left alone.

    Example:
        >>> tame_weights(np.array([2.0**-1000, 2.0**-999])), tame_weights(np.array([3.0, 0.0]))
        (array([1., 2.]), array([3., 0.]))
    """
    largest = np.nanmax(weights, initial=0.0)
    if largest == 0 or 1e-60 <= largest <= 1e60:
        return weights
    # A power of two changes no digit.
    return np.ldexp(weights, 2 - int(np.frexp(largest)[1]))


def check_same_length(**arrays: NDArray[Any]) -> None:
    """Compare the rows of arrays that describe the same rows.

    Raises:
        InvalidInputError: They differ.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InvalidInputError("The same number of rows is needed in each array", however=found)


def _column(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1 or not len(array):
        raise InvalidInputError(
            f"'{name}' needs one value for each of at least one row",
            however=f"its shape is {array.shape}",
        )
    return array


def _floats(array: NDArray[Any], name: str) -> NDArray[np.floating[Any]]:
    if array.dtype not in (np.float32, np.float64):
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise InvalidInputError(
                f"'{name}' needs numbers", however=f"it has the type {array.dtype}"
            ) from None
    if not np.isfinite(array).all():
        raise InvalidInputError(
            f"'{name}' needs finite numbers", however="it has missing or infinite values"
        )
    return array
