r"""How the reward reaches the gate: the policy loss (38) and its estimators.

Each function returns a loss whose gradient is the update: what is not to be differentiated is
detached here. All of them estimate the gradient of the expected reward over routings; they differ
in how much of the noise of the sampled actions they carry.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def sample_actions(
    gate_log_proba: Float[Tensor, "*k n e"], generators: list[torch.Generator]
) -> Int[Tensor, "*k n"]:
    """Draw one expert for each row from the gate's weights, each run from its own generator.

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`.
        generators: One per run, on the same device.
    """
    uniform = torch.stack(
        [
            torch.rand(row.shape[:-1], generator=generator, device=row.device)
            for row, generator in zip(gate_log_proba, generators, strict=True)
        ]
    )
    passed = uniform[..., None] >= gate_log_proba.exp().cumsum(-1)
    return passed[..., :-1].sum(-1)


def reinforce_loss(
    gate_log_proba: Float[Tensor, "k n e"],
    actions: Int[Tensor, "*s k n"],
    advantage: Float[Tensor, "*s k"],
    weights: Float[Tensor, "k n"],
) -> Float[Tensor, "*s k"]:
    r"""Return the policy loss of REINFORCE (Williams, 1992): one advantage for all rows.

    $$\mathcal{L}_{policy} = -\frac{1}{n} \sum_{i=1}^{n} w_i \log g_{i,a_i} \cdot (R - b) \tag{38}$$

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`. Gradients flow.
        actions: **Shape** `(*s, k, n)`, sampled from the gate.
        advantage: **Shape** `(*s, k)`. $R - b$, with a baseline that does not depend on `actions`.
        weights: **Shape** `(k, n)`. $w_i$ of (39), or ones.
    """
    # >>> Equation (38)
    chosen = gate_log_proba.expand(*actions.shape, -1).gather(-1, actions[..., None])[..., 0]
    return -(weights * chosen * advantage.detach()[..., None]).mean(-1)
    # <<< Equation (38)


def leave_one_out(rewards: Float[Tensor, "s k"]) -> Float[Tensor, "s k"]:
    """Return each sample's reward less the mean of the other samples' rewards.

    The baseline of a sample does not depend on its own actions, so (38) stays unbiased (Kool, van
    Hoof and Welling, "Buy 4 REINFORCE Samples, Get a Baseline for Free!", 2019).

    Example:
        >>> leave_one_out(torch.tensor([[1.0], [2.0], [6.0]]))[:, 0]
        tensor([-3.0000, -1.5000,  4.5000])
    """
    samples = len(rewards)
    return (rewards - rewards.mean(0)) * (samples / (samples - 1))


def counterfactual_loss(
    gate_log_proba: Float[Tensor, "k n e"],
    rewards: Float[Tensor, "k n e"],
    weights: Float[Tensor, "k n"],
) -> Float[Tensor, " k"]:
    r"""Return the policy loss with an advantage of its own for every row and expert.

    $$A_{i,e} = R(a_i = e, a_{-i}) - \sum_{e'} g_{i,e'} R(a_i = e', a_{-i})$$

    It is REINFORCE (38) with each row's own action summed out: a Rao-Blackwellised policy gradient
    ("local expectation gradients": Titsias and Lazaro-Gredilla, NeurIPS 2015), with the
    counterfactual baseline of COMA (Foerster et al., AAAI 2018) for rows as agents. Only the other
    rows' actions add noise. With unit weights both have the same expectation, minus the gradient of
    the expected reward; `docs/method.md` has the proof.

    NOTE[DIFF]: the sum over rows, not their mean as in (38), for one row's share in a reward that
    is itself a mean over rows shrinks with their number already.

    Args:
        gate_log_proba: **Shape** `(k, n, 3)`. Gradients flow.
        rewards: **Shape** `(k, n, 3)`. What the reward would be with each action of each row, the
            other rows' actions sampled from the gate; see `reward.counterfactual_rewards`.
        weights: **Shape** `(k, n)`. $w_i$ of (39), or ones.
    """
    gate = gate_log_proba.exp()
    advantage = rewards - (gate.detach() * rewards).sum(-1, keepdim=True)
    return -(weights * (gate * advantage.to(gate.dtype)).sum(-1)).sum(-1)
