"""What gaps are among those who are alike in another column."""

from collections.abc import Mapping

import pandas as pd

from fairmoe._units import signed
from fairmoe.names import INSUFFICIENT
from fairmoe.sentences.reviews import rate_in_words
from fairmoe.sentences.wording import listed

NO_PROOF = (
    "Comparing like with like can hide unequal treatment: who has which {column} may itself follow "
    "from it."
)


def conditional_takeaway(
    overall: pd.DataFrame,
    rate: str,
    *,
    column: str,
    reference: str,
    words: tuple[str, str],
    people: Mapping[str, str] | None = None,
) -> str:
    """Say how far each group lies from the reference, in all and like with like.

    Args:
        overall: `fairmoe.metrics.ConditionalGaps.overall`.
        rate: A key of `fairmoe.names.RATES`.
        column: The other column's name.
        reference: The group that the others are compared with.
        words: What both outcomes are called, the positive one first.
        people: How a sentence speaks of the people of a group, by its name; else by its name.
    """
    called = people or {}
    told = [
        f"{called.get(str(name), name)} {_apart(row, 'difference', 'low', 'high')} in all and "
        f"{_apart(row, 'adjusted', 'adjusted_low', 'adjusted_high')} among people with the same "
        f"{column}"
        for name, row in overall.iterrows()
    ]
    beside = called.get(reference, reference)
    return f"Against {beside}, {rate_in_words(rate, words)}: {listed(told)}."


def side_by_side_takeaway(differences: "dict[str, pd.DataFrame]") -> str:
    """Say by which column the demographic parity difference is the largest.

    Args:
        differences: `fairmoe.metrics.Review.differences` by the name of the column.
    """
    gaps = {
        name: float(table["value"].iloc[0])
        for name, table in differences.items()
        if not pd.isna(table["value"].iloc[0])
    }
    if not gaps:
        return "Too few groups have enough rows to be compared."
    ordered = sorted(gaps, key=gaps.__getitem__, reverse=True)
    told = [f"{name} {100 * gaps[name]:.1f} pp" for name in ordered]
    return f"Demographic parity difference, the largest first: {listed(told)}."


def _apart(row: "pd.Series[float]", value: str, low: str, high: str) -> str:
    if pd.isna(row[value]):
        return INSUFFICIENT
    return f"{signed(100 * row[value])} pp ({signed(100 * row[low])} to {signed(100 * row[high])})"
