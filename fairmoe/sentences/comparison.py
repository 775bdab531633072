"""How two kept runs differ, in words."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from fairmoe._units import signed
from fairmoe.data import Roles, Target
from fairmoe.sentences.wording import listed, verb_of


class Paired(Protocol):
    """What `fairmoe.analysis.comparison.PairedDecisions` says."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    @property
    def first_right(self) -> int:
        """Rows that the first alone decides as their label says."""

    @property
    def second_right(self) -> int:
        """Rows that the second alone does."""

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """The ends of the interval of the second's accuracy less the first's, in [-1, 1]."""


OTHER_ROWS = (
    "The runs were judged on different rows or labels. Part of the differences may come from who "
    "is in these rows. Train both with the same split seed to compare them in pairs."
)


def decisions_compared(paired: Paired | None) -> str:
    """Say on how many rows two runs decide differently, which is right there, and if for sure.

    Args:
        paired: Of both; None if they were judged on different rows.
    """
    if paired is None:
        return OTHER_ROWS
    differ = paired.first_right + paired.second_right
    if not differ:
        return f"Both decide alike on all {paired.rows:,} rows."
    low, high = paired.accuracy_interval
    change = (paired.second_right - paired.first_right) / paired.rows
    direction = "lower" if change < 0 else "higher"
    chance = "not " if low <= 0 <= high else ""
    return (
        f"They decide differently on {differ:,} of the same {paired.rows:,} rows: on these the "
        f"first is right {paired.first_right:,} times, the second {paired.second_right:,} times. "
        f"The accuracy of the second is {100 * abs(change):.1f} pp {direction} (95% interval "
        f"{signed(100 * low)} to {signed(100 * high)}), which is {chance}statistically significant."
    )


OTHER_QUESTION = (
    "{first} and {second} were trained on different tables, targets or groups. Their figures "
    "cannot be compared. Choose two runs that have these in common."
)
LEFT_OUT = "What follows leaves out the runs of other tables, targets or groups."
MOST_NAMED = 3


def nothing_to_compare(shown: str, pair: Sequence[str]) -> str:
    """Say that a run stands alone, and what to do.

    Args:
        shown: The name of the run that is shown.
        pair: The names of runs that can be compared with one another; none if no two can.
    """
    told = f"No other run has the table, target and groups of {shown}, so nothing is compared here."
    if pair:
        return (
            f"{told} {listed(pair)} can be compared: choose one of them as the run shown on all "
            "pages."
        )
    return f"{told} Train once more on its table, with the same target and groups."


def run_of_table(name: str, table: str, *, loaded: bool) -> str:
    """Return the name of a run, with its table where another one is loaded.

    Args:
        name: Of the run.
        table: Of the table that it was trained on; may be empty.
        loaded: Whether that is the table that is loaded.
    """
    return name if loaded else f"{name} ({table or 'another table'})"


def roles_apart(
    roles: Roles, groups: Sequence[str], others: Sequence[tuple[Roles, Sequence[str]]]
) -> str:
    """Say whom a run compares, and which of its other roles other runs of its table have not.

    Args:
        roles: Of the run.
        groups: What its groups are called.
        others: Likewise of the others.
    """
    target = _target(roles.target)
    told = [f"by {listed(roles.sensitive_columns)}, {len(groups)} groups"]
    alike = [names for _, names in others if len(names) == len(groups)]
    own = [name for name in groups if any(name not in names for names in alike)]
    if own:
        told.append(f"among them {listed(own, most=MOST_NAMED)}")
    if any(_target(other.target) != target for other, _ in others):
        told.append(f"predicts {target}")
    if any(other.include_sensitive != roles.include_sensitive for other, _ in others):
        told.append(f"models {'see' if roles.include_sensitive else 'do not see'} the groups")
    left_out = [
        name for name in roles.dropped if any(name not in other.dropped for other, _ in others)
    ]
    if left_out:
        told.append(f"without {listed(left_out, most=MOST_NAMED)}")
    if any(other.weight != roles.weight for other, _ in others):
        told.append(f"weighted by {roles.weight}" if roles.weight else "not weighted")
    return ", ".join(told)


def _target(target: Target) -> str:
    if target.threshold is not None:
        return f"{target.column} above {target.threshold:g}"
    values = f" = {listed(target.positive)}" if target.positive else ""
    return f"{target.column}{values}"


def of_another_table(shown: str, loaded: str) -> str:
    """Say that the figures are not of the table that is loaded.

    Args:
        shown: The name of the table that the run shown was trained on; may be empty.
        loaded: That of the table that is loaded; may be empty.
    """
    return (
        f"The run shown here is of {shown or 'another table'}, not of "
        f"{loaded or 'the table'}, which is loaded. Train on that, or choose one of its runs."
    )


_TOLD = {"acc": ("Accuracy", "%"), "dp": ("DP gap", " pp"), "eo": ("EO gap", " pp")}


def who_changed(
    groups: pd.DataFrame, everyone: "pd.Series[float]", good: str, names: tuple[str, str]
) -> str:
    """Say how many decisions change from one run to another, and for whom.

    Args:
        groups: `fairmoe.metrics.Account.groups`, of the second beside the first.
        everyone: Likewise.
        good: What the outcome that is counted is called.
        names: What the runs are called.
    """
    first, second = names
    changed = int(everyone["better"] + everyone["worse"])
    if not changed:
        return f"{first} and {second} decide alike about all {everyone['n']:,.0f} people."
    right = int(everyone["better_right"] + everyone["worse_right"])
    of_groups = [
        f"of {name} {row['better']:,.0f} more and {row['worse']:,.0f} fewer"
        for name, row in groups.iterrows()
        if row["better"] or row["worse"]
    ]
    return (
        f"From {first} to {second}, {changed:,} of {everyone['n']:,.0f} decisions "
        f"{verb_of([str(changed)], 'changes', 'change')}. People "
        f"who get “{good}”: {'; '.join(of_groups)}. The label agrees with {right:,} of these "
        "changes."
    )


def figures_compared(first: Mapping[str, float], second: Mapping[str, float]) -> str:
    """Say accuracy and gaps of two runs; what cannot be estimated is left out.

    Args:
        first: Scores of the first mixture.
        second: Of the second.
    """
    told = [
        f"{label} {100 * first[name]:.1f} and {100 * second[name]:.1f}{unit}"
        for name, (label, unit) in _TOLD.items()
        if not pd.isna(first[name]) and not pd.isna(second[name])
    ]
    return f"{'; '.join(told)}."
