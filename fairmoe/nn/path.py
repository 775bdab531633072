"""The gradient of what a gate makes of its experts, averaged over straight paths to some rows."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fairmoe.functional.attributions import legendre_nodes
from fairmoe.functional.gating import confidence, disagreement
from fairmoe.nn.experts import Experts
from fairmoe.nn.gate import GateStack
from fairmoe.nn.stacking import N_EXPERTS

ROWS_AT_ONCE = 1024
"""How many rows are explained together: what is summed along their paths stays near."""

NODES_AT_ONCE = 16_384
"""About how many nodes, counted once per run and row, are evaluated together along the paths."""


class Said(NamedTuple):
    """What experts say at `m` nodes; `r` is 1 where all `k` runs have the same experts, else `k`.

    Attributes:
        log_odds: **Shape** `(r, 3, m)`.
        proba: **Shape** `(r, 3, m)`. Probability of the positive class.
    """

    log_odds: Tensor
    proba: Tensor


Head = Callable[[Tensor, Said], tuple[Tensor, Tensor | None]]
"""From the gate's logits `(k, 3, m)` and what the experts say: the gradients in these logits, and
in the experts' log-odds where the gate stays as it is, each `(k, 3, m)`; None for none at all."""


@torch.no_grad()
def average_over_path(
    experts: Experts,
    places: Int[Tensor, "e r"],
    gate: GateStack,
    x: Float[Tensor, "n d"],
    baseline: Float[Tensor, " d"],
    *,
    head: Head,
    steps: int,
) -> Float[Tensor, "k n d"]:
    """Return the gradient in the rows, averaged over the path from the baseline, by quadrature.

    Both first layers are affine along the path, so only what follows them is evaluated at the
    nodes; the way back through the first layers is one product. Each hidden unit of an expert
    changes its slope at most once on its way, so its gradients are two sums of the expert's, before
    and after. Gates that weigh all rows alike are not asked. No graph is built, and no weight gets
    a gradient.

    Args:
        experts: The distinct ones.
        places: **Shape** `(3, r)`. Which are those of each run; `r` is 1 where all have the same.
        gate: `k` members.
        x: **Shape** `(n, d)`. Encoded rows.
        baseline: **Shape** `(d,)`. Where each path begins.
        head: The gradients of what is averaged.
        steps: How many nodes.
    """
    nodes = tuple(each.to(x) for each in legendre_nodes(steps))
    start = (experts.first_layer(baseline[None]).mT, gate.first_layer(baseline[None]).mT)
    parts = []
    for rows in torch.split(x, ROWS_AT_ONCE):
        of_experts, of_gate = _sums(experts, places, gate, rows, start, head, *nodes)
        weights = _of_runs(experts.weight1, places).flatten(1, 2)
        through_experts = torch.matmul(of_experts.mT, weights)
        parts.append(through_experts.baddbmm_(of_gate.mT, gate.weight_x))
    return torch.cat(parts, 1)


def _of_runs(values: Tensor, places: Tensor) -> Tensor:
    """Return `(r, 3, ...)`, what the experts of each run have of what the distinct ones have."""
    return values[places].movedim(0, 1)


