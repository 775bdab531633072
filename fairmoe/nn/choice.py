"""How likely a gate is to choose one expert, as log-odds that can be attributed to columns."""

import torch
from jaxtyping import Float
from torch import Tensor

from fairmoe.functional.gating import expert_state
from fairmoe.nn.mixture import Mixture
from fairmoe.nn.path import Said, average_over_path
from fairmoe.nn.stacking import N_EXPERTS, by_expert


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
        log_weights = gate(gate.first_layer(x), expert_state(by_expert(experts.proba(x))))
        others = [e for e in range(N_EXPERTS) if e != self._expert]
        rest: Tensor = log_weights[..., others].logsumexp(-1)
        chosen: Tensor = log_weights[..., self._expert]
        return chosen.sub(rest)

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "k n d"]:
        """Return their gradient averaged over the path; no gradient flows to the weights."""
        return average_over_path(
            *self._mixture.distinct_experts(),
            self._mixture.gate,
            x,
            baseline,
            head=self._head,
            steps=self._mixture.path_steps,
        )

    def _head(self, logits: Tensor, _: Said) -> tuple[Tensor, None]:
        """Return the gradients in the gate's logits; the experts count only as the gate sees them.

        Args:
            logits: **Shape** `(k, 3, m)`.
        """
        without = logits.clone()
        without[:, self._expert] = -torch.inf
        gradient = -without.softmax(1)
        gradient[:, self._expert] = 1
        return gradient, None
