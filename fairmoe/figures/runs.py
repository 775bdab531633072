"""Several runs side by side: what was set, and what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from fairmoe._escape import escape_html
from fairmoe.figures.palette import MODEL_STYLES, SYMBOLS, TEMPLATE
from fairmoe.names import METRICS, SUMMARY

LEAST_POINTS = 10.0
"""An axis shows at least so many percentage points."""

_MARKS = (*SYMBOLS, *(f"{symbol}-open" for symbol in SYMBOLS))
_LEGEND_LINE = 19


def run_table(names: Sequence[str], scores: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Return the summary scores of runs.

    Args:
        names: A name for each of `r` runs.
        scores: Score by metric for each run, 1 for the whole, NaN where not estimable.

    Returns:
        `r` rows, indexed by name, with the columns `SUMMARY`.
    """
    return pd.DataFrame(
        [[each[metric] for metric in SUMMARY] for each in scores],
        index=pd.Index(names, name="run"),
        columns=list(SUMMARY),
    )


def differing_settings(names: Sequence[str], settings: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return, as texts, the settings in which runs differ.

    Args:
        names: A name for each of `r` runs.
        settings: Value by setting for each run; all have the same settings.

    Returns:
        `r` rows, indexed by name, with one column per setting that does not have the same value
        in all runs.
    """
    first = settings[0]
    differ = [name for name in first if any(each[name] != first[name] for each in settings)]
    return pd.DataFrame(
        [[_text(each[name]) for name in differ] for each in settings],
        index=pd.Index(names, name="run"),
        columns=differ,
    )


def runs_figure(table: pd.DataFrame) -> go.Figure:
    """Draw the utility of each run over the sum of its gaps.

    Args:
        table: As `run_table` returns it; a run with a score that is not estimable is not drawn.
    """
    figure = go.Figure()
    drawn = table.dropna()
    colour = MODEL_STYLES["mixture"].colour
    gaps, utility = 100 * (drawn["f_res"] + drawn["f_proc"]), 100 * drawn["utility"]
    for place, (name, run) in enumerate(drawn.iterrows()):
        # In a legend, where long names that are alike stand one below the other.
        figure.add_scatter(
            name=escape_html(str(name)),
            x=[gaps.iloc[place]],
            y=[utility.iloc[place]],
            mode="markers",
            customdata=[METRICS["final_score"].text(run["final_score"])],
            marker={"size": 13, "color": colour, "symbol": _MARKS[place % len(_MARKS)]},
            hovertemplate="utility %{y:.1f}%, gaps %{x:.1f} pp, final score %{customdata}"
            "<extra>%{fullData.name}</extra>",
            cliponaxis=False,
        )
    figure.update_layout(
        template=TEMPLATE,
        title="What does each run give up, and for what?",
        height=380 + _LEGEND_LINE * len(drawn),
        showlegend=True,
        legend={"orientation": "v", "y": -0.02},
        margin={"r": 60, "b": 60 + _LEGEND_LINE * len(drawn)},
    )
    figure.update_xaxes(
        title="result gap + procedure gap (lower is better)", ticksuffix=" pp", range=_around(gaps)
    )
    figure.update_yaxes(title="utility (higher is better)", ticksuffix="%", range=_around(utility))
    return figure


def _around(values: "pd.Series[float]") -> tuple[float, float] | None:
    """Return a range around values, wide enough that a difference of chance looks like one."""
    if values.empty:
        return None
    middle = (values.min() + values.max()) / 2
    half = max(LEAST_POINTS / 2, 0.6 * (values.max() - values.min()))
    return float(middle - half), float(middle + half)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
