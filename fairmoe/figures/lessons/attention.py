"""Lesson 4: which columns a model relies on for each group."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe.figures.palette import PATTERN, TEMPLATE, group_styles


def attention_figure(shares: pd.DataFrame) -> go.Figure:
    """Draw the mean attention to each column, by group, with the range of the seeds.

    Args:
        shares: A row per `seed`, `group` and `column`, with `attention` in [0, 1].
    """
    means = 100 * shares.groupby(["column", "group"])["attention"].agg(["mean", "min", "max"])
    order = means["mean"].groupby("column").mean().sort_values().index
    figure = go.Figure()
    groups = [str(name) for name in shares["group"].unique()]
    for name, style in zip(groups, group_styles(groups), strict=True):
        own = means.xs(name, level="group").loc[order]
        figure.add_bar(
            name=style.label,
            y=[escape_html(str(column)) for column in order],
            x=own["mean"],
            orientation="h",
            marker={"color": style.colour, "pattern": {**PATTERN, "shape": style.pattern}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": own["max"] - own["mean"],
                "arrayminus": own["mean"] - own["min"],
                "color": "rgba(128,128,128,0.9)",
                "thickness": 1.4,
                "width": 4,
            },
            hovertemplate="%{y}: %{x:.1f}%<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Which features does the model rely on, for each group?",
        barmode="group",
        height=150 + 34 * len(order),
        legend={"traceorder": "reversed"},
    )
    figure.update_xaxes(title="mean attention", ticksuffix="%", rangemode="tozero")
    figure.update_yaxes(type="category", ticksuffix="  ")
    return figure
