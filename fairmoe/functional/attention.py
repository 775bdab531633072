"""From attributions to attention, and how far the attention of groups lies apart: (19)-(21)."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from fairmoe.functional.groups import averaging_matrix

TINY = 1e-12
EPSILON = 1e-8
MOST_VALUES = 2**21
"""So many values are attributed at once and kept for the way back; more are computed twice."""
LEAST_ROWS, VALUES_AT_ONCE = 128, 2**18
"""How many rows are attributed at once where they are computed twice: those fit into the cache."""
ROWS_AT_ONCE = 2**16
"""How many rows are averaged at once."""


def attention_weights(
    attributions: Float[Tensor, "*k n c"], *, epsilon: float = EPSILON
) -> Float[Tensor, "*k n c"]:
    r"""Return each row's attributions as shares of attention.

    $$A_{i,j} = \frac{|\text{attribution}_{i,j}|}
    {\sum_{k=1}^{d} |\text{attribution}_{i,k}| + \epsilon} \tag{21}$$

    Args:
        attributions: **Shape** `(*k, n, c)`. Signed, in log-odds, by source column. Gradients flow.
        epsilon: Keeps a row without any attribution at zero attention.

    Returns:
        **Shape** `(*k, n, c)`, in [0, 1]; a row sums to 1, or to 0 if nothing is attributed.

    Example:
        >>> attention_weights(torch.tensor([[3.0, -1.0]]))
        tensor([[0.7500, 0.2500]])
    """
    # >>> Equation (21)
    magnitude = attributions.abs()
    return magnitude / (magnitude.sum(-1, keepdim=True) + epsilon)
    # <<< Equation (21)


def group_attention(
    attention: Float[Tensor, "*k n c"],
    group: Int[Tensor, " n"],
    n_groups: int,
    weights: Float[Tensor, " n"] | None = None,
) -> Float[Tensor, "*k g c"]:
    """Return the mean attention of each group, the $A_0$ and $A_1$ of (19), summed in float64.

    NaN for a group without rows.
    """
    averaging = averaging_matrix(group, n_groups, weights=weights, dtype=torch.float64)
    parts = zip(
        torch.split(averaging, ROWS_AT_ONCE),
        torch.split(attention, ROWS_AT_ONCE, dim=-2),
        strict=True,
    )
    # A part at a time, for in float64 all of it would be the largest thing that scores need.
    return torch.stack([of_rows.T @ rows.double() for of_rows, rows in parts]).sum(0)


def jensen_shannon_divergence(
    distributions: Float[Tensor, "*k g c"], *, base: float = math.e
) -> Float[Tensor, "*k"]:
    r"""Return how far distributions lie from their mean.

    $$JSD(A_0, A_1) = \tfrac{1}{2} KL(A_0 \| M) + \tfrac{1}{2} KL(A_1 \| M),
    \quad M = \tfrac{1}{2}(A_0 + A_1) \tag{20}$$

    For `g` distributions it is the mean of their `g` divergences from their mean.

    Args:
        distributions: **Shape** `(*k, g, c)`, non-negative, each summing to 1. Gradients flow.
        base: Of the logarithm: e gives nats, 2 bits.

    Returns:
        **Shape** `(*k,)`, in `[0, log(g)]`: 0 if all are the same; 1 bit for two without overlap.

    Example:
        >>> jensen_shannon_divergence(torch.eye(2), base=2.0).item()
        1.0
    """
    return divergence_by_column(distributions, base=base).sum(-1)


def divergence_by_column(
    distributions: Float[Tensor, "*k g c"], *, base: float = math.e
) -> Float[Tensor, "*k c"]:
    """Return each column's term of the Jensen-Shannon divergence (20).

    None is below 0, by the log-sum inequality: with `a_g` the shares that the distributions give a
    column and `m` their mean, the mean of `a_g log(a_g / m)` is at least 0.

    Args:
        distributions: **Shape** `(*k, g, c)`, non-negative, each summing to 1. Gradients flow.
        base: Of the logarithm.

    Returns:
        **Shape** `(*k, c)`, at least 0 up to rounding; the sum over the columns is the divergence.

    Example:
        >>> divergence_by_column(torch.tensor([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]), base=2.0)
        tensor([0.0000, 0.2500, 0.2500])
    """
    # >>> Equation (20)
    middle = distributions.mean(-2, keepdim=True)
    ratio = (distributions + TINY).log() - (middle + TINY).log()
    return (distributions * ratio).mean(-2) / math.log(base)
    # <<< Equation (20)


def mean_attention(
    attributions: Float[Tensor, "*k n c"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k g c"]:
    """Return the mean attention of each group, the $A_0$ and $A_1$ of (19).

    Args:
        attributions: **Shape** `(*k, n, c)`. Signed, by source column. Gradients flow.
        averaging: **Shape** `(n, g)`. Of the groups that have rows.
    """
    return averaging.T @ attention_weights(attributions)


def mean_path_attention(
    path_weights: Float[Tensor, "m n h"],
    weight: Float[Tensor, "m h d"],
    distance: Float[Tensor, "n d"],
    averaging: Float[Tensor, "n g"],
    *,
    indicator: Float[Tensor, "d c"] | None,
) -> Float[Tensor, "m g c"]:
    """Return `mean_attention` of the integrated gradients of networks of one hidden layer.

    Their attributions are a product, `distance * (path_weights @ weight)`. Where it is too large to
    be kept it is computed in blocks of rows, and again on the way back.

    Args:
        path_weights: **Shape** `(m, n, h)`. The gradient of the log-odds in the first layer,
            averaged over each row's path. Gradients flow.
        weight: **Shape** `(m, h, d)`. Of the first layer. Gradients flow.
        distance: **Shape** `(n, d)`. The rows from the baseline.
        averaging: **Shape** `(n, g)`. Of the groups that have rows.
        indicator: **Shape** `(d, c)`. 1 where an encoded column is part of a source column; left
            out where each is one of its own.
    """

    def of_block(weight: Tensor, path_weights: Tensor, distance: Tensor, average: Tensor) -> Tensor:
        encoded = torch.bmm(weight.mT, path_weights) * distance
        attributions = encoded if indicator is None else indicator.T @ encoded
        return mean_attention(attributions.mT, average.T)

    # Rows lie last in memory.
    rows = (path_weights.mT, distance.T, averaging.T)
    of_row = weight[:, 0].numel()
    if len(distance) * of_row <= MOST_VALUES:
        return of_block(weight, *rows)
    at_once = max(LEAST_ROWS, VALUES_AT_ONCE // of_row)
    blocks = zip(*(torch.split(part, at_once, -1) for part in rows), strict=True)
    means = [checkpoint(of_block, weight, *block, use_reentrant=False) for block in blocks]
    return torch.stack(means).sum(0)


def attention_loss(of_groups: Float[Tensor, "*k g c"]) -> Float[Tensor, "*k"]:
    r"""Return the loss that draws the attention of the groups together, in nats.

    $$\mathcal{L}_{attention} = JSD(A_0, A_1) \tag{19}$$

    Args:
        of_groups: **Shape** `(*k, g, c)`. The mean attention of each group, from `mean_attention`.
            Gradients flow. Fewer than two groups give 0.

    Returns:
        **Shape** `(*k,)`, in `[0, log(g)]`.
    """
    # >>> Equation (19)
    return jensen_shannon_divergence(of_groups)
    # <<< Equation (19)


def mask_top(
    attention: Float[Tensor, "*k n c"],
    x: Float[Tensor, "n d"],
    *,
    baseline: Float[Tensor, " d"],
    column_of: Int[Tensor, " d"],
    top_k: int,
) -> Float[Tensor, "*k n d"]:
    """Return rows whose `top_k` most attended source columns are set to the baseline.

    Args:
        attention: **Shape** `(*k, n, c)`.
        x: **Shape** `(n, d)`. Encoded rows.
        baseline: **Shape** `(d,)`.
        column_of: **Shape** `(d,)`. The source column of each encoded one, in `[0, c)`.
        top_k: How many columns; all of them if there are no more.
    """
    n_top = min(top_k, attention.shape[-1])
    top = attention.max(-1, keepdim=True) if n_top == 1 else attention.topk(n_top, -1)
    first, *others = torch.split(top.indices, 1, -1)
    masked = first == column_of
    for column in others:
        masked |= column == column_of
    return torch.where(masked, baseline, x)
