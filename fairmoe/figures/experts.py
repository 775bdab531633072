"""The trained models side by side, and what they do to each group."""

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe.figures.palette import EXPERTS, MODELS, PATTERN, TEMPLATE, group_styles
from fairmoe.figures.words import METRICS, shown

SUMMARY = ("utility", "f_res", "f_proc", "final_score")
RATES = {
    "selection_rate": "Predicted positive",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "accuracy": "Accuracy",
}
FEW_ROWS = 100
FEW_POSITIVES = 20


def scores_figure(scores: pd.DataFrame) -> go.Figure:
    """Draw utility, both gaps and the final score of every model.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
    """
    figure = make_subplots(
        rows=1,
        cols=len(SUMMARY),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=[f"{METRICS[m].label}<br>{METRICS[m].direction}" for m in SUMMARY],
    )
    styles = [MODELS[str(model)] for model in scores.index]
    for place, metric in enumerate(SUMMARY, start=1):
        values = scores[metric]
        figure.add_bar(
            y=[style.label for style in styles],
            # A bar of no length carries the words where there is no value to draw.
            x=100 * values.fillna(0),
            orientation="h",
            marker={
                "color": [style.colour for style in styles],
                "pattern": {**PATTERN, "shape": [style.pattern for style in styles]},
            },
            text=[shown(value, metric) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
            row=1,
            col=place,
        )
        figure.update_xaxes(
            ticksuffix=f" {METRICS[metric].unit}",
            nticks=4,
            range=_with_room_for_words(100 * values.fillna(0)),
            row=1,
            col=place,
        )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="Which model is useful, and which treats the groups alike?",
        height=150 + 34 * len(scores),
        showlegend=False,
        margin={"t": 96},
    )
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    return figure


def ahead_of_mixture(scores: pd.DataFrame) -> list[str]:
    """Return the keys of the models whose final score is above the mixture's."""
    final = scores["final_score"]
    return [str(model) for model in final.index[final > final["mixture"]]]


def scores_takeaway(scores: pd.DataFrame) -> str:
    """Say in one sentence how the mixture compares with the utility expert."""
    told = [
        f"{METRICS[metric].label.lower()} {shown(float(mixture), metric)} "
        f"against {shown(float(utility), metric)}"
        for metric, mixture, utility in zip(
            SUMMARY, *scores.loc[["mixture", "utility"], list(SUMMARY)].to_numpy(), strict=True
        )
    ]
    return f"Mixture against utility expert: {', '.join(told)}."


def rates_figure(rates: pd.DataFrame) -> go.Figure:
    """Draw what happens to each group, with intervals.

    Args:
        rates: As `fairmoe.metrics.group_rates` returns it.
    """
    figure = make_subplots(
        rows=1,
        cols=len(RATES),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=list(RATES.values()),
    )
    styles = group_styles([str(name) for name in rates.index])
    for place, rate in enumerate(RATES, start=1):
        value = 100 * rates[rate]
        figure.add_scatter(
            y=[style.label for style in styles],
            x=value,
            mode="markers",
            marker={
                "color": [style.colour for style in styles],
                "symbol": [style.symbol for style in styles],
                "size": 12,
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * rates[f"{rate}_high"] - value,
                "arrayminus": value - 100 * rates[f"{rate}_low"],
                "color": "rgba(128,128,128,0.8)",
                "thickness": 1.6,
                "width": 5,
            },
            hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
            row=1,
            col=place,
        )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="What happens to each group?",
        height=150 + 44 * len(rates),
        showlegend=False,
        margin={"t": 90},
    )
    figure.update_xaxes(ticksuffix=" %", range=[-4, 104], nticks=5)
    figure.update_yaxes(
        type="category",
        ticksuffix="  ",
        categoryorder="array",
        categoryarray=[style.label for style in styles],
        range=[len(rates) - 0.5, -0.5],
    )
    return figure


def rates_takeaway(rates: pd.DataFrame) -> str:
    """Say in one sentence which groups are predicted positive most and least often."""
    share = {str(name): float(rate) for name, rate in rates["selection_rate"].dropna().items()}
    rows = {str(name): int(n) for name, n in rates["n"].items()}
    high, low = max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return (
        f"{high} is predicted positive most often ({share[high]:.1%} of {rows[high]:,}), "
        f"{low} least often ({share[low]:.1%} of {rows[low]:,}): "
        f"{100 * (share[high] - share[low]):.1f} percentage points apart."
    )


def too_few(rates: pd.DataFrame) -> str:
    """Say which groups are too small to judge by; nothing if none is."""
    small = rates[(rates["n"] < FEW_ROWS) | (rates["positives"] < FEW_POSITIVES)]
    told = "; ".join(
        f"{group}: {row.n:,.0f} rows, {row.positives:,.0f} of them positive"
        for group, row in small.iterrows()
    )
    if not told:
        return ""
    return f"Little to go by. {told}. Gaps that rest on so few rows are mostly chance."


def gate_figure(gate: pd.DataFrame) -> go.Figure:
    """Draw how much weight the gate gives each expert, overall and by group.

    Args:
        gate: As `fairmoe.figures.tables.gate_table` returns it.
    """
    figure = go.Figure()
    names = [style.label for style in group_styles([str(name) for name in gate.index])]
    for expert in EXPERTS:
        style = MODELS[expert]
        figure.add_bar(
            name=style.label,
            y=names,
            x=100 * gate[expert],
            orientation="h",
            marker={
                "color": style.colour,
                "pattern": {**PATTERN, "shape": style.pattern},
            },
            text=["" if math.isnan(value) else f"{value:.0%}" for value in gate[expert]],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": "#111111"},
            hovertemplate="%{y}: %{x:.1f} %<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Whom does the gate ask?",
        barmode="stack",
        height=150 + 44 * len(gate),
        legend={"traceorder": "normal", "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_xaxes(title="mean gate weight", ticksuffix=" %", range=[0, 100])
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def gate_takeaway(gate: pd.DataFrame) -> str:
    """Say in one sentence how the gate shares its weight."""
    shares = ", ".join(
        f"{MODELS[expert].label.lower()} {float(gate[expert].iloc[0]):.0%}" for expert in EXPERTS
    )
    return f"Mean gate weights over everyone: {shares}."


def _with_room_for_words(values: "pd.Series[float]") -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = 0.55 * max(high - low, 1.0)
    return (low - room if low < 0 else 0.0), high + room
