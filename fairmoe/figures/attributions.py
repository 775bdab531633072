"""Which way columns push, by group and by person, and whether another method would say the same."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe.figures.attention import (
    GREY,
    LEGEND_BELOW,
    MOST_COLUMNS,
    TITLE_MIDDLE,
    column_axis,
    offset,
    room_for,
    shown_groups,
    whiskers,
)
from fairmoe.figures.palette import TEMPLATE
from fairmoe.names import ATTRIBUTION_METHODS

_PALE_TO_STRONG = ["rgba(0,114,178,0.05)", "rgba(0,114,178,0.5)"]
"""Over a white page and over a dark one, the words of that page are readable on all of it."""


def ranges_figure(ranges: pd.DataFrame, outcome: str) -> go.Figure:
    """Draw how far and which way each column pushes in each group.

    Args:
        ranges: As `fairmoe.analysis.attention.attribution_ranges` returns it. Drawn are the first
            columns, as many as there is room for, and the largest groups.
        outcome: To which a column pushes that pushes to the right.
    """
    styles = shown_groups(ranges)
    deep, fit = room_for(len(styles), 34, 17)
    columns = [str(column) for column in ranges["column"].unique()[:fit]]
    figure = go.Figure()
    for place, (group, style) in enumerate(styles.items()):
        own = ranges[ranges["group"] == group].set_index("column").loc[columns]
        at = [i + offset(place, len(styles)) for i in range(len(columns))]
        # Wide lines for half of the rows over thin ones for nine tenths of them.
        for low, high, thickness in (("low", "high", 1.6), ("q1", "q3", 7)):
            figure.add_scatter(
                x=own["median"],
                y=at,
                name=style.label,
                legendgroup=group,
                showlegend=thickness > 2,
                mode="markers",
                marker={
                    "color": "#FFFFFF" if thickness > 2 else style.colour,
                    "symbol": style.symbol,
                    "size": 9,
                    "line": {"color": style.colour, "width": 2},
                },
                error_x=whiskers(own["median"], own[low], own[high], style.colour)
                | {"thickness": thickness, "width": 0},
                customdata=[escape_html(column) for column in columns],
                hovertemplate="%{customdata}: median %{x:+.2f}<extra>%{fullData.name}</extra>",
            )
    figure.add_vline(x=0, line={"color": GREY, "width": 1.5})
    height = 150 + len(columns) * deep
    figure.update_layout(
        template=TEMPLATE,
        title={
            "text": "Which way does each column push, for each group?",
            "y": 1 - TITLE_MIDDLE / height,
            "yanchor": "middle",
        },
        height=height,
        legend={"y": -LEGEND_BELOW / height},
        margin={"t": 60},
    )
    figure.update_xaxes(title=f"log-odds of {escape_html(outcome)} (left: against, right: for)")
    figure.update_yaxes(**column_axis(columns))
    return figure


def methods_figure(attention: pd.DataFrame) -> go.Figure:
    """Draw the mean attention of each column by four attribution methods.

    Args:
        attention: `fairmoe.analysis.methods.MethodComparison.attention`. Drawn are the first
            `MOST_COLUMNS` columns.
    """
    first = 100 * attention.iloc[:MOST_COLUMNS]
    figure = go.Figure()
    figure.add_heatmap(
        z=first,
        x=first.columns.map(ATTRIBUTION_METHODS),
        y=list(range(len(first))),
        colorscale=_PALE_TO_STRONG,
        zmin=0,
        showscale=False,
        hovertemplate="%{x}: %{z:.1f}%<extra></extra>",
    )
    # Words of a heat map would be dark on dark pages too.
    cells = first.stack()
    figure.add_scatter(
        x=cells.index.get_level_values(1).map(ATTRIBUTION_METHODS),
        y=[place for place in range(len(first)) for _ in first.columns],
        text=[f"{value:.1f}%" for value in cells],
        mode="text",
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(
        template=TEMPLATE,
        title="Would another attribution method tell another story?",
        height=130 + 32 * len(first),
    )
    figure.update_xaxes(side="bottom", showgrid=False)
    figure.update_yaxes(**column_axis([str(column) for column in first.index]))
    figure.update_yaxes(showgrid=False, zeroline=False)
    return figure
