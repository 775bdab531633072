"""Panels side by side that share their rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from fairmoe._escape import Html
from fairmoe.figures.palette import TEMPLATE, Style, reserve_room

_GAP = 0.04
_TOP = 92


def side_by_side(
    titles: Sequence[Html],
    *,
    title: str,
    height: int,
    rows: Mapping[str, Any],
    values: Sequence[Mapping[str, Any]],
) -> go.Figure:
    """Return a figure of empty panels, written at once: plotly takes long over each change.

    Args:
        titles: Of the panels.
        title: The question that the figure answers.
        height: In pixels.
        rows: The axis on which rows stand one below the other; its labels are at the left.
        values: The axis of values of each panel.
    """
    width = (1 - _GAP * (len(titles) - 1)) / len(titles)
    axes: dict[str, Any] = {}
    annotations = []
    for place, (text, axis) in enumerate(zip(titles, values, strict=True), start=1):
        start = (place - 1) * (width + _GAP)
        own = "" if place == 1 else str(place)
        axes[f"xaxis{own}"] = {**axis, "domain": [start, start + width], "anchor": f"y{own}"}
        shared = {} if place == 1 else {"matches": "y", "showticklabels": False}
        axes[f"yaxis{own}"] = {**rows, **shared, "anchor": f"x{own}"}
        annotations.append(
            {
                "text": text,
                "x": start,
                "y": 1,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 13},
            }
        )
    return go.Figure(
        layout={
            **axes,
            "annotations": annotations,
            "template": TEMPLATE,
            "title": title,
            "height": height,
            "showlegend": False,
            "margin": {"t": _TOP},
        }
    )


def axes_of(place: int) -> dict[str, str]:
    """Return what puts a trace into a panel.

    Args:
        place: Which panel, from 1.
    """
    own = "" if place == 1 else str(place)
    return {"xaxis": f"x{own}", "yaxis": f"y{own}"}


def add_upright(figure: go.Figure, place: int, at: float, **line: Any) -> None:
    """Draw an upright line through a panel.

    Args:
        figure: From `side_by_side`.
        place: Which panel, from 1.
        at: Where on the axis of values.
        line: How plotly is to draw it.
    """
    own = axes_of(place)
    figure.add_shape(
        type="line",
        x0=at,
        x1=at,
        y0=0,
        y1=1,
        xref=own["xaxis"],
        yref=f"{own['yaxis']} domain",
        line=line,
    )


def row_panels(
    titles: Sequence[Html],
    styles: Sequence[Style],
    *,
    title: str,
    row_height: int,
    values: Sequence[Mapping[str, Any]],
) -> go.Figure:
    """Return a figure of empty panels for `add_marks`.

    Args:
        titles: Of the panels.
        styles: Of the rows, from the top.
        title: The question that the figure answers.
        row_height: In pixels.
        values: The axis of values of each panel.
    """
    labels = [style.label for style in styles]
    figure = side_by_side(
        titles,
        title=title,
        height=152 + row_height * len(styles),
        rows={
            "type": "category",
            "ticksuffix": "  ",
            "categoryorder": "array",
            "categoryarray": labels,
            "range": [len(labels) - 0.5, -0.5],
        },
        values=values,
    )
    reserve_room(figure, labels)
    return figure


def add_marks(
    figure: go.Figure, place: int, styles: Sequence[Style], values: Any, **drawn: Any
) -> None:
    """Draw one mark per row into a panel.

    Args:
        figure: From `row_panels`.
        place: Which panel, from 1.
        styles: Of the rows.
        values: One per row.
        drawn: What else plotly is to draw of these marks.
    """
    figure.add_scatter(
        **{"mode": "markers"} | drawn,
        y=[style.label for style in styles],
        x=values,
        marker={
            "color": [style.colour for style in styles],
            "symbol": [style.symbol for style in styles],
            "size": 12,
        },
        **axes_of(place),
    )
