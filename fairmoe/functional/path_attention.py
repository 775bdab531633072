"""The attention loss (19) of integrated gradients, with its gradients, in blocks of rows.

Attributions along a path are a product, `distance * (path_weights @ weight)`, so what is as large
as rows times columns need never leave the cache, and no graph has to remember it.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from fairmoe.functional.attention import EPSILON
from fairmoe.functional.attributions import share_above
from fairmoe.functional.gradients import divergence_with_gradient

LEAST_ROWS, VALUES_AT_ONCE = 128, 2**18


class PathAttention(NamedTuple):
    """The attention loss of `m` networks of one hidden layer, and its gradients.

    Attributes:
        loss: **Shape** `(m,)`, in nats.
        into_weight: **Shape** `(m, h, d)`. In the first layer's weights, as far as attributions
            are products with them; the rest comes by way of `into_before` and `into_start`.
        into_before: **Shape** `(m, h, n)`. In the hidden units of the rows before activation.
        into_start: **Shape** `(m, h, 1)`. In those of the baseline.
        into_direction: **Shape** `(m, h)`. In what a hidden unit adds to the log-odds.
    """

    loss: Tensor
    into_weight: Tensor
    into_before: Tensor
    into_start: Tensor
    into_direction: Tensor


def path_attention(  # noqa: PLR0913 - what a path is made of
    weight: Float[Tensor, "m h d"],
    before: Float[Tensor, "m h n"],
    start: Float[Tensor, "m h 1"],
    direction: Float[Tensor, "m h"],
    distance: Float[Tensor, "d n"],
    averaging: Float[Tensor, "n g"],
    *,
    strength: Float[Tensor, " m"],
    indicator: Float[Tensor, "d c"] | None,
    slope: float,
) -> PathAttention:
    """Return the attention loss of networks of one hidden layer, and its gradients.

    It is `attention_loss` of their integrated gradients. Two passes over the rows: one for the
    groups' mean attention, from which the loss and what it wants of each row follow, and one back.

    Args:
        weight: **Shape** `(m, h, d)`. Of the first layer.
        before: **Shape** `(m, h, n)`. The hidden units before activation, rows last.
        start: **Shape** `(m, h, 1)`. The same of the baseline.
        direction: **Shape** `(m, h)`. What a hidden unit adds to the log-odds.
        distance: **Shape** `(d, n)`. The rows from the baseline, rows last.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.
        strength: **Shape** `(m,)`. What the gradients are multiplied with.
        indicator: **Shape** `(d, c)`. 1 where an encoded column is part of a source column; left
            out where each is one of its own.
        slope: Of the leaky ReLU below zero.
    """
    at_once = max(LEAST_ROWS, VALUES_AT_ONCE // (len(weight) * len(distance)))
    share, length = share_above(before, start)
    direction = direction[..., None]
    slopes = ((1 - slope) * share).add_(slope)
    path_weights = slopes * direction
    blocks = [
        _Block(*parts)
        for parts in zip(
            *(torch.split(all_, at_once, -1) for all_ in (path_weights, distance, averaging.T)),
            strict=True,
        )
    ]
    # >>> Equation (21), and its means over the groups
    means: Tensor | float = 0.0
    totals = []
    for block in blocks:
        attributions = block.attributions(weight, indicator)
        magnitude = attributions.abs()
        totals.append(magnitude.sum(1, keepdim=True).add_(EPSILON))
        means = means + (block.average / totals[-1]) @ magnitude.mT
    # <<< Equation (21)
    loss, of_means = divergence_with_gradient(torch.as_tensor(means))
    of_means.mul_(strength[:, None, None])
    wanted = torch.cat([of_means.mT, of_means.new_full((len(weight), of_means.shape[2], 1), -1)], 2)
    into_weight, into_path = torch.zeros_like(weight), []
    for block, total in zip(blocks, totals, strict=True):
        if len(blocks) > 1:
            attributions = block.attributions(weight, indicator)
        # What the means want of a row's attention, less what its total takes back, by its total.
        of_row = block.average / total
        taken = (of_means @ attributions.abs()).mul_(of_row).sum(1, keepdim=True).div_(total)
        change = (wanted @ torch.cat([of_row, taken], 1)).mul_(attributions.sign_())
        if indicator is not None:
            change = indicator @ change
        change.mul_(block.distance)
        into_weight.baddbmm_(block.path_weights, change.mT)
        into_path.append(weight @ change)
    into_paths = torch.cat(into_path, -1)
    into_direction = (into_paths * slopes).sum(-1)
    # The slope of the share is its distance from where it is drawn to, 0 or 1, by the length.
    into_share = into_paths.mul_((1 - slope) * direction).div_(length)
    into_start = ((start > 0).to(share.dtype) - share).abs_().mul_(into_share).sum(-1, True)
    into_before = ((before > 0).to(share.dtype) - share).abs_().mul_(into_share)
    return PathAttention(loss, into_weight, into_before, into_start, into_direction)


class _Block(NamedTuple):
    """Rows on their path from the baseline, few enough to stay in the cache; they lie last."""

    path_weights: Tensor
    distance: Tensor
    average: Tensor

    def attributions(self, weight: Tensor, indicator: Tensor | None) -> Tensor:
        encoded = torch.bmm(weight.mT, self.path_weights).mul_(self.distance)
        return encoded if indicator is None else indicator.T @ encoded
