"""How sure a rate is; knows no torch, for it is asked before there is a model too."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Z = NormalDist().inv_cdf(0.975)


def wilson_interval(
    successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, z: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson's score interval for rates.

    Unlike the textbook interval it does not collapse at rates of 0 and 1 nor leave [0, 1], and it
    keeps its level on average in small groups.

    Args:
        successes: Any shape, whole numbers in `[0, n]`.
        n: The same shape, the trials; with none of them the interval is NaN.
        confidence: Level of the two-sided interval, in (0, 1).
        z: How many standard errors it spans to each side, in place of what the level needs.

    Returns:
        The lower and the upper ends, each of the same shape, in [0, 1].

    Example:
        >>> low, high = wilson_interval([0, 5], [10, 10])
        >>> low.round(3).tolist(), high.round(3).tolist()
        ([0.0, 0.237], [0.278, 0.763])
    """
    hits, trials = np.asarray(successes, np.float64), np.asarray(n, np.float64)
    z = np.asarray(NormalDist().inv_cdf((1 + confidence) / 2) if z is None else z)
    with np.errstate(invalid="ignore"):
        middle = (hits + z**2 / 2) / (trials + z**2)
        spread = z / (trials + z**2) * np.sqrt(hits * (trials - hits) / trials + z**2 / 4)
    # At the borders the two terms cancel exactly, but their rounding errors do not.
    low = np.where(hits == 0, 0 * spread, middle - spread)
    high = np.where(hits == trials, 1 + 0 * spread, middle + spread)
    return low, high


def newcombe_interval(
    successes: tuple[ArrayLike, ArrayLike],
    n: tuple[ArrayLike, ArrayLike],
    *,
    z: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the ends of Newcombe's score interval for a difference of two independent rates.

    $$p_1 - p_2 - \sqrt{(p_1 - l_1)^2 + (u_2 - p_2)^2},\quad
    p_1 - p_2 + \sqrt{(u_1 - p_1)^2 + (p_2 - l_2)^2}$$

    with $l, u$ the ends of Wilson's intervals: method 10 of Newcombe, "Interval estimation for the
    difference between independent proportions", Statistics in Medicine 17 (1998).

    Args:
        successes: Of the first and of the second rate, any shape, whole numbers in `[0, n]`.
        n: Likewise, the trials; without some the interval is NaN.
        z: How many standard errors the Wilson intervals span to each side; by default what 95%
            need.

    Returns:
        The lower and the upper ends, in [-1, 1].

    Example:
        >>> low, high = newcombe_interval((56, 48), (70, 80))
        >>> low.round(4).item(), high.round(4).item()
        (0.0524, 0.3339)
    """
    (hits_1, hits_2), (trials_1, trials_2) = (
        tuple(np.asarray(each, np.float64) for each in pair) for pair in (successes, n)
    )
    with np.errstate(invalid="ignore"):
        p_1, p_2 = hits_1 / trials_1, hits_2 / trials_2
    low_1, high_1 = wilson_interval(hits_1, trials_1, z=z)
    low_2, high_2 = wilson_interval(hits_2, trials_2, z=z)
    difference = p_1 - p_2
    return (
        difference - np.hypot(p_1 - low_1, high_2 - p_2),
        difference + np.hypot(high_1 - p_1, p_2 - low_2),
    )


def paired_interval(
    gained: ArrayLike, lost: ArrayLike, n: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the ends of a 95% interval for the difference of two rates of the same rows.

    With $b$ rows gained and $c$ lost, $\tilde b = (b + 1) / (n + 2)$ and $\tilde c$ likewise, it is
    $\tilde b - \tilde c \pm z \sqrt{(\tilde b + \tilde c - (\tilde b - \tilde c)^2) / (n + 2)}$:
    Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions
    based on paired data", Journal of Educational and Behavioral Statistics 37 (2012). Rows on
    which both agree only count in `n`, which makes it sharper than two intervals side by side.

    Args:
        gained: Any shape, rows that the second rate counts and the first does not.
        lost: The same shape, the opposite.
        n: The same shape, all rows; without some the interval is NaN.

    Returns:
        The lower and the upper ends, in [-1, 1].

    Example:
        >>> low, high = paired_interval(10, 2, 100)
        >>> low.round(3).item(), high.round(3).item()
        (0.008, 0.149)
    """
    trials = np.asarray(n, np.float64)
    more, less = (
        (np.asarray(each, np.float64) + 1) / np.where(trials > 0, trials + 2, np.nan)
        for each in (gained, lost)
    )
    spread = _Z * np.sqrt((more + less - (more - less) ** 2) / (trials + 2))
    return np.maximum(more - less - spread, -1), np.minimum(more - less + spread, 1)
