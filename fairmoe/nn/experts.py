"""Experts of one hidden layer: as functions of their weights, and as weights to train."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from fairmoe.functional.attributions import average_slope
from fairmoe.nn.stacking import affine, initial_weights


class ExpertOutputs(NamedTuple):
    """What a stack of `m` experts makes of `n` rows.

    Attributes:
        hidden: **Shape** `(m, n, h)`. The hidden vector (1), without dropout.
        kept: **Shape** `(m, n, h)`. What dropout leaves of it; the same if there is none.
        logits: **Shape** `(m, n, 2)`. (2), after dropout if it was asked for.
        log_odds: **Shape** `(m, n)`. Of the positive class.
    """

    hidden: Tensor
    kept: Tensor
    logits: Tensor
    log_odds: Tensor


@dataclass(frozen=True, eq=False)
class Experts:
    r"""`m` experts of one hidden layer, as functions of their weights.

    $$h = \mathrm{MLP}_{hidden}(x) \tag{1}$$
    $$\ell = \mathrm{MLP}_{output}(h) \tag{2}$$
    $$p = \operatorname{softmax}(\ell) \tag{3}$$

    Attributes:
        weight1: **Shape** `(m, h, d)`.
        bias1: **Shape** `(m, h)`.
        weight2: **Shape** `(m, 2, h)`.
        bias2: **Shape** `(m, 2)`.
        slope: Of the leaky ReLU below zero.
    """

    weight1: Tensor
    bias1: Tensor
    weight2: Tensor
    bias2: Tensor
    slope: float

    def first_layer(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n h"]:
        """Return the hidden layer before its activation, for shared or own rows."""
        return affine(x, self.weight1, self.bias1)

    def outputs(
        self,
        before: Float[Tensor, "m n h"],
        keep: Float[Tensor, "m n h"] | None = None,
    ) -> ExpertOutputs:
        """Return what follows from the first layer.

        Args:
            before: **Shape** `(m, n, h)`, from `first_layer`.
            keep: **Shape** `(m, n, h)`. What dropout multiplies the hidden units with: 0, or the
                inverse of the share it leaves. Left out, there is no dropout.
        """
        # >>> Equation (1)
        hidden = F.leaky_relu(before, self.slope)
        # <<< Equation (1)
        kept = hidden if keep is None else hidden * keep
        # >>> Equation (2)
        logits = affine(kept, self.weight2, self.bias2)
        # <<< Equation (2)
        return ExpertOutputs(hidden, kept, logits, logits[..., 1] - logits[..., 0])

    def log_odds(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n"]:
        """Return log-odds of the positive class, without dropout."""
        return self.outputs(self.first_layer(x)).log_odds

    def proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n"]:
        """Return the probability of the positive class (3), without dropout."""
        # >>> Equation (3): of two classes, the softmax is the sigmoid of the log-odds
        return self.log_odds(x).sigmoid()
        # <<< Equation (3)

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "m n d"]:
        """Return the gradient of the log-odds averaged over the path, exactly."""
        return self.path_weights(self.first_layer(x), baseline) @ self.weight1

    def path_weights(
        self, before: Float[Tensor, "m n h"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "m n h"]:
        """Return the gradient in the first layer `before`, averaged over the path to the rows."""
        direction = self.weight2[:, 1] - self.weight2[:, 0]
        slopes = average_slope(before, self.first_layer(baseline[None]), slope=self.slope)
        return slopes * direction[:, None]


class ExpertStack(nn.Module):
    """The trainable weights of `m` experts, and the log-odds above which each predicts 1.

    There is no `forward`: `part` returns the experts as functions, with their thresholds, which are
    not trained, subtracted from the logit of class 1.

    Args:
        n_inputs: Encoded columns, `d`.
        hidden: Hidden units, `h`.
        slope: Of the leaky ReLU below zero.
        generators: One per member; each draws that member's initial weights.
    """

    def __init__(
        self, n_inputs: int, hidden: int, *, slope: float, generators: Sequence[torch.Generator]
    ) -> None:
        super().__init__()
        self.slope = slope
        self.weight1 = initial_weights((hidden, n_inputs), n_inputs, generators)
        self.bias1 = initial_weights((hidden,), n_inputs, generators)
        self.weight2 = initial_weights((2, hidden), hidden, generators)
        self.bias2 = initial_weights((2,), hidden, generators)
        self.threshold = nn.Parameter(torch.zeros(len(generators)), requires_grad=False)

    def part(self, members: slice | list[int] = slice(None)) -> Experts:
        """Return some of the experts (all, if none are named); gradients flow to their weights."""
        bias2 = self.bias2[members]
        return Experts(
            self.weight1[members],
            self.bias1[members],
            self.weight2[members],
            bias2 - F.pad(self.threshold[members, None], (1, 0)),
            self.slope,
        )

    def layers(self) -> tuple[nn.Parameter, nn.Parameter, nn.Parameter, nn.Parameter]:
        """Return what is trained: weights and biases, layer by layer."""
        return self.weight1, self.bias1, self.weight2, self.bias2


def make_stack(states: Sequence[Mapping[str, Tensor]], *, slope: float) -> ExpertStack:
    """Return a stack of experts with given weights.

    Args:
        states: The weights and the threshold of each member, as `named_parameters` calls them.
        slope: Of the leaky ReLU below zero.
    """
    hidden, n_inputs = states[0]["weight1"].shape
    blanks = [torch.Generator() for _ in states]
    stack = ExpertStack(n_inputs, hidden, slope=slope, generators=blanks)
    stack.load_state_dict(
        {name: torch.stack([state[name] for state in states]) for name in states[0]}
    )
    return stack
