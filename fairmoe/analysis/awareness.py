"""Two runs of the same data: one whose models do not see the sensitive columns, one whose do."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from fairmoe.data import Roles
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS, SplitName
from fairmoe.runs import Run, compared_scores_of


def other_awareness(roles: Roles) -> Roles:
    """Return roles by which the models see the sensitive columns if by these they do not."""
    return replace(roles, include_sensitive=not roles.include_sensitive)


def find_counterpart(run: Run, others: Iterable[Run]) -> Run | None:
    """Return the run that differs only in whether its models see the sensitive columns."""
    return next((other for other in others if _are_counterparts(run, other)), None)


def compare_awareness(run: Run, other: Run, *, split: SplitName = "test") -> pd.DataFrame:
    """Return how the mixtures of a blind and of an aware run do, side by side.

    Args:
        run: One of them.
        other: The other one.
        split: Which rows.

    Returns:
        Two rows, "blind" and "aware". Columns: the scores of `fairmoe.names.METRICS`, with gaps
        between the groups that can be compared; `good`, the share of people who get the good
        outcome (the positive class where none is good or that was not told), and `harmed`, the
        share of those with the good label who are wrongly denied it, NaN where none is good; and
        whether the mixture is `alarming` (`fairmoe.metrics.Alarm`).

    Raises:
        InvalidInputError: They differ in more than whether their models see the sensitive columns,
            or not in that.
    """
    if not _are_counterparts(run, other):
        raise InvalidInputError(
            "A blind and an aware run of the same data, roles and settings are needed",
            however="these differ in something else, or both are blind or both aware",
            remedy="Train both at once with train --compare-aware.",
        )
    pair = {"aware" if each.roles.include_sensitive else "blind": each for each in (run, other)}
    return pd.DataFrame(
        {name: _row(pair[name], split) for name in ("blind", "aware")}
    ).T.infer_objects()


def _are_counterparts(run: Run, other: Run) -> bool:
    return (
        run.data.sha256 == other.data.sha256
        and run.settings == other.settings
        and other_awareness(run.roles) == other.roles
        and np.array_equal(run.splits["test"].rows, other.splits["test"].rows)
    )


def _row(run: Run, split: SplitName) -> dict[str, float | bool]:
    everyone = run.account(split=split, otherwise=True).everyone
    told = run.roles.target.favourable is not None
    scores = compared_scores_of(run, split=split)
    return {
        **{metric: float(scores[metric]) for metric in METRICS},
        "good": float(everyone["good_model_rate"]),
        "harmed": float(everyone["harmed_model_rate"]) if told else np.nan,
        "alarming": "mixture" in run.alarms(split),
    }
