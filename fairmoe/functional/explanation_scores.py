"""Whether the explanations of groups are equally good: fidelity, REF and VEF of section 9.2."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fairmoe.functional.groups import Weights, averaging_matrix, gap


def fidelity(
    proba: Float[Tensor, "*k n"], masked_proba: Float[Tensor, "*k n"]
) -> Float[Tensor, "*k n"]:
    """Return how much confidence a row loses without its most attended columns.

    The probability of the predicted class minus the highest probability after masking, in
    [-0.5, 0.5] (Zhao, Wang and Derr, "Fairness and Explainability", AAAI 2023).

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class.
        masked_proba: **Shape** `(*k, n)`. The same after masking.
    """
    return torch.maximum(proba, 1 - proba) - torch.maximum(masked_proba, 1 - masked_proba)


def top_membership(
    values: Float[Tensor, "*k n"], ratio: float, weights: Weights = None
) -> Float[Tensor, "*k n"]:
    """Return to what degree each row is among the top `ratio` of all rows.

    The degrees lie in [0, 1] and sum to `ratio * n`; times the weights, to `ratio` of their sum.
    Rows that tie at the threshold share what is left, which is their expected membership when ties
    are broken at random: no result depends on the order of the rows.

    Example:
        >>> top_membership(torch.tensor([0.1, 0.7, 0.7, 0.9]), 0.5)
        tensor([0.0000, 0.5000, 0.5000, 1.0000], dtype=torch.float64)
    """
    n = values.shape[-1]
    if n == 0:
        return values.double()
    if weights is None:
        mass = ratio * n
        last = min(n, math.ceil(mass))
        threshold = values.kthvalue(n + 1 - last, -1, keepdim=True).values
        above, tied = (each.double() for each in (values > threshold, values == threshold))
        share = (mass - above.sum(-1, keepdim=True)) / tied.sum(-1, keepdim=True)
        return above.addcmul_(tied, share.clamp_(0, 1))
    ordered, order = values.sort(-1)
    values = values.contiguous()
    below = torch.searchsorted(ordered, values)
    not_above = torch.searchsorted(ordered, values, right=True)
    so_far = torch.nn.functional.pad(weights.double()[order].cumsum(-1), (1, 0))
    until, before = so_far.gather(-1, not_above), so_far.gather(-1, below)
    total = so_far[..., -1:]
    return ((ratio * total - (total - until)) / (until - before)).clamp(0, 1)


def ratio_explanation_difference(
    fidelity: Float[Tensor, "*k n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    *,
    ratio: float,
    weights: Weights = None,
) -> Float[Tensor, "*k"]:
    """Return REF: the gap between groups in the share of rows that are explained best, in [0, 1].

    A group's share is how many of *its* rows are among the top `ratio` of all rows by fidelity
    (Zhao, Wang and Derr, 2023).
    """
    averaging = averaging_matrix(group, n_groups, weights=weights, dtype=torch.float64)
    return gap(top_membership(fidelity, ratio, weights) @ averaging)


def value_explanation_difference(
    fidelity: Float[Tensor, "*k n"],
    accuracy_drop: Float[Tensor, "*k n"],
    group: Int[Tensor, " n"],
    n_groups: int,
    *,
    ratio: float,
    weights: Weights = None,
) -> Float[Tensor, "*k"]:
    """Return VEF: the gap between groups in what masking costs their best explained rows.

    Within each group, its own top `ratio` rows by fidelity are taken; the value is their accuracy
    before masking minus after it (Zhao, Wang and Derr, 2023).

    Args:
        fidelity: **Shape** `(*k, n)`.
        accuracy_drop: **Shape** `(*k, n)`. Right before masking minus right after, -1, 0 or 1.
        group: **Shape** `(n,)`.
        n_groups: The number of groups.
        ratio: The share of each group's rows that is taken, in (0, 1].
        weights: **Shape** `(n,)`. How much each row counts.

    Returns:
        **Shape** `(*k,)`, in [0, 2].
    """
    drops = []
    for g in range(n_groups):
        own = group == g
        of_own = None if weights is None else weights[own]
        member = top_membership(fidelity[..., own], ratio, of_own)
        if of_own is not None:
            member = member * of_own
        drops.append((member * accuracy_drop[..., own]).sum(-1) / member.sum(-1))
    return gap(torch.stack(drops, -1))
