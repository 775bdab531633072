"""Figures of one person: why each model decides as it does, and what another value would change."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe._units import beside_one_half
from fairmoe.figures.attention import GREY, MOST_COLUMNS, column_axis
from fairmoe.figures.bars import Bar, Row, bar_rows
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE, group_styles
from fairmoe.names import MIXTURE_AND_EXPERTS, MODELS

THRESHOLD_PERCENT = 50


def reasons_figure(attributions: pd.DataFrame, cells: Mapping[str, str], *, alt: str) -> Html:
    """Draw what each column adds to the log-odds of the mixture and of each expert.

    Args:
        attributions: As `fairmoe.analysis.individual.explain` returns it. Drawn are the first
            `MOST_COLUMNS`.
        cells: The person's value of each column, as a text.
        alt: What a screen reader says.
    """
    rows = [
        Row(
            str(column),
            [
                Bar(0.0, float(values[model]), "", MODEL_STYLES[model].colour)
                for model in MIXTURE_AND_EXPERTS
            ],
            note=f"= {cells[str(column)]}",
        )
        for column, values in attributions.iloc[:MOST_COLUMNS].iterrows()
    ]
    heads = [MODELS[model] for model in MIXTURE_AND_EXPERTS]
    return bar_rows(heads, rows, foot="", alt=alt, value_width=0)


def swap_figure(
    swapped: pd.DataFrame, names: Sequence[str], group_names: Sequence[str], outcome: str
) -> go.Figure:
    """Draw the mixture's probability for one person with each sensitive value.

    Args:
        swapped: As `fairmoe.analysis.individual.swap_sensitive` returns it.
        names: The sensitive value of each of its rows, as a text; the first is the person's own.
        group_names: The names of the groups.
        outcome: Of which outcome the probability is.
    """
    styles = group_styles(group_names)
    groups = [int(group) for group in swapped["group"]]
    figure = go.Figure()
    figure.add_scatter(
        x=100 * swapped["mixture"],
        y=list(range(len(swapped))),
        mode="markers+text",
        text=[f"  {beside_one_half(value)}" for value in swapped["mixture"]],
        textposition="middle right",
        marker={
            "color": [GREY if group < 0 else styles[group].colour for group in groups],
            "symbol": ["star" if group < 0 else styles[group].symbol for group in groups],
            "size": 13,
        },
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
    figure.add_vline(x=THRESHOLD_PERCENT, line={"color": GREY, "width": 2, "dash": "dash"})
    figure.update_layout(
        template=TEMPLATE,
        title="What if only the sensitive value were another?",
        height=140 + 34 * len(swapped),
        showlegend=False,
    )
    figure.update_xaxes(
        title=f"probability of {escape_html(outcome)} by the mixture",
        ticksuffix="%",
        range=[-2, 108],
    )
    figure.update_yaxes(**column_axis([f"{names[0]} (own)", *names[1:]]))
    return figure


def changes_figure(changes: pd.DataFrame, outcome: str, *, alt: str) -> Html:
    """Draw how large each change is that turns the decision.

    Args:
        changes: One row per change: `change` in words, its `cost`, and the `proba` after it.
        outcome: Of which outcome the probability is.
        alt: What a screen reader says.
    """
    colour = MODEL_STYLES["mixture"].colour
    rows = [
        Row(str(change), [Bar(0.0, cost, f"{cost:.1%}, then {beside_one_half(proba)}", colour)])
        for change, cost, proba in zip(
            changes["change"], changes["cost"], changes["proba"], strict=True
        )
    ]
    head = f"Size of the change, and the probability of {outcome} after it"
    return bar_rows([head], rows, foot="", alt=alt, value_width=9)
