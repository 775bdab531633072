"""How much more often one group gets an outcome than another: by label, by one model, by another.

It is the demographic parity difference of a review, of anything that says who has the outcome.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe.metrics.differences import gap_interval
from fairmoe.metrics.effective import effective_counts
from fairmoe.metrics.judged import JudgedRate, Verdict, verdict_of
from fairmoe.names import LEAST_PEOPLE


@dataclass(frozen=True)
class OutcomeGap:
    """The largest difference between groups in how often they have an outcome.

    Attributes:
        value: In [0, 1]; NaN unless two groups have enough rows.
        low: The lower end of a 95% interval; 0 unless some groups surely differ.
        high: The upper end.
        most: The group that has the outcome most often; empty where the gap is NaN.
        least: The group that has it least often, likewise.
        most_rate: How often the one has it, in [0, 1].
        least_rate: How often the other has it.
        apart: Groups of too few rows, which are not compared.
        verdict: With a tolerance, as in a review; else None.
        weighted: Whether rows have weights, so that the rows that count are effective ones.
    """

    value: float
    low: float
    high: float
    most: str
    least: str
    most_rate: float
    least_rate: float
    apart: tuple[str, ...]
    verdict: Verdict | None
    weighted: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether the groups differ by more than chance, at 5%."""
        return self.low > 0


def outcome_gap(
    has_outcome: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    tolerance: float | None = None,
    min_rows: int = LEAST_PEOPLE,
    sample_weight: ArrayLike | None = None,
) -> OutcomeGap:
    """Return between which groups an outcome differs most, and by how much.

    Args:
        has_outcome: Shape `(n,)`, 1 where the row has it, else 0.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; it brings a verdict.
        min_rows: Groups of fewer rows are not compared.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> gap = outcome_gap([1, 1, 1, 0], group=[0, 0, 1, 1], group_names=["x", "y"], min_rows=1)
        >>> gap.value, gap.most, gap.least, gap.is_clear
        (0.5, 'x', 'y', False)
    """
    has = check_binary(has_outcome, "has_outcome")
    ids = check_group(group, len(group_names))
    check_same_length(has_outcome=has, group=ids)
    weights = check_weight(sample_weight, len(ids))
    counts = effective_counts(has, np.ones_like(has), ids, len(group_names), weights)
    judged = JudgedRate(counts, [str(name) for name in group_names], max(min_rows, 1))
    weighted = weights is not None
    if len(judged.names) < 2:
        nothing = (math.nan,) * 3
        verdict: Verdict | None = None if tolerance is None else "cannot be told"
        return OutcomeGap(*nothing, "", "", math.nan, math.nan, judged.apart, verdict, weighted)
    low, high = gap_interval([judged.counts])
    most, least = int(judged.values.argmax()), int(judged.values.argmin())
    return OutcomeGap(
        value=judged.gap,
        low=low,
        high=high,
        most=judged.names[most],
        least=judged.names[least],
        most_rate=float(judged.values[most]),
        least_rate=float(judged.values[least]),
        apart=judged.apart,
        verdict=None if tolerance is None else verdict_of(low, high, tolerance),
        weighted=weighted,
    )
