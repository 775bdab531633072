"""Cells before anything is decided of them."""

import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from fairmoe.data.kinds import as_category
from fairmoe.data.reading import sentences
from fairmoe.data.reading.numbers import Decimal
from fairmoe.data.reading.record import Change

INDEX_NAMES = frozenset(
    {"", "unnamed: 0", "__index_level_0__", "...1", "x", "x1", "index", "rownames"}
)


@dataclass(frozen=True, eq=False)
class RawTable:
    """Cells before anything is decided of them.

    Attributes:
        cells: By column, numbers `(n,)` that leave no doubt, or a category of texts as the file
            writes them, without blanks around them, NaN where missing.
        points: The columns of numbers among these that show a decimal point.
        comma: The decimal sign where only a comma is in doubt and nothing decides.
        typed: Whether the file tells texts from numbers, so that texts stay texts.
        skipped_lines: Lines of the file that hold no row of the table, ascending; the one of the
            names is not among them.
        changes: Columns that were left out already.
    """

    cells: Mapping[str, "pd.Series[Any]"]
    points: frozenset[str] = frozenset()
    comma: Decimal = "point"
    typed: bool = False
    skipped_lines: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.cells.values()), ()))

    def line(self, position: int) -> int:
        """Return the line at which a spreadsheet shows a row, by the row's position.

        Example:
            >>> RawTable({}, skipped_lines=(1, 5)).line(0)
            3
            >>> RawTable({}, skipped_lines=(1, 4)).line(1)
            5
        """
        return position + 2 + bisect.bisect_right(self._rows_above, position + 2)

    @cached_property
    def _rows_above(self) -> tuple[int, ...]:
        """How many lines of names and rows stand above each skipped line, and one more."""
        return tuple(line - i for i, line in enumerate(self.skipped_lines))


def labels_of(names: Sequence[str], *, unique: bool = False) -> list[str]:
    """Return a name for each column; if they are to be unique, another for one that recurs."""
    labels = [name or f"column {i}" for i, name in enumerate(names, start=1)]
    if unique:
        labels = [f"{name}\0{i}" if name in labels[:i] else name for i, name in enumerate(labels)]
    return labels


def cells_of(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return numbers as they are, and all else as a category of texts."""
    dtype = values.dtype
    is_number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    return values if is_number else as_category(values)


def without_blank_rows(raw: RawTable) -> RawTable:
    """Leave out the rows that have no value in any column."""
    blank = np.ones(raw.rows, dtype=bool)
    for values in raw.cells.values():
        blank &= values.isna().to_numpy()
        if not blank.any():
            return raw
    lines = [raw.line(int(position)) for position in np.flatnonzero(blank)]
    return replace(
        raw,
        cells={name: v[~blank].reset_index(drop=True) for name, v in raw.cells.items()},
        skipped_lines=tuple(sorted([*raw.skipped_lines, *lines])),
    )


def without_names(raw: RawTable) -> tuple[RawTable, tuple[str, ...]]:
    """Leave out the rows that repeat all names, as files put together have them, and say so."""
    repeated = np.ones(raw.rows, dtype=bool)
    for name, values in raw.cells.items():
        repeated &= (values == name).to_numpy(dtype=bool)
    if not repeated.any():
        return raw, ()
    lines = [raw.line(int(position)) for position in np.flatnonzero(repeated)]
    cells = {
        name: values[~repeated].reset_index(drop=True).cat.remove_unused_categories()
        for name, values in raw.cells.items()
    }
    kept = replace(raw, cells=cells, skipped_lines=tuple(sorted([*raw.skipped_lines, *lines])))
    if len(lines) == 1:
        return kept, (f"Row {lines[0]:,} repeats the names and is left out.",)
    return kept, (f"{len(lines):,} rows repeat the names and are left out.",)


def without_index(raw: RawTable, unnamed: Collection[str]) -> RawTable:
    """Leave out columns without a name and values, and a first one that only counts the rows.

    Args:
        raw: The cells.
        unnamed: The columns without a name of their own.
    """
    first = next(iter(raw.cells), "")
    counts = first in unnamed or first.casefold() in INDEX_NAMES
    dropped = [name for name in unnamed if raw.cells[name].isna().all()]
    changes = [sentences.empty(len(dropped))] if dropped else []
    if counts and first not in dropped and _counts_rows(raw.cells[first]):
        dropped.append(first)
        changes.append(sentences.index(first))
    if not dropped:
        return raw
    cells = {name: values for name, values in raw.cells.items() if name not in dropped}
    return replace(raw, cells=cells, changes=(*raw.changes, *changes))


def _counts_rows(values: "pd.Series[Any]") -> bool:
    if not pd.api.types.is_integer_dtype(values.dtype) or len(values) < 2:
        return False
    numbers = values.to_numpy()
    return int(numbers[0]) in (0, 1) and bool((np.diff(numbers) == 1).all())
