"""Numbers and categories: how the values of a column are cleaned and converted."""

from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.reading.numbers import look_at, plain_numbers

ColumnKind = Literal["number", "category", "date", "text"]
"""What a column is taken as. The frame holds dates and texts as categories do."""

MISSING = "(missing)"
"""The name under which missing values can be merged into a group, and are encoded as a level."""

MISSING_WORDS = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "Null", "null"),
    MISSING,
)
"""What is read as a missing value. "none" is not: in real tables it is an answer."""

LARGEST_NUMBER = 1e30
"""Numbers beyond this, in either direction, are taken as missing."""


def level_text(value: Hashable) -> str:
    """Return a value as the text under which the user picks it: 1.0 is "1"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def plain(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return Python objects with a type, wherever one fits them all; other values as they are.

    Numbers among missing values become numbers, and values without a hash, such as lists, texts.

    Example:
        >>> plain(pd.Series([1, None, 2.5], dtype="object")).dtype
        dtype('float64')
    """
    if values.dtype != "object":
        return values
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in ("floating", "integer", "mixed-integer-float", "decimal"):
        return pd.to_numeric(values.where(values.notna(), np.nan))
    if kind.startswith("mixed") and not all(isinstance(value, Hashable) for value in values):
        return values.map(str, na_action="ignore")
    return values.infer_objects()


def as_category(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return values as a categorical series of texts, stripped, with missing words as missing.

    Levels are in order: numbers by size, texts by alphabet.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, levels = values.cat.codes.to_numpy(), list(values.cat.categories)
    else:
        codes, uniques = pd.factorize(values)
        levels = list(uniques)
    return _recoded(values, codes, [level_text(level) for level in levels])


def recoded(values: "pd.Series[Any]", texts: Sequence[str | None]) -> "pd.Series[Any]":
    """Return a categorical series with other texts in place of its levels, `(k,)`, in order.

    Levels that get the same text become one; None makes a level a missing value.
    """
    return _recoded(values, values.cat.codes.to_numpy(), texts)


def _recoded(
    values: "pd.Series[Any]", codes: NDArray[Any], texts: Sequence[str | None]
) -> "pd.Series[Any]":
    levels = pd.Series(list(texts), dtype="str")
    levels = levels.mask(levels.isin(MISSING_WORDS))
    new_codes, levels_kept = pd.factorize(levels)
    order = _order(list(levels_kept))
    position = np.full(len(levels_kept) + 1, -1)
    position[order] = np.arange(len(levels_kept))
    # A missing value has code -1, which picks the last entry, and that is -1 too.
    of_level = position[np.append(new_codes, -1)]
    category = pd.Categorical.from_codes(of_level[codes], pd.Index(levels_kept, dtype="str")[order])
    return pd.Series(category, index=values.index, name=values.name)


def _order(texts: list[str]) -> NDArray[np.intp]:
    numbers = plain_numbers(texts)
    keys = np.array(texts, dtype=object) if numbers is None else numbers
    return np.argsort(keys, kind="stable")


def as_number(values: "pd.Series[Any]") -> "tuple[pd.Series[Any], NDArray[np.intp]]":
    """Return values as numbers, and the positions of those that are none.

    Integers stay integers unless some are missing; infinite and absurdly large numbers are taken
    as missing.

    Returns:
        The numbers, `(n,)`, NaN where missing, and the positions, `(m,)`, of values that are
        given but are not numbers.
    """
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return _number_of_texts(as_category(values))
    plain = pd.Series(values.array, index=values.index, name=values.name)
    is_whole = pd.api.types.is_integer_dtype(plain.dtype) and not plain.isna().any()
    if not is_whole or plain.max() >= 2**63:
        numbers = plain.astype("float64")
        return numbers.where(numbers.abs() <= LARGEST_NUMBER), np.array([], dtype=np.intp)
    return plain.astype("int64"), np.array([], dtype=np.intp)


def _number_of_texts(values: "pd.Series[Any]") -> "tuple[pd.Series[Any], NDArray[np.intp]]":
    seen = look_at(list(values.cat.categories))
    comma_only = seen.needs("comma").any() and not seen.needs("point").any()
    levels = seen.values("comma" if comma_only else "point")
    return number_of_levels(values, levels), np.flatnonzero(
        np.append(np.isnan(levels.astype(np.float64)), False)[values.cat.codes.to_numpy()]
    )


def number_of_levels(values: "pd.Series[Any]", numbers: NDArray[Any]) -> "pd.Series[Any]":
    """Put a number in the place of each level of a categorical series; missing becomes NaN."""
    codes = values.cat.codes.to_numpy()
    if (codes >= 0).all() and len(numbers):
        converted = pd.Series(numbers[codes], index=values.index, name=values.name)
    else:
        padded = np.append(numbers.astype(np.float64), np.nan)
        converted = pd.Series(padded[codes], index=values.index, name=values.name)
    return as_number(converted)[0]
