"""Cells as a file has them -> columns of numbers, categories, dates and long texts."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fairmoe.data.kinds import (
    LARGEST_NUMBER,
    ColumnKind,
    as_category,
    as_number,
    level_text,
    number_of_levels,
    recoded,
)
from fairmoe.data.reading import sentences
from fairmoe.data.reading.dates import DateOrder, days_of, find_order
from fairmoe.data.reading.missing import are_marks, sentinel_of
from fairmoe.data.reading.numbers import (
    DECIMALS,
    Decimal,
    NumberTexts,
    hardly_numbers,
    look_at,
    number_of,
)
from fairmoe.data.reading.raw import RawTable
from fairmoe.data.reading.record import Change, ColumnReading, Reading, ReadOptions

MIN_WORDS = 4.0
MIN_TEXT_SHARE = 0.5
MIN_TEXTS = 20
MAX_ALIKE_LEVELS = 20_000


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


@dataclass
class _Look:
    """What a column's texts look like before its neighbours are heard."""

    cells: "pd.Series[Any]"
    marks: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    numbers: NumberTexts | None = None
    shown: frozenset[Decimal] = frozenset()
    in_doubt: bool = False
    changes: list[Change] = field(default_factory=list)


def interpret(raw: RawTable, options: ReadOptions) -> Columns:
    """Decide what each column is, by its own texts and, where these leave a doubt, by all others.

    Whether a comma or a point is the decimal sign is a matter of the file: columns that can be read
    in one way only decide for those that could be read in two.

    Raises:
        InvalidInputError: A column that was told to hold numbers or dates holds other texts.
    """
    looks = {name: _look(name, cells, raw, options) for name, cells in raw.cells.items()}
    shown = frozenset[Decimal](["point"] if raw.points else []).union(
        *(look.shown for look in looks.values())
    )
    decided = options.decimal or (next(iter(shown)) if len(shown) == 1 else None)
    cells: dict[str, pd.Series[Any]] = {}
    columns: dict[str, ColumnReading] = {}
    changes = list(raw.changes)
    for name, look in looks.items():
        kind = options.kinds.get(name)
        if look.numbers is not None:
            cells[name], columns[name], more = _number(name, look, decided, raw.comma)
        elif pd.api.types.is_numeric_dtype(look.cells.dtype):
            cells[name], columns[name], more = _plain_number(name, look, raw, kind)
        else:
            cells[name], columns[name], more = _texts(name, look, raw, options)
        changes += look.changes + more
    return Columns(cells, Reading(decided, columns, options), tuple(changes))


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


