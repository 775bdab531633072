"""The methods of others beside a front, on axes that show what is near it."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe.figures.palette import PEER_STYLES

_NEAR = 0.5
"""By how much of what is ours the axes reach beyond it to take in others."""

_MARGIN = 0.06
_LEAST = 0.02


def add_peers(
    figure: go.Figure, points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame
) -> None:
    """Draw the methods of others, and fit the axes to ours and to those of them that are near.

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
    figure.update_yaxes(range=[100 * end for end in _ends(points, beside, known, "accuracy")])


def outside(points: pd.DataFrame, beside: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    """Return the fits of others that lie beyond the axes; see `add_peers`."""
    known = peers.dropna(subset=["gap", "accuracy"])
    inside = pd.Series(data=True, index=known.index)
    for name in ("gap", "accuracy"):
        inside &= known[name].between(*_ends(points, beside, known, name))
    return known[~inside]


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
