"""Whether models may see the sensitive columns, and what comes of it."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.names import METRICS, SUMMARY
from fairmoe.sentences.costs import cannot_be_told
from fairmoe.sentences.wording import listed


def blind_means(columns: Sequence[str]) -> str:
    """Say what follows if the models do not see the sensitive columns."""
    return (
        f"Blind: the models do not see {listed(columns)}. Two people who differ in nothing else "
        "get the same decision. Other features may still stand in for the group, and sometimes a "
        "blind model can close gaps only by treating everyone worse."
    )


def aware_means(columns: Sequence[str]) -> str:
    """Say what follows if the models see the sensitive columns."""
    return (
        f"Aware: the models see {listed(columns)} and can correct unequal treatment directly. Two "
        "people who differ in nothing else may get different decisions. In hiring and credit the "
        "law often forbids that."
    )


def offer_aware(columns: Sequence[str]) -> str:
    """Say that an aware mixture may raise no alarm, as this blind one does."""
    return (
        f"This mixture does not see {listed(columns)}. Being blind may be why it raises an alarm. "
        "Train it aware too, and compare."
    )


def awareness_in_words(
    comparison: pd.DataFrame, *, words: tuple[str, str] | None
) -> tuple[str, ...]:
    """Say how a blind and an aware mixture differ, and whether one of them raises an alarm.

    Args:
        comparison: As `fairmoe.analysis.awareness.compare_awareness` returns it.
        words: What the outcome that is good for the person and the other one are called; None if
            none is good, or that was not told.
    """
    blind, aware = comparison.T["blind"], comparison.T["aware"]
    known = [metric for metric in SUMMARY if comparison[metric].notna().any()]
    scores = [
        f"a {METRICS[metric].label.lower()} of {METRICS[metric].text(blind[metric])} and "
        f"{METRICS[metric].text(aware[metric])}"
        for metric in known
    ]
    unknown = cannot_be_told(metric for metric in SUMMARY if metric not in known)
    told = [f"Blind and aware, the mixture has {listed(scores)}.{unknown}"]
    if words is not None and not pd.isna(blind["harmed"]):
        told.append(
            f"Of 100 people whose label is “{words[0]}”, it wrongly gives “{words[1]}” to "
            f"{100 * blind['harmed']:.1f} if it is blind and to {100 * aware['harmed']:.1f} if it "
            "is aware."
        )
    told.append(_VERDICTS[bool(blind["alarming"]), bool(aware["alarming"])])
    return tuple(told)


_VERDICTS = {
    (True, False): "Blind, it raises an alarm; aware, it does not. Use the aware one, if law and "
    "policy allow.",
    (False, True): "Aware, it raises an alarm; blind, it does not. Use the blind one.",
    (True, True): "Both raise an alarm. Use neither.",
    (False, False): "Neither raises an alarm. Whether a decision may look at the group is for "
    "law and policy to say.",
}
"""What follows, by whether the blind and whether the aware mixture raises an alarm."""
