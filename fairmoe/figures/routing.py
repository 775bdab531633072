"""How a gate shares its weight: by group, row by row, along a column and over training."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.figures.bars import Row, bar_rows, interval_point
from fairmoe.figures.curves import Line
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE, group_styles
from fairmoe.figures.points import largest_first, marker_of_rows
from fairmoe.names import EXPERTS, MODELS

_THIRD = 1 / len(EXPERTS)
_GREY = "rgba(128,128,128,0.8)"
_EVERYONE = "#7A8794"
WEIGHTS_ASKED = "Whose opinion counts how much for each group?"


def weights_bars(weights: pd.DataFrame, *, alt: str) -> Html:
    """Draw the mean weight of each expert, for everyone and by group, with intervals.

    Args:
        weights: As `fairmoe.analysis.routing.weights_by_group` returns it.
        alt: What a screen reader says.
    """
    styles = group_styles([str(name) for name in weights.index[1:]])
    colours = [_EVERYONE, *(style.colour for style in styles)]
    rows = [
        Row(
            str(name) if place else "everyone",
            [
                interval_point(
                    100 * float(own[expert]),
                    (100 * float(own[f"{expert}_low"]), 100 * float(own[f"{expert}_high"])),
                    colours[place],
                    unit="%",
                )
                for expert in EXPERTS
            ],
        )
        for place, (name, own) in enumerate(weights.iterrows())
    ]
    heads = [MODELS[expert] for expert in EXPERTS]
    return bar_rows(heads, rows, foot="", alt=alt, limit=100 * _THIRD)


def triangle_figure(rows: pd.DataFrame, group_names: Sequence[str], *, zoom: bool) -> go.Figure:
    """Draw each row in the triangle of the three experts; a corner is all the weight on one.

    Args:
        rows: As `fairmoe.analysis.routing.routed_rows` returns them, not more than `MOST_POINTS`.
        group_names: A name for each group, with or without rows.
        zoom: Show only the part of the triangle that holds the points.

    Returns:
        Every point carries the position of its row in the table as `customdata`.
    """
    figure = go.Figure()
    for rank, style, own in largest_first(rows, group_names):
        a, b, c = (100 * own[f"weight_{expert}"] for expert in EXPERTS)
        figure.add_scatterternary(
            name=style.label,
            legendrank=rank,
            a=a,
            b=b,
            c=c,
            mode="markers",
            marker=marker_of_rows(style, len(rows)),
            customdata=own["row"],
            hovertemplate=(
                "utility %{a:.1f}%<br>result %{b:.1f}%<br>"
                "procedural %{c:.1f}%<extra>%{fullData.name}</extra>"
            ),
        )
    corners = {}
    for axis, expert in zip("abc", EXPERTS, strict=True):
        lowest = 100 * float(rows[f"weight_{expert}"].min()) if zoom else 0.0
        corners[f"{axis}axis"] = {
            "title": {
                # On a phone there is no room for "expert" beside the right corner.
                "text": expert.capitalize(),
                "font": {"color": MODEL_STYLES[expert].colour, "size": 14},
            },
            "min": max(0.0, math.floor(lowest) - 1),
            "ticksuffix": "%",
            "nticks": 5,
            "gridcolor": "rgba(128,128,128,0.3)",
            "linecolor": _GREY,
        }
    figure.update_layout(
        template=TEMPLATE,
        title="Where does each row stand between the three experts?",
        height=500,
        ternary={"sum": 100, "bgcolor": "rgba(0,0,0,0)", **corners},
        legend={"y": -0.08, "itemsizing": "constant"},
        margin={"t": 100, "l": 60, "r": 60, "b": 30},
    )
    return figure


def usage_figure(lines: Sequence[Line]) -> go.Figure | None:
    """Draw how the use of each expert moved while the gate learned.

    Args:
        lines: The recorded figures; those named "usage of" an expert are drawn.

    Returns:
        The figure, or None if no usage was recorded.
    """
    usage = usage_by_expert(lines)
    if not usage:
        return None
    figure = go.Figure()
    for expert, line in usage.items():
        style = MODEL_STYLES[expert]
        figure.add_scatter(
            x=line.epochs,
            y=[100 * value for value in line.values],
            name=style.label,
            mode="lines" if len(line.epochs) > 1 else "markers",
            line={"color": style.colour, "dash": style.dash, "width": 2.5},
            marker={"color": style.colour, "symbol": style.symbol},
            hovertemplate="epoch %{x}: %{y:.1f}%<extra>%{fullData.name}</extra>",
        )
    figure.add_hline(100 * _THIRD, line={"color": _GREY, "dash": "dot"})
    figure.update_layout(
        template=TEMPLATE,
        title="Which expert did the gate come to use?",
        height=320,
        legend={"y": -0.28},
    )
    figure.update_xaxes(title="epoch of the gate")
    figure.update_yaxes(title="share of the weight", ticksuffix="%", rangemode="tozero")
    return figure


def column_figure(weights: pd.DataFrame, *, ordered: bool) -> go.Figure:
    """Draw the mean weight of each expert along a column, with intervals.

    Args:
        weights: As `fairmoe.analysis.routing.weights_by_column` returns it, named after the column.
        ordered: Whether the column is a number, so that a line may join its values.
    """
    figure = go.Figure()
    labels = [escape_html(str(name)) for name in weights.index]
    for expert in EXPERTS:
        style = MODEL_STYLES[expert]
        figure.add_scatter(
            name=style.label,
            x=labels,
            y=100 * weights[expert],
            customdata=weights["rows"],
            mode="lines+markers" if ordered else "markers",
            line={"color": style.colour, "dash": style.dash, "width": 2},
            marker={"color": style.colour, "symbol": style.symbol, "size": 10},
            error_y=_interval(weights, expert),
            hovertemplate="%{x}: %{y:.1f}% (%{customdata:,} rows)<extra>%{fullData.name}</extra>",
        )
    figure.add_hline(100 * _THIRD, line={"color": _GREY, "dash": "dot"})
    column = escape_html(str(weights.index.name))
    figure.update_layout(
        template=TEMPLATE,
        title=f"Does the routing follow {column}?",
        height=420,
        legend={"y": -0.3},
    )
    figure.update_xaxes(type="category", title=column, categoryarray=labels)
    figure.update_yaxes(title="mean gate weight", ticksuffix="%", range=_range(weights))
    return figure


def usage_by_expert(lines: Sequence[Line]) -> dict[str, Line]:
    """Return how much each expert was used, of those for which that was recorded."""
    named = {line.name: line for line in lines}
    return {e: named[f"usage of {e}"] for e in EXPERTS if f"usage of {e}" in named}


def _interval(weights: pd.DataFrame, expert: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": 100 * (weights[f"{expert}_high"] - weights[expert]),
        "arrayminus": 100 * (weights[expert] - weights[f"{expert}_low"]),
        "color": _GREY,
        "thickness": 1.6,
        "width": 5,
    }


def _range(weights: pd.DataFrame) -> tuple[float, float]:
    """Return an axis, in percent, with all intervals and a third on it, and some room."""
    lows = weights[[f"{expert}_low" for expert in EXPERTS]].to_numpy().ravel()
    highs = weights[[f"{expert}_high" for expert in EXPERTS]].to_numpy().ravel()
    low, high = float(np.nanmin([*lows, _THIRD])), float(np.nanmax([*highs, _THIRD]))
    room = max(0.1 * (high - low), 0.02)
    return 100 * (low - room), 100 * (high + room)
