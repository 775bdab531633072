"""How a model's scores part the classes in each group: ROC curves and confusion counts."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_proba, check_same_length
from fairmoe.names import CELLS

_MAX_POINTS = 201
"""Points of a curve that are kept; more are not seen."""


def roc_by_group(
    y_true: ArrayLike, y_score: ArrayLike, *, group: ArrayLike, group_names: Sequence[str]
) -> pd.DataFrame:
    """Return each group's ROC curve.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.

    Returns:
        In the order of the groups and from the highest threshold to the lowest: `group`,
        `threshold`, and the rates `false_positive_rate` and `true_positive_rate` of predicting
        positive at the threshold and above; it begins at (0, 0), above every score. Of long
        curves some points are left out. A group without positive or negative rows has none.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, score, ids = _check_scores(y_true, y_score, group, group_names)
    curves = []
    for g, name in enumerate(group_names):
        scores, labels = score[ids == g], true[ids == g]
        if labels.all() or not labels.any():
            continue
        order = np.argsort(-scores, kind="stable")
        last_of_score = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
        true_positives = np.append(0, labels[order].cumsum()[last_of_score])
        false_positives = np.append(0, (~labels[order]).cumsum()[last_of_score])
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
    y_true: ArrayLike, y_score: ArrayLike, *, group: ArrayLike, group_names: Sequence[str]
) -> pd.DataFrame:
    """Return the area under each group's ROC curve, with the 95% interval of DeLong et al.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.

    Returns:
        One row per group, indexed by its name: the counts `positives` and `negatives`, and `auc`
        with `auc_low` and `auc_high`, in [0, 1]; NaN for a group with fewer than two of either.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, score, ids = _check_scores(y_true, y_score, group, group_names)
    z = NormalDist().inv_cdf(0.975)
    rows = []
    for g in range(len(group_names)):
        scores, labels = score[ids == g], true[ids == g]
        positive, negative = np.sort(scores[labels]), np.sort(scores[~labels])
        auc = half_width = math.nan
        if min(len(positive), len(negative)) >= 2:
            # Of each row: the share of the other class that it is ranked rightly against.
            positive_ranks = _rank(negative, positive) / len(negative)
            negative_ranks = 1 - _rank(positive, negative) / len(positive)
            auc = float(positive_ranks.mean())
            half_width = z * math.sqrt(
                positive_ranks.var(ddof=1) / len(positive_ranks)
                + negative_ranks.var(ddof=1) / len(negative_ranks)
            )
        interval = np.clip([auc - half_width, auc + half_width], 0, 1)
        rows.append((len(positive), len(negative), auc, *interval))
    return pd.DataFrame(
        rows,
        index=pd.Index(group_names, name="group"),
        columns=["positives", "negatives", "auc", "auc_low", "auc_high"],
    )


def confusion_by_group(
    y_true: ArrayLike, y_pred: ArrayLike, *, group: ArrayLike, group_names: Sequence[str]
) -> pd.DataFrame:
    """Return how many rows of each group are predicted rightly and wrongly, by class.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.

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
    table = pd.DataFrame(
        {
            cell: np.bincount(ids[is_member], minlength=len(group_names))
            for cell, is_member in zip(CELLS, members, strict=True)
        },
        index=pd.Index(group_names, name="group"),
    )
    n = table.sum(axis=1)
    shares = table.div(n.where(n > 0), axis=0).add_suffix("_share")
    return pd.concat([n.rename("n"), table, shares], axis=1)


def _rank(ordered: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many of `ordered` lie below each value, ties counting half."""
    below = np.searchsorted(ordered, values)
    return (below + np.searchsorted(ordered, values, side="right")) / 2


def _check_scores(
    y_true: ArrayLike, y_score: ArrayLike, group: ArrayLike, group_names: Sequence[str]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]:
    true, score = check_binary(y_true, "y_true"), check_proba(y_score, "y_score")
    ids = check_group(group, len(group_names))
    check_same_length(y_true=true, y_score=score, group=ids)
    return true, score.astype(np.float64), ids
