"""What the methods of others come to beside the front of a run."""

from collections.abc import Iterable, Sequence

import pandas as pd

from fairmoe._units import apart_from
from fairmoe.names import FAIRLEARN_METHODS, FairlearnMethod
from fairmoe.sentences.wording import listed

_SEES: FairlearnMethod = "threshold_optimizer"
_TOLD = 3
"""Digits of a share that are told."""

ONLY_OF_ONE_CRITERION = (
    "Fairlearn's methods are fitted for demographic parity or for equal opportunity, and are shown "
    "with these gaps."
)
_FOR = {"dp": "demographic parity", "eo": "equal opportunity"}


def peers_takeaway(peers: pd.DataFrame, points: pd.DataFrame, gap: str, gap_name: str) -> str:
    """Say how the fits of others and the mixtures of a front stand to one another on test rows.

    Args:
        peers: One row a fit: `method`, `gap` and `accuracy` in [0, 1].
        points: Of the front: `gap`, `accuracy`, `alarming`, `shown`.
        gap: The key of the gap for which they were fitted.
        gap_name: What it is called.
    """
    fits = peers.dropna(subset=["gap", "accuracy"])
    told = (
        f"Fairlearn's methods were fitted for {_FOR[gap]} in {len(peers)} "
        f"{'setting' if len(peers) == 1 else 'settings'}, and are judged "
        "by it here."
    )
    ours = points[~points["alarming"].astype(bool)].dropna(subset=["gap", "accuracy"])
    shown = points[points["shown"]].dropna(subset=["gap", "accuracy"])
    if fits.empty or ours.empty or shown.empty:
        return f"{told} Their gap, or that of the mixtures, cannot be estimated."
    better = fits[_beats(fits, shown.iloc[0])]
    beaten = sum(bool(_beats(ours, fit).any()) for _, fit in fits.iterrows())
    told += (
        f" On the test rows {_count(len(better))} a smaller {gap_name} and a higher accuracy than "
        f"the mixture shown{_named(better['method'])}. Against {beaten} of the {len(fits)} a "
        "mixture of this front has both; its gates count all gaps, not this one alone."
    )
    if _SEES in set(fits["method"]):
        told += (
            f" The {FAIRLEARN_METHODS[_SEES].lower()} needs to know the group of each person whom "
            "it decides about."
        )
    if gap == "eo":
        told += " The adversarial network knows equalized odds only, and is fitted for these."
    return told


def older_fits(small: Sequence[str]) -> str:
    """Say that fits which were kept earlier may count groups that are not compared.

    Args:
        small: These groups; at least one.
    """
    return (
        "These fits were kept by an earlier version: their gaps may count every group, also "
        f"{listed(small)}, while those of the mixtures do not. Fit them again to compare alike."
    )


def fit_within(
    fits: pd.DataFrame, wished: float, gap_name: str, mixture: "pd.Series[float] | None" = None
) -> str:
    """Say which fit of others keeps to a limit of a gap where no mixture does, or does it worse.

    Args:
        fits: One row a fit: `method`, `gap` and `accuracy` in [0, 1], of the validation rows, and
            `gap_test` and `accuracy_test` of the test rows.
        wished: The limit, in [0, 1].
        gap_name: What the gap is called.
        mixture: That which keeps to it on the validation rows: its `accuracy`, `gap_test` and
            `accuracy_test`; None if there is none.

    Returns:
        A sentence, of the fit that is the most accurate on the validation rows among those that
        keep to the limit there; nothing if none does, or if the mixture keeps to the limit on the
        test rows too and is as accurate as the fit.
    """
    within = fits[fits["gap"] <= wished].dropna()
    if within.empty:
        return ""
    best = within.sort_values("accuracy", ascending=False, kind="stable").iloc[0]
    misses = best["gap_test"] > wished
    if mixture is not None and mixture["gap_test"] <= wished:
        # What is told alike is alike.
        judged_by = ["accuracy"] if misses else ["accuracy", "accuracy_test"]
        if all(round(best[name], _TOLD) <= round(mixture[name], _TOLD) for name in judged_by):
            return ""
    return (
        f"Of Fairlearn's methods the {FAIRLEARN_METHODS[best['method']].lower()} keeps to this "
        f"limit on the validation rows: {gap_name} {100 * best['gap']:.1f} pp, accuracy "
        f"{100 * best['accuracy']:.1f}%. On the test rows, which the chart shows, it has "
        f"{apart_from(100 * wished, 100 * best['gap_test'])} pp and "
        f"{100 * best['accuracy_test']:.1f}%{', and misses the limit' if misses else ''}."
    )


def peers_outside(beyond: pd.DataFrame) -> str:
    """Say which fits of others lie beyond the axes.

    Args:
        beyond: One row a fit: `method`, `gap` and `accuracy` in [0, 1].

    Returns:
        A sentence with a blank before it; nothing if there are none.
    """
    if beyond.empty:
        return ""
    places = [
        f"{FAIRLEARN_METHODS[fit['method']]} ({100 * fit['gap']:.1f} pp at "
        f"{100 * fit['accuracy']:.1f}% accuracy)"
        for _, fit in beyond.iterrows()
    ]
    return f" Beyond the axes: {listed(places)}."


def _beats(these: pd.DataFrame, place: "pd.Series[float]") -> "pd.Series[bool]":
    return (these["gap"] < place["gap"]) & (these["accuracy"] > place["accuracy"])


def _count(fits: int) -> str:
    return f"{fits} of these fits {'has' if fits == 1 else 'have'}" if fits else "none of these has"


def _named(methods: Iterable[str]) -> str:
    names = [FAIRLEARN_METHODS[each].lower() for each in dict.fromkeys(methods)]  # type: ignore[index]
    return f" ({listed(names)})" if names else ""
