"""Panels side by side that share their rows, and panels that stand below one another instead."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from fairmoe._escape import Html
from fairmoe.figures.palette import TEMPLATE

_GAP = 0.04
_TOP = 92

_SHARE, _LEAST = 0.65, 150
"""How tall a panel is that stands below others, of what it was beside them, and at least."""
_LINE, _TICKS, _TITLE, _ABOVE = 17, 26, 24, 14
"""Pixels of a line of its title, of the ticks and the title of the axis above it, and of air."""


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


def below_one_another(figure: go.Figure) -> go.Figure | None:
    """Return a copy of a figure whose panels stand below one another, as a phone shows them.

    Args:
        figure: Its title was taken out before, as `fairmoe.figures.fitting.take_title` does.

    Returns:
        The copy, or None where panels do not stand in one row.
    """
    panels = _panels(figure)
    if len(panels) < 2 or len({axis.domain for _, axis in panels}) > 1:
        return None
    tall = go.Figure(figure)
    titles = _titles(tall)
    if len(titles) != len(panels):
        return None
    layout = figure.layout
    below = layout.margin.b if layout.margin.b is not None else 80
    lines = [_lines(title.text) for title in titles]
    # Side by side the titles end at one height; here the first one has room of its own.
    above = layout.margin.t - _LINE * (max(lines) - lines[0])
    each = max(_LEAST, _SHARE * (layout.height - layout.margin.t - below))
    gaps = [
        _TICKS + _TITLE * bool(x.title.text) + _ABOVE + _LINE * own
        for (x, _), own in zip(panels[:-1], lines[1:], strict=True)
    ]
    plot = each * len(panels) + sum(gaps)
    for place, ((x, y), title) in enumerate(zip(_panels(tall), titles, strict=True)):
        top = 1 - (place * each + sum(gaps[:place])) / plot
        x.domain = (0, 1)
        y.update(domain=(max(0, top - each / plot), top), showticklabels=True)
        title.update(x=0, y=top, xanchor="left", align="left")
    return tall.update_layout(height=plot + above + below, margin={"t": above})


def _panels(figure: go.Figure) -> list[tuple[Any, Any]]:
    """Return the axes of each panel, from left to right."""
    ys = {axis.plotly_name.replace("axis", ""): axis for axis in figure.select_yaxes()}
    pairs = [(x, ys[x.anchor or "y"]) for x in figure.select_xaxes()]
    return sorted(pairs, key=lambda pair: (pair[0].domain or (0, 1))[0])


def _titles(figure: go.Figure) -> list[Any]:
    """Return the titles over the panels, from left to right."""
    over = [
        note
        for note in figure.layout.annotations
        if (note.xref, note.yref, note.y, note.yanchor) == ("paper", "paper", 1, "bottom")
    ]
    return sorted(over, key=lambda note: note.x)


def _lines(text: str) -> int:
    return 1 + text.count("<br>")
