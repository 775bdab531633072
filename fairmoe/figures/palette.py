"""One colour per model and per group in the whole app, each with a second channel beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.names import FAIRLEARN_METHODS, MODELS


@dataclass(frozen=True)
class Style:
    """How one model or group is drawn, wherever it is drawn.

    Attributes:
        label: Its name as figures show it.
        colour: From the palette of Okabe and Ito, which colour-blind readers tell apart.
        dash: For its line.
        symbol: For its markers.
        pattern: For its bars.
    """

    label: Html
    colour: str
    dash: str
    symbol: str
    pattern: str


_MODELS = {
    "mixture": ("#0072B2", "solid", "circle", ""),
    "utility": ("#E69F00", "dash", "square", "/"),
    "result": ("#009E73", "dot", "diamond", "\\"),
    "procedural": ("#CC79A7", "dashdot", "triangle-up", "x"),
    "uniform": ("#56B4E9", "longdash", "cross", "-"),
    "constant": ("#8C8C8C", "longdashdot", "x", "+"),
    "logistic": ("#D55E00", "5px,2px", "star", "."),
    "existing": ("#7A4FD0", "9px,2px,2px,2px", "hexagram", "|"),
}
_PEERS = {
    "exponentiated_gradient": ("#A6761D", "solid", "triangle-down", ""),
    "threshold_optimizer": ("#8064B0", "solid", "pentagon", ""),
    "adversarial": ("#6B8E23", "solid", "hourglass", ""),
}
MODEL_STYLES: dict[str, Style] = {
    model: Style(escape_html(label), *_MODELS[model]) for model, label in MODELS.items()
}
PEER_STYLES: dict[str, Style] = {
    method: Style(escape_html(f"{label} (Fairlearn)"), *_PEERS[method])
    for method, label in FAIRLEARN_METHODS.items()
    if method in _PEERS
}
"""Methods of others, where they are drawn beside ours."""

PATTERN = {"fillmode": "overlay", "solidity": 0.2, "fgopacity": 0.35}

_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#8064B0",
    "#8A6B2E",
)
"""Okabe and Ito's, and two that stand apart from them, for a seventh and an eighth group."""

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "12px,3px,3px,3px,3px,3px")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "hexagon")
_PATTERNS = ("", "/", ".", "x", "-", "+", "\\")

_WIDEST = 280
_WIDE_LETTERS = 0x2E80

_AXIS = {
    "gridcolor": "rgba(128,128,128,0.22)",
    "zerolinecolor": "rgba(128,128,128,0.5)",
    "automargin": True,
}

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        colorway=_COLOURS,
        font={"family": "Source Sans, Segoe UI, Helvetica, Arial, sans-serif", "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis=_AXIS,
        yaxis=_AXIS,
        margin={"l": 8, "r": 20, "t": 64, "b": 8},
        title={"x": 0, "xanchor": "left", "yref": "container", "y": 0.97, "yanchor": "top"},
        legend={"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        bargap=0.3,
    )
)


def reserve_room(figure: go.Figure, labels: Sequence[Html], *, below: int = 34) -> None:
    """Set aside room for the labels of the axes, which else a browser finds by drawing twice.

    Labels too long for that keep the room that the browser finds.

    Args:
        figure: A figure of horizontal rows, changed in place.
        labels: Of its rows.
        below: For what is under the panels, in pixels.
    """
    widest = max(map(_pixels, labels), default=0)
    if widest <= _WIDEST:
        # Ticks that a narrow panel would turn need more room than there is.
        figure.update_xaxes(automargin=False, tickangle=0)
        figure.update_yaxes(automargin=False)
        figure.update_layout(margin={"l": 13 + widest, "b": below})


def _pixels(label: str) -> int:
    """Return about how wide a label is drawn at 13 pixels; rather too much than too little."""
    return max(
        round(sum(_width(letter) for letter in unescape(line))) for line in label.split("<br>")
    )


def _width(letter: str) -> float:
    if ord(letter) > _WIDE_LETTERS or letter in "@—%":
        return 14
    if letter.isupper() or letter in "mw":
        return 12 if letter in "MW" else 11
    return 7.3


def group_styles(names: Sequence[str]) -> tuple[Style, ...]:
    """Return the style of each group, in the order of the group ids.

    The cycles of colours and of all else differ in length, so that eight groups differ in colour
    and 56, more than can be compared, in colour or in all else.
    """
    return tuple(
        Style(
            escape_html(name),
            _COLOURS[i % len(_COLOURS)],
            _DASHES[i % len(_DASHES)],
            SYMBOLS[i % len(SYMBOLS)],
            _PATTERNS[i % len(_PATTERNS)],
        )
        for i, name in enumerate(names)
    )
