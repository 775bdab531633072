"""Rows drawn in proportion to their weights, for what knows rows of one weight only."""

import numpy as np
from numpy.typing import NDArray

from fairmoe.data import EncodedSplit


def representative(split: EncodedSplit) -> EncodedSplit:
    """Return rows of known groups, each as often as its weight says: what the gate learns from.

    Where all groups are known and no row has a weight it is the split itself. Else there are about
    as many rows as have a known group; of each cell of group and label as its weight says, and at
    least one, for without it no gap could be estimated.
    """
    if split.weight is None and (split.group >= 0).all():
        return split
    rows = np.flatnonzero(split.group >= 0)
    rows = rows[np.argsort(split.group[rows] * 2 + split.y[rows], kind="stable")]
    if split.weight is not None:
        weights, cells = split.weight[rows], split.group[rows] * 2 + split.y[rows]
        shares = len(rows) * np.bincount(cells, weights) / weights.sum()
        drawn = []
        for cell in np.unique(cells[weights > 0]):
            own = np.flatnonzero(cells == cell)
            drawn.append(own[in_proportion(weights[own], max(1, round(shares[cell])))])
        rows = np.sort(rows[np.concatenate(drawn)])
    return EncodedSplit(split.x[rows], split.y[rows], split.group[rows], split.rows[rows])


def in_proportion(weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return places drawn in proportion to weights, at even steps along their sum.

    Each comes up as often as `count` times its share of all weight, rounded up or down.

    Example:
        >>> in_proportion(np.array([1.0, 2.0, 0.0, 1.0]), 4).tolist()
        [0, 1, 1, 3]
    """
    ends = np.cumsum(weights, dtype=np.float64)
    steps = (np.arange(count) + 0.5) * (ends[-1] / count)
    places: NDArray[np.int64] = np.searchsorted(ends, steps)
    return places.clip(max=len(weights) - 1)
