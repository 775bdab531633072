"""The data before training."""

import math
import textwrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fairmoe._escape import Html, escape_html
from fairmoe._intervals import wilson_interval
from fairmoe.figures.palette import PATTERN, TEMPLATE, group_styles
from fairmoe.names import INSUFFICIENT

MOST_BARS = 8
_FEW_GROUPS = 4
_MOST_PIXELS = 380
"""Of what shows whose values are missing; features that differ less are left out."""

PROXY_COLOUR, TOGETHER_COLOUR, MISSING_COLOUR = "#56B4E9", "#0072B2", "#D55E00"
_LONGEST_LINE = 26
"""Letters of a group's name in one line, so that a phone has room for what is drawn beside it."""

_WHISKER = {"color": "rgba(128,128,128,0.8)", "thickness": 1.6, "width": 5}


def label_figure(counts: pd.DataFrame, words: tuple[str, str]) -> go.Figure:
    """Draw how large each group is, and what share of it has the positive label, with intervals.

    Args:
        counts: As `fairmoe.figures.tables.group_counts` returns it.
        words: What both outcomes are called, the positive one first.
    """
    positive, other = map(escape_html, words)
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        column_widths=[0.6, 0.4],
        horizontal_spacing=0.05,
        subplot_titles=["Rows", "How often"],
    )
    styles = group_styles([str(name) for name in counts.index])
    colours = [style.colour for style in styles]
    lines = [_folded(str(name)) for name in counts.index]
    names = [
        Html("<br>".join([*map(escape_html, own), text]))
        for own, text in zip(lines, _texts(counts), strict=True)
    ]
    deep = (36 if len(counts) <= _FEW_GROUPS else 29) + 13 * (max(map(len, lines), default=1) - 1)
    for label, column, solid in ((positive, "positive", True), (other, "negative", False)):
        figure.add_bar(
            name=label,
            y=names,
            x=counts[column],
            orientation="h",
            marker={
                "color": colours,
                "opacity": 1.0 if solid else 0.45,
                "pattern": {**PATTERN, "shape": "" if solid else "/"},
            },
            hovertemplate="%{y}: %{x:,} rows<extra>%{fullData.name}</extra>",
            row=1,
            col=1,
        )
    share = 100 * counts["positive_share"]
    figure.add_scatter(
        y=names,
        x=share,
        mode="markers",
        marker={"color": colours, "symbol": [style.symbol for style in styles], "size": 12},
        error_x=_whiskers(share, 100 * counts["positive_low"], 100 * counts["positive_high"]),
        hovertemplate="%{y}: %{x:.1f}%<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title=f"How large is each group, and how often is its label “{positive}” (solid)?",
        barmode="stack",
        height=118 + deep * len(counts),
        showlegend=False,
        margin={"t": 90},
    )
    figure.update_xaxes(rangemode="tozero", row=1, col=1)
    figure.update_xaxes(ticksuffix="%", rangemode="tozero", row=1, col=2)
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def _folded(name: str) -> list[str]:
    """Return the lines of a group's name; together they are the name, so that no two are alike."""
    lines = textwrap.wrap(
        name, _LONGEST_LINE, drop_whitespace=False, replace_whitespace=False, expand_tabs=False
    )
    return lines or [name]


