"""How two kept runs differ, in words."""

from typing import Protocol


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
    "is in these rows. Train both with the same split_seed to compare them in pairs."
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
        f"{100 * low:+.1f} to {100 * high:+.1f}), which is {chance}statistically significant."
    )
