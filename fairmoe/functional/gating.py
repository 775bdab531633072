r"""What the gate sees, how it is regularised and how it mixes: (31) to (36), (39) to (46).

The first axis of everything that has one per expert is the expert axis `e`.
"""

import torch
from jaxtyping import Float
from torch import Tensor

EPSILON = 1e-8


def confidence(proba: Float[Tensor, "e *k n"]) -> Float[Tensor, "e *k n"]:
    r"""Return how sure each expert is, in [0.5, 1].

    $$\operatorname{conf}_i = \max_k p_{i,k} \tag{36}$$
    """
    # >>> Equation (36)
    return torch.maximum(proba, 1 - proba)
    # <<< Equation (36)


def disagreement(proba: Float[Tensor, "e *k n"]) -> Float[Tensor, "*k n"]:
    r"""Return how much the experts differ on each row, in [0, 1].

    $$d_{ij} = \frac{1}{d_{classes}} \sum_{k=1}^{d_{classes}} |p_{i,k} - p_{j,k}| \tag{34}$$
    $$disagree = \frac{d_{12} + d_{13} + d_{23}}{3} \tag{35}$$

    Args:
        proba: **Shape** `(3, *k, n)`. Probability of the positive class by expert.

    Example:
        >>> disagreement(torch.tensor([[0.9], [0.6], [0.6]]))
        tensor([0.2000])
    """
    # >>> Equations (34), (35): with two classes both terms of (34) are |p_i - p_j|
    first, second = torch.triu_indices(len(proba), len(proba), 1)
    return (proba[first] - proba[second]).abs().mean(0)
    # <<< Equations (34), (35)


def expert_state(proba: Float[Tensor, "e *k n"]) -> Float[Tensor, "*k n s"]:
    r"""Return the part of the gate's state that comes from the experts.

    $$state = [x, p_1, p_2, p_3, conf_1, conf_2, conf_3, disagree] \tag{31}$$

    The rows `x` themselves are shared by all runs, so the gate multiplies them apart.

    Args:
        proba: **Shape** `(3, *k, n)`. Probability of the positive class by expert.

    Returns:
        **Shape** `(*k, n, 10)`: both probabilities of each expert, confidences, disagreement.
    """
    # >>> Equation (31)
    both_classes = torch.stack([1 - proba, proba], 1).flatten(0, 1)
    parts = torch.cat([both_classes, confidence(proba), disagreement(proba)[None]])
    return parts.movedim(0, -1)
    # <<< Equation (31)


def gate_log_proba(
    gate_logits: Float[Tensor, "*k n e"], temperature: float
) -> Float[Tensor, "*k n e"]:
    r"""Return the logarithm of the gate's weights.

    $$g = \operatorname{softmax}(\ell_{gate} / \tau) \tag{33}$$

    Args:
        gate_logits: **Shape** `(*k, n, 3)`. Gradients flow.
        temperature: $\tau > 0$.
    """
    # >>> Equation (33)
    return (gate_logits.mT / temperature).log_softmax(-2).mT
    # <<< Equation (33)


def mixture_log_proba(
    log_proba: Float[Tensor, "e *k n 2"], gate_log_proba: Float[Tensor, "*k n e"]
) -> Float[Tensor, "*k n 2"]:
    r"""Return the logarithm of the mixture's probabilities.

    $$y_{final} = \sum_{i=1}^{3} g_i \cdot p_i \tag{44}$$

    Args:
        log_proba: **Shape** `(3, *k, n, 2)`. Of each expert and class. Gradients flow.
        gate_log_proba: **Shape** `(*k, n, 3)`. Gradients flow.
    """
    # >>> Equation (44), rows last in memory
    return (log_proba.mT + gate_log_proba.mT.movedim(-2, 0)[..., None, :]).logsumexp(0).mT
    # <<< Equation (44)


def disagreement_weights(disagree: Float[Tensor, "*k n"]) -> Float[Tensor, "*k n"]:
    r"""Return how much each row counts in the policy loss; the mean is 1.

    $$w_i = \frac{\text{disagree}_i}{\text{disagree}_{mean} + \epsilon} \tag{39}$$
    """
    # >>> Equation (39)
    return disagree / (disagree.mean(-1, keepdim=True) + EPSILON)
    # <<< Equation (39)


def gate_entropy(gate_log_proba: Float[Tensor, "*k n e"]) -> Float[Tensor, "*k"]:
    r"""Return the mean entropy of the routing in nats, in [0, log 3].

    $$\mathcal{H} = -\sum_{i=1}^{3} g_i \log g_i \tag{40}$$
    """
    # >>> Equation (40)
    return -(gate_log_proba.exp() * gate_log_proba).sum(-1).mean(-1)
    # <<< Equation (40)


def batch_usage(gate_log_proba: Float[Tensor, "*k n e"]) -> Float[Tensor, "*k e"]:
    r"""Return the share of the rows that each expert is given.

    $$batch\_usage_i = \frac{1}{n} \sum_{j=1}^{n} g_{j,i} \tag{46}$$
    """
    # >>> Equation (46)
    return gate_log_proba.exp().mean(-2)
    # <<< Equation (46)


def moving_usage(
    usage: Float[Tensor, "*k e"], current: Float[Tensor, "*k e"], momentum: float
) -> Float[Tensor, "*k e"]:
    r"""Return the moving average of expert usage.

    $$usage_{ma} = \alpha \cdot usage_{ma} + (1 - \alpha) \cdot batch\_usage \tag{45}$$

    Args:
        usage: **Shape** `(*k, 3)`. Of the steps before; a constant.
        current: **Shape** `(*k, 3)`. Of this batch. Gradients flow, or (42) would train nothing.
        momentum: $\alpha$, in [0, 1).
    """
    # >>> Equation (45)
    return momentum * usage.detach() + (1 - momentum) * current
    # <<< Equation (45)


def load_balance_loss(usage: Float[Tensor, "*k e"]) -> Float[Tensor, "*k"]:
    r"""Return KL(q || uniform) of the experts' usage, in nats, in [0, log 3].

    $$q = \frac{usage_{ma} + \epsilon}{\sum_{j=1}^{3} (usage_{ma,j} + \epsilon)} \tag{41}$$
    $$\mathcal{L}_{LB} = KL(q \| uniform) = \sum_{i=1}^{3} q_i \log \frac{q_i}{1/3} \tag{42}$$

    Example:
        >>> load_balance_loss(torch.tensor([0.25, 0.25, 0.25])).item()
        0.0
    """
    # >>> Equation (41)
    shifted = usage + EPSILON
    q = shifted / shifted.sum(-1, keepdim=True)
    # <<< Equation (41)
    # >>> Equation (42)
    return (q * (q * q.shape[-1]).log()).sum(-1)
    # <<< Equation (42)


def gate_loss(
    policy: Float[Tensor, "*k"],
    entropy: Float[Tensor, "*k"],
    load_balance: Float[Tensor, "*k"],
    *,
    entropy_weight: float,
    load_balance_weight: float,
) -> Float[Tensor, "*k"]:
    r"""Return the whole loss of the gate.

    $$\mathcal{L}_{gate} = \mathcal{L}_{policy} - \lambda_{entropy} \mathcal{H}
    + \lambda_{LB} \mathcal{L}_{LB} \tag{43}$$
    """
    # >>> Equation (43)
    return policy - entropy_weight * entropy + load_balance_weight * load_balance
    # <<< Equation (43)
