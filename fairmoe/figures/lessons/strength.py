"""Lessons 3 and 5: what a stronger lambda does."""

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe._units import suffix
from fairmoe.figures.lessons.spread import GREY, add_seeds, range_of
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE

CHANCE = 50.0
_PANELS = {
    1: ("f_res", "utility", "mean of both gaps", "utility", "%"),
    2: ("dp", "eo", "DP gap", "EO gap", "pp"),
}


def outcome_weight_figure(scores: pd.DataFrame, strength: float) -> go.Figure:
    """Draw utility against the result gap, and the two gaps that make it, for every training.

    Args:
        scores: A row per `strength` and `seed`; with strength NaN the constant.
        strength: The one to stand out.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        horizontal_spacing=0.12,
        subplot_titles=["Utility and result gap", "The two gaps inside it"],
    )
    trained = scores.dropna(subset="strength")
    for place, (x, y, x_title, y_title, y_unit) in _PANELS.items():
        where = {"row": 1, "col": place}
        means = 100 * trained.groupby("strength")[[x, y]].mean()
        figure.add_scatter(
            x=means[x],
            y=means[y],
            mode="lines",
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            showlegend=False,
            hoverinfo="skip",
            **where,
        )
        for value, of_value in trained.groupby("strength"):
            add_seeds(
                figure,
                100 * of_value[x],
                100 * of_value[y],
                MODEL_STYLES["result"],
                chosen=value == strength,
                name=f"λ = {value:g}",
                **where,
            )
        constant = scores[scores["strength"].isna()]
        label = MODEL_STYLES["constant"].label
        add_seeds(
            figure,
            100 * constant[x],
            100 * constant[y],
            MODEL_STYLES["constant"],
            chosen=True,
            name=label,
            **where,
        )
        for value in dict.fromkeys((0.0, strength)):
            text, chosen = f"λ = {value:g}", value == strength
            figure.add_annotation(
                x=means[x][value],
                y=means[y][value],
                text=f"<b>{text}</b>" if chosen else text,
                ax=-40 if chosen else 40,
                ay=34 if chosen else -30,
                arrowcolor=GREY,
                **where,
            )
        figure.add_annotation(
            x=100 * float(constant[x].iloc[0]),
            y=100 * float(constant[y].iloc[0]),
            text=label,
            ax=46,
            ay=-18,
            arrowcolor=GREY,
            **where,
        )
        figure.update_xaxes(title=x_title, ticksuffix=" pp", **where)
        figure.update_yaxes(title=y_title, ticksuffix=suffix(y_unit), **where)
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="What does weight on the outcome gaps buy, and what does it cost?",
        height=440,
        margin={"t": 88},
    )
    return figure


def reversal_figure(scores: pd.DataFrame, strength: float) -> go.Figure:
    """Draw how well the probe finds the group, for every training.

    Args:
        scores: A row per `strength` and `seed` with `told`; with strength NaN the columns' own.
        strength: The one to stand out.
    """
    figure = go.Figure()
    trained = scores.dropna(subset="strength")
    labels = [f"λ = {value:g}" for value in trained["strength"].unique()]
    lines = (
        (100 * told_by_columns(scores), "the columns themselves", "dash"),
        (CHANCE, "guessing", "dot"),
    )
    for height, text, dash in lines:
        figure.add_hline(
            y=height,
            line={"color": GREY, "dash": dash, "width": 1.5},
            annotation={"text": text, "yshift": 4},
            annotation_position="top left",
        )
    for label, (value, of_value) in zip(labels, trained.groupby("strength"), strict=True):
        chosen = value == strength
        told = 100 * of_value["told"]
        mean, below, above = range_of(told)
        figure.add_scatter(
            x=[label],
            y=[mean],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [above],
                "arrayminus": [below],
                "color": MODEL_STYLES["procedural"].colour,
                "thickness": 2 if chosen else 1,
                "width": 8,
            },
            mode="text",
            text=[f"   <b>{mean:.1f}%</b>" if chosen else f"   {mean:.1f}%"],
            textposition="middle right",
            showlegend=False,
            hoverinfo="skip",
        )
        style = MODEL_STYLES["procedural"]
        add_seeds(figure, [label] * len(told), told, style, chosen=chosen, name="AUC")
    figure.update_traces(hovertemplate="%{x}: %{y:.1f}%<extra></extra>", selector={"name": "AUC"})
    figure.update_layout(
        template=TEMPLATE,
        title="How well does a fresh probe tell the group from the hidden vector?",
        height=420,
    )
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        # With room for the figure beside the last.
        range=[-0.5, len(labels) + 0.1],
    )
    figure.update_yaxes(title="AUC of the probe", ticksuffix="%", range=[42, 92])
    return figure


def told_by_columns(scores: pd.DataFrame) -> float:
    """Return the AUC of a probe that is given the columns themselves."""
    told = scores.loc[scores["strength"].map(math.isnan), "told"]
    return float(told.iloc[0])
