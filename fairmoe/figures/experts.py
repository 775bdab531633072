"""The trained models side by side, and what they do to each group."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import Html, escape_html
from fairmoe.figures.palette import MODEL_STYLES, group_styles
from fairmoe.figures.panels import add_marks, row_panels
from fairmoe.names import METRICS, RATES, SUMMARY

SHOWN_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")


def scores_figure(scores: pd.DataFrame, metrics: Sequence[str] = SUMMARY) -> go.Figure:
    """Draw some scores of every model side by side.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        metrics: Which scores, keys of `METRICS`.
    """
    styles = [MODEL_STYLES[str(model)] for model in scores.index]
    # A mark at zero carries the words where there is no value to draw.
    drawn = {metric: 100 * scores[metric].fillna(0) for metric in metrics}
    figure = row_panels(
        [Html(f"{METRICS[m].label}<br>{METRICS[m].direction}") for m in metrics],
        styles,
        title="Which model is useful, and which treats the groups alike?",
        row_height=34,
        values=[
            {
                "ticksuffix": METRICS[metric].suffix,
                "nticks": 4,
                "range": _with_room_for_words(drawn[metric]),
            }
            for metric in metrics
        ],
    )
    figure.update_yaxes(showgrid=False)
    for place, metric in enumerate(metrics, start=1):
        values = drawn[metric]
        add_marks(
            figure,
            place,
            styles,
            values,
            mode="markers+text",
            error_x=_stems(values),
            text=[f"  {METRICS[metric].text(value)}  " for value in scores[metric]],
            textposition=[f"middle {'left' if value < 0 else 'right'}" for value in values],
            customdata=[METRICS[metric].text(value) for value in scores[metric]],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        )
    return figure


def rates_figure(
    rates: pd.DataFrame, words: tuple[str, str], *, favourable: bool | None
) -> go.Figure:
    """Draw what happens to each group, with intervals.

    Args:
        rates: As `fairmoe.metrics.group_rates` returns it.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person; if it is bad, the first panel
            is of the other one.
    """
    outcome = words[1] if favourable is False else words[0]
    titles = {rate: RATES[rate] for rate in SHOWN_RATES} | {"selection_rate": f"Given “{outcome}”"}
    styles = group_styles([str(name) for name in rates.index])
    figure = row_panels(
        [escape_html(title) for title in titles.values()],
        styles,
        title="What happens to each group?",
        row_height=44,
        values=[{"ticksuffix": "%", "range": [-4, 104], "nticks": 5}] * len(SHOWN_RATES),
    )
    for place, rate in enumerate(SHOWN_RATES, start=1):
        value, low, high = (100 * rates[f"{rate}{end}"] for end in ("", "_low", "_high"))
        if rate == "selection_rate" and favourable is False:
            value, low, high = 100 - value, 100 - high, 100 - low
        add_marks(
            figure,
            place,
            styles,
            value,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": high - value,
                "arrayminus": value - low,
                "color": "rgba(128,128,128,0.8)",
                "thickness": 1.6,
                "width": 5,
            },
            hovertemplate="%{y}: %{x:.1f}%<extra></extra>",
        )
    return figure


def _stems(values: "pd.Series[float]") -> dict[str, Any]:
    """Return the lines from zero to each value."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (-values).clip(lower=0),
        "arrayminus": values.clip(lower=0),
        "color": "rgba(128,128,128,0.5)",
        "thickness": 3,
        "width": 0,
    }


def _with_room_for_words(values: "pd.Series[float]") -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    width = max(high - low, 1.0)
    return low - (0.7 if low < 0 else 0.07) * width, high + 0.7 * width
