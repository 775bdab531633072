"""Where decisions begin, and how many people of each group that lets through."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fairmoe._escape import escape_html
from fairmoe.figures.decisions import MOST_GROUPS
from fairmoe.figures.palette import TEMPLATE, group_styles

_STEPS = np.linspace(0, 1, 201)


def cutoffs_figure(
    proba: Mapping[str, NDArray[np.float64]], thresholds: Sequence[float], outcome: str
) -> go.Figure:
    """Draw how many of each group get the positive class at each threshold, and at its own.

    Args:
        proba: The probabilities of each group's rows, by its name; of more than `MOST_GROUPS`
            groups the largest are drawn.
        thresholds: In [0, 1], in the order of the groups.
        outcome: What the positive class is called.
    """
    figure = go.Figure()
    styles = group_styles(list(proba))
    drawn = sorted(proba, key=lambda name: -len(proba[name]))[:MOST_GROUPS]
    for (name, own), at, style in zip(proba.items(), thresholds, styles, strict=True):
        if name not in drawn or not len(own):
            continue
        ordered = np.sort(own)

        def share(
            at: float | NDArray[np.float64], ordered: NDArray[np.float64] = ordered
        ) -> NDArray[np.float64]:
            return 100 * (1 - np.searchsorted(ordered, at, side="right") / len(ordered))

        figure.add_scatter(
            name=style.label,
            x=_STEPS,
            y=share(_STEPS),
            mode="lines",
            line={"color": style.colour, "dash": style.dash, "width": 2.5},
            marker={"color": style.colour},
            hovertemplate="from %{x:.2f}: %{y:.0f}%<extra>%{fullData.name}</extra>",
        )
        figure.add_scatter(
            x=[at],
            y=[float(share(at))],
            mode="markers",
            showlegend=False,
            marker={"color": style.colour, "symbol": style.symbol, "size": 13},
            hovertemplate=f"{style.label}: cut-off %{{x:.3f}}, %{{y:.1f}}%<extra></extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title=escape_html(f"Who gets “{outcome}” at which cut-off?"),
        height=320,
        legend={"y": -0.32},
    )
    figure.update_xaxes(title="cut-off", range=[-0.02, 1.02])
    figure.update_yaxes(title=escape_html(f"given “{outcome}”"), ticksuffix="%", range=[-3, 103])
    return figure