def missing_figure(missing: pd.DataFrame) -> go.Figure:
    """Draw what share of each group has no value in a feature, with intervals.

    Args:
        missing: As `fairmoe.data.checks.missing_by_group` returns it, not empty; the
            first features are drawn, as many as there is room for.
    """
    groups = list(dict.fromkeys(missing["group"]))
    deep = max(30, 13 * len(groups))
    columns = list(dict.fromkeys(missing["column"]))[: max(1, _MOST_PIXELS // deep)]
    figure = go.Figure()
    places = np.arange(len(columns))
    for i, (group, style) in enumerate(zip(groups, group_styles(groups), strict=True)):
        own = missing[missing["group"] == group].set_index("column").loc[columns]
        low, high = wilson_interval(own["missing"], own["rows"])
        share = 100 * own["missing"] / own["rows"]
        figure.add_scatter(
            name=style.label,
            # Beside one another, so that intervals of groups do not cover each other.
            y=places + 0.6 * ((i + 0.5) / len(groups) - 0.5),
            x=share,
            mode="markers",
            marker={"color": style.colour, "symbol": style.symbol, "size": 10},
            error_x=_whiskers(share, 100 * low, 100 * high),
            customdata=[
                f"{m:,} of {n:,}" for m, n in zip(own["missing"], own["rows"], strict=True)
            ],
            hovertemplate="%{x:.1f}% (%{customdata})<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Whose values are missing?",
        height=130 + deep * len(columns),
    )
    figure.update_xaxes(title="missing", ticksuffix="%", rangemode="tozero")
    figure.update_yaxes(
        tickvals=places,
        ticktext=[escape_html(column) for column in columns],
        ticksuffix="  ",
        range=[len(columns) - 0.5, -0.5],
        zeroline=False,
    )
    return figure


def proxies_figure(alone: "pd.Series[float]", together: float, chance: float) -> go.Figure:
    """Draw how well each feature tells the group of a row.

    Args:
        alone: The AUC by feature, the highest first, 0.5 for chance; the first
            `MOST_BARS` are drawn.
        together: The AUC of all features together.
        chance: The AUC up to which a feature may say nothing at all.
    """
    question = "Which features are proxies for the sensitive attribute?"
    return _auc_bars(alone, together, chance, question=question)


def leaks_figure(
    alone: "pd.Series[float]", together: float, chance: float, missing: "pd.Series[float]"
) -> go.Figure:
    """Draw how well each feature, and its being missing, tells the target of a row.

    Args:
        alone: As for `proxies_figure`.
        together: Likewise.
        chance: Likewise.
        missing: The AUC of being missing, by feature, for those that miss values.
    """
    question = "Which features give the answer away?"
    figure = _auc_bars(alone, together, chance, question=question)
    drawn = missing[missing.index.isin(alone.head(MOST_BARS).index)]
    if len(drawn):
        figure.add_scatter(
            name="whether it is missing",
            y=[escape_html(str(name)) for name in drawn.index],
            x=100 * drawn,
            mode="markers",
            marker={"symbol": "diamond", "size": 11, "color": MISSING_COLOUR},
            hovertemplate="%{y}, whether it is missing: AUC %{x:.0f}%<extra></extra>",
        )
        figure.data[0].name = "its values"
        figure.update_layout(showlegend=True, legend={"y": -0.2})
    return figure


def _auc_bars(
    alone: "pd.Series[float]", together: float, chance: float, *, question: str
) -> go.Figure:
    drawn = alone.head(MOST_BARS)
    names = ["All together", *(escape_html(str(name)) for name in drawn.index)]
    values = [together, *drawn]
    figure = go.Figure()
    figure.add_vrect(
        x0=100 - 100 * chance,
        x1=100 * chance,
        fillcolor="rgba(128,128,128,0.25)",
        line_width=0,
    )
    figure.add_bar(
        y=names,
        x=[100 * value - 50 for value in values],
        base=50,
        orientation="h",
        marker={
            "color": [TOGETHER_COLOUR] + [PROXY_COLOUR] * len(drawn),
            "pattern": {**PATTERN, "shape": ["/"] + [""] * len(drawn)},
        },
        text=[INSUFFICIENT if math.isnan(value) else f"{value:.0%}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: AUC %{text}<extra></extra>",
    )
    figure.update_layout(
        template=TEMPLATE,
        title=question,
        height=96 + 19 * len(names),
        margin={"t": 50},
    )
    figure.update_xaxes(
        title="AUC (50%: chance; 100%: given away)",
        ticksuffix="%",
        range=[min(48.0, 100 * min(values) - 3), 104],
    )
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def _whiskers(
    value: "pd.Series[float]",
    low: "pd.Series[float] | NDArray[np.float64]",
    high: "pd.Series[float] | NDArray[np.float64]",
) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": high - value,
        "arrayminus": value - low,
        **_WHISKER,
    }


def _texts(counts: pd.DataFrame) -> list[str]:
    return [
        f"{share:.1%} of {rows:,}"
        for share, rows in zip(counts["positive_share"], counts["rows"], strict=True)
    ]
