"""The columns of a table as inputs of a model in ONNX, and how the graph encodes them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.analysis import reading_of
from fairmoe.data import MISSING, Table
from fairmoe.data.codes import (
    MAX_SPREADS,
    CategoryCode,
    Code,
    DateCode,
    NumberCode,
    dates_of,
    numbers_in,
)
from fairmoe.data.kinds import as_category
from fairmoe.data.reading.again import interpret_like
from fairmoe.data.table import check_columns
from fairmoe.exports.graph import Graph
from fairmoe.runs import Run

OUTPUTS = ("probability", "decision", "gate_weights", "expert_probabilities")
_FIRST_MARCH = 719_468
"""Days from the first of March of the year 0, where years of the calendar begin, to 1970."""


def input_names(run: Run) -> tuple[str, ...]:
    """Return how the inputs of a run's model in ONNX are called, in the order of its columns."""
    taken = {*OUTPUTS, *run.encoder.columns}
    names = []
    for column in run.encoder.columns:
        name = column
        while not name or name in OUTPUTS or (name != column and name in taken):
            name += "_"
        taken.add(name)
        names.append(name)
    return tuple(names)


def onnx_inputs(run: Run, table: Table) -> dict[str, NDArray[Any]]:
    """Return the rows of a table as a run's model in ONNX takes them, by the names of its inputs.

    Columns are read as those of the table that the run was trained on, as `predict_rows` does.

    Args:
        run: The run.
        table: Any rows with the columns that the models see.

    Raises:
        InvalidInputError: Columns are missing.
    """
    check_columns(table.frame, run.encoder.columns)
    cells = interpret_like(table.raw, reading_of(run)).cells
    frame = pd.DataFrame(cells, index=table.frame.index)
    return {
        name: _column(code, frame[code.column])[:, None]
        for code, name in zip(run.encoder.codes, input_names(run), strict=True)
    }


def _column(code: Code, values: "pd.Series[Any]") -> NDArray[Any]:
    if isinstance(code, NumberCode):
        return numbers_in(values, code.column).to_numpy(np.float64)
    if isinstance(code, CategoryCode):
        texts = as_category(values).astype("str").fillna(MISSING)
        return texts.to_numpy(dtype=object)
    days = dates_of(values).astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))


def encode(graph: Graph, code: Code, name: str) -> tuple[list[str], str]:
    """Return the encoded columns of a source column, and whether it is known, 1 or 0."""
    if isinstance(code, NumberCode):
        values = graph.input(name, np.float64)
        return _number(graph, code, values), _given(graph, values)
    if isinstance(code, CategoryCode):
        return _category(graph, code, graph.input(name, str))
    days = graph.input(name, np.float64)
    return _date(graph, code, days), _given(graph, days)


def _given(graph: Graph, values: str) -> str:
    return graph("Cast", graph("Not", graph("IsNaN", values)), to=graph.kind("DOUBLE"))


def _number(graph: Graph, code: NumberCode, values: str) -> list[str]:
    missing = graph("IsNaN", values)
    filled = graph("Where", missing, graph.constant(code.median), values)
    centred = graph("Sub", filled, graph.constant(code.center))
    scaled = graph("Div", centred, graph.constant(code.spread))
    least, most = graph.constant(-MAX_SPREADS), graph.constant(MAX_SPREADS)
    encoded = [graph("Clip", scaled, least, most)]
    if code.indicator:
        encoded.append(graph("Cast", missing, to=graph.kind("DOUBLE")))
    return encoded


def _category(graph: Graph, code: CategoryCode, values: str) -> tuple[list[str], str]:
    width = len(code.names)
    # One row more, of zeros, for what is no level.
    rows = np.concatenate([np.eye(width), np.zeros((1, width))])
    other = len(code.levels) if code.rare else width
    levels = {level: place for place, level in enumerate(code.levels)}
    # LabelEncoder needs a key, which may be a level that has no column.
    place = _look_up(graph, values, levels or {MISSING: other}, other)
    flat = graph("Squeeze", place, graph.constant([1], np.int64))
    seen = dict.fromkeys({*code.levels, *code.rare} - {MISSING}, 1)
    known = _look_up(graph, values, seen or {MISSING: 0}, 0)
    block = [graph("Gather", graph.constant(rows), flat, axis=0)] if width else []
    return block, graph("Cast", known, to=graph.kind("DOUBLE"))


def _look_up(graph: Graph, values: str, places: dict[str, int], other: int) -> str:
    ordered = sorted(places.items())
    return graph(
        "LabelEncoder",
        values,
        domain="ai.onnx.ml",
        keys_strings=[key for key, _ in ordered],
        values_int64s=[place for _, place in ordered],
        default_int64=other,
    )


def _date(graph: Graph, code: DateCode, days: str) -> list[str]:
    year, month = _year_and_month(graph, days)
    first = float(np.datetime64(code.first, "D").astype(np.int64))
    since = graph("Sub", days, graph.constant(first))
    numbers = [
        each
        for part, values in zip(code.parts, (year, month, since), strict=True)
        for each in _number(graph, part, values)
    ]
    # 1970 began on a Thursday.
    shifted = graph("Add", days, graph.constant(3.0))
    weeks = graph("Mul", graph.integer_part(shifted, 7.0), graph.constant(7.0))
    weekday = graph("Sub", shifted, weeks)
    each_day = graph("Equal", weekday, graph.constant(np.arange(7.0)))
    return [*numbers, graph("Cast", each_day, to=graph.kind("DOUBLE"))]


def _year_and_month(graph: Graph, days: str) -> tuple[str, str]:
    """Return year and month of days since 1970, in the proleptic Gregorian calendar.

    Years begin in March here, so that a leap day is the last of its year; 400 years have 146,097
    days.
    """

    def times(value: str, factor: float) -> str:
        return graph("Mul", value, graph.constant(factor))

    shifted = graph("Add", days, graph.constant(float(_FIRST_MARCH)))
    era = graph.integer_part(shifted, 146_097.0)
    day = graph("Sub", shifted, times(era, 146_097.0))
    leap = graph("Sub", graph.integer_part(day, 36_524.0), graph.integer_part(day, 1_460.0))
    leap = graph("Sub", leap, graph.integer_part(day, 146_096.0))
    year = graph.integer_part(graph("Add", day, leap), 365.0)
    before = graph("Add", times(year, 365.0), graph.integer_part(year, 4.0))
    before = graph("Sub", before, graph.integer_part(year, 100.0))
    of_year = graph("Sub", day, before)
    from_march = graph.integer_part(graph("Add", times(of_year, 5.0), graph.constant(2.0)), 153.0)
    next_year = graph("GreaterOrEqual", from_march, graph.constant(10.0))
    carried = graph("Cast", next_year, to=graph.kind("DOUBLE"))
    month = graph("Sub", graph("Add", from_march, graph.constant(3.0)), times(carried, 12.0))
    full_year = graph("Add", graph("Add", year, times(era, 400.0)), carried)
    return full_year, month
