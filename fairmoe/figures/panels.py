"""Panels side by side that share their rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from fairmoe._escape import Html
from fairmoe.figures.palette import TEMPLATE

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
