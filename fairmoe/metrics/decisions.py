"""How a model's scores part the classes in each group: ROC curves and confusion counts."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_proba, check_same_length, check_weight
from fairmoe.names import CELLS

_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_MAX_POINTS = 201
"""Points of a curve that are kept; more are not seen."""


def roc_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return each group's ROC curve.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        In the order of the groups and from the highest threshold to the lowest: `group`,
        `threshold`, and the rates `false_positive_rate` and `true_positive_rate` of predicting
        positive at the threshold and above; it begins at (0, 0), above every score. Of long
        curves some points are left out. A group without positive or negative rows has none.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, score, ids = _check_scores(y_true, y_score, group, group_names)
    amounts = amounts_of(sample_weight, len(ids))
    curves = []
    for g, name in enumerate(group_names):
        scores, labels, amount = score[ids == g], true[ids == g], amounts[ids == g]
        if labels.all() or not labels.any():
            continue
        order = np.argsort(-scores, kind="stable")
        last_of_score = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
        true_positives, false_positives = (
            np.append(0, (of * amount)[order].cumsum()[last_of_score]) for of in (labels, ~labels)
        )
        points = np.unique(
            np.linspace(0, len(last_of_score), min(_MAX_POINTS, len(last_of_score) + 1)).astype(int)
        )
        curves.append(
            pd.DataFrame(
                {
                    "group": name,
                    "threshold": np.append(np.inf, scores[order][last_of_score])[points],
                    "false_positive_rate": (false_positives / false_positives[-1])[points],
                    "true_positive_rate": (true_positives / true_positives[-1])[points],
                }
            )
        )
    if not curves:
        names = ["group", "threshold", "false_positive_rate", "true_positive_rate"]
        return pd.DataFrame(columns=names)
    return pd.concat(curves, ignore_index=True)


def auc_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the area under each group's ROC curve, with the 95% interval of DeLong et al.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        One row per group, indexed by its name: the counts `positives` and `negatives`, and `auc`
        with `auc_low` and `auc_high`, in [0, 1]; NaN for a group with fewer than two of either.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, score, ids = _check_scores(y_true, y_score, group, group_names)
    amounts = amounts_of(sample_weight, len(ids))
    z = NormalDist().inv_cdf(0.975)
    rows = []
    for g in range(len(group_names)):
        of_classes = [(ids == g) & of for of in (true, ~true)]
        (positive, p_amount), (negative, n_amount) = ((score[of], amounts[of]) for of in of_classes)
        auc = half_width = math.nan
        if min(len(positive), len(negative)) >= 2:
            # Of each row: the share of the other class that it is ranked rightly against.
            positive_ranks = _rank(negative, n_amount, positive)
            negative_ranks = 1 - _rank(positive, p_amount, negative)
            auc = float(np.average(positive_ranks, weights=p_amount))
            half_width = z * math.sqrt(
                _variance_of_mean(positive_ranks, p_amount)
                + _variance_of_mean(negative_ranks, n_amount)
            )
        interval = np.clip([auc - half_width, auc + half_width], 0, 1)
        rows.append((len(positive), len(negative), auc, *interval))
    return pd.DataFrame(
        rows,
        index=pd.Index(group_names, name="group"),
        columns=["positives", "negatives", "auc", "auc_low", "auc_high"],
    )


def confusion_by_group(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return how many rows of each group are predicted rightly and wrongly, by class.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        One row per group, indexed by its name: the count `n`, the counts `CELLS`, and each of
        them under its name with `_share` as a share of the group, NaN for a group without rows.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> table = confusion_by_group([1, 0, 1], [1, 1, 0], group=[0, 0, 1],
        ...                            group_names=["x", "y"])
        >>> table[list(CELLS)].loc["x"].tolist()
        [1, 1, 0, 0]
    """
    true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    ids = check_group(group, len(group_names))
    check_same_length(y_true=true, y_pred=pred, group=ids)
    members = (true & pred, ~true & pred, true & ~pred, ~true & ~pred)
    table, weighted = (
        pd.DataFrame(
            {
                cell: np.bincount(
                    ids[is_member], None if by is None else by[is_member], len(group_names)
                )
                for cell, is_member in zip(CELLS, members, strict=True)
            },
            index=pd.Index(group_names, name="group"),
        )
        for by in (None, amounts_of(sample_weight, len(ids)))
    )
    n, total = table.sum(axis=1), weighted.sum(axis=1)
    shares = weighted.div(total.where(total > 0), axis=0).add_suffix("_share")
    return pd.concat([n.rename("n"), table, shares], axis=1)


def amounts_of(sample_weight: ArrayLike | None, n: int) -> NDArray[np.float64]:
    """Return for how many people each row stands, `(n,)`; one each if that is left out."""
    weights = check_weight(sample_weight, n)
    return np.ones(n) if weights is None else weights


def _rank(
    others: NDArray[np.float64], amounts: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of `others` that lies below each value, ties counting half."""
    order = np.argsort(others)
    so_far = np.append(0, amounts[order].cumsum())
    below, not_above = (
        so_far[np.searchsorted(others[order], values, side=side)] for side in _SIDES
    )
    ranks: NDArray[np.float64] = (below + not_above) / (2 * so_far[-1])
    return ranks


def _variance_of_mean(values: NDArray[np.float64], amounts: NDArray[np.float64]) -> float:
    """Return the variance of a weighted mean; of equal weights `var(ddof=1) / n`."""
    size = amounts.sum() ** 2 / np.square(amounts).sum()
    mean = np.average(values, weights=amounts)
    return float(np.average((values - mean) ** 2, weights=amounts) / (size - 1))


def _check_scores(
    y_true: ArrayLike, y_score: ArrayLike, group: ArrayLike, group_names: Sequence[str]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]:
    true, score = check_binary(y_true, "y_true"), check_proba(y_score, "y_score")
    ids = check_group(group, len(group_names))
    check_same_length(y_true=true, y_score=score, group=ids)
    return true, score.astype(np.float64), ids
