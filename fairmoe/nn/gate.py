"""The gates that weigh the experts row by row."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fairmoe.functional.gating import gate_log_proba
from fairmoe.nn.stacking import N_EXPERTS, affine, initial_weights

NOTHING = 1e-12
"""Weights below this are not told from nothing."""


class GateStack(nn.Module):
    r"""Gates that choose among the experts row by row, stacked along `k` runs.

    $$\ell_{gate} = \mathrm{MLP}_{gate}(state) \in \mathbb{R}^3 \tag{32}$$

    The first layer is held in two parts, for the rows `x` that all runs share and for the state
    that comes from each run's experts (31).

    Args:
        n_inputs: Encoded columns, `d`.
        hidden: Hidden units.
        temperature: $\tau$ of (33).
        generators: One per run; each draws that run's initial weights.
    """

    def __init__(
        self,
        n_inputs: int,
        hidden: int,
        *,
        temperature: float,
        generators: Sequence[torch.Generator],
    ) -> None:
        super().__init__()
        n_state = 3 * N_EXPERTS + 1
        fan_in = n_inputs + n_state
        self.temperature = temperature
        self.weight_x = initial_weights((hidden, n_inputs), fan_in, generators)
        self.weight_state = initial_weights((hidden, n_state), fan_in, generators)
        self.bias1 = initial_weights((hidden,), fan_in, generators)
        self.weight2 = initial_weights((N_EXPERTS, hidden), hidden, generators)
        self.bias2 = initial_weights((N_EXPERTS,), hidden, generators)

    @torch.no_grad()
    def only_expert(self) -> list[int | None]:
        """Return, for each run, the expert that gets every row whatever it holds, if there is one.

        The weights that are left for the others together are below what a score in single
        precision can tell from nothing.
        """
        weights = gate_log_proba(self.bias2, self.temperature).exp()
        expert = weights.argmax(-1)
        # Not `1 - largest`: that is rounded to nothing long before the others' weights are nothing.
        others = weights.scatter(-1, expert[:, None], 0).sum(-1)
        is_alone = (self.weight2 == 0).flatten(1).all(1) & (others < NOTHING)
        return [
            int(one) if alone else None
            for one, alone in zip(expert.tolist(), is_alone.tolist(), strict=True)
        ]

    def weighs_alike(self) -> bool:
        """Return whether the gates of all runs give all rows the same weights."""
        return not bool(self.weight2.any())

    def first_layer(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "k n u"]:
        """Return the part of the hidden layer that rests on the rows, before its activation."""
        return affine(x, self.weight_x, self.bias1)

    def hidden(
        self, before: Float[Tensor, "k n u"], state: Float[Tensor, "k n s"]
    ) -> Float[Tensor, "k n u"]:
        """Return the hidden units.

        Args:
            before: **Shape** `(k, n, u)`, from `first_layer`.
            state: **Shape** `(k, n, 10)`, from the experts; see `gating.expert_state`.
        """
        return torch.baddbmm(before.mT, self.weight_state, state.mT).relu().mT

    def log_weights(self, hidden: Float[Tensor, "k n u"]) -> Float[Tensor, "k n e"]:
        """Return the log of the gate's weights (33) from its hidden units."""
        # >>> Equation (32)
        gate_logits = affine(hidden, self.weight2, self.bias2)
        # <<< Equation (32)
        return gate_log_proba(gate_logits, self.temperature)

    def forward(
        self, before: Float[Tensor, "k n u"], state: Float[Tensor, "k n s"]
    ) -> Float[Tensor, "k n e"]:
        """Return the log of the gate's weights (33); the arguments are those of `hidden`."""
        return self.log_weights(self.hidden(before, state))
