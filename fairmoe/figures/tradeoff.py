"""Utility against a gap: every run of a sweep, the means over seeds, the front, and baselines."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from fairmoe._escape import escape_html
from fairmoe.figures.palette import MODEL_STYLES, SYMBOLS, TEMPLATE, Style
from fairmoe.figures.ticks import up_to_a_tick
from fairmoe.names import GAP_AXES

_HOVER = "%{text}<br>utility %{y:.1f}%, gap %{x:.1f} pp<extra></extra>"

_NEUTRAL = "#7A8794"
_FRONT = "#0072B2"
_MOST_NAMED = 12
OUTSIDE = ("constant",)
"""Baselines that do not stretch the axes: the constant predictor is far from all others."""


def tradeoff_figure(
    points: pd.DataFrame, means: pd.DataFrame, baselines: pd.DataFrame, gap: str
) -> go.Figure:
    """Draw what each run gives up in utility for a smaller gap.

    Args:
        points: As `fairmoe.sweep.run_points` returns it; what has no gap or utility is not drawn.
        means: As `fairmoe.sweep.setting_means` returns it.
        baselines: Indexed by keys of `palette.MODEL_STYLES`, one row per point,
            with `gap`, `utility` and `detail`, what is to be told of it.
        gap: A key of `fairmoe.names.GAP_AXES`.

    Returns:
        The points of runs carry their id as `customdata`.
    """
    figure = go.Figure()
    known = points.dropna(subset=["gap", "utility"])
    _add_front(figure, known[known["on_front"]].sort_values("gap"))
    styles = _setting_styles([str(label) for label in dict.fromkeys(points["label"])])
    for label, style in styles.items():
        _add_runs(figure, known[(known["label"] == label) & ~known["alarming"]], style)
    _add_alarming(figure, known[known["alarming"]])
    _add_means(figure, means.dropna(subset=["gap", "utility"]), styles)
    placed = baselines.dropna(subset=["gap", "utility"])
    for key, places in placed.groupby(level=0, sort=False):
        _add_baseline(figure, str(key), places)
    figure.update_layout(
        template=TEMPLATE,
        title="What does a smaller gap cost in utility?",
        height=520,
        hovermode="closest",
        legend={"y": -0.16},
        margin={"r": 60},
    )
    figure.update_xaxes(
        title=f"{GAP_AXES[gap].lower()}, test rows (lower is better)",
        ticksuffix=" pp",
        rangemode="tozero",
    )
    figure.update_yaxes(title="utility, test rows<br>(higher is better)", ticksuffix="%")
    ends = _range(known, placed)
    if ends is not None:
        low, high, step = up_to_a_tick(*ends)
        figure.update_yaxes(range=[low, high], dtick=step)
    return figure


def _setting_styles(labels: list[str]) -> dict[str, Style]:
    """Return a style for each combination of settings, from dark to light in their order."""
    spread = [0.25 + 0.6 * i / max(1, len(labels) - 1) for i in range(len(labels))]
    colours = sample_colorscale("Viridis", spread)
    return {
        label: Style(escape_html(label), colour, "solid", SYMBOLS[i % len(SYMBOLS)], "")
        for i, (label, colour) in enumerate(zip(labels, colours, strict=True))
    }


def _range(known: pd.DataFrame, baselines: pd.DataFrame) -> tuple[float, float] | None:
    """Return limits that hold all points but those of `OUTSIDE`."""
    inside = baselines[~baselines.index.isin(OUTSIDE)]
    utility = 100 * pd.concat([known["utility"], inside["utility"]])
    if utility.empty:
        return None
    low, high = float(utility.min()), float(utility.max())
    room = max(0.12 * (high - low), 0.5)
    return low - room, high + room


def _add_front(figure: go.Figure, front: pd.DataFrame) -> None:
    figure.add_scatter(
        x=100 * front["gap"],
        y=100 * front["utility"],
        customdata=front.index,
        name="Pareto-optimal on the validation rows",
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 18,
            "color": _FRONT,
            "line": {"width": 2, "color": _FRONT},
        },
        hoverinfo="skip",
    )


def _add_runs(figure: go.Figure, runs: pd.DataFrame, style: Style) -> None:
    if runs.empty:
        return
    named = len(figure.data) <= _MOST_NAMED
    figure.add_scatter(
        x=100 * runs["gap"],
        y=100 * runs["utility"],
        customdata=runs.index,
        text=[f"{style.label}, seed {seed}" for seed in runs["seed"]],
        name=style.label,
        showlegend=named,
        mode="markers",
        marker={"color": style.colour, "symbol": style.symbol, "size": 9, "opacity": 0.85},
        hovertemplate=_HOVER,
    )


def _add_alarming(figure: go.Figure, runs: pd.DataFrame) -> None:
    if runs.empty:
        return
    figure.add_scatter(
        x=100 * runs["gap"],
        y=100 * runs["utility"],
        customdata=runs.index,
        text=[
            f"{escape_html(str(label))}, seed {seed}"
            for label, seed in zip(runs["label"], runs["seed"], strict=True)
        ],
        name="Raises an alarm",
        mode="markers",
        marker={
            "color": _NEUTRAL,
            "symbol": "x-thin-open",
            "size": 9,
            "line": {"width": 2, "color": _NEUTRAL},
        },
        hovertemplate=_HOVER,
    )


def _add_means(figure: go.Figure, means: pd.DataFrame, styles: Mapping[str, Style]) -> None:
    if means.empty or (means["runs"] < 2).all():
        return
    bars = {"color": _NEUTRAL, "thickness": 1.2, "width": 4}
    figure.add_scatter(
        x=100 * means["gap"],
        y=100 * means["utility"],
        error_x={**bars, "array": 100 * means["gap_sd"].fillna(0)},
        error_y={**bars, "array": 100 * means["utility_sd"].fillna(0)},
        text=[
            f"{styles[str(label)].label}, mean of {runs}"
            for label, runs in zip(means["label"], means["runs"], strict=True)
        ],
        name="Mean over the seeds, ± one standard deviation",
        mode="markers",
        marker={
            "color": [styles[str(label)].colour for label in means["label"]],
            "symbol": [styles[str(label)].symbol for label in means["label"]],
            "size": 15,
            "line": {"width": 2, "color": _NEUTRAL},
        },
        hovertemplate="%{text}<br>utility %{y:.1f}%, gap %{x:.1f} pp<extra></extra>",
    )


def _add_baseline(figure: go.Figure, key: str, places: pd.DataFrame) -> None:
    style = MODEL_STYLES[key]
    figure.add_scatter(
        x=100 * places["gap"],
        y=100 * places["utility"],
        text=[escape_html(str(detail)) for detail in places["detail"]],
        name=style.label,
        mode="markers",
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 12,
            "line": {"width": 1, "color": "rgba(128,128,128,0.9)"},
        },
        hovertemplate="%{fullData.name}<br>%{text}<br>utility %{y:.1f}%, gap %{x:.1f} pp"
        "<extra></extra>",
    )


def not_drawn(baselines: pd.DataFrame) -> list[str]:
    """Return the labels of baselines without a place in the figure.

    Args:
        baselines: As `tradeoff_figure` takes it.
    """
    known = set(baselines.dropna(subset=["gap", "utility"]).index)
    missing = [str(key) for key in dict.fromkeys(baselines.index) if key not in known]
    return [label_of(key) for key in missing]


def label_of(key: str) -> str:
    """Return what a baseline is called.

    Args:
        key: Of `palette.MODEL_STYLES`.
    """
    return MODEL_STYLES[key].label
