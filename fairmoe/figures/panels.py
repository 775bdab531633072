"""Panels side by side that share their rows, with one mark per row and panel."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe.figures.palette import TEMPLATE, Style, reserve_room


def row_panels(
    titles: Sequence[str], styles: Sequence[Style], *, title: str, row_height: int
) -> go.Figure:
    """Return a figure of empty panels.

    Args:
        titles: Of the panels.
        styles: Of the rows, from the top.
        title: The question that the figure answers.
        row_height: In pixels.
    """
    figure = make_subplots(
        rows=1,
        cols=len(titles),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=titles,
    )
    labels = [style.label for style in styles]
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title=title,
        height=152 + row_height * len(styles),
        showlegend=False,
        margin={"t": 92},
    )
    figure.update_yaxes(
        type="category",
        ticksuffix="  ",
        categoryorder="array",
        categoryarray=labels,
        range=[len(labels) - 0.5, -0.5],
    )
    reserve_room(figure, labels)
    return figure


def add_marks(
    figure: go.Figure, place: int, styles: Sequence[Style], values: Any, **drawn: Any
) -> None:
    """Draw one mark per row into a panel.

    Args:
        figure: From `row_panels`.
        place: Which panel, from 1.
        styles: Of the rows.
        values: One per row.
        drawn: What else plotly is to draw of these marks.
    """
    figure.add_scatter(
        **{"mode": "markers"} | drawn,
        y=[style.label for style in styles],
        x=values,
        marker={
            "color": [style.colour for style in styles],
            "symbol": [style.symbol for style in styles],
            "size": 12,
        },
        row=1,
        col=place,
    )
