"""Points that are single rows: how many are drawn, and how, so that none hides the others."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fairmoe.figures.palette import Style, group_styles

MOST_POINTS = 5000
ROUNDING = 1e-6
"""Shares that lie no farther apart differ by rounding."""

SAME = 0.0005
"""Shares that lie no farther apart read the same, to a tenth of a point."""

_MANY = 1500


def sampled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, or `MOST_POINTS` of them drawn at random, the same each time."""
    return rows if len(rows) <= MOST_POINTS else rows.sample(MOST_POINTS, random_state=0)


def largest_first(
    rows: pd.DataFrame, group_names: Sequence[str]
) -> list[tuple[int, Style, pd.DataFrame]]:
    """Return for each group its place in a legend, its style and its rows.

    The largest group comes first, so that what is drawn later covers none that is small.
    """
    styles = group_styles(group_names)
    parts = [
        (rank, style, rows[rows["group"] == name])
        for rank, (name, style) in enumerate(zip(group_names, styles, strict=True), start=1)
    ]
    return sorted(parts, key=lambda part: -len(part[2]))


def marker_of_rows(style: Style, drawn: int) -> dict[str, Any]:
    """Return a marker for points of single rows, small and sheer where there are many."""
    size, opacity = (4, 0.5) if drawn > _MANY else (7, 0.75)
    return {
        "color": style.colour,
        "symbol": style.symbol,
        "size": size,
        "opacity": opacity,
        "line": {"width": 0},
    }
