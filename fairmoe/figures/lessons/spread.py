"""Values of several seeds in words and as marks."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from fairmoe._units import suffix
from fairmoe.figures.palette import Style

GREY = "#7A8794"
FAINT = 0.35


def spread(values: Iterable[float], unit: str = "%", digits: int = 1) -> str:
    """Return the mean of some seeds and their range.

    Args:
        values: One for each seed, 1 for the whole.
        unit: "%" or "pp".
        digits: After the point.

    Example:
        >>> spread([0.1, 0.13, 0.13]), spread([0.5])
        ('12.0% (10.0 to 13.0)', '50.0%')
    """
    percent = [100 * value for value in values if not math.isnan(value)]
    mean = f"{sum(percent) / len(percent):.{digits}f}{suffix(unit)}"
    if len(percent) == 1:
        return mean
    return f"{mean} ({min(percent):.{digits}f} to {max(percent):.{digits}f})"


def range_of(values: Iterable[float]) -> tuple[float, float, float]:
    """Return the mean, and how far the least and the greatest value lie from it."""
    known = list(values)
    mean = sum(known) / len(known)
    return mean, mean - min(known), max(known) - mean


def add_seeds(
    figure: go.Figure,
    x: Iterable[float] | Iterable[str],
    y: Iterable[float] | Iterable[str],
    style: Style,
    *,
    chosen: bool,
    name: str,
    **place: Any,
) -> None:
    """Add one mark per seed, faint unless it belongs to what is chosen."""
    figure.add_scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        name=name,
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 13 if chosen else 9,
            "opacity": 1.0 if chosen else FAINT,
            "line": {"color": GREY, "width": 1.5 if chosen else 0},
        },
        cliponaxis=False,
        showlegend=False,
        hovertemplate=f"{name}: %{{x:.1f}}, %{{y:.1f}}<extra></extra>",
        **place,
    )


def seeds_table(frame: pd.DataFrame, by: Sequence[str], columns: Iterable[str]) -> pd.DataFrame:
    """Return mean, least and greatest value over the seeds.

    Args:
        frame: A row per seed of everything that `by` tells apart.
        by: Columns that become the index; NaN is a value like any other.
        columns: What is summarised.

    Returns:
        For each of `columns` its mean under its own name, and the ends of its range under its name
        with `_low` and `_high`.
    """
    grouped = frame.groupby(list(by), dropna=False, sort=False)
    parts = {}
    for column in columns:
        parts[column] = grouped[column].mean()
        parts[f"{column}_low"] = grouped[column].min()
        parts[f"{column}_high"] = grouped[column].max()
    return pd.DataFrame(parts)
