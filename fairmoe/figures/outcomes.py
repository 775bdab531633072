"""Who gets an outcome: by label, from the plain model and from the mixture."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE, reserve_room
from fairmoe.names import PLAIN_LABEL

_ROW, _NARROW_ROW = 48, 32
_PLAIN, _MODEL = MODEL_STYLES["utility"], MODEL_STYLES["mixture"]
_DRAWN = {
    "good_label": ("By label", "#5B6770", "diamond-open"),
    "good_plain": (PLAIN_LABEL, _PLAIN.colour, _PLAIN.symbol),
    "good_model": (_MODEL.label, _MODEL.colour, _MODEL.symbol),
}
"""By column of an account: what a mark is called, its colour and its symbol, from the top."""


def outcome_figure(groups: pd.DataFrame, outcome: str, most: int) -> go.Figure:
    """Draw what share of each group gets an outcome.

    Args:
        groups: Of a `fairmoe.metrics.Account`.
        outcome: What the outcome that the account calls good is called.
        most: So many groups, the largest, are drawn.
    """
    shown = groups[groups.index.isin(groups["n"].nlargest(most).index)]
    labels = [escape_html(str(name)) for name in shown.index]
    figure = go.Figure()
    for place, (column, (label, colour, symbol)) in enumerate(_DRAWN.items()):
        value = 100 * shown[f"{column}_rate"]
        figure.add_scatter(
            name=label,
            x=value,
            y=[row + 0.24 * (place - 1) for row in range(len(labels))],
            mode="markers",
            customdata=shown[column],
            marker={"color": colour, "symbol": symbol, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * shown[f"{column}_rate_high"] - value,
                "arrayminus": value - 100 * shown[f"{column}_rate_low"],
                "color": colour,
                "thickness": 1.4,
                "width": 4,
            },
            hovertemplate="%{customdata:,} people, %{x:.1f}%<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        template=TEMPLATE,
        title=f"Who gets “{escape_html(outcome)}”?",
        height=116 + (_ROW if len(labels) < 4 else _NARROW_ROW) * len(labels),
        legend={"y": 1, "yanchor": "bottom", "traceorder": "normal"},
    )
    figure.update_xaxes(ticksuffix="%", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        ticksuffix="  ",
        range=[len(labels) - 0.5, -0.5],
    )
    reserve_room(figure, labels)
    return figure
