"""What reviewers ask for beside the twelve scores: rates by group, and gaps and ratios of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import (
    check_binary,
    check_group,
    check_matrix,
    check_proba,
    check_same_length,
    check_weight,
)
from fairmoe._intervals import wilson_interval
from fairmoe.functional.groups import averaging_matrix, gap
from fairmoe.functional.losses import representation_loss
from fairmoe.metrics.effective import Counts, Weights, effective_counts
from fairmoe.names import RATES


def group_rates(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return what happens to each group, with 95% Wilson intervals.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands; all count the
            same if it is left out.

    Returns:
        One row per group, indexed by its name. Columns: the rows `n`, `positives` (by label) and
        `selected` (by prediction), counted without weights, `mean_score`, and for each of `RATES`
        its value and, under its name with `_low` and `_high`, its interval. NaN where not
        estimable.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> rates = group_rates([1, 0, 1], [1, 0, 0], [0.9, 0.2, 0.4],
        ...                     group=[0, 0, 1], group_names=["x", "y"])
        >>> rates.loc["y", ["n", "selection_rate", "false_positive_rate"]].tolist()
        [1.0, 0.0, nan]
    """
    true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    score = check_proba(y_score, "y_score").astype(np.float64)
    n_groups = len(group_names)
    ids = check_group(group, n_groups)
    check_same_length(y_true=true, y_pred=pred, y_score=score, group=ids)

    weights = check_weight(sample_weight, len(ids))
    rows = rate_counts(true, pred, ids, n_groups)
    positives, n = rows["base_rate"]
    columns = {"n": n, "positives": positives, "selected": rows["selection_rate"][0]}
    counts = rows if weights is None else rate_counts(true, pred, ids, n_groups, weights)
    amounts = np.ones(len(ids)) if weights is None else weights
    rates: dict[str, NDArray[np.float64]] = {}
    with np.errstate(invalid="ignore"):
        rates["mean_score"] = np.bincount(ids, score * amounts, n_groups) / np.bincount(
            ids, amounts, n_groups
        )
        for name in RATES:
            hits, trials = counts[name]
            rates[name] = hits / trials
            rates[f"{name}_low"], rates[f"{name}_high"] = wilson_interval(hits, trials)
    return pd.DataFrame(columns | rates, index=pd.Index(group_names, name="group"))


def rate_counts(
    true: NDArray[np.bool_],
    pred: NDArray[np.bool_],
    group: NDArray[np.int64],
    n_groups: int,
    weights: Weights = None,
) -> dict[str, Counts]:
    """Return for each of `RATES` the rows that it counts in each group, and those it is a share of.

    Args:
        true: Shape `(n,)`, labels.
        pred: Shape `(n,)`, hard predictions.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        weights: Shape `(n,)`. With them counts are of effective rows, see `effective_counts`.
    """
    everyone = np.ones_like(true)
    hits_among = {
        "base_rate": (true, everyone),
        "selection_rate": (pred, everyone),
        "true_positive_rate": (pred, true),
        "false_positive_rate": (pred, ~true),
        "accuracy": (pred == true, everyone),
        "positive_predictive_value": (true, pred),
    }
    return {
        name: effective_counts(hits, among, group, n_groups, weights)
        for name, (hits, among) in hits_among.items()
    }


def equalized_odds_difference(
    y_true: ArrayLike, y_pred: ArrayLike, *, group: ArrayLike, n_groups: int
) -> float:
    """Return the larger of the gaps in true- and in false-positive rate.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.

    Returns:
        In [0, 1]; NaN if a group lacks positive or negative rows.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, pred, ids = _outcomes(y_true, y_pred, group, n_groups)
    gaps = [gap(_means(pred, ids, n_groups, among=among)).item() for among in (true, ~true)]
    return float(np.max(gaps))


def disparate_impact_ratio(y_pred: ArrayLike, *, group: ArrayLike, n_groups: int) -> float:
    """Return the lowest selection rate divided by the highest.

    The four-fifths rule asks for at least 0.8. It concerns the favourable outcome: where the
    positive class is unfavourable, give `1 - y_pred`.

    Args:
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.

    Returns:
        In [0, 1]; NaN if a group has no rows or nobody is selected.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> disparate_impact_ratio([1, 0, 1, 1], group=[0, 0, 1, 1], n_groups=2)
        0.5
    """
    pred, ids = check_binary(y_pred, "y_pred"), check_group(group, n_groups)
    check_same_length(y_pred=pred, group=ids)
    rates = _means(torch.tensor(pred), torch.tensor(ids), n_groups)
    return (rates.amin() / rates.amax()).item()


def predictive_parity_difference(
    y_true: ArrayLike, y_pred: ArrayLike, *, group: ArrayLike, n_groups: int
) -> float:
    """Return the largest less the smallest positive predictive value (precision) of the groups.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.

    Returns:
        In [0, 1]; NaN if a group has no positive prediction.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    true, pred, ids = _outcomes(y_true, y_pred, group, n_groups)
    return gap(_means(true, ids, n_groups, among=pred)).item()


def representation_difference(hidden: ArrayLike, *, group: ArrayLike, n_groups: int) -> float:
    r"""Return the distance between the groups' mean hidden vectors, $\|\mu_0 - \mu_1\|_2$.

    It is the root of the representation loss: for more than two groups, the root mean square of
    the distances between pairs.

    Args:
        hidden: Shape `(n, h)`, hidden vectors after the activation.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.

    Returns:
        At least 0, in the units of the hidden vectors; NaN if a group has no rows.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> representation_difference([[3.0, 4.0], [0.0, 0.0]], group=[0, 1], n_groups=2)
        5.0
    """
    vectors = check_matrix(hidden, "hidden").astype(np.float64)
    ids = check_group(group, n_groups)
    check_same_length(hidden=vectors, group=ids)
    averaging = averaging_matrix(torch.tensor(ids), n_groups, dtype=torch.float64)
    return representation_loss(torch.tensor(vectors), averaging).sqrt().item()


def flip_rate(y_pred: ArrayLike, y_pred_swapped: ArrayLike) -> float:
    """Return the share of rows whose prediction changes when their sensitive value is swapped.

    Args:
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        y_pred_swapped: Shape `(n,)`, those of the same rows with another sensitive value.

    Returns:
        In [0, 1].

    Raises:
        InvalidInputError: An array is not of this form.
    """
    before = check_binary(y_pred, "y_pred")
    after = check_binary(y_pred_swapped, "y_pred_swapped")
    check_same_length(y_pred=before, y_pred_swapped=after)
    return float((before != after).mean())


def _outcomes(
    y_true: ArrayLike, y_pred: ArrayLike, group: ArrayLike, n_groups: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    ids = check_group(group, n_groups)
    check_same_length(y_true=true, y_pred=pred, group=ids)
    return torch.tensor(true), torch.tensor(pred), torch.tensor(ids)


def _means(
    values: torch.Tensor,
    group: torch.Tensor,
    n_groups: int,
    *,
    among: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the share of true values in each group, `(n_groups,)`."""
    averaging = averaging_matrix(group, n_groups, among=among, dtype=torch.float64)
    return values.double() @ averaging
