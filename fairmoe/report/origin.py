"""Why: through which columns the gap comes, with the plain model and with the mixture."""

import pandas as pd

from fairmoe.analysis.gap_sides import side_in_words
from fairmoe.figures.bars import signed
from fairmoe.figures.gap_sources import waterfall
from fairmoe.report.blocks import Block, Grid, Picture, Text
from fairmoe.report.findings import Findings, GapOrigin
from fairmoe.report.statements import drawn_from_test
from fairmoe.sentences.gap_sources import (
    ALL_TOGETHER,
    GAP_IN_BRIEF,
    PANELS,
    accuracy_of_sum,
    gap_axis,
    gap_source,
)


def gap_origin(found: Findings) -> list[Block]:
    """Return the waterfall of the gap between two groups, and what it says; nothing without rows.

    Where a group has too few rows for it, it is only said so.
    """
    origin = found.origin
    if origin is None:
        return []
    run = found.run
    one, other = found.people[origin.one], found.people[origin.other]
    told = gap_source(origin.sources.parts, origin.sources.totals, one, other)
    sides = (list(run.data.groups).index(name) for name in (origin.one, origin.other))
    told = f"{told} {side_in_words(run, *sides)}".rstrip()
    said: list[Block] = [Text(told, "Where the gap comes from.")]
    if origin.drawn.totals.isna().any(axis=None):
        return said
    picture = waterfall(
        origin.drawn.parts,
        origin.drawn.totals,
        PANELS,
        total=ALL_TOGETHER,
        axis=gap_axis(run.good_and_bad[0], origin.one, origin.other),
        alt=told,
    )
    explained = f"{GAP_IN_BRIEF} {accuracy_of_sum(origin.sources.totals)}"
    return [
        *said,
        Picture(picture, f"{drawn_from_test(found)} {explained}", grid=_grid(origin)),
    ]


def _grid(origin: GapOrigin) -> Grid:
    parts = origin.sources.parts
    return Grid(
        f"What comes through each column, in log-odds, {origin.one} less {origin.other}, with 95% "
        "intervals",
        ("Column", *PANELS.values()),
        tuple(
            (str(column), *(_cell(row, name) for name in PANELS))
            for column, row in parts.iterrows()
        ),
    )


def _cell(row: "pd.Series[float]", name: str) -> str:
    value, low, high = (signed(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return value if pd.isna(row[f"{name}_low"]) else f"{value} ({low} to {high})"
