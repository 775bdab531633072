"""Cells as a file has them -> columns of numbers, categories, dates and long texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from fairmoe.data.kinds import (
    ColumnKind,
    as_category,
    as_number,
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
from fairmoe.data.reading.dates import find_order
from fairmoe.data.reading.missing import are_marks, sentinel_of
from fairmoe.data.reading.numbers import (
    DECIMALS,
    Decimal,
    NumberTexts,
    hardly_numbers,
    look_at,
)
from fairmoe.data.reading.raw import RawTable
from fairmoe.data.reading.record import Change, ColumnReading, Reading, ReadOptions
from fairmoe.progress import OnProgress, Progress, ignore_progress

MIN_WORDS = 4.0
MIN_TEXT_SHARE = 0.5
MIN_TEXTS = 20
MAX_ALIKE_LEVELS = 20_000


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


def interpret(
    raw: RawTable, options: ReadOptions, on_progress: OnProgress = ignore_progress
) -> Columns:
    """Decide what each column is, by its own texts and, where these leave a doubt, by all others.

    Whether a comma or a point is the decimal sign is a matter of the file: columns that can be read
    in one way only decide for those that could be read in two.

    Raises:
        InvalidInputError: A column that was told to hold numbers or dates holds other texts.
    """
    steps = 2 * len(raw.cells)
    looks = {}
    for done, (name, cells_of_one) in enumerate(raw.cells.items()):
        on_progress(Progress("read", done, steps))
        looks[name] = _look(name, cells_of_one, raw, options)
    shown = frozenset[Decimal](["point"] if raw.points else []).union(
        *(look.shown for look in looks.values())
    )
    decided = options.decimal or (next(iter(shown)) if len(shown) == 1 else None)
    cells: dict[str, pd.Series[Any]] = {}
    columns: dict[str, ColumnReading] = {}
    changes = list(raw.changes)
    for done, (name, look) in enumerate(looks.items(), start=len(looks)):
        on_progress(Progress("read", done, steps))
        kind = options.kinds.get(name)
        if look.numbers is not None:
            cells[name], columns[name], more = _number(name, look, decided, raw.comma)
        elif pd.api.types.is_numeric_dtype(look.cells.dtype):
            cells[name], columns[name], more = _plain_number(name, look, raw, kind)
        else:
            cells[name], columns[name], more = _texts(name, look, raw, options)
        changes += look.changes + more
    return Columns(cells, Reading(decided, columns, options), tuple(changes))


def _look(name: str, cells: "pd.Series[Any]", raw: RawTable, options: ReadOptions) -> _Look:
    told = options.missing_in(name)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        given = without_numbers(cells, told)
        # Eight digits may be a day; only who knows the column can tell.
        is_date = options.kinds.get(name) == "date"
        return _Look(as_category(given) if is_date else given, told=told)
    look = _Look(without_texts(cells, told), told=told)
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
            return (
                iso_dates(cells, order),
                reading,
                [sentences.date(name, order, in_doubt=in_doubt)],
            )
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
