"""For how many people each row stands."""

import numpy as np
from numpy.typing import NDArray

from fairmoe._checks import tame_weights
from fairmoe.data.table import Table
from fairmoe.errors import InvalidInputError


def weights_of(table: Table, column: str) -> NDArray[np.float64]:
    """Return the weights of all rows of a table, `(n,)`: at least 0, NaN where missing.

    Raises:
        InvalidInputError: The column is no number, or a weight is below 0.
    """
    if table.kinds[column] != "number":
        raise InvalidInputError(
            "Weights need to be numbers",
            however=f"column '{column}' is a {table.kinds[column]}",
            remedy="Choose another column, or say that it is a number.",
        )
    weights = table.frame[column].to_numpy(dtype=np.float64)
    below = np.flatnonzero(weights < 0)
    if len(below):
        raise InvalidInputError(
            "Weights need to be 0 or more",
            however=f"row {table.line(int(below[0])):,} of column '{column}' has less"
            + (f", as have {len(below) - 1:,} more" if len(below) > 1 else ""),
            remedy="Correct that row.",
        )
    return tame_weights(weights)


def effective_size(weights: NDArray[np.float64]) -> float:
    r"""Return as how many rows of one weight some rows tell as much.

    $$n_{eff} = \frac{(\sum_i w_i)^2}{\sum_i w_i^2}$$

    Kish, "Survey Sampling" (1965); rows whose weights differ much tell less.

    Args:
        weights: Shape `(n,)`, at least 0.

    Example:
        >>> effective_size(np.array([2.0, 2.0, 2.0])), effective_size(np.array([9.0, 1.0]))
        (3.0, 1.2195121951219512)
    """
    total = weights.sum()
    return float(total**2 / np.square(weights).sum()) if total > 0 else 0.0
