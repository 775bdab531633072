"""What all stacks are made of: weights along a leading axis, rows that the members share."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

N_EXPERTS = 3


def initial_weights(
    shape: tuple[int, ...], fan_in: int, generators: Sequence[torch.Generator]
) -> nn.Parameter:
    """Return weights drawn as `torch.nn.Linear` draws them, from one generator per member."""
    bound = 1 / math.sqrt(fan_in)
    draws = [torch.rand(shape, generator=generator) for generator in generators]
    return nn.Parameter((2 * torch.stack(draws) - 1) * bound)


def affine(
    x: Float[Tensor, "*k n d"], weight: Float[Tensor, "m h d"], bias: Float[Tensor, "m h"]
) -> Float[Tensor, "m n h"]:
    """Apply one affine layer per member to shared rows `(n, d)`, or to each its own `(m, n, d)`.

    The result lies with its rows last in memory: that way the products of small layers are
    several times as fast, and whatever is summed over rows is summed along memory.
    """
    if x.ndim == 2:
        flat = torch.addmm(bias.flatten()[:, None], weight.flatten(0, 1), x.T)
        return flat.view(*bias.shape, len(x)).mT
    return torch.baddbmm(bias[..., None], weight, x.mT).mT


def by_expert(values: Shaped[Tensor, "m ..."]) -> Shaped[Tensor, "e k ..."]:
    """Return what a stack of `3 k` experts gave as three blocks of `k` runs."""
    return values.reshape(N_EXPERTS, -1, *values.shape[1:])
