"""How sure a rate is; knows no torch, for it is asked before there is a model too."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wilson_interval(
    successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson's score interval for rates.

    Unlike the textbook interval it does not collapse at rates of 0 and 1 nor leave [0, 1], and it
    keeps its level on average in small groups.

    Args:
        successes: Any shape, whole numbers in `[0, n]`.
        n: The same shape, the trials; with none of them the interval is NaN.
        confidence: Level of the two-sided interval, in (0, 1).

    Returns:
        The lower and the upper ends, each of the same shape, in [0, 1].

    Example:
        >>> low, high = wilson_interval([0, 5], [10, 10])
        >>> low.round(3).tolist(), high.round(3).tolist()
        ([0.0, 0.237], [0.278, 0.763])
    """
    hits, trials = np.asarray(successes, np.float64), np.asarray(n, np.float64)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    with np.errstate(invalid="ignore"):
        middle = (hits + z**2 / 2) / (trials + z**2)
        spread = z / (trials + z**2) * np.sqrt(hits * (trials - hits) / trials + z**2 / 4)
    # At the borders the two terms cancel exactly, but their rounding errors do not.
    low = np.where(hits == 0, 0 * spread, middle - spread)
    high = np.where(hits == trials, 1 + 0 * spread, middle + spread)
    return low, high
