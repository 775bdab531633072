"""Target column -> labels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.kinds import as_category, level_text
from fairmoe.data.roles import Target
from fairmoe.data.table import Table, check_columns
from fairmoe.errors import InvalidInputError, nearest_first

AFFIRMATIVE = re.compile(
    r"(1|true|t|yes|y|positive|pos|good|high|pass|passed|success|hired|admitted|approved|accepted"
    r"|granted|won|≥.*|>.*)",
    re.IGNORECASE,
)
YES = re.compile(r"1|true|t|yes|y", re.IGNORECASE)
NO = re.compile(r"0|false|f|no|n", re.IGNORECASE)
YES_OR_NO = re.compile(f"{YES.pattern}|{NO.pattern}", re.IGNORECASE)
GENERIC_NAME = re.compile(
    r"y|labels?|class( label)?|targets?|outcome|decision|result", re.IGNORECASE
)
MANY_LEVELS = 50
"""More values than this are too many to pick positive ones from."""


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of all rows of a table.

    Attributes:
        y: 1 positive, 0 negative, -1 missing, `(n,)`.
        positive: The positive class in words.
        words: What both outcomes are called, the positive one first.
    """

    y: NDArray[np.int64]
    positive: str
    words: tuple[str, str]


def label(table: Table, target: Target) -> Labels:
    """Take labels from the target column.

    Raises:
        InvalidInputError: The column does not have two classes, or not the named values.
    """
    check_columns(table.frame, [target.column])
    values = table.frame[target.column]
    if target.threshold is not None:
        return _labels_above(table, target, target.threshold)
    levels = as_category(values)
    names = list(levels.cat.categories)
    if len(names) < 2:
        raise InvalidInputError(
            "The target needs two classes",
            however=f"column '{target.column}' has {'one value' if names else 'no values'}",
            remedy="Choose another target.",
        )
    positive = (
        _checked_positive(target, names) if target.positive else (_positive_value(target, names),)
    )
    chosen = np.isin(names, positive)
    if chosen.all():
        raise InvalidInputError(
            "The target needs two classes",
            however=f"all values of column '{target.column}' were named positive",
            remedy="Name fewer.",
            choices=names,
        )
    codes = levels.cat.codes.to_numpy()
    y = np.append(chosen, False).astype(np.int64)[codes]
    y[codes < 0] = -1
    words = target.words or _words_of_values(target.column, positive, names)
    return Labels(y, f"{target.column} = {' or '.join(positive)}", words)


def _labels_above(table: Table, target: Target, threshold: float) -> Labels:
    if table.kinds[target.column] != "number":
        raise InvalidInputError(
            "A threshold needs a target that is a number",
            however=f"column '{target.column}' is a category",
            remedy="Name its positive values instead.",
        )
    values = table.frame[target.column]
    y = (values > threshold).to_numpy().astype(np.int64)
    y[values.isna().to_numpy()] = -1
    if len(np.unique(y[y >= 0])) < 2:
        raise InvalidInputError(
            "The target needs two classes",
            however=f"the threshold leaves all values of column '{target.column}' on one side",
            remedy="Choose a threshold between its least and its greatest value.",
        )
    above, up_to = (f"{target.column} {sign} {level_text(threshold)}" for sign in ">≤")
    return Labels(y, above, target.words or (above, up_to))


def _words_of_values(column: str, positive: tuple[str, ...], names: list[str]) -> tuple[str, str]:
    """Return words for the positive values and for the others.

    Yes and no, or 1 and 0, say nothing without the column's name; other values that are words
    speak for themselves.
    """
    others = [name for name in names if name not in positive]
    plain = " ".join(re.split(r"[\W_]+", column)).strip()
    if len(names) == 2 and not GENERIC_NAME.fullmatch(plain):
        if YES.fullmatch(positive[0]) and NO.fullmatch(others[0]):
            return plain, f"not {plain}"
        if NO.fullmatch(positive[0]) and YES.fullmatch(others[0]):
            return f"not {plain}", plain
    return _any_of(column, positive), _any_of(column, others) if len(others) < 4 else "any other"


def _any_of(column: str, values: Sequence[str]) -> str:
    speak = all(value[:1].isalpha() and not YES_OR_NO.fullmatch(value) for value in values)
    text = " or ".join(values)
    if speak:
        return text
    return f"{column} {text}" if text[0] in "<>≤≥" else f"{column} = {text}"


def _checked_positive(target: Target, names: list[str]) -> tuple[str, ...]:
    for value in target.positive:
        if value not in names:
            raise InvalidInputError(
                f"The positive class needs values of column '{target.column}'",
                however="one was named that the column does not have",
                remedy="Choose among its values.",
                choices=nearest_first(value, names)[:MANY_LEVELS],
                about=(value,),
            )
    return target.positive


def _positive_value(target: Target, names: list[str]) -> str:
    """Return the positive one of two values in order: the last, unless a word affirms."""
    if len(names) > 2:
        are_listed = len(names) <= MANY_LEVELS
        raise InvalidInputError(
            "The target needs two classes",
            however=f"column '{target.column}' has {len(names):,} values",
            remedy="Name the values that are positive"
            + (", or a threshold." if _is_number(names) else "."),
            choices=names if are_listed else (),
        )
    affirmative = [name for name in names if AFFIRMATIVE.fullmatch(name)]
    return affirmative[0] if len(affirmative) == 1 and not _is_number(names) else names[-1]


def _is_number(names: list[str]) -> bool:
    numbers: pd.Series[Any] = pd.to_numeric(pd.Series(names, dtype="str"), errors="coerce")
    return not numbers.isna().any()
