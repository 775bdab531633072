"""The gates that weigh the experts row by row."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fairmoe.functional.gating import gate_log_proba
from fairmoe.functional.gradients import through_softmax
from fairmoe.nn.stacking import N_EXPERTS, affine, grad_of, initial_weights


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

    @torch.no_grad()
    def add_gradients(
        self,
        x: Float[Tensor, "n d"],
        state: Float[Tensor, "k n s"],
        hidden: Float[Tensor, "k n u"],
        log_weights: Float[Tensor, "k n e"],
        into_log_weights: Float[Tensor, "k n e"],
    ) -> None:
        """Add the gradients of all weights to `grad`, given that in the log of what they weigh.

        Args:
            x: **Shape** `(n, d)`. The rows.
            state: As it was given to `hidden`.
            hidden: What `hidden` returned.
            log_weights: What `log_weights` returned for it.
            into_log_weights: **Shape** `(k, n, 3)`.
        """
        error, before_error = self._through(hidden, log_weights, into_log_weights)
        grad_of(self.weight2).baddbmm_(error, hidden)
        grad_of(self.bias2).add_(error.sum(-1))
        grad_of(self.weight_state).baddbmm_(before_error, state)
        grad_of(self.weight_x).view(-1, x.shape[1]).addmm_(before_error.flatten(0, 1), x)
        grad_of(self.bias1).add_(before_error.sum(-1))

    @torch.no_grad()
    def into_inputs(
        self,
        hidden: Float[Tensor, "k n u"],
        log_weights: Float[Tensor, "k n e"],
        into_log_weights: Float[Tensor, "k n e"],
    ) -> tuple[Float[Tensor, "k n u"], Float[Tensor, "k n s"]]:
        """Return the gradients in what `hidden` was given; arguments as of `add_gradients`."""
        _, before_error = self._through(hidden, log_weights, into_log_weights)
        return before_error.mT, torch.bmm(self.weight_state.mT, before_error).mT

    def _through(
        self, hidden: Tensor, log_weights: Tensor, into_log_weights: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the gradients in the logits and before the activation, their rows last."""
        error = through_softmax(log_weights, into_log_weights).mT / self.temperature
        before_error = torch.bmm(self.weight2.mT, error)
        return error, before_error.mul_(hidden.mT > 0)
