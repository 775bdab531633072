"""The gaps between groups that a review begins with, with intervals and a tolerance."""

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.figures.palette import TEMPLATE, reserve_room
from fairmoe.names import GAP_MEASURES, INSUFFICIENT

_LEAST_SPAN = 10.0
_MARKS = {
    "within": ("#0072B2", "circle"),
    "exceeds": ("#D55E00", "x"),
    "cannot be told": ("#8C8C8C", "diamond-open"),
    None: ("#0072B2", "circle"),
}


def gaps_figure(differences: pd.DataFrame, tolerance: float | None) -> go.Figure:
    """Draw each gap with its interval, and how far the tolerance reaches if there is one.

    Args:
        differences: As `fairmoe.metrics.Review` has them.
        tolerance: The largest gap that is accepted, in [0, 1].
    """
    # On two lines, so that a phone has room for the intervals too.
    labels = [
        Html(escape_html(GAP_MEASURES[str(name)]).replace(" difference", "<br>difference"))
        for name in differences.index
    ]
    table = differences.assign(label=labels)
    figure = go.Figure()
    highest = table["high"].max() if table["high"].notna().any() else 0
    end = 100 * max(highest, tolerance or 0)
    if tolerance is not None:
        figure.add_vrect(x0=0, x1=100 * tolerance, fillcolor="#0072B2", opacity=0.1, line_width=0)
        figure.add_vline(x=100 * tolerance, line={"color": "#0072B2", "dash": "dash", "width": 1.5})
    for verdict, (colour, symbol) in _MARKS.items():
        own = table[table["verdict"].isna() if verdict is None else table["verdict"] == verdict]
        if own.empty:
            continue
        value = 100 * own["value"]
        figure.add_scatter(
            name=escape_html(verdict or ""),
            x=value,
            y=own["label"],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 12},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * own["high"] - value,
                "arrayminus": value - 100 * own["low"],
                "color": "rgba(128,128,128,0.8)",
                "thickness": 1.6,
                "width": 5,
            },
            customdata=[
                f"{escape_html(high)} and {escape_html(low)}"
                for high, low in zip(own["highest"], own["lowest"], strict=True)
            ],
            hovertemplate="%{y}: %{x:.1f} pp between %{customdata}<extra>%{fullData.name}</extra>",
        )
    for label in table["label"][table["value"].isna()]:
        figure.add_annotation(
            x=0, y=label, text=INSUFFICIENT, showarrow=False, xanchor="left", xshift=6
        )
    # A legend has two lines on a phone.
    of_legend = 0 if tolerance is None else 36
    figure.update_layout(
        template=TEMPLATE,
        title="How far apart are the groups?",
        height=112 + 36 * len(table) + of_legend,
        showlegend=tolerance is not None,
        legend={"y": -0.26},
    )
    figure.update_xaxes(title="pp", range=[-0.5, 1.06 * max(end, _LEAST_SPAN)], nticks=6)
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        range=[len(labels) - 0.5, -0.5],
        ticksuffix="  ",
    )
    reserve_room(figure, labels, below=48 + of_legend)
    return figure
