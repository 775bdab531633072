"""Counts of weighted rows, as many as tell as much if all weighed the same."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64] | None
Counts = tuple[NDArray[Any], NDArray[Any]]
"""Of each group, `(g,)`, the rows that a rate counts and the rows that it is a share of; no whole
numbers where rows have weights."""

_ROUNDING = 1e-12
"""As a share, what sums of weights may be off by."""


def effective_counts(
    hits: NDArray[np.bool_],
    among: NDArray[np.bool_],
    group: NDArray[np.int64],
    n_groups: int,
    weights: Weights,
) -> Counts:
    r"""Return, of each group, the rows that a rate counts and the rows that it is a share of.

    Without weights these are counts. With them the second is the effective size of Kish, "Survey
    Sampling" (1965), $(\sum w)^2 / \sum w^2$, and the first the weighted rate times that, so an
    interval of a rate that takes counts is about as wide as the weights make it.

    Args:
        hits: Shape `(n,)`, which rows are counted.
        among: Shape `(n,)`, of which rows.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        weights: Shape `(n,)`.

    Example:
        >>> both, none = np.array([True, True]), np.array([0, 0])
        >>> effective_counts(np.array([True, False]), both, none, 1, np.array([3.0, 1.0]))
        (array([1.2]), array([1.6]))
    """
    if weights is None:
        counted, all_of = (
            np.bincount(group[of], minlength=n_groups) for of in (hits & among, among)
        )
        return counted, all_of
    weights = _in_proportion(weights, group, n_groups)
    counted, total, squares = (
        np.bincount(group[of], amount[of], n_groups)
        for of, amount in ((hits & among, weights), (among, weights), (among, weights**2))
    )
    with np.errstate(invalid="ignore"):
        size = _whole(np.where(total > 0, total**2 / squares, 0.0))
        return np.where(total > 0, counted / total * size, 0.0), size


def to_effective_size(
    weights: NDArray[np.float64], group: NDArray[np.int64], n_groups: int
) -> NDArray[np.float64]:
    """Return weights, `(n,)`, that add up to the effective size of each group."""
    weights = _in_proportion(weights, group, n_groups)
    total, squares = (np.bincount(group, amount, n_groups) for amount in (weights, weights**2))
    with np.errstate(invalid="ignore"):
        return weights * (total / squares)[group]


def _whole(size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole numbers where only rounding makes another: equal weights count as rows do."""
    near = np.rint(size)
    return np.where(np.abs(size - near) <= _ROUNDING * near, near, size)


def _in_proportion(
    weights: NDArray[np.float64], group: NDArray[np.int64], n_groups: int
) -> NDArray[np.float64]:
    """Return weights beside the largest of their group, so that no square is too small."""
    largest = np.zeros(n_groups)
    np.maximum.at(largest, group, weights)
    # A power of two changes no digit.
    return np.ldexp(weights, -np.frexp(largest)[1][group])
