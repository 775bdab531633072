"""What a reviewer asks first, as a table of gaps, one of ratios, and who clearly differs."""

import pandas as pd

from fairmoe.metrics import Review
from fairmoe.names import GAP_MEASURES, MODELS
from fairmoe.report.blocks import Block, Grid, Text
from fairmoe.report.findings import REVIEWED, Findings
from fairmoe.sentences.reviews import (
    FOUR_FIFTHS_EXPLAINED,
    VERDICTS,
    clear_differences,
    with_interval,
)


def reviewed(found: Findings) -> list[Block]:
    """Say how large the gaps are, how sure, and which groups clearly differ from the reference."""
    review = found.reviews["mixture"]
    told = clear_differences(
        review.comparisons,
        words=found.run.data.words,
        reference=review.reference,
        apart=review.apart,
    )
    return [Text(told), gaps_reviewed(found), ratios_reviewed(found), Text(FOUR_FIFTHS_EXPLAINED)]


def gaps_reviewed(found: Findings) -> Grid:
    """Return the gaps of the mixture and of the utility expert, with verdicts if asked for."""
    tolerance = found.reviews["mixture"].tolerance
    columns = ["Gap between groups"]
    for model in REVIEWED:
        columns.append(MODELS[model])
        if tolerance is not None:
            columns.append(f"{MODELS[model]}, at most {100 * tolerance:g} pp")
    return Grid(
        "Gaps between groups, with 95% intervals",
        tuple(columns),
        tuple(
            (label, *(cell for model in REVIEWED for cell in _gap(found.reviews[model], measure)))
            for measure, label in GAP_MEASURES.items()
        ),
    )


def ratios_reviewed(found: Findings) -> Grid:
    """Return how often each group gets the good outcome, in proportion to others."""
    review, run = found.reviews["mixture"], found.run
    outcome = run.good_and_bad[0]
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


def _gap(review: Review, measure: str) -> list[str]:
    row = review.differences.T[measure]
    cells = [with_interval(row["value"], row["low"], row["high"], " pp")]
    return cells if review.tolerance is None else [*cells, VERDICTS[row["verdict"]]]


def _percent(value: float, low: float | None = None, high: float | None = None) -> str:
    if low is None or high is None or pd.isna(low):
        return with_interval(value, 0, 0, "%").partition(" (")[0]
    return with_interval(value, low, high, "%")
