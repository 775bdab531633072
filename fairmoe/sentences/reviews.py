"""What a review finds: verdicts on gaps, and which groups clearly differ from the reference."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.names import INSUFFICIENT, RATES
from fairmoe.sentences.wording import listed, p_value

VERDICTS = {
    "within": "within the tolerance",
    "exceeds": "exceeds the tolerance",
    "cannot be told": "cannot be told with so few people",
}
"""What is said of a gap and a tolerance, by verdict."""

FOUR_FIFTHS_EXPLAINED = (
    "Four fifths (80%) is a rule of thumb of United States law on hiring, no pass mark: a lower "
    "ratio does not prove unequal treatment, and a higher one does not rule it out."
)


def with_interval(value: float, low: float, high: float, unit: str) -> str:
    """Return a share with its 95% interval.

    Example:
        >>> with_interval(0.07, 0.002, 0.139, " pp"), with_interval(float("nan"), 0, 1, "%")
        ('7.0 pp (0.2 to 13.9)', 'insufficient data')
    """
    if pd.isna(value):
        return INSUFFICIENT
    return f"{100 * value:.1f}{unit} ({100 * low:.1f} to {100 * high:.1f})"


def clear_differences(
    comparisons: pd.DataFrame, rate: str, *, reference: str, apart: Sequence[str]
) -> str:
    """Name the groups that clearly differ from the reference in a rate, the farthest first.

    Args:
        comparisons: As `fairmoe.metrics.Review` has them.
        rate: A key of `fairmoe.names.RATES`.
        reference: The group that the others are compared with.
        apart: Groups of too few rows to be judged.
    """
    label = RATES[rate].lower()
    of_rate = comparisons[comparisons["rate"] == rate]
    clear = of_rate[of_rate["clear"].astype(bool)]
    told = [
        f"{row['group']} ({row['value']:.1%} of {row['n']:,}, {100 * row['difference']:+.1f} pp, "
        f"{p_value(row['p_value'])})"
        for row in clear.to_dict("records")
    ]
    if of_rate.empty:
        text = f"No group has enough rows to be compared with {reference} ({label})."
    elif told:
        against = f"{clear['reference_value'].iloc[0]:.1%} {label}"
        text = f"Clearly different from {reference} ({against}): {listed(told)}."
    else:
        text = f"No group differs clearly from {reference} ({label})."
    return f"{text} Too few rows to be judged: {listed(apart)}." if apart else text
