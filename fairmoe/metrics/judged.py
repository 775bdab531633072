"""Rates of groups that have enough rows to be judged: their gaps, ratios and comparisons."""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.metrics.differences import (
    LEVEL,
    against_reference,
    gap_interval,
    ratio_interval,
)
from fairmoe.metrics.effective import Counts

Verdict = Literal["within", "exceeds", "cannot be told"]
"""What can be said of a gap and a tolerance; never that a model is fair."""

DIFFERENCES: Mapping[str, tuple[str, ...]] = {
    "demographic_parity_difference": ("selection_rate",),
    "equal_opportunity_difference": ("true_positive_rate",),
    "false_positive_rate_difference": ("false_positive_rate",),
    "equalized_odds_difference": ("true_positive_rate", "false_positive_rate"),
    "predictive_parity_difference": ("positive_predictive_value",),
}
"""The rates of which each is the largest gap between groups."""

COMPARED = tuple(dict.fromkeys(rate for rates in DIFFERENCES.values() for rate in rates))

COMPARISON = [
    "rate",
    "group",
    "n",
    "value",
    "reference_value",
    "difference",
    "low",
    "high",
    "p_value",
    "clear",
]


class JudgedRate:
    """The groups of which a rate can be judged, and those that stand apart.

    Args:
        counts: Of every group.
        names: Its name.
        min_rows: The least number of rows that the rate of a judged group is a share of, at least
            1.

    Attributes:
        counts: Of the judged groups.
        names: Their names.
        values: Their rates, in [0, 1].
        apart: The names of the others.
    """

    def __init__(self, counts: Counts, names: list[str], min_rows: int) -> None:
        hits, trials = counts
        enough = trials >= min_rows
        self.counts: Counts = (hits[enough], trials[enough])
        self.names = [name for name, is_judged in zip(names, enough, strict=True) if is_judged]
        self.apart = tuple(name for name in names if name not in self.names)
        self.values: NDArray[np.float64] = self.counts[0] / self.counts[1]

    @property
    def gap(self) -> float:
        """The largest difference between judged groups, in [0, 1]; NaN unless there are two."""
        return float(np.ptp(self.values)) if len(self.names) > 1 else math.nan


def differences(judged: Mapping[str, JudgedRate], tolerance: float | None) -> pd.DataFrame:
    """Return the largest gaps as `Review.differences` has them."""
    rows = {}
    for measure, rates in DIFFERENCES.items():
        parts = [judged[rate] for rate in rates]
        widest = max(parts, key=lambda part: part.gap)
        row: dict[str, Any] = {
            "value": math.nan,
            "low": math.nan,
            "high": math.nan,
            "highest": "",
            "lowest": "",
            "groups": min(len(part.names) for part in parts),
            "n": round(sum(part.counts[1].sum() for part in parts)),
            "verdict": None,
        }
        if all(len(part.names) > 1 for part in parts):
            row["value"] = widest.gap
            row["low"], row["high"] = gap_interval([part.counts for part in parts])
            row["highest"] = widest.names[int(widest.values.argmax())]
            row["lowest"] = widest.names[int(widest.values.argmin())]
        if tolerance is not None:
            row["verdict"] = verdict_of(row["low"], row["high"], tolerance)
        rows[measure] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def _whole(counts: NDArray[Any]) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = np.rint(counts).astype(np.int64)
    return whole


def verdict_of(low: float, high: float, tolerance: float) -> Verdict:
    """Return what can be said of a gap with an interval and a tolerance, all in [0, 1]."""
    if high <= tolerance:
        return "within"
    return "exceeds" if low > tolerance else "cannot be told"


def lowest_ratio(good: JudgedRate) -> "pd.Series[float]":
    """Return the lowest rate divided by the highest, as `Review.ratio` has it."""
    if len(good.names) < 2 or not good.values.any():
        return pd.Series({"value": math.nan, "low": math.nan, "high": math.nan})
    low, high = ratio_interval(good.counts)
    return pd.Series(
        {"value": float(good.values.min() / good.values.max()), "low": low, "high": high}
    )


def all_comparisons(judged: Mapping[str, JudgedRate], reference: str) -> pd.DataFrame:
    """Return each group beside the reference, as `Review.comparisons` has it."""
    tables = [
        _comparisons(rate, of, reference)
        for rate, of in judged.items()
        if reference in of.names and len(of.names) > 1
    ]
    # An empty table has no types to be joined with.
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COMPARISON)


def _comparisons(rate: str, of: JudgedRate, reference: str) -> pd.DataFrame:
    place = of.names.index(reference)
    found = against_reference(of.counts, place)
    table = pd.DataFrame(
        {
            "rate": rate,
            "group": of.names,
            "n": _whole(of.counts[1]),
            "value": of.values,
            "reference_value": of.values[place],
            **{name: found[name] for name in ("difference", "low", "high", "p_value")},
            "clear": found["p_value"] <= LEVEL,
        }
    ).drop(index=place)
    size = table["difference"].abs().rename("size")
    order = table.assign(size=size).sort_values(["clear", "size"], ascending=False, kind="stable")
    return order[COMPARISON]


def ratios(good: JudgedRate, reference: str) -> pd.DataFrame:
    """Return the rates of the good outcome in proportion, as `Review.ratios` has them."""
    nothing = np.full(len(good.names), math.nan)
    found = {"ratio": nothing, "ratio_low": nothing, "ratio_high": nothing}
    if reference in good.names and len(good.names) > 1:
        found = against_reference(good.counts, good.names.index(reference))
    with np.errstate(invalid="ignore"):
        to_highest = good.values / good.values.max(initial=0)
    return pd.DataFrame(
        {
            "n": _whole(good.counts[1]),
            "value": good.values,
            "to_highest": to_highest,
            "to_reference": found["ratio"],
            "low": found["ratio_low"],
            "high": found["ratio_high"],
        },
        index=pd.Index(good.names, name="group"),
    )
