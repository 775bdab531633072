"""What all stacks are made of: weights along a leading axis, rows that the members share."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

N_EXPERTS = 3


def initial_weights(
    shape: tuple[int, ...], fan_in: int, generators: Sequence[torch.Generator]
) -> nn.Parameter:
    """Return weights drawn as `torch.nn.Linear` draws them, from one generator per member."""
    bound = 1 / math.sqrt(fan_in)
    draws = [torch.rand(shape, generator=generator) for generator in generators]
    return nn.Parameter((2 * torch.stack(draws) - 1) * bound)


def shared_product(
    x: Float[Tensor, "*k n d"], weight: Float[Tensor, "m h d"]
) -> Float[Tensor, "m n h"]:
    """Multiply shared rows `(n, d)` by all members at once, or each member's own `(m, n, d)`."""
    if x.ndim == 2:
        return (weight.flatten(0, 1) @ x.T).view(*weight.shape[:2], len(x)).mT
    return x @ weight.mT


def by_expert(values: Float[Tensor, "m ..."]) -> Float[Tensor, "e k ..."]:
    """Return what a stack of `3 k` experts gave as three blocks of `k` runs."""
    return values.reshape(N_EXPERTS, -1, *values.shape[1:])
