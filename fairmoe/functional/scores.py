r"""The twelve scores of section 9.2, for any number of models at once.

Every function takes predictions with leading axes `*k` (models, runs, seeds) over rows that they
share. Nothing here has a gradient: these are the figures that are reported, selected on and
rewarded, in float64. A score that cannot be estimated is NaN.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from fairmoe.functional.attention import group_attention, jensen_shannon_divergence
from fairmoe.functional.explanation_scores import (
    fidelity,
    ratio_explanation_difference,
    value_explanation_difference,
)
from fairmoe.functional.groups import Weights, averaging_matrix, gap

PARTS = ("acc", "f1", "auc", "dp", "eo", "ref", "vef", "att_jsd")


def accuracy(
    y_pred: Bool[Tensor, "*k n"], y_true: Bool[Tensor, " n"], weights: Weights = None
) -> Float[Tensor, "*k"]:
    """Return the share of rows that are predicted right."""
    right = (y_pred == y_true).double()
    if weights is None:
        return right.mean(-1)
    return right @ (weights.double() / weights.double().sum())


def f1_score(
    y_pred: Bool[Tensor, "*k n"], y_true: Bool[Tensor, " n"], weights: Weights = None
) -> Float[Tensor, "*k"]:
    r"""Return $F_1 = 2 TP / (2 TP + FP + FN)$; NaN if no row is or is predicted positive."""
    hits, selected, positive = (
        each.double().sum(-1) if weights is None else each.double() @ weights.double()
        for each in (y_pred & y_true, y_pred, y_true)
    )
    return 2 * hits / (selected + positive)


def roc_auc(
    y_score: Float[Tensor, "*k n"], y_true: Bool[Tensor, " n"], weights: Weights = None
) -> Float[Tensor, "*k"]:
    """Return the chance that a positive row outranks a negative one, a tie counting half.

    NaN if there are only positives or only negatives.
    """
    if weights is not None:
        return _weighted_auc(y_score, y_true, weights.double())
    positive = y_score[..., y_true].contiguous()
    negative = y_score[..., ~y_true].sort(-1).values
    below = torch.searchsorted(negative, positive)
    not_above = torch.searchsorted(negative, positive, right=True)
    pairs = 2 * positive.shape[-1] * negative.shape[-1]
    return (below + not_above).sum(-1).double() / pairs


def _weighted_auc(
    y_score: Float[Tensor, "*k n"], y_true: Bool[Tensor, " n"], weights: Float[Tensor, " n"]
) -> Float[Tensor, "*k"]:
    positive = y_score[..., y_true].contiguous()
    negative, order = y_score[..., ~y_true].sort(-1)
    so_far = torch.nn.functional.pad(weights[~y_true][order].cumsum(-1), (1, 0))
    below, not_above = (
        so_far.gather(-1, torch.searchsorted(negative, positive, right=right))
        for right in (False, True)
    )
    pairs = 2 * weights[y_true].sum() * weights[~y_true].sum()
    return ((below + not_above) @ weights[y_true]) / pairs


def demographic_parity_difference(
    y_pred: Bool[Tensor, "*k n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    weights: Weights = None,
) -> Float[Tensor, "*k"]:
    """Return the gap between groups in the share of positive predictions, in [0, 1]."""
    averaging = averaging_matrix(group, n_groups, weights=weights, dtype=torch.float64)
    return gap(y_pred.double() @ averaging)


def equal_opportunity_difference(
    y_pred: Bool[Tensor, "*k n"],
    y_true: Bool[Tensor, " n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    weights: Weights = None,
) -> Float[Tensor, "*k"]:
    """Return the gap between groups in the true-positive rate, in [0, 1]."""
    averaging = averaging_matrix(
        group, n_groups, among=y_true, weights=weights, dtype=torch.float64
    )
    return gap(y_pred.double() @ averaging)


def combine(parts: dict[str, Float[Tensor, "*k"]]) -> dict[str, Float[Tensor, "*k"]]:
    r"""Add to the eight measured parts the four scores that are made of them.

    $$U = \tfrac{1}{3}(ACC + F_1 + AUC), \quad F_{res} = \tfrac{1}{2}(DP + EO), \quad
    F_{proc} = \tfrac{1}{3}(REF + VEF + ATT\_JSD)$$
    $$\text{Final score} = U - F_{res} - F_{proc} \tag{47}$$

    Args:
        parts: A tensor of **Shape** `(*k,)` for each name in `PARTS`.
    """
    # >>> Equation (47)
    utility = (parts["acc"] + parts["f1"] + parts["auc"]) / 3
    f_res = (parts["dp"] + parts["eo"]) / 2
    f_proc = (parts["ref"] + parts["vef"] + parts["att_jsd"]) / 3
    final = utility - f_res - f_proc
    # <<< Equation (47)
    return parts | {"utility": utility, "f_res": f_res, "f_proc": f_proc, "final_score": final}


class FairnessWeights(NamedTuple):
    r"""How much the gaps count against utility, each **Shape** `(*k,)`, at least 0.

    Attributes:
        alpha: Of all gaps together; 1 is the final score.
        dp: Of demographic parity among them; 1 likewise.
        eo: Of equal opportunity.
        procedural: Of the procedural gaps.
    """

    alpha: Tensor
    dp: Tensor
    eo: Tensor
    procedural: Tensor


EVEN = FairnessWeights(*torch.ones(4, dtype=torch.float64))
"""The weights of the final score (47), without axes: of any number of models, on any device."""


def weighted_score(
    parts: Mapping[str, Float[Tensor, "*k"]], weights: FairnessWeights
) -> Float[Tensor, "*k"]:
    r"""Return the final score with the gaps weighed: what the dial of a trade-off turns.

    $$U - \alpha F, \quad F = \tfrac{1}{2}(w_{DP} DP + w_{EO} EO) + w_{proc} F_{proc}$$

    With all weights 1 it is (47). Related: one network for all trade-offs (YODO: Han et al., CPAL
    2025; Taufiq et al., NeurIPS 2024).

    Args:
        parts: A tensor of **Shape** `(*k,)` for each name in `PARTS`.
        weights: Each **Shape** `(*k,)`.

    Example:
        >>> parts = dict.fromkeys(PARTS, torch.tensor([0.5], dtype=torch.float64))
        >>> weighted_score(parts, EVEN._replace(alpha=torch.tensor([0.5])))
        tensor([0.], dtype=torch.float64)
    """
    utility = (parts["acc"] + parts["f1"] + parts["auc"]) / 3
    of_outcomes = weights.dp * parts["dp"] + weights.eo * parts["eo"]
    procedural = (parts["ref"] + parts["vef"] + parts["att_jsd"]) / 3
    of_procedural = weights.alpha * weights.procedural
    return utility - weights.alpha / 2 * of_outcomes - of_procedural * procedural


def outcome_scores(
    y_pred: Bool[Tensor, "*k n"],
    y_score: Float[Tensor, "*k n"],
    *,
    y_true: Bool[Tensor, " n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    weights: Weights = None,
) -> dict[str, Float[Tensor, "*k"]]:
    """Return by name the scores that need no explanations; arguments as in `all_scores`."""
    return {
        "acc": accuracy(y_pred, y_true, weights),
        "f1": f1_score(y_pred, y_true, weights),
        "auc": roc_auc(y_score, y_true, weights),
        "dp": demographic_parity_difference(y_pred, group, n_groups, weights),
        "eo": equal_opportunity_difference(y_pred, y_true, group, n_groups, weights),
    }


def all_scores(
    proba: Float[Tensor, "*k n"],
    masked_proba: Float[Tensor, "*k n"],
    attention: Float[Tensor, "*k n c"],
    *,
    y_true: Bool[Tensor, " n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    top_ratio: float,
    weights: Weights = None,
) -> dict[str, Float[Tensor, "*k"]]:
    """Return all twelve scores of section 9.2 by name.

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class; above 0.5 is positive.
        masked_proba: **Shape** `(*k, n)`. The same after a row's top attended columns are masked.
        attention: **Shape** `(*k, n, c)`. Each row's attention over the source columns.
        y_true: **Shape** `(n,)`.
        group: **Shape** `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        top_ratio: Share of rows that REF and VEF look at, in (0, 1].
        weights: **Shape** `(n,)`, at least 0. How much each row counts in every score.
    """
    y_pred = proba > 0.5
    drop = (y_pred == y_true).double() - ((masked_proba > 0.5) == y_true).double()
    kept = fidelity(proba, masked_proba)
    of_groups = group_attention(attention, group, n_groups, weights)
    ref, vef = (
        ratio_explanation_difference(kept, group, n_groups, ratio=top_ratio, weights=weights),
        value_explanation_difference(kept, drop, group, n_groups, ratio=top_ratio, weights=weights),
    )
    of_outcomes = outcome_scores(
        y_pred, proba, y_true=y_true, group=group, n_groups=n_groups, weights=weights
    )
    distance = jensen_shannon_divergence(of_groups, base=2.0).clamp(min=0)
    return combine(of_outcomes | {"ref": ref, "vef": vef, "att_jsd": distance})
