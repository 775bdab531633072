"""Lesson 9: the gaps that chance alone makes."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fairmoe.figures.palette import TEMPLATE

_BINS = 40
_NEAR, _FAR = "#56B4E9", "#D55E00"


def chance_figure(gaps: pd.DataFrame, limit: float) -> go.Figure:
    """Draw how often chance makes which gap, and which share lies at or beyond a limit.

    Args:
        gaps: A row per table, with its `gap` in [0, 1].
        limit: In [0, 1].
    """
    percent = 100 * gaps["gap"].to_numpy()
    highest = max(float(percent.max()), 100 * limit * 1.1)
    # The limit is an edge, so that no bin lies on both of its sides.
    width = 100 * limit / max(1, round(100 * limit * _BINS / highest))
    edges = np.arange(0, highest + 2 * width, width)
    # A gap is a difference of fractions, which may fall a rounding error short of an edge.
    counts, _ = np.histogram(percent + 1e-9, edges)
    beyond = edges[:-1] >= 100 * limit - 1e-9
    figure = go.Figure()
    for name, part, colour, pattern in (
        ("smaller than the limit", ~beyond, _NEAR, ""),
        ("at the limit or beyond", beyond, _FAR, "/"),
    ):
        figure.add_bar(
            name=name,
            x=(edges[:-1] + width / 2)[part],
            y=(100 * counts / len(percent))[part],
            width=width,
            marker={
                "color": colour,
                "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.35},
                "line": {"width": 0},
            },
            hovertemplate="around %{x:.1f} pp: %{y:.1f}% of the tables<extra></extra>",
        )
    reach = float(np.quantile(percent, 0.95))
    figure.add_vline(
        x=reach,
        line={"color": "#7A8794", "dash": "dash", "width": 2},
        annotation={"text": f"95% of the tables<br>are below {reach:.1f} pp"},
        # Where there is more room beside the line.
        annotation_position=f"top {'left' if reach > edges[-1] / 2 else 'right'}",
    )
    figure.update_layout(
        template=TEMPLATE,
        title="How large a gap does chance make, where there is none?",
        height=400,
        barmode="overlay",
        bargap=0,
        margin={"t": 84},
        legend={"y": -0.22},
    )
    figure.update_xaxes(title="measured DP gap", ticksuffix=" pp", range=[0, edges[-1]])
    figure.update_yaxes(title="share of the tables", ticksuffix="%")
    return figure
