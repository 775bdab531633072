"""What the shell says for a reviewer: what changes for people, and gaps with their intervals."""

from typing import Any

from rich.console import Console

from fairmoe.cli.messages import printable
from fairmoe.cli.output import table_of
from fairmoe.metrics import Review
from fairmoe.names import GAP_MEASURES
from fairmoe.report.findings import REVIEWED
from fairmoe.runs import Run
from fairmoe.sentences.people import changes_for_people
from fairmoe.sentences.reviews import clear_differences, with_interval


def reviews_of(run: Run, reference: str | None, tolerance: float | None) -> dict[str, Any]:
    """Return, ready for JSON, the review of the mixture and of the utility expert."""
    return {
        model: run.review(model, reference=reference, tolerance=tolerance).to_dict()
        for model in REVIEWED
    }


def print_review(run: Run, reference: str | None, tolerance: float | None) -> None:
    """Print what the mixture changes for people, its gaps, and who clearly differs from whom."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    review = run.review(reference=reference, tolerance=tolerance)
    if run.roles.target.favourable is not None:
        told = changes_for_people(run.account().everyone, *run.good_and_bad)
        stdout.print(f"\n{printable(told)}")
    print_gaps(stdout, review, words=run.data.words, tolerance=tolerance, of="the mixture")


def print_gaps(
    stdout: Console, review: Review, *, words: tuple[str, str], tolerance: float | None, of: str
) -> None:
    """Print the gaps of a review, and who clearly differs from whom.

    Args:
        stdout: Where to.
        review: The gaps.
        words: What both outcomes are called, the positive one first.
        tolerance: The largest gap that is accepted, as a share.
        of: Whose gaps they are.
    """
    stdout.print(f"\nGaps of {of} between groups, with 95% intervals")
    table = table_of("", "pp", *([] if tolerance is None else [f"at most {100 * tolerance:g} pp"]))
    for name, row in review.differences.iterrows():
        ends = row["value"], row["low"], row["high"]
        cells = [with_interval(*ends, "", tolerance=tolerance)]
        if tolerance is not None:
            cells.append(row["verdict"])
        table.add_row(GAP_MEASURES[str(name)], *cells)
    stdout.print(table)
    if "cannot be told" in set(review.differences["verdict"]):
        stdout.print(
            "Cannot be told: the interval contains what is accepted, or the rows are too few."
        )
    told = clear_differences(
        review.comparisons,
        words=words,
        reference=review.reference,
        apart=review.apart,
    )
    stdout.print(printable(told))
