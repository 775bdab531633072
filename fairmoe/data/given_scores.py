"""Scores that a caller gives."""

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.given import column_of
from fairmoe.errors import InvalidInputError


def scores_given(given: Any, cutoff: float | None) -> tuple[NDArray[np.float64], float]:
    """Return scores that a caller gives as numbers, `(n,)`, and where they are cut.

    Args:
        given: A score for each row.
        cutoff: None for one half, if all scores lie in [0, 1].

    Raises:
        InvalidInputError: A score is no finite number, the cut-off is none, or one is needed.
    """
    column = column_of(given, "score")
    try:
        if column.dtype.kind in "mM":
            raise TypeError
        scores: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "'score' needs a number for each row", however="some are none"
        ) from error
    if not np.isfinite(scores).all():
        raise InvalidInputError(
            "'score' needs a finite number for each row",
            however=f"{(~np.isfinite(scores)).sum():,} of {len(scores):,} have none",
            remedy="Leave those rows out.",
        )
    if cutoff is None:
        if len(scores) and not (scores.min() >= 0 and scores.max() <= 1):
            raise InvalidInputError(
                "A cut-off is needed for scores that are no probabilities",
                however=f"'score' reaches from {scores.min():g} to {scores.max():g}",
                remedy="Say above which number the decision is positive, such as cutoff=5.",
            )
        return scores, 0.5
    if not (isinstance(cutoff, numbers.Real) and np.isfinite(cutoff)):
        raise InvalidInputError("The cut-off needs to be a finite number")
    return scores, float(cutoff)
