"""Two finished runs side by side, in pairs where they were judged on the same rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fairmoe._intervals import paired_interval
from fairmoe.metrics import Account, account_in_people
from fairmoe.names import METRICS, SplitName
from fairmoe.runs import Run


@dataclass(frozen=True)
class PairedDecisions:
    """How the decisions of two mixtures differ on the same rows.

    Attributes:
        rows: How many rows there are.
        first_right: Rows that the first alone decides as their label says.
        second_right: Rows that the second alone does.
        accuracy_interval: The ends of the 95% interval of the second's accuracy less the first's,
            in [-1, 1], from these pairs.
    """

    rows: int
    first_right: int
    second_right: int
    accuracy_interval: tuple[float, float]

    @property
    def differ(self) -> int:
        """Rows that they decide differently."""
        return self.first_right + self.second_right


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs side by side.

    Attributes:
        scores: A row for each of `fairmoe.names.METRICS`, of the mixtures; columns `first`,
            `second` and `difference`, the second less the first; NaN where not estimable.
        settings: The settings that differ, each with its value in both.
        roles: The roles that differ, likewise.
        decisions: In pairs; None if the runs were not judged on the same rows and labels.
    """

    scores: pd.DataFrame
    settings: dict[str, tuple[Any, Any]]
    roles: dict[str, tuple[Any, Any]]
    decisions: PairedDecisions | None


def compare_runs(first: Run, second: Run, *, split: SplitName = "test") -> Comparison:
    """Return how two runs differ in what they were told, in scores and in decisions.

    Args:
        first: One run.
        second: The other one; of the same table or of another.
        split: Which rows.
    """
    scores = pd.DataFrame(
        {
            name: {metric: run.scores[split]["mixture"][metric] for metric in METRICS}
            for name, run in (("first", first), ("second", second))
        }
    )
    scores["difference"] = scores["second"] - scores["first"]
    return Comparison(
        scores,
        _differing(first.settings.to_dict(), second.settings.to_dict()),
        _differing(first.roles.to_dict(), second.roles.to_dict()),
        _paired(first, second, split),
    )


def ask_the_same(first: Run, second: Run) -> bool:
    """Return whether two runs predict the same of the same table, for the same groups."""
    return _question(first) == _question(second)


def account_between(first: Run, second: Run, *, split: SplitName = "test") -> Account:
    """Return who gets the good outcome from the second mixture, and from the first.

    Which outcome is good for the person is what the second run says of it, for it may have been
    told of one run only. Where none is good or bad, the positive one is counted in the place of
    the good one.

    Args:
        first: What the account calls the plain model.
        second: What it calls the model; judged on the same rows.
        split: Which rows.
    """
    record = first.splits[split]
    return account_in_people(
        record.y_true,
        record.proba["mixture"] > 0.5,
        second.splits[split].proba["mixture"] > 0.5,
        group=record.group,
        group_names=tuple(first.data.groups),
        favourable=second.roles.target.favourable is not False,
        sample_weight=record.weight,
    )


def _question(run: Run) -> tuple[Any, ...]:
    target = run.roles.target
    positive = target.column, target.positive, target.threshold
    return run.data.sha256, *positive, run.roles.sensitive, *run.data.groups


def _differing(first: dict[str, Any], second: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (first[name], second[name]) for name in first if first[name] != second[name]}


def _paired(first: Run, second: Run, split: SplitName) -> PairedDecisions | None:
    one, other = first.splits[split], second.splits[split]
    if first.data.sha256 != second.data.sha256 or not (
        np.array_equal(one.rows, other.rows) and np.array_equal(one.y_true, other.y_true)
    ):
        return None
    right_1, right_2 = (
        (record.proba["mixture"] > 0.5) == (record.y_true == 1) for record in (one, other)
    )
    won, lost = int((right_2 & ~right_1).sum()), int((right_1 & ~right_2).sum())
    rows = len(one.rows)
    low, high = paired_interval(won, lost, rows)
    return PairedDecisions(rows, lost, won, (float(low), float(high)))