def spelling_key(text: str) -> str:
    """Return what texts share that differ only in case, blanks or Unicode form.

    Example:
        >>> spelling_key("Ｆemale  "), spelling_key("female")
        ('female', 'female')
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _look(name: str, cells: "pd.Series[Any]", raw: RawTable, options: ReadOptions) -> _Look:
    told = options.missing_in(name)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return _Look(_without_numbers(cells, told), told=told)
    look = _Look(_without(cells, told), told=told)
    kind = options.kinds.get(name)
    levels = list(look.cells.cat.categories)
    if not levels or kind in ("category", "date", "text"):
        return look
    if kind != "number" and (raw.typed or hardly_numbers(levels)):
        return look
    numbers = look_at(levels)
    others = [level for level, is_one in zip(levels, numbers.is_number, strict=True) if not is_one]
    if kind != "number" and not are_marks(len(levels) - len(others), others) and others:
        return look
    if kind == "number" and others and not are_marks(len(levels) - len(others), others):
        positions = np.flatnonzero(look.cells.isin(others))
        raise sentences.texts_among(name, raw.line(int(positions[0])), len(positions))
    needed = frozenset(decimal for decimal in DECIMALS if numbers.needs(decimal).any())
    units = _units(numbers)
    if kind != "number" and (len(needed) == 2 or len(units) > 1):
        look.changes.append(sentences.mixed(name, sorted(units) if len(units) > 1 else []))
        return look
    look.numbers, look.marks, look.shown = numbers, tuple(others), needed
    look.in_doubt = not needed and bool(numbers.is_ambiguous.any())
    return look


def _units(numbers: NumberTexts) -> frozenset[str]:
    """Return the units of a column; "" counts beside "%" unless all that lack it are nought."""
    given = [
        unit
        for unit, core, is_one in zip(
            numbers.units, numbers.cores.to_pylist(), numbers.is_number, strict=True
        )
        if is_one and (unit or core.strip("+-0.,"))
    ]
    units = frozenset(given)
    return units if units & {"%", "\u2030"} else units - {""}


def _number(
    name: str, look: _Look, decided: Decimal | None, comma: Decimal
) -> tuple["pd.Series[Any]", ColumnReading, list[Change]]:
    numbers = look.numbers
    assert numbers is not None
    changes: list[Change] = []
    decimal = next(iter(look.shown)) if len(look.shown) == 1 else decided
    if decimal is None:
        signs = "".join(core for core in numbers.cores.to_pylist() if core)
        decimal = comma if "," in signs and "." not in signs else "point"
    if look.in_doubt and decided is None:
        changes.append(sentences.doubt(name, decimal))
    values = number_of_levels(look.cells, numbers.values(decimal))
    unmarked = look.cells.notna() & ~look.cells.isin(look.marks)
    unit = max(_units(numbers) - {""}, default="")
    if unit:
        changes.append(sentences.unit(name, unit))
    if look.marks:
        rows = int(look.cells.isin(look.marks).sum())
        changes.append(sentences.missing(name, rows, look.marks))
    changes += _notes(name, values, int((values.isna() & unmarked).sum()))
    reading = ColumnReading(
        "number",
        decimal=decimal if look.shown or look.in_doubt else None,
        unit=unit,
        missing=(*look.told, *look.marks),
    )
    return values, reading, changes


def _plain_number(
    name: str, look: _Look, raw: RawTable, kind: ColumnKind | None
) -> tuple["pd.Series[Any]", ColumnReading, list[Change]]:
    if kind in ("category", "text"):
        cells = as_category(look.cells)
        return cells, ColumnReading(kind, missing=look.told, from_numbers=True), []
    values = as_number(look.cells)[0]
    changes = _notes(name, values, int(values.isna().sum()) - int(look.cells.isna().sum()))
    decimal: Decimal | None = "point" if name in raw.points else None
    return values, ColumnReading("number", decimal, missing=look.told), changes


def _notes(name: str, values: "pd.Series[Any]", too_large: int) -> list[Change]:
    sentinel = sentinel_of(values)
    changes = [] if sentinel is None else [sentences.sentinel(name, *sentinel)]
    return [*changes, sentences.too_large(name, too_large)] if too_large else changes


def _texts(
    name: str, look: _Look, raw: RawTable, options: ReadOptions
) -> tuple["pd.Series[Any]", ColumnReading, list[Change]]:
    cells, kind = look.cells, options.kinds.get(name)
    levels = list(cells.cat.categories)
    if kind in (None, "date"):
        order, in_doubt = find_order(levels)
        # What encodes a frame reads its dates as they stand in it.
        if order == "year first" or (order is not None and not raw.typed):
            reading = ColumnReading("date", missing=look.told, order=order)
            return _iso(cells, order), reading, [sentences.date(name, order, in_doubt=in_doubt)]
        if kind == "date":
            raise sentences.no_dates(name)
    if kind == "text" or (kind is None and not raw.typed and _is_long_text(cells, levels)):
        return cells, ColumnReading("text", missing=look.told), [sentences.long_text(name)]
    spellings = _spellings(cells, levels)
    if not spellings:
        return cells, ColumnReading("category", missing=look.told), []
    if name not in options.alike:
        return (
            cells,
            ColumnReading("category", missing=look.told),
            [sentences.alike(name, spellings)],
        )
    merged = recoded(cells, [spellings.get(level, level) for level in levels])
    kept = tuple(merged.cat.categories)
    reading = ColumnReading("category", missing=look.told, alike=kept)
    return merged, reading, [sentences.merged(name, len(levels), len(kept))]


def _is_long_text(cells: "pd.Series[Any]", levels: Sequence[str]) -> bool:
    given = int(cells.notna().sum())
    if len(levels) < MIN_TEXTS or len(levels) < MIN_TEXT_SHARE * given:
        return False
    sample = levels[:: max(1, len(levels) // 200)]
    return float(np.median([len(level.split()) for level in sample])) >= MIN_WORDS


def _spellings(cells: "pd.Series[Any]", levels: Sequence[str]) -> dict[str, str]:
    """Return, for each level that is spelt in several ways, the most frequent of its spellings."""
    if len(levels) > MAX_ALIKE_LEVELS:
        return {}
    keys = [spelling_key(level) for level in levels]
    if len(set(keys)) == len(keys):
        return {}
    counts = cells.value_counts()
    by_key: dict[str, list[str]] = {}
    for level, key in zip(levels, keys, strict=True):
        by_key.setdefault(key, []).append(level)
    best = {key: max(same, key=lambda level: counts[level]) for key, same in by_key.items()}
    return {
        level: best[key] for level, key in zip(levels, keys, strict=True) if len(by_key[key]) > 1
    }


def _iso(cells: "pd.Series[Any]", order: DateOrder) -> "pd.Series[Any]":
    days = days_of(list(cells.cat.categories), order)
    return recoded(cells, [None if np.isnat(day) else str(day) for day in days])


def _without(cells: "pd.Series[Any]", told: Sequence[str]) -> "pd.Series[Any]":
    """Return a category without the texts that were told to mean missing."""
    folded = {spelling_key(text) for text in told}
    if not folded:
        return cells
    levels = list(cells.cat.categories)
    return recoded(cells, [None if spelling_key(level) in folded else level for level in levels])


def _without_numbers(cells: "pd.Series[Any]", told: Sequence[str]) -> "pd.Series[Any]":
    """Return numbers without those that were told to mean missing."""
    parsed = (number_of(text, "point") for text in told)
    numbers = [number for number in parsed if number is not None]
    if not numbers or not cells.isin(numbers).any():
        return cells
    return cells.astype("float64").mask(cells.isin(numbers))


def _like(
    name: str, cells: "pd.Series[Any]", column: ColumnReading, decimal: Decimal | None
) -> tuple["pd.Series[Any]", list[Change]]:
    if column.kind == "number":
        return _numbers_like(name, cells, column, decimal)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        cells = as_category(cells)
    cells = _without(cells, column.missing)
    levels = list(cells.cat.categories)
    if column.kind == "date":
        assert column.order is not None
        iso = _iso(cells, column.order)
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
        return as_number(_without_numbers(cells, column.missing))[0], []
    cells = _without(cells, column.missing)
    levels = list(cells.cat.categories)
    numbers = look_at(levels)
    decimal = column.decimal or decimal
    values = numbers.values(decimal or "point").astype(np.float64)
    other_unit = [bool(unit) and unit != column.unit for unit in numbers.units]
    values[np.array(other_unit, dtype=bool)] = np.nan
    values[np.abs(values) > LARGEST_NUMBER] = np.nan
    found = number_of_levels(cells, values)
    changes = sentences.misread(name, cells, found, "a number")
    in_doubt = np.append(numbers.is_ambiguous, False)[cells.cat.codes]
    if decimal is None and in_doubt.any():
        changes.append(sentences.two_ways(name, int(in_doubt.sum())))
    return found, changes
