"""Cells -> columns that are read as they were before, each row by itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fairmoe.data.kinds import (
    LARGEST_NUMBER,
    as_category,
    as_number,
    level_text,
    number_of_levels,
    recoded,
)
from fairmoe.data.reading import sentences
from fairmoe.data.reading.cells import (
    Columns,
    iso_dates,
    spelling_key,
    without_numbers,
    without_texts,
)
from fairmoe.data.reading.numbers import Decimal, look_at
from fairmoe.data.reading.raw import RawTable
from fairmoe.data.reading.record import Change, ColumnReading, Reading


def interpret_like(raw: RawTable, reading: Reading) -> Columns:
    """Read each column as it was read before, so that a row's values depend on that row alone.

    Texts where numbers or dates were are missing values, and counted in the changes. Columns that
    were not read before are left out.
    """
    cells: dict[str, pd.Series[Any]] = {}
    changes: list[Change] = []
    for name, column in reading.columns.items():
        if name in raw.cells:
            cells[name], more = _like(name, raw.cells[name], column, reading.decimal)
            changes += more
    kept = {name: column for name, column in reading.columns.items() if name in cells}
    return Columns(cells, replace(reading, columns=kept), tuple(changes))


def _like(
    name: str, cells: "pd.Series[Any]", column: ColumnReading, decimal: Decimal | None
) -> tuple["pd.Series[Any]", list[Change]]:
    if column.kind == "number":
        return _numbers_like(name, cells, column, decimal)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        cells = as_category(cells)
    cells = without_texts(cells, column.missing)
    levels = list(cells.cat.categories)
    if column.kind == "date":
        assert column.order is not None
        iso = iso_dates(cells, column.order)
        return iso, sentences.misread(name, cells, iso, "a date")
    if column.from_numbers:
        numbers = look_at(levels).values(decimal or "point")
        plain = [
            level if np.isnan(number) else level_text(float(number))
            for level, number in zip(levels, numbers, strict=True)
        ]
        return recoded(cells, plain), []
    if column.alike:
        known = {spelling_key(level): level for level in column.alike}
        return recoded(cells, [known.get(spelling_key(level), level) for level in levels]), []
    return cells, []


def _numbers_like(
    name: str, cells: "pd.Series[Any]", column: ColumnReading, decimal: Decimal | None
) -> tuple["pd.Series[Any]", list[Change]]:
    if pd.api.types.is_numeric_dtype(cells.dtype):
        given = without_numbers(cells, column.missing)
        found = as_number(given)[0]
        lost = int((found.isna() & given.notna()).sum())
        return found, [sentences.too_large(name, lost)] if lost else []
    cells = without_texts(cells, column.missing)
    levels = list(cells.cat.categories)
    numbers = look_at(levels)
    decimal = column.decimal or decimal
    values = numbers.values(decimal or "point").astype(np.float64)
    other_unit = [bool(unit) and unit != column.unit for unit in numbers.units]
    values[np.array(other_unit, dtype=bool)] = np.nan
    values[np.abs(values) > LARGEST_NUMBER] = np.nan
    found = number_of_levels(cells, values)
    changes = sentences.misread(name, cells, found, "a number")
    other: Decimal = "comma" if (decimal or "point") == "point" else "point"
    misread = (found.isna() & cells.notna()).to_numpy()
    if np.append(numbers.needs(other), False)[cells.cat.codes][misread].any():
        changes.append(sentences.other_sign(name, other))
    in_doubt = np.append(numbers.is_ambiguous, False)[cells.cat.codes]
    if decimal is None and in_doubt.any():
        changes.append(sentences.two_ways(name, int(in_doubt.sum())))
    return found, changes
