"""The gradient of what follows the first layers of a mixture, averaged over a straight path."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from fairmoe.functional.attributions import legendre_nodes
from fairmoe.nn.experts import Experts
from fairmoe.nn.gate import GateStack
from fairmoe.nn.stacking import by_expert

ROWS_AT_ONCE = 16_384
"""About how many rows, counted once per run and node, are evaluated together along the path."""

Gradients = Callable[[Experts, GateStack, Tensor, Tensor], tuple[Tensor, Tensor]]
"""As `fairmoe.nn.head.head_gradients`: those in both first layers."""


@torch.no_grad()
def average_over_path(
    experts: Experts,
    gate: GateStack,
    x: Float[Tensor, "n d"],
    baseline: Float[Tensor, " d"],
    *,
    gradients: Gradients,
    steps: int,
) -> Float[Tensor, "k n d"]:
    """Return the gradient in the rows, averaged over the path from the baseline, by quadrature.

    Both first layers are affine along the path, so only what follows them is evaluated at the
    nodes; the way back through the first layers is one product. No gradient flows to the weights.

    Args:
        experts: `3 k` members.
        gate: `k` members.
        x: **Shape** `(n, d)`. Encoded rows.
        baseline: **Shape** `(d,)`. Where each path begins.
        gradients: Of what is averaged, in both first layers.
        steps: How many nodes.
    """
    ends = [(experts.first_layer(row).mT, gate.first_layer(row).mT) for row in (x, baseline[None])]
    totals = [torch.zeros_like(layer) for layer in ends[0]]
    nodes, weights = (each.to(x) for each in legendre_nodes(steps))
    at_once = max(1, ROWS_AT_ONCE // (len(gate.bias2) * len(x)))
    for some, shares in zip(
        torch.split(nodes, at_once), torch.split(weights, at_once), strict=True
    ):
        layers = [
            torch.lerp(start[..., None], end[..., None, :], some[:, None]).flatten(-2).mT
            for end, start in zip(*ends, strict=True)
        ]
        for sum_, part in zip(totals, gradients(experts, gate, *layers), strict=True):
            sum_.add_(shares @ part.mT.reshape(*sum_.shape[:-1], len(some), len(x)))
    through_experts = by_expert(totals[0].mT @ experts.weight1)
    return through_experts.sum(0) + totals[1].mT @ gate.weight_x
