"""Cells of a column, changed; and the columns that come of it."""

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fairmoe.data.kinds import ColumnKind, recoded
from fairmoe.data.reading.dates import DateOrder, days_of
from fairmoe.data.reading.numbers import number_of
from fairmoe.data.reading.record import Change, Reading


class Columns(NamedTuple):
    """Columns that were read.

    Attributes:
        cells: The values by column: numbers, or categories of texts; of dates in ISO form.
        reading: How they were read.
        changes: What was done to them, in the order of the columns.
    """

    cells: dict[str, "pd.Series[Any]"]
    reading: Reading
    changes: tuple[Change, ...]

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """The kind of each column."""
        return {name: column.kind for name, column in self.reading.columns.items()}


def spelling_key(text: str) -> str:
    """Return what texts share that differ only in case, blanks or Unicode form.

    Example:
        >>> spelling_key("Ｆemale  "), spelling_key("female")
        ('female', 'female')
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def iso_dates(cells: "pd.Series[Any]", order: DateOrder) -> "pd.Series[Any]":
    """Return dates as 2015-07-10, in order; what is no date is missing."""
    days = days_of(list(cells.cat.categories), order)
    return recoded(cells, [None if np.isnat(day) else str(day) for day in days])


def without_texts(cells: "pd.Series[Any]", told: Sequence[str]) -> "pd.Series[Any]":
    """Return a category without the texts that were told to mean missing."""
    folded = {spelling_key(text) for text in told}
    if not folded:
        return cells
    levels = list(cells.cat.categories)
    return recoded(cells, [None if spelling_key(level) in folded else level for level in levels])


def without_numbers(cells: "pd.Series[Any]", told: Sequence[str]) -> "pd.Series[Any]":
    """Return numbers without those that were told to mean missing."""
    parsed = (number_of(text, "point") for text in told)
    numbers = [number for number in parsed if number is not None]
    if not numbers or not cells.isin(numbers).any():
        return cells
    return cells.astype("float64").mask(cells.isin(numbers))
