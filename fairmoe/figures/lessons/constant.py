"""Lesson 8: the final score of a constant beside a mixture's."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe._units import written
from fairmoe.figures.lessons.spread import GREY
from fairmoe.figures.palette import MODEL_STYLES, PATTERN, TEMPLATE
from fairmoe.names import METRICS, SUMMARY

_PARTS = [name for name in SUMMARY if name != "final_score"]
_MODELS = ("mixture", "constant")


def constant_figure(scores: pd.DataFrame, base_rate: float) -> go.Figure:
    """Draw the final score by base rate, and what it is made of at one of them.

    Args:
        scores: A row per `base_rate`, `model` and `seed`.
        base_rate: The one to take apart.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        horizontal_spacing=0.12,
        subplot_titles=["Final score", f"Its parts at a base rate of {base_rate:.0%}"],
    )
    for model in _MODELS:
        style = MODEL_STYLES[model]
        own = scores[scores["model"] == model]
        final = 100 * own.groupby("base_rate")["final_score"].agg(["mean", "min", "max"])
        figure.add_scatter(
            name=style.label,
            x=100 * final.index,
            y=final["mean"],
            mode="lines+markers",
            line={"color": style.colour, "dash": style.dash, "width": 2},
            marker={"color": style.colour, "symbol": style.symbol, "size": 10},
            error_y=_ranges(final, style.colour),
            legendgroup=model,
            hovertemplate="%{x:.0f}% positive: %{y:.1f}<extra>%{fullData.name}</extra>",
            row=1,
            col=1,
        )
        parts = 100 * own.loc[own["base_rate"] == base_rate, _PARTS].agg(["mean", "min", "max"])
        figure.add_bar(
            name=style.label,
            x=[METRICS[name].label for name in _PARTS],
            y=parts.loc["mean"],
            marker={"color": style.colour, "pattern": {**PATTERN, "shape": style.pattern}},
            error_y=_ranges(parts.T, GREY),
            text=parts.loc["mean"].map(written),
            textposition="outside",
            legendgroup=model,
            showlegend=False,
            hovertemplate="%{x}: %{y:.1f}<extra>%{fullData.name}</extra>",
            row=1,
            col=2,
        )
    figure.add_vline(
        x=100 * base_rate, line={"color": GREY, "dash": "dot", "width": 1.5}, row=1, col=1
    )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="Does saying the same of everyone win?",
        barmode="group",
        height=420,
        margin={"t": 88},
        legend={"y": -0.2},
    )
    figure.update_xaxes(title="base rate: share of positives", ticksuffix="%", row=1, col=1)
    highest = 100 * float(scores.loc[scores["base_rate"] == base_rate, "utility"].max())
    figure.update_yaxes(range=[0, 1.18 * highest], ticksuffix="%", row=1, col=2)
    return figure


def _ranges(frame: pd.DataFrame, colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": frame["max"] - frame["mean"],
        "arrayminus": frame["mean"] - frame["min"],
        "color": colour,
        "thickness": 1.4,
        "width": 5,
    }
