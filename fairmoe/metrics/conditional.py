"""Gaps among those who are alike in another column, such as the same job."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe._intervals import newcombe_interval
from fairmoe.metrics.effective import effective_counts
from fairmoe.metrics.review import check_reference

MIN_ROWS = 10
"""Within a level, groups of fewer rows are not compared one by one."""


@dataclass(frozen=True, eq=False)
class ConditionalGaps:
    """How much more often each group is counted than a reference, in all and like with like.

    Attributes:
        reference: The group that the others are compared with.
        overall: One row per other group, indexed by its name: `n` rows; `difference` of its rate
            from the reference's in [-1, 1], with the ends of a 95% interval `low` and `high`; the
            same among those of the same level, `adjusted`, `adjusted_low` and `adjusted_high`,
            over `levels` levels that both groups have and `compared` of the two groups' rows. NaN
            where not estimable.
        within: One row per level and other group, if both groups have enough rows there: `level`,
            `group`, rows `n` and `reference_n`, rates `value` and `reference_value`, `difference`,
            `low` and `high`.
    """

    reference: str
    overall: pd.DataFrame
    within: pd.DataFrame


def conditional_gaps(
    counted: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    level: ArrayLike,
    level_names: Sequence[str],
    reference: str | None = None,
    sample_weight: ArrayLike | None = None,
) -> ConditionalGaps:
    """Return gaps between groups in all, and among rows of the same level of another column.

    Args:
        counted: Shape `(n,)`, 0 or 1: what a rate counts, such as who is hired.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        level: Shape `(n,)`, ids that index `level_names`.
        level_names: A name for each level of the other column.
        reference: The group that the others are compared with; by default that of most rows.
        sample_weight: Shape `(n,)`, for how many people each row stands; rows are then effective
            ones (Kish).

    Raises:
        InvalidInputError: An array is not of this form, or the reference is no group.

    Example:
        Women are hired as often as men in either job, and less often in all, for more of them are
        in the job in which fewer are hired.

        >>> found = conditional_gaps([1, 1, 1, 0, 0, 0] * 10, group=[0, 0, 1, 0, 1, 1] * 10,
        ...     group_names=["men", "women"], level=[0, 0, 0, 1, 1, 1] * 10,
        ...     level_names=["pilot", "nurse"], reference="men")
        >>> row = found.overall.loc["women"].round(2)
        >>> row["difference"].item(), row["adjusted"].item()
        (-0.33, 0.0)
    """
    names = [str(name) for name in group_names]
    hits, ids = check_binary(counted, "counted"), check_group(group, len(names))
    # A column of one level is allowed, as groups of one are not.
    levels = check_group(level, max(2, len(level_names)))
    check_same_length(counted=hits, group=ids, level=levels)
    check_reference(reference, names)
    first = names.index(reference) if reference else int(np.bincount(ids).argmax())
    cell = ids * len(level_names) + levels
    shape = (len(names), len(level_names))
    weights = check_weight(sample_weight, len(ids))
    k, n = (
        each.reshape(shape).astype(np.float64)
        for each in effective_counts(
            hits == 1, np.ones(len(ids), bool), cell, shape[0] * shape[1], weights
        )
    )
    others = [g for g in range(len(names)) if g != first]
    overall = pd.DataFrame(
        [_overall(k[g], n[g], k[first], n[first]) for g in others],
        index=pd.Index([names[g] for g in others], name="group"),
    )
    within = pd.DataFrame(
        [
            {"level": str(level_names[i]), "group": names[g]}
            | _difference(k[g, i], n[g, i], k[first, i], n[first, i])
            for i in range(shape[1])
            for g in others
            if min(n[g, i], n[first, i]) >= MIN_ROWS
        ],
        columns=["level", "group", *_difference(0, 1, 0, 1)],
    )
    return ConditionalGaps(names[first], overall, within)


def stratified_difference(
    successes: tuple[ArrayLike, ArrayLike], n: tuple[ArrayLike, ArrayLike]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the difference of two rates like with like, with the ends of a 95% interval.

    $$\Delta = \frac{\sum_k w_k (p_{1k} - p_{2k})}{\sum_k w_k}, \qquad
    w_k = \frac{n_{1k} n_{2k}}{n_{1k} + n_{2k}}$$

    The weights are those of Mantel and Haenszel (1959); the interval is made of Newcombe's
    intervals of the strata by the method of Zou and Donner, "Construction of confidence limits
    about effect measures" (2008).

    Args:
        successes: Of the first and of the second group, `(..., k)` over `k` strata.
        n: Likewise, the trials, at least 1.

    Returns:
        The difference and the ends, in [-1, 1], each `(...)`.
    """
    (k_1, k_2), (n_1, n_2) = (
        tuple(np.asarray(each, np.float64) for each in pair) for pair in (successes, n)
    )
    weight = n_1 * n_2 / (n_1 + n_2)
    share = weight / weight.sum(-1, keepdims=True)
    apart = k_1 / n_1 - k_2 / n_2
    low, high = newcombe_interval((k_1, k_2), (n_1, n_2))
    middle = (share * apart).sum(-1)
    below = np.sqrt(((share * (apart - low)) ** 2).sum(-1))
    above = np.sqrt(((share * (high - apart)) ** 2).sum(-1))
    return middle, middle - below, middle + above


def _overall(
    k: NDArray[np.float64],
    n: NDArray[np.float64],
    k_reference: NDArray[np.float64],
    n_reference: NDArray[np.float64],
) -> dict[str, float]:
    of_all = _difference(k.sum(), n.sum(), k_reference.sum(), n_reference.sum())
    both = (n > 0) & (n_reference > 0)
    adjusted = [np.nan, np.nan, np.nan]
    if both.any():
        found = stratified_difference((k[both], k_reference[both]), (n[both], n_reference[both]))
        adjusted = [float(each) for each in found]
    return {
        "n": of_all["n"],
        "difference": of_all["difference"],
        "low": of_all["low"],
        "high": of_all["high"],
        **dict(zip(("adjusted", "adjusted_low", "adjusted_high"), adjusted, strict=True)),
        "levels": int(both.sum()),
        "compared": int((n + n_reference)[both].sum()),
    }


def _difference(k: float, n: float, k_reference: float, n_reference: float) -> dict[str, float]:
    if not n or not n_reference:
        low, high, value, reference = (np.nan,) * 4
    else:
        low, high = map(float, newcombe_interval((k, k_reference), (n, n_reference)))
        value, reference = k / n, k_reference / n_reference
    return {
        "n": int(n),
        "reference_n": int(n_reference),
        "value": value,
        "reference_value": reference,
        "difference": value - reference,
        "low": low,
        "high": high,
    }
