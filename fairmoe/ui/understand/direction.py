"""Which outcome probabilities and log-odds are of, on all pages: the good one, if one is good."""

from typing import TYPE_CHECKING, Any

from fairmoe.sentences.outcomes import file_keeps_positive

if TYPE_CHECKING:
    from fairmoe.runs import Run


def direction(run: "Run") -> int:
    """Return 1 where the positive class is told of, and -1 where that is bad for the person."""
    return -1 if run.roles.target.favourable is False else 1


def of_outcome(run: "Run") -> str:
    """Return the outcome that is told of, in quotes."""
    return f"“{run.good_and_bad[0]}”"


def file_note(run: "Run") -> str:
    """Say that a file keeps the positive outcome, where the table above it does not."""
    return file_keeps_positive(run.data.words) if direction(run) < 0 else ""


def toward(run: "Run", proba: Any) -> Any:
    """Return the probability of the outcome that is told of.

    Args:
        run: The run.
        proba: That of the positive class, in [0, 1]; one, or many in an array or a frame.
    """
    return proba if direction(run) > 0 else 1 - proba
