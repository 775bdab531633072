"""What a run comes to for people: who gets the good outcome, who is harmed, and the gap, thrice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fairmoe.metrics import Account, OutcomeGap, outcome_gap
from fairmoe.names import SplitName
from fairmoe.runs import Run

Source = Literal["label", "plain", "model"]
"""Who says who gets the outcome: the labels, the utility expert, or the mixture."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a run comes to for people.

    Attributes:
        account: Of the mixture beside the utility expert, the plain model. Where no outcome is good
            or bad for the person, the positive one is counted in the place of the good one.
        gaps: The gap in the good outcome by label, with the plain model, with the mixture.
    """

    account: Account
    gaps: Mapping[Source, OutcomeGap]


def result_of(run: Run, *, split: SplitName = "test", tolerance: float | None = None) -> Result:
    """Return what a run comes to for people.

    Args:
        run: The run.
        split: On which rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings verdicts.
    """
    record = run.splits[split]
    positive = {
        "label": record.y_true == 1,
        "plain": record.proba["utility"] > 0.5,
        "model": record.proba["mixture"] > 0.5,
    }
    is_bad = run.roles.target.favourable is False
    gaps: dict[Source, OutcomeGap] = {
        source: outcome_gap(
            positive[source] != is_bad,
            group=record.group,
            group_names=tuple(run.data.groups),
            tolerance=tolerance,
            sample_weight=record.weight,
        )
        for source in ("label", "plain", "model")
    }
    return Result(run.account(split=split, otherwise=True), gaps)