def _sums(
    experts: Experts,
    places: Tensor,
    gate: GateStack,
    rows: Tensor,
    start: tuple[Tensor, Tensor],
    head: Head,
    nodes: Tensor,
    shares: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return the gradients in both first layers, averaged: `(k, 3 h, n)` and `(k, u, n)`.

    Args:
        experts: As in `average_over_path`.
        places: **Shape** `(3, r)`.
        gate: `k` members.
        rows: **Shape** `(n, d)`.
        start: Both first layers at the baseline, rows last: `(m, h, 1)` and `(k, u, 1)`.
        head: The gradients of what is averaged.
        nodes: **Shape** `(s,)`. In (0, 1).
        shares: **Shape** `(s,)`. Their weights.
    """
    k, n, of_state = len(gate.bias2), len(rows), _state_weights(gate)
    ways = (experts.first_layer(rows).mT - start[0], gate.first_layer(rows).mT - start[1])
    constant = start[1] + gate.weight_state[..., : 2 * N_EXPERTS : 2].sum(-1, keepdim=True)
    joined = torch.cat([of_state, constant], -1)
    weight2, bias2 = gate.weight2 / gate.temperature, (gate.bias2 / gate.temperature)[..., None]
    of_gate, chooses = torch.zeros_like(ways[1]), not gate.weighs_alike()
    so_far = rows.new_zeros(k, N_EXPERTS, len(nodes) + 1, n)
    done, at_once = 0, max(1, NODES_AT_ONCE // max(1, k * n))
    for some, of_some in zip(
        torch.split(nodes, at_once), torch.split(shares, at_once), strict=True
    ):
        said = _ask(experts, places, _along(ways[0], some).add_(start[0]))
        weighted = of_some.repeat_interleave(n)
        if chooses:
            state = _state(said.proba)
            hidden = _along(ways[1], some).baddbmm_(joined, state.expand(k, -1, -1)).relu_()
            of_logits, of_log_odds = head(torch.baddbmm(bias2, weight2, hidden), said)
            of_hidden = torch.bmm(weight2.mT, of_logits * weighted)
            torch.ops.aten.threshold_backward.grad_input(of_hidden, hidden, 0, grad_input=of_hidden)
            through_state = _through_state(said.proba, torch.bmm(of_state.mT, of_hidden))
            for of_node in of_hidden.view(*of_gate.shape[:-1], len(some), n).unbind(-2):
                of_gate.add_(of_node)
        else:
            _, of_log_odds = head(bias2.expand(-1, -1, len(weighted)), said)
            through_state = rows.new_zeros(k, N_EXPERTS, len(weighted))
        if of_log_odds is not None:
            through_state.addcmul_(of_log_odds, weighted)
        for of_node in through_state.view(k, N_EXPERTS, len(some), n).unbind(-2):
            torch.add(so_far[:, :, done], of_node, out=so_far[:, :, done + 1])
            done += 1
    return _through_units(experts, places, ways[0], start[0], so_far, nodes), of_gate


def _along(way: Tensor, nodes: Tensor) -> Tensor:
    """Return how far each of some nodes lies on a way `(b, h, n)`: `(b, h, nodes * n)`."""
    return (way[..., None, :] * nodes[:, None]).flatten(-2)


def _ask(experts: Experts, places: Tensor, before: Tensor) -> Said:
    """Return what experts say, given their first layer with the rows last, `(m, h, nodes)`."""
    log_odds = _of_runs(experts.outputs(before.mT).log_odds, places)
    return Said(log_odds, log_odds.sigmoid())


def _state_weights(gate: GateStack) -> Tensor:
    """Return the weights `(k, u, 7)` of what `_state` holds; one of the two classes tells both."""
    classes = 2 * N_EXPERTS
    of_classes, others = gate.weight_state[..., :classes], gate.weight_state[..., classes:]
    return torch.cat([of_classes[..., 1::2] - of_classes[..., ::2], others], -1)


def _state(proba: Tensor) -> Tensor:
    """Return what the gate's state (31) is made of, and ones: `(r, 8, m)`."""
    by_first = proba.movedim(1, 0)
    ones = torch.ones_like(by_first[:1])
    parts = [by_first, confidence(by_first), disagreement(by_first)[None], ones]
    return torch.cat(parts).movedim(0, 1)


def _through_state(proba: Tensor, of_state: Tensor) -> Tensor:
    """Return the gradient in the experts' log-odds, given that in what `_state` holds.

    Args:
        proba: **Shape** `(r, 3, m)`.
        of_state: **Shape** `(k, 7, m)`. Is written to.

    Returns:
        **Shape** `(k, 3, m)`.
    """
    of_proba, of_confidence, of_disagreement = torch.split(of_state, [N_EXPERTS, N_EXPERTS, 1], 1)
    first, second = torch.triu_indices(N_EXPERTS, N_EXPERTS, 1, device=proba.device)
    apart = (proba[:, first] - proba[:, second]).sign_().div_(len(first))
    of_pairs = torch.zeros_like(proba).index_add_(1, first, apart)
    of_pairs.index_add_(1, second, apart, alpha=-1)
    of_proba.addcmul_(of_confidence, (proba - 0.5).sign_()).addcmul_(of_disagreement, of_pairs)
    of_log_odds: Tensor = of_proba * (proba - proba.square())
    return of_log_odds


def _through_units(
    experts: Experts,
    places: Tensor,
    ways: Tensor,
    start: Tensor,
    so_far: Tensor,
    nodes: Tensor,
) -> Tensor:
    """Return the gradients in the experts' first layer, summed along the path, `(k, 3 h, n)`.

    Args:
        experts: `m` members.
        places: **Shape** `(3, r)`. Which of them are those of each run.
        ways: **Shape** `(m, h, n)`. From the first layer at the baseline to that at the rows.
        start: **Shape** `(m, h, 1)`. The first layer at the baseline.
        so_far: **Shape** `(k, 3, s + 1, n)`. The gradients in the log-odds, summed up to each node.
        nodes: **Shape** `(s,)`.
    """
    begins, ends = start > 0, start + ways > 0
    # Where a unit does not change its slope it does not matter how many nodes are called passed.
    passed = torch.searchsorted(nodes, -start / ways)
    before, after = (
        above.to(ways).mul_(1 - experts.slope).add_(experts.slope) for above in (begins, ends)
    )
    direction = (experts.weight2[:, 1] - experts.weight2[:, 0])[..., None]
    of_first, of_all, passed = (
        _of_runs(each, places) for each in ((before - after) * direction, after * direction, passed)
    )
    summed = so_far.gather(2, passed.expand(len(so_far), -1, -1, -1))
    summed.mul_(of_first).addcmul_(so_far[:, :, -1:], of_all)
    return summed.flatten(1, 2)
