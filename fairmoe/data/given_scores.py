"""Scores that a caller gives."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.given import column_of
from fairmoe.errors import InvalidInputError


def scores_given(given: Any, cutoff: float) -> NDArray[np.float64]:
    """Return scores that a caller gives as numbers, `(n,)`.

    Raises:
        InvalidInputError: One is no finite number, or the cut-off is none.
    """
    column = column_of(given, "score")
    try:
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
    if not np.isfinite(cutoff):
        raise InvalidInputError("The cut-off needs to be a finite number")
    return scores
