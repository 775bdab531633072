"""What a reviewer asks first, as a table of gaps, one of ratios, and who clearly differs."""

from typing import TYPE_CHECKING

import pandas as pd

from fairmoe.names import GAP_MEASURES, MODELS, PLAIN_LABEL
from fairmoe.report.blocks import Block, Grid, Text
from fairmoe.report.findings import Findings
from fairmoe.sentences.reviews import (
    FOUR_FIFTHS_EXPLAINED,
    SHARE_COMPARED,
    clear_differences,
    share_compared,
    verdict_in_words,
    with_interval,
)

if TYPE_CHECKING:
    from fairmoe.metrics import Review


def reviewed(found: Findings) -> list[Block]:
    """Say which groups clearly differ from the reference, and in what proportion."""
    review = found.reviews["mixture"]
    told = clear_differences(
        review.comparisons,
        words=found.run.data.words,
        reference=review.reference,
        apart=review.apart,
        people=found.people,
    )
    return [
        Text(told),
        ratios_reviewed(found),
        Text(FOUR_FIFTHS_EXPLAINED),
    ]


def gaps_reviewed(found: Findings) -> Grid:
    """Return the gaps of the mixture, with verdicts if asked for, and of the models beside it."""
    review = found.reviews["mixture"]
    columns = [
        "Gap between groups",
        SHARE_COMPARED,
        *(PLAIN_LABEL if m == "utility" else MODELS[m] for m in found.reviews),
    ]
    if review.tolerance is not None:
        columns.append(f"Mixture, at most {100 * review.tolerance:g} pp")
    rows = []
    for measure, label in GAP_MEASURES.items():
        row = review.differences.T[measure]
        cells = [
            label,
            share_compared(measure, found.run.data.words),
            *(_gap(each.differences.T[measure], each) for each in found.reviews.values()),
        ]
        if review.tolerance is not None:
            cells.append(verdict_in_words(row["verdict"], row["value"]))
        rows.append(tuple(cells))
    return Grid("Gaps between groups, with 95% intervals", tuple(columns), tuple(rows), words=True)


def ratios_reviewed(found: Findings) -> Grid:
    """Return how often each group gets the good outcome, in proportion to others."""
    review, outcome = found.reviews["mixture"], found.run.good_and_bad[0]
    rows = []
    for name, row in review.ratios.iterrows():
        to_reference = "reference"
        if name != review.reference:
            to_reference = _percent(row["to_reference"], row["low"], row["high"])
        rows.append(
            (
                str(name),
                f"{row['n']:,.0f}",
                _percent(row["value"]),
                _percent(row["to_highest"]),
                to_reference,
            )
        )
    return Grid(
        f"How often the mixture gives “{outcome}”, and in proportion to other groups",
        ("Group", "Rows", "Gets it", "Of the highest rate", f"Of the rate of {review.reference}"),
        tuple(rows),
    )


def _gap(row: "pd.Series[float]", review: "Review") -> str:
    ends = row["value"], row["low"], row["high"]
    return with_interval(*ends, " pp", tolerance=review.tolerance)


def _percent(value: float, low: float | None = None, high: float | None = None) -> str:
    if low is None or high is None or pd.isna(low):
        return with_interval(value, 0, 0, "%").partition(" (")[0]
    return with_interval(value, low, high, "%")
