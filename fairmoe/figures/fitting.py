"""What lets a figure be read on a phone: a title that wraps, and panels that are wide enough."""

import re
import textwrap
from collections.abc import Iterable
from html import unescape
from typing import Any

import plotly.graph_objects as go

NARROWEST, STEP, WIDEST = 360, 60, 1200
"""A chart that needs more than a phone has lies in a box of its own, which is moved sideways."""

_LETTER, _SMALL_LETTER = 6.9, 6.3
"""Mean width of a letter in pixels, of titles and of labels of axes."""

_PANEL, _ALONE, _SPREAD = 112, 170, 520
_MANY, _ENTRY, _SHARE = 6, 19, 0.5
"""Entries of a legend; more need room, or one below the other they take more than a share of the
chart's height, so many pixels each."""
_MOST_LABEL = 280
_LINE, _LONGEST_AXIS_TITLE = 17, 40
_NODE, _BETWEEN = 18, 12
"""How wide a node of streams is drawn, and the room around labels between two of them."""
_TITLE_ROOM = 34
_ABOVE = 10
"""Between the title of a chart and those of its panels."""

_TAG = re.compile(r"<[^>]+>")


def take_title(figure: go.Figure) -> str:
    """Take a figure's title out of it, once, and let the titles of its axes wrap.

    Args:
        figure: Changed in place; what was taken stays with it for the next time.

    Returns:
        The title as plain text; empty if there was none.
    """
    layout = figure.layout
    if layout.meta is not None:
        return str(layout.meta["title"])
    title = _plain(layout.title.text or "")
    update: dict[str, Any] = {"meta": {"title": title}, "title": {"text": ""}}
    margin: dict[str, float] = {}
    saved = 0.0
    if title:
        top = max(16, (layout.margin.t or 64) - _TITLE_ROOM)
        margin["t"] = min(top, _room_above(figure) or top)
        saved = _TITLE_ROOM + top - margin["t"]
    lines = _fold_axis_titles(figure)
    if lines and layout.margin.b is not None:
        margin["b"] = layout.margin.b + _LINE * lines
    if layout.height:
        update["height"] = layout.height - saved + _LINE * lines
    if any(trace.type == "scatterternary" for trace in figure.data):
        # Its corners reserve no room of their own.
        rows = -(-len(figure.data) // 2)
        margin["b"] = (layout.margin.b or 30) + _LINE * (rows + 1)
        update["height"] = (update.get("height") or layout.height or 450) + _LINE * rows
    if layout.legend.y is None or layout.legend.y < 0:
        # At the very bottom, below whatever the axes have to say.
        update["legend"] = {"yref": "container", "y": 0.005, "yanchor": "bottom"}
    figure.update_layout(update, margin=margin)
    return title


def _room_above(figure: go.Figure) -> float:
    """Return how much room the titles of panels take above them; 0 where there are none."""
    if (figure.layout.legend.y or 0) >= 1:
        return 0
    return max(
        (
            (note.yshift or 0) + _LINE * len(_lines(note.text)) + _ABOVE
            for note in figure.layout.annotations
            if note.yref == "paper" and note.y == 1 and note.yanchor == "bottom"
        ),
        default=0,
    )


def least_width(figure: go.Figure) -> int:
    """Return how wide a figure has to be, at least, to be read, in pixels, a whole step."""
    axes = list(figure.select_xaxes())
    starts = {(axis.domain or (0, 1))[0] for axis in axes}
    drawn = {trace.type for trace in figure.data}
    if "sankey" in drawn:
        needed = _streams(figure.data[0])
    elif "scatterternary" in drawn:
        needed = float(NARROWEST)
    else:
        titles = (
            max((len(line) for line in _lines(note.text)), default=0)
            for note in figure.layout.annotations
            if not note.showarrow and note.yref == "paper"
        )
        panel = float(_PANEL if len(starts) > 1 else _ALONE)
        panel = max(panel, _LETTER * max(titles, default=0) + 10)
        needed = _left(figure) + len(starts) * panel
    named = (t for t in figure.data if getattr(t, "showlegend", False) is not False and t.name)
    entries = sum(1 for _ in named)
    if entries > _MANY and _ENTRY * entries > _SHARE * (figure.layout.height or 0):
        needed = max(needed, _SPREAD)
    return min(WIDEST, STEP * round(needed / STEP + 0.5))


def _streams(sankey: go.Sankey) -> float:
    """Return how much room streams take whose labels stand between them, in three columns."""
    source, target = set(sankey.link.source), set(sankey.link.target)
    longest = [
        max((len(_plain(sankey.node.label[place])) for place in column), default=0)
        for column in (source - target, source & target, target - source)
    ]
    between = max(longest[0], longest[1] + longest[2])
    return 3 * _NODE + 2 * (_LETTER * between + _BETWEEN)


def _left(figure: go.Figure) -> float:
    """Return about how much room the labels at the left take."""
    if figure.layout.margin.l is not None:
        return float(figure.layout.margin.l)
    labels: set[str] = set()
    for trace in figure.data:
        if getattr(trace, "orientation", None) == "h" or trace.type == "scatter":
            labels.update(_texts(trace.y))
    for axis in figure.select_yaxes():
        labels.update(_texts(axis.ticktext))
    longest = max((len(label) for label in labels), default=4)
    return min(_MOST_LABEL, 13 + _SMALL_LETTER * longest)


def _texts(values: Iterable[Any] | None) -> set[str]:
    texts = [] if values is None else values
    return {line for value in texts if isinstance(value, str) for line in _lines(value)}


def _fold_axis_titles(figure: go.Figure) -> int:
    """Break long titles of axes below a figure; return how many lines that adds."""
    added = 0
    for axis in figure.select_xaxes():
        text = axis.title.text
        if text and len(_plain(text)) > _LONGEST_AXIS_TITLE and "<" not in text:
            lines = _even_lines(text, _LONGEST_AXIS_TITLE)
            axis.title.text = "<br>".join(lines)
            added = max(added, len(lines) - 1)
    return added


def _even_lines(text: str, longest: int) -> list[str]:
    """Wrap a text into as few lines as it takes, about equally long."""
    lines = textwrap.wrap(text, longest)
    for width in range(longest - 1, 0, -1):
        shorter = textwrap.wrap(text, width, break_long_words=False)
        if len(shorter) > len(lines):
            break
        lines = shorter
    return lines


def _lines(text: str) -> list[str]:
    return [_plain(line) for line in text.split("<br>")]


def _plain(text: str) -> str:
    return unescape(_TAG.sub(" ", text)).strip()
