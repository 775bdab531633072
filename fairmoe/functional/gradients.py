r"""Gradients of losses by hand, without a graph; each is held to autograd by a test.

A step of training consists of small products and passes over activations. Autograd takes twice as
many passes as are needed, and for small tables its own work is most of a step.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fairmoe.functional.attention import TINY
from fairmoe.functional.gating import EPSILON


def cross_entropy_gradient(
    proba: Float[Tensor, "*k n"], y_true: Int[Tensor, " n"]
) -> Float[Tensor, "*k n"]:
    r"""Return the gradient of the cross-entropy (6) in the log-odds, $(p_i - y_i) / n$.

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class.
        y_true: **Shape** `(n,)`, 0 or 1.
    """
    return (proba - y_true).div_(len(y_true))


def gap_gradient(
    proba: Float[Tensor, "*k n"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k n"]:
    """Return the gradient of the gap between group means, (14) or (17), in the log-odds.

    Where several groups have the largest or the smallest mean, the first of them is taken.

    Args:
        proba: **Shape** `(*k, n)`. Probability of the positive class.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.
    """
    if averaging.shape[1] < 2:
        return torch.zeros_like(proba)
    means, of_groups = proba @ averaging, averaging.T
    apart = of_groups[means.argmax(-1)] - of_groups[means.argmin(-1)]
    return apart.mul_(proba - proba.square())


def divergence_with_gradient(
    distributions: Float[Tensor, "*k g c"],
) -> tuple[Float[Tensor, "*k"], Float[Tensor, "*k g c"]]:
    r"""Return the divergence (20) in nats, and its gradient in the distributions.

    But for the least number that keeps logarithms finite, all other terms cancel:

    $$\frac{\partial JSD}{\partial A_i} = \tfrac{1}{g} (\log A_i - \log M) \tag{20}$$

    Args:
        distributions: **Shape** `(*k, g, c)`, non-negative.
    """
    middle = distributions.mean(-2, keepdim=True)
    above, above_middle = distributions + TINY, middle + TINY
    ratio = above.log().sub_(above_middle.log())
    divergence = (distributions * ratio).mean(-2).sum(-1)
    rest = (distributions / above).sub_(middle / above_middle)
    return divergence, ratio.add_(rest).div_(distributions.shape[-2])


def representation_gradient(
    hidden: Float[Tensor, "*k n h"], averaging: Float[Tensor, "n g"]
) -> Float[Tensor, "*k n h"]:
    """Return the gradient of the distance between mean hidden vectors (10) in these vectors.

    Args:
        hidden: **Shape** `(*k, n, h)`.
        averaging: **Shape** `(n, g)`. Of the groups that have rows; fewer than two give 0.

    Returns:
        **Shape** `(*k, n, h)`, its rows last in memory.
    """
    groups = averaging.shape[1]
    means = hidden.mT @ averaging
    apart = means - means.mean(-1, keepdim=True)
    return (apart.mul_(4 / max(groups - 1, 1)) @ averaging.T).mT


def reinforce_gradient(
    gate_log_proba: Float[Tensor, "k n e"],
    actions: Int[Tensor, "*s k n"],
    advantage: Float[Tensor, "*s k"],
    weights: Float[Tensor, "k n"],
) -> Float[Tensor, "k n e"]:
    """Return the gradient of the policy loss (38) in the log of the gate's weights.

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`.
        actions: **Shape** `(*s, k, n)`. The loss is the mean over `s`.
        advantage: **Shape** `(*s, k)`.
        weights: **Shape** `(k, n)`. $w_i$ of (39), or ones.
    """
    pull = weights * advantage[..., None] / -weights.shape[-1]
    taken = actions[..., None] == torch.arange(gate_log_proba.shape[-1], device=actions.device)
    return (taken * pull[..., None]).reshape(-1, *gate_log_proba.shape).mean(0)


def counterfactual_gradient(
    gate_log_proba: Float[Tensor, "k n e"],
    rewards: Float[Tensor, "k n e"],
    weights: Float[Tensor, "k n"],
) -> Float[Tensor, "k n e"]:
    """Return the gradient of `policy.counterfactual_loss` in the log of the gate's weights.

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`.
        rewards: **Shape** `(k, n, 3)`. What the reward would be with each action of each row.
        weights: **Shape** `(k, n)`. $w_i$ of (39), or ones.
    """
    gate = gate_log_proba.exp()
    advantage = (gate * rewards).sum(-1, keepdim=True) - rewards
    return gate * weights[..., None] * advantage.to(gate.dtype)


def regulariser_gradient(
    gate_log_proba: Float[Tensor, "k n e"],
    usage: Float[Tensor, "k e"],
    *,
    momentum: float,
    entropy_weight: float,
    load_balance_weight: float,
) -> Float[Tensor, "k n e"]:
    r"""Return the gradient of what (43) adds to the policy loss, in the log of the gate's weights.

    $$\frac{\partial \mathcal{L}_{LB}}{\partial usage_{ma,i}} = \frac{\log q_i - \sum_j q_j \log
    q_j}{\sum_j (usage_{ma,j} + \epsilon)}$$

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`.
        usage: **Shape** `(k, 3)`. The moving average (45) with this batch in it.
        momentum: Of that average.
        entropy_weight: $\lambda_{entropy}$.
        load_balance_weight: $\lambda_{LB}$.
    """
    shifted = usage + EPSILON
    total = shifted.sum(-1, keepdim=True)
    q = shifted / total
    into_usage = (q.log() - (q * q.log()).sum(-1, keepdim=True)) / total
    balance = into_usage.mul_((1 - momentum) * load_balance_weight).add_(entropy_weight)
    into = balance[:, None].add(gate_log_proba, alpha=entropy_weight)
    return into.mul_(gate_log_proba.exp()).div_(gate_log_proba.shape[-2])


def through_softmax(
    log_proba: Float[Tensor, "*k n e"], into_log_proba: Float[Tensor, "*k n e"]
) -> Float[Tensor, "*k n e"]:
    """Return the gradient in logits from that in the logarithm of their softmax."""
    return into_log_proba - log_proba.exp() * into_log_proba.sum(-1, keepdim=True)


def state_gradient(
    proba: Float[Tensor, "e *k n"], into_state: Float[Tensor, "*k n s"]
) -> Float[Tensor, "e *k n"]:
    """Return the gradient in the experts' probabilities from that in the gate's state (31).

    Args:
        proba: **Shape** `(3, *k, n)`. Probability of the positive class by expert.
        into_state: **Shape** `(*k, n, 10)`.
    """
    experts = len(proba)
    of_probabilities = into_state[..., : 2 * experts].movedim(-1, 0)
    of_confidence = into_state[..., 2 * experts : -1].movedim(-1, 0)
    first, second = torch.triu_indices(experts, experts, 1, device=proba.device)
    apart = (proba[first] - proba[second]).sign_().mul_(into_state[..., -1] / len(first))
    into = (proba - 0.5).sign_().mul_(of_confidence)
    into.add_(of_probabilities[1::2]).sub_(of_probabilities[::2])
    return into.index_add_(0, first, apart).index_add_(0, second, apart, alpha=-1)
