"""The gradient of a mixture's log-odds in what its first layers give, by hand.

Scoring a mixture asks for it at every node of a path, for every row, and for nothing else: no
graph is built, and no weight gets a gradient.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import logsigmoid

from fairmoe.functional.gating import expert_state
from fairmoe.nn.experts import Experts
from fairmoe.nn.gate import GateStack
from fairmoe.nn.stacking import by_expert


@torch.no_grad()
def head_gradients(
    experts: Experts,
    gate: GateStack,
    expert_before: Float[Tensor, "m n h"],
    gate_before: Float[Tensor, "k n u"],
) -> tuple[Float[Tensor, "m n h"], Float[Tensor, "k n u"]]:
    """Return the gradients of the log-odds of `k` mixtures in both first layers.

    An expert's share in what the mixture says for a class is the gradient of the logarithm of
    that in the logarithm of its weight, and in that of its own probability.

    Args:
        experts: `3 k` members.
        gate: `k` members.
        expert_before: **Shape** `(3 k, n, h)`, from `Experts.first_layer`.
        gate_before: **Shape** `(k, n, u)`, from `GateStack.first_layer`.
    """
    outputs = experts.outputs(expert_before)
    log_odds = by_expert(outputs.log_odds)
    proba, log_positive = log_odds.sigmoid(), logsigmoid(log_odds)
    hidden = gate.hidden(gate_before, expert_state(proba))
    log_weights = gate.log_weights(hidden)
    joint = log_positive + log_weights.movedim(-1, 0)
    of_positive, of_negative = joint.softmax(0), (joint - log_odds).softmax(0)
    of_weights = (of_positive - of_negative).movedim(0, -1)
    gate_gradient = _gate_gradient(gate, hidden, log_weights, of_weights)
    of_state = torch.bmm(gate.weight_state.mT, gate_gradient.mT).mT
    of_log_odds = torch.lerp(of_positive, of_negative, proba)
    of_log_odds.addcmul_(_state_gradient(proba, of_state), proba - proba.square())
    direction = (experts.weight2[:, 1] - experts.weight2[:, 0])[..., None]
    expert_gradient = direction * of_log_odds.flatten(0, 1)[:, None]
    # The sign of what a leaky ReLU gives is that of what it was given.
    torch.ops.aten.leaky_relu_backward.grad_input(
        expert_gradient, outputs.hidden.mT, experts.slope, True, grad_input=expert_gradient
    )
    return expert_gradient.mT, gate_gradient


def _gate_gradient(
    gate: GateStack, hidden: Tensor, log_weights: Tensor, of_weights: Tensor
) -> Tensor:
    """Return the gradient in the gate's first layer, given that in the log of its weights.

    Args:
        gate: `k` members.
        hidden: **Shape** `(k, n, u)`. The gate's hidden units.
        log_weights: **Shape** `(k, n, 3)`.
        of_weights: **Shape** `(k, n, 3)`.
    """
    of_logits = of_weights - log_weights.exp() * of_weights.sum(-1, keepdim=True)
    of_hidden = torch.bmm(gate.weight2.mT, of_logits.mT / gate.temperature)
    return of_hidden.mul_(hidden.mT > 0).mT


def _state_gradient(proba: Tensor, of_state: Tensor) -> Tensor:
    """Return the gradient in the experts' probabilities, given that in the gate's state (31).

    Args:
        proba: **Shape** `(3, k, n)`. Probability of the positive class by expert.
        of_state: **Shape** `(k, n, 10)`.
    """
    experts = len(proba)
    of_probabilities = of_state[..., : 2 * experts].movedim(-1, 0)
    of_confidence = of_state[..., 2 * experts : -1].movedim(-1, 0)
    first, second = torch.triu_indices(experts, experts, 1, device=proba.device)
    apart = (proba[first] - proba[second]).sign_().mul_(of_state[..., -1] / len(first))
    gradient = (proba - 0.5).sign_().mul_(of_confidence)
    gradient.add_(of_probabilities[1::2]).sub_(of_probabilities[::2])
    return gradient.index_add_(0, first, apart).index_add_(0, second, apart, alpha=-1)
