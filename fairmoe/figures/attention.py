"""Which columns a model rests on, and for whom."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe._escape import escape_html
from fairmoe.figures.palette import TEMPLATE, Style, group_styles

MOST_GROUPS = 8
MOST_COLUMNS, _MOST_PIXELS = 16, 900
GREY = "#7A8794"
LEGEND_BELOW, TITLE_MIDDLE = 60, 24
"""How far under the panels a legend begins, in pixels, so that it clears the title of the axis; and
how far under its top the title of a tall figure stands."""


def attention_figure(means: pd.DataFrame, most: int = MOST_COLUMNS) -> go.Figure:
    """Draw the mean attention of each group, with intervals.

    Args:
        means: As `fairmoe.analysis.attention.mean_attention` returns it. Drawn are the largest
            `MOST_GROUPS` groups.
        most: So many columns are drawn, the first.
    """
    figure = go.Figure()
    styles = shown_groups(means)
    deep, fit = room_for(len(styles), 32, 15)
    columns = list(means["column"].unique()[: min(most, fit)])
    for place, (group, style) in enumerate(styles.items()):
        own = means[means["group"] == group].set_index("column").loc[columns]
        mean = 100 * own["mean"]
        figure.add_scatter(
            x=mean,
            y=[i + offset(place, len(styles)) for i in range(len(columns))],
            name=style.label,
            mode="markers",
            marker={"color": style.colour, "symbol": style.symbol, "size": 10},
            error_x=whiskers(mean, 100 * own["low"], 100 * own["high"], style.colour),
            customdata=[escape_html(column) for column in columns],
            hovertemplate="%{customdata}: %{x:.1f}%<extra>%{fullData.name}</extra>",
        )
    height = 130 + len(columns) * deep
    figure.update_layout(
        template=TEMPLATE,
        title={
            "text": "Which features does the model rely on, for each group?",
            "y": 1 - TITLE_MIDDLE / height,
            "yanchor": "middle",
        },
        height=height,
        # Below, in pixels: above, the entries of many groups would be printed over the title.
        legend={"y": -LEGEND_BELOW / height},
        margin={"t": 60},
    )
    figure.update_xaxes(title="mean attention", ticksuffix="%", rangemode="tozero")
    figure.update_yaxes(**column_axis(columns))
    return figure


def differences_figure(differences: pd.DataFrame, style: Style, others: str) -> go.Figure:
    """Draw how much more attention each column gets in one group than in the others.

    Args:
        differences: As `fairmoe.analysis.attention.attention_differences` returns it. Drawn are
            the first `MOST_COLUMNS`.
        style: Of the one group.
        others: What the others are called.
    """
    first = 100 * differences.iloc[:MOST_COLUMNS]
    columns = [str(column) for column in first.index]
    clear = clearly_different(first)
    figure = go.Figure()
    figure.add_scatter(
        x=first["difference"],
        y=list(range(len(first))),
        mode="markers",
        marker={
            "color": style.colour,
            "symbol": [style.symbol if sure else f"{style.symbol}-open" for sure in clear],
            "size": 11,
        },
        error_x=whiskers(first["difference"], first["low"], first["high"], style.colour),
        customdata=[escape_html(column) for column in columns],
        hovertemplate="%{customdata}: %{x:+.1f} pp<extra></extra>",
    )
    figure.add_vline(x=0, line={"color": GREY, "width": 1.5})
    figure.update_layout(
        template=TEMPLATE,
        title=f"Which features does the model rely on more, or less, for {style.label}?",
        height=130 + 32 * len(first),
        showlegend=False,
    )
    figure.update_xaxes(
        title=f"attention for {style.label} minus attention for {escape_html(others)}",
        ticksuffix=" pp",
    )
    figure.update_yaxes(**column_axis(columns))
    return figure


def histogram_figure(histograms: pd.DataFrame) -> go.Figure:
    """Draw how the attention to some columns is distributed in each group.

    Args:
        histograms: As `fairmoe.analysis.attention.attention_histograms` returns it.
    """
    columns = list(histograms["column"].unique())
    across = min(2, len(columns))
    down = -(-len(columns) // across)
    figure = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=[escape_html(column) for column in columns],
        horizontal_spacing=0.1,
        vertical_spacing=0.3 / down,
    )
    for place, column in enumerate(columns):
        row, col = divmod(place, across)
        for group, style in shown_groups(histograms).items():
            own = histograms[(histograms["column"] == column) & (histograms["group"] == group)]
            share = 100 * own["share"]
            figure.add_scatter(
                # A step ends where the next begins; the last one needs an end of its own.
                x=[*(100 * own["low"]), 100 * own["high"].iloc[-1]],
                y=[*share, share.iloc[-1]],
                name=style.label,
                legendgroup=group,
                showlegend=place == 0,
                mode="lines",
                line={"color": style.colour, "dash": style.dash, "width": 2, "shape": "hv"},
                hovertemplate="from %{x:.1f}%: %{y:.1f}% of rows<extra>%{fullData.name}</extra>",
                row=row + 1,
                col=col + 1,
            )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="Do the rows of a group agree, or is it some of them?",
        height=150 + 220 * down,
        margin={"t": 90},
        legend={"y": -0.28 / down},
    )
    for col in range(1, across + 1):
        lowest = down if (down - 1) * across + col <= len(columns) else down - 1
        figure.update_xaxes(
            title={"text": "attention to the column", "standoff": 12}, row=lowest, col=col
        )
    figure.update_xaxes(ticksuffix="%")
    figure.update_yaxes(title="rows of the group", col=1)
    figure.update_yaxes(ticksuffix="%", rangemode="tozero")
    return figure


def shown_groups(frame: pd.DataFrame) -> dict[str, Style]:
    """Return the largest groups of a frame with columns `group` and `rows`, each with its style."""
    rows = frame.groupby("group", sort=False, observed=True)["rows"].first()
    names = [str(name) for name in rows.index]
    largest = set(rows.nlargest(MOST_GROUPS).index)
    styles = zip(names, group_styles(names), strict=True)
    return {name: style for name, style in styles if name in largest}


def room_for(groups: int, least: int, each: int) -> tuple[int, int]:
    """Return how tall a column of a figure by group is drawn, and how many of them are.

    Args:
        groups: That stand one below the other in each column.
        least: Pixels of a column.
        each: Pixels of a group.

    Example:
        >>> room_for(2, 32, 15), room_for(8, 32, 15)
        ((32, 16), (120, 7))
    """
    deep = max(least, each * groups)
    return deep, min(MOST_COLUMNS, _MOST_PIXELS // deep)


def offset(place: int, count: int) -> float:
    """Return how far one of `count` groups stands from the middle of a column's line."""
    return 0.7 * ((place + 0.5) / count - 0.5)


def clearly_different(differences: pd.DataFrame) -> "pd.Series[bool]":
    """Return for which columns the interval leaves out 0."""
    return (differences["low"] > 0) | (differences["high"] < 0)


def whiskers(
    middle: "pd.Series[float]", low: "pd.Series[float]", high: "pd.Series[float]", colour: str
) -> dict[str, object]:
    """Return what plotly draws from `low` to `high` around the middle."""
    return {
        "type": "data",
        "symmetric": False,
        "array": high - middle,
        "arrayminus": middle - low,
        "color": colour,
        "thickness": 1.6,
        "width": 4,
    }


def column_axis(columns: Sequence[str]) -> dict[str, object]:
    """Return the axis on which columns stand one below the other, the first on top."""
    return {
        "tickvals": list(range(len(columns))),
        "ticktext": [escape_html(column) for column in columns],
        "range": [len(columns) - 0.4, -0.6],
        "ticksuffix": "  ",
    }
