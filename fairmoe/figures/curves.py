"""What training recorded as it went."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fairmoe._escape import Html, escape_html
from fairmoe.figures.palette import MODEL_STYLES, TEMPLATE, Style

COLUMNS = 2
"""So many panels stand side by side on a phone without being moved."""
NO_MODEL = Style(Html(""), "#7A8794", "solid", "circle", "")


class Line(NamedTuple):
    """One recorded figure: its name, such as "loss of utility", its phase, epochs and values."""

    name: str
    phase: str
    epochs: Sequence[int]
    values: Sequence[float]


def curve_table(lines: Iterable[Line]) -> pd.DataFrame:
    """Return what was recorded, one row per value: `curve`, `phase`, `epoch` and `value`."""
    return pd.DataFrame(
        [
            (line.name, line.phase, epoch, value)
            for line in lines
            for epoch, value in zip(line.epochs, line.values, strict=True)
        ],
        columns=["curve", "phase", "epoch", "value"],
    )


def curves_figure(lines: Iterable[Line]) -> go.Figure | None:
    """Draw one panel per phase and quantity, with a line per model.

    Args:
        lines: "loss of utility" and "loss of result" of one phase share a panel; a name that
            does not end in a model has a panel of its own.

    Returns:
        The figure, or None if nothing was recorded yet, or nothing that could be estimated.
    """
    panels: dict[tuple[str, str], list[tuple[str, Line]]] = {}
    for line in lines:
        # A score of which a part cannot be estimated has no value in any epoch.
        if all(math.isnan(value) for value in line.values):
            continue
        quantity, model = quantity_and_model(line.name)
        panels.setdefault((line.phase, quantity), []).append((model, line))
    if not panels:
        return None
    rows = -(-len(panels) // COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=min(COLUMNS, len(panels)),
        subplot_titles=[
            f"{escape_html(quantity)}<br>{escape_html(phase)}" for phase, quantity in panels
        ],
        horizontal_spacing=0.08,
        vertical_spacing=0.42 / rows,
    )
    labelled: set[str] = set()
    for place, drawn in enumerate(panels.values()):
        row, column = divmod(place, COLUMNS)
        for model, line in drawn:
            style = MODEL_STYLES.get(model, NO_MODEL)
            figure.add_scatter(
                x=line.epochs,
                y=line.values,
                name=style.label,
                mode="lines" if len(line.epochs) > 1 else "markers",
                line={"color": style.colour, "dash": style.dash, "width": 2},
                marker={"color": style.colour, "symbol": style.symbol},
                legendgroup=model,
                showlegend=bool(model) and model not in labelled,
                hovertemplate="epoch %{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
                row=row + 1,
                col=column + 1,
            )
            labelled.add(model)
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template=TEMPLATE,
        title="How did the losses and rewards move?",
        height=140 + 205 * rows,
        margin={"t": 80},
        legend={"y": -0.3 / rows},
    )
    figure.update_xaxes(title={"text": "epoch", "standoff": 12})
    return figure


def main_lines(lines: Iterable[Line]) -> list[Line]:
    """Return the lines that tell how training goes: losses of the experts, then the gate's.

    The losses of the warm-up give way to those of the phase after it.
    """
    found = list(lines)
    newest = "experts" if any(line.phase == "experts" for line in found) else "warm-up"
    return [
        line
        for line in found
        if line.phase == "gate"
        or (
            line.phase == newest
            and quantity_and_model(line.name)[0] == "loss"
            and quantity_and_model(line.name)[1]
        )
    ]


def quantity_and_model(name: str) -> tuple[str, str]:
    """Return what a curve is of, and which model's; nothing for the model if it is of none."""
    quantity, _, model = name.rpartition(" of ")
    return (quantity, model) if quantity and model in MODEL_STYLES else (name, "")
