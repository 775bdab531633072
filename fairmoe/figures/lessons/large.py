"""A figure as a room full of people can read it."""

from typing import Any

import plotly.graph_objects as go

_FACTOR = 1.35
_SIZED = ("size",)
_ROOM = ("t", "b", "l", "r")


def enlarged(figure: go.Figure) -> go.Figure:
    """Return a copy of a figure with letters, marks and margins a third larger."""
    layout = figure.layout.to_plotly_json()
    template = layout.pop("template", None)
    # Traces as they are: as JSON their numbers would be bytes.
    large = go.Figure(data=figure.data, layout=_scaled(layout))
    for trace in large.select_traces(selector={"type": "scatter"}):
        if isinstance(trace.marker.size, int | float):
            trace.marker.size *= _FACTOR
    if template is not None:
        large.update_layout(template=template)
    base = (template or {}).get("layout", {}).get("font", {}).get("size", 13)
    # The page's theme has sizes of its own for all that is not named here.
    size = {"size": _FACTOR * base}
    large.update_layout(font=size, legend={"font": size}, title={"font": size})
    for change in (large.for_each_xaxis, large.for_each_yaxis):
        change(lambda axis: axis.update(tickfont=size, title={"font": size}))
    return large


def _scaled(part: Any, name: str = "") -> Any:
    if isinstance(part, dict):
        return {key: _scaled(value, _known(name, key)) for key, value in part.items()}
    if isinstance(part, list):
        return [_scaled(value, name if name != "size" else "") for value in part]
    if isinstance(part, tuple):
        return tuple(_scaled(value) for value in part)
    if isinstance(part, int | float) and name in (*_SIZED, *_ROOM):
        return _FACTOR * part
    return part


def _known(parent: str, key: str) -> str:
    """Return a key, unless it means something else where it stands."""
    return "" if key in _ROOM and parent != "margin" else key
