"""The methods of others beside a front, on axes that show what is near it."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe.figures.palette import PEER_STYLES
from fairmoe.figures.ticks import up_to_a_tick

_NEAR = 0.5
"""By how much of what is ours the axes reach beyond it to take in others."""

_MARGIN = 0.06
_LEAST = 0.02


def add_peers(
    figure: go.Figure, points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame
) -> None:
    """Draw the methods of others, and fit the gap to ours and to those of them that are near.

    Args:
        figure: As `front_figure` draws it of the points and the models beside them.
        points: Of the front.
        beside: Of the models.
        peers: One row a fit: `method`, a key of `PEER_STYLES`, `gap` and `accuracy` in [0, 1], and
            `detail` to be told of it.
    """
    known = peers.dropna(subset=["gap", "accuracy"])
    for method, fits in known.groupby("method", sort=False):
        style = PEER_STYLES[str(method)]
        figure.add_scatter(
            x=100 * fits["gap"],
            y=100 * fits["accuracy"],
            text=fits["detail"],
            name=style.label,
            mode="markers",
            marker={"symbol": style.symbol, "size": 10, "color": style.colour, "opacity": 0.85},
            hovertemplate="%{fullData.name}<br>%{text}<br>accuracy %{y:.1f}%, gap %{x:.1f} pp"
            "<extra></extra>",
        )
    figure.update_xaxes(range=[100 * end for end in _ends(points, beside, known, "gap")])


def fit_accuracy(
    figure: go.Figure, points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame
) -> None:
    """Fit the axis of the accuracy likewise, up to a label above all points; see `add_peers`."""
    low, high, step = _accuracies(points, beside, peers.dropna(subset=["gap", "accuracy"]))
    if low < high:
        figure.update_yaxes(range=[low, high], dtick=step)


def outside(points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    """Return the fits of others that lie beyond the axes; see `add_peers`."""
    known = peers.dropna(subset=["gap", "accuracy"])
    low, high, _ = _accuracies(points, beside, known)
    inside = (100 * known["accuracy"]).between(low, high)
    inside &= known["gap"].between(*_ends(points, beside, known, "gap"))
    return known[~inside]


def _accuracies(
    points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame
) -> tuple[float, float, float]:
    """Return the ends of the axis of the accuracy and the step of its ticks, in percent."""
    low, high = (100 * end for end in _ends(points, beside, peers, "accuracy"))
    return up_to_a_tick(low, high) if low < high else (low, high, high)


def _ends(
    points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame, name: str
) -> tuple[float, float]:
    """Return the ends of an axis; that of the gap begins at 0, with room for the marks there."""
    parts = [points[name], points[f"{name}_low"], points[f"{name}_high"], beside[name]]
    own = pd.concat(parts).dropna()
    low, high = (0.0 if name == "gap" else own.min()), own.max()
    reach = max(high - low, _LEAST)
    near = peers[name][peers[name].between(low - _NEAR * reach, high + _NEAR * reach)]
    low, high = min([low, *near]), max([high, *near])
    margin = _MARGIN * max(high - low, _LEAST)
    return low - margin, high + margin
