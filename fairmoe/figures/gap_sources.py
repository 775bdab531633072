"""A waterfall: through which columns a difference of log-odds comes."""

from collections.abc import Mapping

import pandas as pd

from fairmoe._escape import Html
from fairmoe.figures.bars import Bar, Row, bar_rows, signed
from fairmoe.figures.palette import MODEL_STYLES

_TOTAL = "#7A8794"


def waterfall(
    parts: pd.DataFrame,
    totals: pd.DataFrame,
    heads: Mapping[str, str],
    *,
    total: str,
    axis: str,
    alt: str,
) -> Html:
    """Draw how a difference of log-odds is made up, each column from where the one before ends.

    Args:
        parts: As `fairmoe.analysis.gap_sources.GapSources` has them, without NaN.
        totals: Likewise.
        heads: What stands over the panel of each name of which the log-odds are.
        total: What the sum is called.
        axis: What the axis is.
        alt: What a screen reader says.
    """
    ends = {name: parts[name].cumsum() for name in heads}
    rows = [
        Row(
            str(column),
            [
                _step(name, parts.iloc[place], float(ends[name].iloc[place]), totals.T[name])
                for name in heads
            ],
        )
        for place, column in enumerate(parts.index)
    ]
    rows.append(Row(total, [_sum(totals.T[name]) for name in heads], is_strong=True))
    return bar_rows(list(heads.values()), rows, foot=axis, alt=alt)


def _step(name: str, part: "pd.Series[float]", end: float, total: "pd.Series[float]") -> Bar:
    value = float(part[name])
    low, high = float(part[f"{name}_low"]), float(part[f"{name}_high"])
    start = end - value
    return Bar(
        start,
        end,
        signed(value),
        MODEL_STYLES[name].colour,
        # Fewer than two rows have no interval.
        None if pd.isna(low) else (start + low, start + high),
        is_hatched=value * float(total["difference"]) < 0,
    )


def _sum(total: "pd.Series[float]") -> Bar:
    low, high = float(total["low"]), float(total["high"])
    value = float(total["difference"])
    return Bar(0.0, value, signed(value), _TOTAL, None if pd.isna(low) else (low, high))
