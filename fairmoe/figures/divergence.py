"""How far the groups' attention lies apart, which columns make it so, and whether it is chance."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fairmoe._escape import escape_html
from fairmoe.figures.attention import GREY, MOST_COLUMNS, column_axis
from fairmoe.figures.palette import PATTERN, TEMPLATE, Style

NOISE = 1e-9
"""A distance, in bits, no larger than rounding makes of none at all."""

_NULL_BINS = 40
_HEIGHT = 460


def divergence_figure(parts: "pd.Series[float]", style: Style) -> go.Figure:
    """Draw what each column adds to the distance between the groups' attention.

    Args:
        parts: As `fairmoe.analysis.attention.divergence_parts` returns it. Drawn are the first
            `MOST_COLUMNS`, and the sum of the others.
        style: Of the model.
    """
    values = parts.iloc[:MOST_COLUMNS]
    names = [str(column) for column in values.index]
    left = parts.iloc[MOST_COLUMNS:]
    drawn = [100 * float(value) for value in values] + [100 * float(left.sum())] * bool(len(left))
    names += [f"{len(left)} other columns"] * bool(len(left))
    figure = go.Figure()
    figure.add_bar(
        x=drawn,
        y=list(range(len(drawn))),
        orientation="h",
        marker={"color": style.colour, "pattern": {**PATTERN, "shape": style.pattern}},
        text=[f"{value:.2f}" for value in drawn],
        textposition="outside",
        cliponaxis=False,
        customdata=[escape_html(name) for name in names],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    figure.update_layout(
        template=TEMPLATE,
        title="Which columns make the attention distance?",
        height=_HEIGHT,
        showlegend=False,
        margin={"r": 70},
    )
    figure.update_xaxes(title="part of the attention distance")
    figure.update_yaxes(**column_axis(names))
    return figure


def null_figure(shuffled: NDArray[np.float64], observed: float, style: Style) -> go.Figure:
    """Draw the distances that groups drawn at random would show, and the observed one.

    Args:
        shuffled: The distance under each shuffling of the groups, in bits.
        observed: The distance as it is.
        style: Of the model.
    """
    counts, ends = np.histogram(100 * shuffled, _NULL_BINS)
    figure = go.Figure()
    figure.add_bar(
        x=(ends[:-1] + ends[1:]) / 2,
        y=counts,
        width=np.diff(ends),
        marker={"color": GREY},
        hovertemplate="about %{x:.2f} pp: %{y} shufflings<extra></extra>",
    )
    figure.add_vline(
        x=100 * observed,
        line={"color": style.colour, "width": 3, "dash": "dash"},
        annotation={
            "text": f"observed: {100 * observed:.2f}",
            "font": {"size": 13},
            # The words stay inside the figure on whichever side the line is.
            "xanchor": "left" if 200 * observed < ends[-1] else "right",
            "yanchor": "bottom",
        },
    )
    figure.update_layout(
        template=TEMPLATE,
        title="Could the distance be chance?",
        height=_HEIGHT,
        showlegend=False,
        bargap=0,
        margin={"t": 84},
    )
    figure.update_xaxes(
        title="attention distance with shuffled groups",
        range=[0, 105 * max(observed, float(shuffled.max()))],
    )
    figure.update_yaxes(title="shufflings")
    return figure
