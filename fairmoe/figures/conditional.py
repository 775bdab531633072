"""Gaps among those who are alike in another column, and gaps by several columns side by side."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.figures.palette import TEMPLATE, group_styles
from fairmoe.names import GAP_MEASURES

MOST_LEVELS = 12
_GREY = "rgba(128,128,128,0.8)"


def conditional_figure(
    overall: pd.DataFrame, within: pd.DataFrame, *, column: str, groups: Sequence[str]
) -> go.Figure:
    """Draw how far each group lies from the reference: in all, like with like, level by level.

    Args:
        overall: `fairmoe.metrics.ConditionalGaps.overall`.
        within: `fairmoe.metrics.ConditionalGaps.within`; the first `MOST_LEVELS` levels are drawn.
        column: The other column's name.
        groups: All groups, in the order of their ids.
    """
    figure = go.Figure()
    levels = list(dict.fromkeys(within["level"]))[:MOST_LEVELS]
    first = ["all people", f"same {column}"]
    label_of = {level: _with_size(level, within[within["level"] == level]) for level in levels}
    labels = [*map(escape_html, first), *label_of.values()]
    styles = dict(zip(groups, group_styles(groups), strict=True))
    for name, row in overall.iterrows():
        style = styles[str(name)]
        own = within[(within["group"] == name) & within["level"].isin(levels)]
        ends = ("", "_low", "_high")
        points = [
            (labels[0], row["difference"], row["low"], row["high"], row["n"]),
            (labels[1], *(row[f"adjusted{end}"] for end in ends), row["n"]),
            *zip(
                own["level"].map(label_of),
                own["difference"],
                own["low"],
                own["high"],
                own["n"],
                strict=True,
            ),
        ]
        at, value, low, high, n = (list(each) for each in zip(*points, strict=True))
        figure.add_scatter(
            name=style.label,
            orientation="h",
            offsetgroup=style.label,
            x=[100 * each for each in value],
            y=at,
            mode="markers",
            marker={"color": style.colour, "symbol": style.symbol, "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * (b - a) for a, b in zip(value, high, strict=True)],
                "arrayminus": [100 * (a - b) for a, b in zip(value, low, strict=True)],
                "color": _GREY,
                "thickness": 1.4,
                "width": 4,
            },
            customdata=n,
            hovertemplate="%{y}: %{x:+.1f} pp, %{customdata:,} people"
            "<extra>%{fullData.name}</extra>",
        )
    figure.add_vline(x=0, line={"color": _GREY, "dash": "dot", "width": 1})
    _layout(figure, labels, len(overall), title=f"Do the groups differ within {column}?")
    figure.update_xaxes(title="difference from the reference, pp")
    return figure


def _with_size(level: str, rows: pd.DataFrame) -> Html:
    people = rows["n"].sum() + rows["reference_n"].iloc[0]
    return Html(f"{escape_html(level)} ({people:,})")


def side_by_side_figure(differences: Mapping[str, pd.DataFrame]) -> go.Figure:
    """Draw each gap by the groups of several columns.

    Args:
        differences: `fairmoe.metrics.Review.differences` by the name of the column.
    """
    figure = go.Figure()
    labels = [escape_html(label) for label in GAP_MEASURES.values()]
    for style, table in zip(group_styles(list(differences)), differences.values(), strict=True):
        value = 100 * table["value"]
        figure.add_scatter(
            name=style.label,
            orientation="h",
            offsetgroup=style.label,
            x=value,
            y=labels,
            mode="markers",
            marker={"color": style.colour, "symbol": style.symbol, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * table["high"] - value,
                "arrayminus": value - 100 * table["low"],
                "color": _GREY,
                "thickness": 1.4,
                "width": 4,
            },
            hovertemplate="%{y}: %{x:.1f} pp<extra>%{fullData.name}</extra>",
        )
    _layout(figure, labels, len(differences), title="By which column do the groups differ most?")
    figure.update_xaxes(title="pp", rangemode="tozero")
    return figure


def _layout(figure: go.Figure, labels: list[Html], traces: int, *, title: str) -> None:
    figure.update_layout(
        template=TEMPLATE,
        title=escape_html(title),
        height=190 + (20 + 16 * traces) * len(labels),
        scattermode="group",
        scattergap=0.35,
        legend={"y": -0.2},
    )
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        range=[len(labels) - 0.5, -0.5],
        ticksuffix="  ",
    )
