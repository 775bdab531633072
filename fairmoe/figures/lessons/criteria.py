"""Lesson 1: approval and true positive rates by group."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe.figures.palette import TEMPLATE, group_styles

RATES = {
    "base_rate": "Actually positive",
    "selection_rate": "Approved",
    "true_positive_rate": "Approved among the actually positive",
}
RULES = {
    "one": "One cut-off for all",
    "approval": "Equal approval",
    "opportunity": "Equal opportunity",
}


def criteria_figure(rates: pd.DataFrame) -> go.Figure:
    """Draw, for each group, how many deserve approval, get it, and get it if they deserve it.

    Args:
        rates: A row per `group`, with the columns of `fairmoe.metrics.group_rates`.
    """
    figure = make_subplots(
        rows=1,
        cols=len(RATES),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=[
            name.replace(" among the ", "<br>among the<br>") for name in RATES.values()
        ],
    )
    styles = group_styles([str(name) for name in rates["group"]])
    for place, rate in enumerate(RATES, start=1):
        value = 100 * rates[rate]
        figure.add_bar(
            x=[style.label for style in styles],
            y=value,
            marker={
                "color": [style.colour for style in styles],
                "pattern": {
                    "shape": [style.pattern for style in styles],
                    "fillmode": "overlay",
                    "solidity": 0.2,
                    "fgopacity": 0.35,
                },
            },
            error_y={
                "type": "data",
                "symmetric": False,
                "array": 100 * rates[f"{rate}_high"] - value,
                "arrayminus": value - 100 * rates[f"{rate}_low"],
                "color": "rgba(128,128,128,0.9)",
                "thickness": 1.6,
                "width": 6,
            },
            text=[f"{share:.1f}%" for share in value],
            textposition="inside",
            insidetextanchor="start",
            textfont={
                "color": ["#111111" if style.pattern else "#FFFFFF" for style in styles],
                "size": 14,
                "weight": 600,
            },
            hovertemplate="%{x}: %{y:.1f}%<extra></extra>",
            row=1,
            col=place,
        )
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="Who is approved, and who of those who deserve it?",
        height=397,
        showlegend=False,
        margin={"t": 105},
    )
    figure.update_yaxes(range=[0, 100], ticksuffix="%")
    return figure
