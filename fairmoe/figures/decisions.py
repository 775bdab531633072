"""How a model's scores and decisions turn out in each group."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe.figures.palette import PATTERN, TEMPLATE, group_styles

MOST_GROUPS = 8
MIN_ROWS_OF_BIN = 5
"""Bins of fewer rows are not drawn: a single row is always right or wrong in full."""

_GOOD, _DENIED, _GRANTED, _BAD = (
    ("#0072B2", ""),
    ("#D55E00", "x"),
    ("#E69F00", "/"),
    ("#8C8C8C", "."),
)
_CELLS = {
    True: {
        "true_positive": _GOOD,
        "false_negative": _DENIED,
        "false_positive": _GRANTED,
        "true_negative": _BAD,
    },
    False: {
        "true_negative": _GOOD,
        "false_positive": _DENIED,
        "false_negative": _GRANTED,
        "true_positive": _BAD,
    },
    None: {
        "true_positive": _GOOD,
        "false_positive": _GRANTED,
        "false_negative": ("#CC79A7", "x"),
        "true_negative": _BAD,
    },
}
"""Who is wrongly denied the good outcome stands out, and beside those who rightly get it."""

_GREY = "rgba(128,128,128,0.8)"


def roc_figure(curves: pd.DataFrame, aucs: pd.DataFrame, outcome: str) -> go.Figure:
    """Draw each group's ROC curve; of more than `MOST_GROUPS` groups the largest.

    Args:
        curves: As `fairmoe.metrics.roc_by_group` returns them.
        aucs: As `fairmoe.metrics.auc_by_group` returns them.
        outcome: What the positive class is called.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": _GREY, "dash": "dot", "width": 1},
        marker={"color": _GREY},
        name="chance",
        hoverinfo="skip",
    )
    shown = largest_groups(aucs["positives"] + aucs["negatives"])
    for name, style in zip(aucs.index, group_styles([str(g) for g in aucs.index]), strict=True):
        own = curves[curves["group"] == name]
        if own.empty or name not in shown:
            continue
        figure.add_scatter(
            name=style.label,
            x=100 * own["false_positive_rate"],
            y=100 * own["true_positive_rate"],
            customdata=own["threshold"],
            mode="lines",
            line={"color": style.colour, "dash": style.dash, "width": 2.5},
            marker={"color": style.colour},
            hovertemplate=(
                "threshold %{customdata:.2f}: finds %{y:.0f}% of the positive, "
                "at %{x:.0f}% false alarms<extra>%{fullData.name}</extra>"
            ),
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Does the model rank one group's rows better than another's?",
        height=460,
        legend={"y": -0.28},
    )
    for update, rate, how in (
        (figure.update_xaxes, "false", "wrongly"),
        (figure.update_yaxes, "true", "rightly"),
    ):
        # One line would be wider than a phone.
        title = f"{rate} positive rate<br>{how} {escape_html(f'“{outcome}”')}"
        update(title=title, ticksuffix="%", range=[-2, 102])
    return figure


def calibration_figure(calibration: pd.DataFrame, sizes: "pd.Series[int]") -> go.Figure:
    """Draw how often the positive class came true at each probability, by group.

    Bins of fewer than `MIN_ROWS_OF_BIN` rows are left out.

    Args:
        calibration: As `fairmoe.metrics.calibration_by_group` returns it.
        sizes: The rows of each group, by name; of more than `MOST_GROUPS` the largest are drawn.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": _GREY, "dash": "dot", "width": 1},
        marker={"color": _GREY},
        name="as predicted",
        hoverinfo="skip",
    )
    shown = largest_groups(sizes)
    for name, style in zip(sizes.index, group_styles([str(g) for g in sizes.index]), strict=True):
        own = calibration[(calibration["group"] == name) & (calibration["n"] >= MIN_ROWS_OF_BIN)]
        if name not in shown:
            continue
        rate = own["positive_rate"]
        figure.add_scatter(
            name=style.label,
            x=100 * own["mean_score"],
            y=100 * rate,
            customdata=own["n"],
            mode="lines+markers",
            line={"color": style.colour, "dash": style.dash, "width": 1.5},
            marker={"color": style.colour, "symbol": style.symbol, "size": 9},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": 100 * (own["positive_rate_high"] - rate),
                "arrayminus": 100 * (rate - own["positive_rate_low"]),
                "color": style.colour,
                "thickness": 1.1,
                "width": 3,
            },
            hovertemplate=(
                "given %{x:.0f}%, true in %{y:.0f}% of %{customdata:,} rows"
                "<extra>%{fullData.name}</extra>"
            ),
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Does a probability mean the same in each group?",
        height=460,
        legend={"y": -0.2},
    )
    figure.update_xaxes(title="mean predicted probability", ticksuffix="%", range=[-2, 102])
    figure.update_yaxes(title="share with the label", ticksuffix="%", range=[-4, 104])
    return figure


def confusion_figure(
    confusion: pd.DataFrame, labels: Mapping[str, str], *, favourable: bool | None
) -> go.Figure:
    """Draw which share of each group is predicted rightly and wrongly, by class.

    Args:
        confusion: As `fairmoe.metrics.confusion_by_group` returns it.
        labels: What each of `fairmoe.names.CELLS` is called.
        favourable: Whether the positive class is good for the person.
    """
    figure = go.Figure()
    names = [style.label for style in group_styles([str(name) for name in confusion.index])]
    for cell, (colour, pattern) in _CELLS[favourable].items():
        share = confusion[f"{cell}_share"]
        figure.add_bar(
            name=escape_html(labels[cell]),
            y=names,
            x=100 * share,
            orientation="h",
            customdata=confusion[cell],
            marker={"color": colour, "pattern": {**PATTERN, "shape": pattern}},
            text=["" if not value >= 0.06 else f"{value:.0%}" for value in share],
            textposition="inside",
            insidetextanchor="middle",
            textfont={
                "color": "#FFFFFF" if (colour, pattern) == _GOOD else "#111111",
                "weight": 600,
            },
            hovertemplate="%{y}: %{customdata:,} rows, %{x:.1f}%<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title="Who is decided about rightly, and who wrongly in which direction?",
        barmode="stack",
        height=180 + 44 * len(confusion),
        legend={"traceorder": "normal", "y": -0.3},
    )
    figure.update_xaxes(title="share of the group", ticksuffix="%", range=[0, 100.5])
    figure.update_yaxes(type="category", autorange="reversed", ticksuffix="  ")
    return figure


def largest_groups(sizes: "pd.Series[int]", most: int = MOST_GROUPS) -> set[str]:
    """Return the names of the `most` largest groups, or of all if there are fewer."""
    return {str(name) for name in sizes.sort_values(ascending=False).index[:most]}
