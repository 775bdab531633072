"""Lessons 6 and 7: what the gate is taught, and how decided it is."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe._escape import Html
from fairmoe.figures.lessons.spread import GREY
from fairmoe.figures.palette import MODEL_STYLES, PATTERN, TEMPLATE, Style
from fairmoe.names import EXPERTS

ESTIMATORS = {
    "blind": Style(Html("Reward ignores the actions"), "#8C8C8C", "solid", "x", "+"),
    "plain": Style(Html("REINFORCE, one routing, no baseline"), "#E69F00", "dash", "square", "/"),
    "baseline": Style(
        Html("REINFORCE, one routing, average as baseline"), "#009E73", "dot", "diamond", "\\"
    ),
    "rollouts": Style(
        Html("REINFORCE, several routings, leave one out"), "#CC79A7", "dashdot", "triangle-up", "x"
    ),
    "counterfactual": Style(
        Html("Rao-Blackwellised: every row's choices summed"), "#0072B2", "solid", "circle", ""
    ),
}
_BINS = 60


def gradient_figure(estimates: pd.DataFrame, truth: float) -> go.Figure:
    """Draw how the estimates of one component of the gradient are spread around the truth.

    Args:
        estimates: A row per `estimator` and draw, with its `estimate`.
        truth: What they aim at.
    """
    figure = make_subplots(
        rows=len(ESTIMATORS),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.075,
        subplot_titles=[style.label for style in ESTIMATORS.values()],
    )
    reach = float(estimates["estimate"].abs().quantile(0.99)) * 1.1
    edges = np.linspace(-reach, reach, _BINS + 1)
    for place, (name, style) in enumerate(ESTIMATORS.items(), start=1):
        values = estimates.loc[estimates["estimator"] == name, "estimate"]
        counts, _ = np.histogram(values.clip(-reach, reach), edges)
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=100 * counts / len(values),
            width=np.diff(edges),
            marker={
                "color": style.colour,
                "pattern": {**PATTERN, "shape": style.pattern},
                "line": {"width": 0},
            },
            hovertemplate="%{x:.3f}: %{y:.1f}% of the draws<extra></extra>",
            row=place,
            col=1,
        )
        mean = float(values.mean())
        figure.add_scatter(
            x=[mean],
            y=[0],
            mode="markers",
            marker={"symbol": "triangle-up", "size": 13, "color": style.colour}
            | {"line": {"color": GREY, "width": 1.5}},
            cliponaxis=False,
            hovertemplate="mean %{x:.4f}<extra></extra>",
            row=place,
            col=1,
        )
    figure.add_vline(x=truth, line={"color": "#D55E00", "dash": "dash", "width": 2})
    figure.add_annotation(
        x=truth,
        xref="x",
        y=1.0,
        yref="paper",
        yanchor="bottom",
        yshift=20,
        text="the truth",
        font={"color": "#D55E00", "size": 13},
        showarrow=False,
    )
    for annotation in figure.layout.annotations[: len(ESTIMATORS)]:
        # Above the bars, which on a phone else lie behind the words.
        annotation.update(x=0, xanchor="left", yanchor="bottom", font={"size": 13})
    figure.update_layout(
        template=TEMPLATE,
        title="How far from the truth is one estimate of what the gate should do?",
        height=520,
        showlegend=False,
        bargap=0,
        margin={"t": 84},
    )
    figure.update_yaxes(ticksuffix="%", nticks=3, rangemode="tozero")
    figure.update_xaxes(title="estimated gradient", row=len(ESTIMATORS), col=1)
    return figure


def balance_figure(usage: pd.DataFrame, certainty: pd.DataFrame) -> go.Figure:
    """Draw how much each expert is used, seed by seed, and how decided single rows are.

    Args:
        usage: A row per `seed` and `expert`, with its mean `weight`.
        certainty: A row per `seed` and bin, with its lower edge `low` and the `share` of rows.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        horizontal_spacing=0.12,
        subplot_titles=["Use of the experts, by seed", "Largest weight of each row"],
    )
    for expert in EXPERTS:
        style = MODEL_STYLES[expert]
        own = usage[usage["expert"] == expert]
        figure.add_bar(
            name=style.label,
            y=[f"seed {seed}" for seed in own["seed"]],
            x=100 * own["weight"],
            orientation="h",
            marker={"color": style.colour, "pattern": {**PATTERN, "shape": style.pattern}},
            text=[f"{value:.0%}" if value > 0.06 else "" for value in own["weight"]],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": "#111111", "weight": 600},
            hovertemplate="%{y}: %{x:.1f}%<extra>%{fullData.name}</extra>",
            row=1,
            col=1,
        )
    share = 100 * certainty.groupby("low")["share"].mean()
    width = float(np.diff(share.index).mean())
    figure.add_bar(
        x=100 * (share.index + width / 2),
        y=share,
        width=100 * width,
        marker={"color": MODEL_STYLES["mixture"].colour},
        showlegend=False,
        hovertemplate="around %{x:.0f}%: %{y:.1f}% of the rows<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="Which experts does the gate use, and how certain is it?",
        barmode="stack",
        height=310,
        bargap=0.25,
        margin={"t": 66},
        legend={"traceorder": "normal", "y": -0.24},
    )
    figure.update_xaxes(title="mean weight", ticksuffix="%", range=[0, 100], row=1, col=1)
    figure.update_xaxes(
        title="33%: undecided, 100%: certain", ticksuffix="%", range=[32, 101], row=1, col=2
    )
    figure.update_yaxes(autorange="reversed", ticksuffix="  ", row=1, col=1)
    figure.update_yaxes(title="share of the rows", ticksuffix="%", row=1, col=2)
    return figure
