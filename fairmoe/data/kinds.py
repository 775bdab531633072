"""Numbers and categories: how the values of a column are cleaned and converted."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ColumnKind = Literal["number", "category"]

MISSING = "(missing)"
"""The name under which missing values can be merged into a group, and are encoded as a level."""

MISSING_WORDS = (
    *("", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "Null", "null"),
    MISSING,
)
"""What is read as a missing value. "none" is not: in real tables it is an answer."""

LARGEST_NUMBER = 1e30
"""Numbers beyond this, in either direction, are taken as missing."""

_DECIMAL_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+(,\d+)?|(\d+(,\d*)?|,\d+)(e[-+]?\d+)?)", re.I)
_THOUSANDS_COMMA = re.compile(r"[-+]?\d{1,3}(,\d{3})*(\.\d+)?")


def level_text(value: Hashable) -> str:
    """Return a value as the text under which the user picks it: 1.0 is "1"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def numbers_from(texts: Sequence[str], *, comma: Literal["decimal", "thousands"]) -> NDArray[Any]:
    """Read texts as numbers.

    Where some are not plain numbers, a comma may stand for the decimal point or part thousands,
    if all texts of the column agree.

    Args:
        texts: Texts without surrounding blanks, `(k,)`.
        comma: How a comma is read where all texts allow both readings.

    Returns:
        Numbers, `(k,)`, of an integer type if all are whole; NaN for a text that is no number.
    """
    plain = pd.to_numeric(pd.Series(texts, dtype="str"), errors="coerce")
    if not plain.isna().any():
        return plain.to_numpy()
    formats: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
        "decimal": (_DECIMAL_COMMA, lambda text: text.replace(".", "").replace(",", ".")),
        "thousands": (_THOUSANDS_COMMA, lambda text: text.replace(",", "")),
    }
    for name in (comma, *(other for other in formats if other != comma)):
        pattern, to_plain = formats[name]
        if all(pattern.fullmatch(text) for text in texts):
            return pd.to_numeric(pd.Series([to_plain(text) for text in texts])).to_numpy()
    return plain.to_numpy(dtype=np.float64)


def as_category(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return values as a categorical series of texts, stripped, with missing words as missing.

    Levels are in order: numbers by size, texts by alphabet.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, levels = values.cat.codes.to_numpy(), list(values.cat.categories)
    else:
        codes, uniques = pd.factorize(values)
        levels = list(uniques)
    texts = pd.Series([level_text(level) for level in levels], dtype="str")
    texts = texts.mask(texts.isin(MISSING_WORDS))
    new_codes, levels_kept = pd.factorize(texts)
    order = _order(levels_kept)
    position = np.full(len(levels_kept) + 1, -1)
    position[order] = np.arange(len(levels_kept))
    # A missing value has code -1, which picks the last entry, and that is -1 too.
    of_level = position[np.append(new_codes, -1)]
    recoded = pd.Categorical.from_codes(of_level[codes], pd.Index(levels_kept, dtype="str")[order])
    return pd.Series(recoded, index=values.index, name=values.name)


def _order(texts: Iterable[str]) -> NDArray[np.intp]:
    all_texts = list(texts)
    numbers = pd.to_numeric(pd.Series(all_texts, dtype="str"), errors="coerce")
    if numbers.isna().any():
        return np.argsort(np.array(all_texts, dtype=object), kind="stable")
    return np.argsort(numbers.to_numpy(), kind="stable")


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
    levels = numbers_from(list(values.cat.categories), comma="thousands")
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
