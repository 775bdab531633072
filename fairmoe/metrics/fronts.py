"""What no other point beats in every respect, and how much of the possible it covers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS

_HIGHER_IS_BETTER = frozenset(name for name, about in METRICS.items() if about.higher_is_better)


def costs(scores: Mapping[str, ArrayLike], objectives: Sequence[str]) -> NDArray[np.float64]:
    """Return scores as costs to minimise: 1 - score where higher is better, else the score.

    Args:
        scores: Score of each of `n` points by metric.
        objectives: The `m` of them to use, keys of `METRICS`, in their order. What is no such key
            counts as lower is better.

    Returns:
        Shape `(n, m)`, NaN where a score is.

    Example:
        >>> costs({"utility": [0.75, 0.5], "dp": [0.25, 0.0]}, ("utility", "dp"))
        array([[0.25, 0.25],
               [0.5 , 0.  ]])
    """
    columns = [np.asarray(scores[name], dtype=np.float64) for name in objectives]
    pairs = zip(objectives, columns, strict=True)
    return np.stack(
        [1 - values if name in _HIGHER_IS_BETTER else values for name, values in pairs], 1
    )


def pareto_front(points: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other point dominates.

    A point dominates another if it costs no more in any respect and less in one. Equal points do
    not dominate each other; a point with a cost that is not known is not on the front.

    Args:
        points: Shape `(n, m)`, costs.

    Returns:
        Shape `(n,)`.

    Example:
        >>> pareto_front([[1, 3], [2, 2], [3, 3], [3, 1]])
        array([ True,  True, False,  True])
    """
    costs = _matrix(points)
    on_front: NDArray[np.bool_] = np.array(~np.isnan(costs).any(axis=1))
    for i in np.flatnonzero(on_front):
        others = costs[on_front]
        beaten = (others <= costs[i]).all(1) & (others < costs[i]).any(1)
        # A dominated point cannot dominate what its dominator does not: it may go at once.
        on_front[i] = not beaten.any()
    return on_front


def hypervolume(points: ArrayLike, reference: Sequence[float]) -> float:
    """Return how much of the costs below a reference some point reaches or undercuts.

    Args:
        points: Shape `(n, m)`, costs, `m` 2 or 3; points with an unknown cost do not count.
        reference: The `m` costs at which nothing is gained any more. A point that costs more in
            any respect does not count.

    Returns:
        The exact area or volume, 0 without points.

    Raises:
        InvalidInputError: There are not two or three costs.

    Example:
        >>> hypervolume([[0.25, 0.5], [0.5, 0.25]], (1, 1))
        0.5
    """
    costs, limit = _matrix(points), np.asarray(reference, dtype=np.float64)
    if costs.shape[1] not in (2, 3) or limit.shape != (costs.shape[1],):
        raise InvalidInputError(
            "A hypervolume needs two or three costs and a reference for each",
            however=f"there are {costs.shape[1]} costs and {limit.size} references",
        )
    costs = costs[(costs < limit).all(1)]
    front = costs[pareto_front(costs)]
    return _area(front, limit) if len(limit) == 2 else _volume(front, limit)


def mean_and_spread(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return mean and standard deviation of figures over the rows that agree in some columns.

    Args:
        frame: One row per run.
        by: The columns that tell settings apart, such as lambdas; the seed is none of them.
            Without any, all rows are one group.

    Returns:
        One row per group in the order of first appearance: the columns `by`, `runs`, and of each
        other column of floats NAME its mean as NAME and its standard deviation as NAME_sd (NaN for
        a single run). A figure that is unknown for a run is unknown for its group.
    """
    figures = [name for name in frame.select_dtypes("float") if name not in by]
    groups = frame.groupby(list(by), sort=False, dropna=False) if by else frame.groupby(lambda _: 0)
    known = groups[figures].count().eq(groups.size(), axis=0)
    mean = groups[figures].mean().where(known)
    spread = groups[figures].std().where(known).add_suffix("_sd")
    summary = pd.concat([groups.size().rename("runs"), mean, spread], axis=1)
    return summary.reset_index(drop=not by)


def _matrix(points: ArrayLike) -> NDArray[np.float64]:
    costs = np.asarray(points, dtype=np.float64)
    if costs.ndim != 2:
        raise InvalidInputError(
            "Points need to be a matrix of costs", however=f"the array has {costs.ndim} axes"
        )
    return costs


def _area(front: NDArray[np.float64], limit: NDArray[np.float64]) -> float:
    """Add up, from left to right, the strip that each step of the front adds."""
    ordered = front[np.argsort(front[:, 0], kind="stable")]
    heights = np.minimum.accumulate(ordered[:, 1])
    widths = np.diff(np.append(ordered[:, 0], limit[0]))
    return float(widths @ (limit[1] - heights))


def _volume(front: NDArray[np.float64], limit: NDArray[np.float64]) -> float:
    """Add up the slabs between one third cost and the next, each as high as the area so far."""
    ordered = front[np.argsort(front[:, 2], kind="stable")]
    heights = np.diff(np.append(ordered[:, 2], limit[2]))
    areas = [_area(ordered[: i + 1, :2], limit[:2]) for i in range(len(ordered))]
    return float(sum(h * area for h, area in zip(heights, areas, strict=True)))
