"""How likely a gate is to choose one expert, as log-odds that can be attributed to columns."""

import torch
from jaxtyping import Float
from torch import Tensor

from fairmoe.functional.gating import expert_state
from fairmoe.nn.experts import Experts
from fairmoe.nn.gate import GateStack
from fairmoe.nn.mixture import Mixture
from fairmoe.nn.path import average_over_path
from fairmoe.nn.stacking import by_expert


class GateChoice:
    r"""The log-odds of the gate's weight of one expert, $\log g_e - \log (1 - g_e)$.

    A model in the sense of `fairmoe.explain.Explainable`. It takes into account that the gate sees
    a row twice: its columns, and what the experts say of it (31).

    Args:
        mixture: `k` mixtures.
        expert: Which of the three, in the order utility, result, procedural.
    """

    def __init__(self, mixture: Mixture, expert: int) -> None:
        self._mixture = mixture
        self._expert = expert

    def log_odds(self, x: Float[Tensor, "n d"]) -> Float[Tensor, "k n"]:
        """Return the log-odds of the expert's weight."""
        experts, gate = self._mixture.experts.part(), self._mixture.gate
        return self._of_layers(experts, gate, experts.first_layer(x), gate.first_layer(x))

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "k n d"]:
        """Return their gradient averaged over the path; no gradient flows to the weights."""
        return average_over_path(
            self._mixture.experts.part(),
            self._mixture.gate,
            x,
            baseline,
            gradients=self._gradients,
            steps=self._mixture.path_steps,
        )

    def _gradients(
        self, experts: Experts, gate: GateStack, expert_before: Tensor, gate_before: Tensor
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            layers = [layer.detach().requires_grad_() for layer in (expert_before, gate_before)]
            total = self._of_layers(experts, gate, *layers).sum()
            of_experts, of_gate = torch.autograd.grad(total, layers)
        return of_experts, of_gate

    def _of_layers(
        self, experts: Experts, gate: GateStack, expert_before: Tensor, gate_before: Tensor
    ) -> Tensor:
        proba = by_expert(experts.outputs(expert_before).log_odds.sigmoid())
        log_weights = gate(gate_before, expert_state(proba))
        others = [e for e in range(log_weights.shape[-1]) if e != self._expert]
        rest: Tensor = log_weights[..., others].logsumexp(-1)
        chosen: Tensor = log_weights[..., self._expert]
        return chosen.sub(rest)
