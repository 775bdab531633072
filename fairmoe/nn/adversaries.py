"""Gradient reversal, and the adversaries that guess the group behind it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fairmoe.nn.stacking import initial_weights

OUTPUTS = 2
"""What the second adversary sees: one figure for each class."""


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: Tensor) -> Tensor:
        ctx.save_for_backward(factor)
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (factor,) = ctx.saved_tensors
        return -factor * gradients[0], None


def gradient_reversal(
    x: Float[Tensor, "*k n h"], factor: Float[Tensor, "*k 1 1"]
) -> Float[Tensor, "*k n h"]:
    r"""Return `x` unchanged; on its way back multiply its gradient by `-factor`.

    $$GRL(x) = x \tag{29}$$
    $$\frac{\partial GRL(x)}{\partial x} = -\lambda \tag{30}$$

    Args:
        x: **Shape** `(*k, n, h)`.
        factor: **Shape** `(*k, 1, 1)`. The $\lambda$ of each member of the stack.
    """
    # >>> Equations (29), (30)
    reversed_: Tensor = _Reversal.apply(x, factor)  # type: ignore[no-untyped-call]
    return reversed_
    # <<< Equations (29), (30)


class AdversaryStack(nn.Module):
    r"""The two adversaries of each of `m` members: from hidden vector and output to the group.

    $$h_{adv} = GRL(h) \tag{23}$$
    $$\ell_{adv}^{hidden} = \mathrm{MLP}_{adv}^{hidden}(h_{adv}) \tag{24}$$
    $$p_{adv} = GRL(p) \tag{26}$$
    $$\ell_{adv}^{logits} = \mathrm{MLP}_{adv}^{logits}(p_{adv}) \tag{27}$$

    Both are one network with block-diagonal weights, for on small tables the number of operations
    decides how long a step takes; `adversarial_backward` keeps what lies outside the blocks at
    zero. Each adversary has one hidden layer with a ReLU, of `max(4, h // 2)` and of 8 units. The
    first layer's bias is the weight of an input that is always 1.

    NOTE[DIFF]: section 6.2 of the source feeds logits to the second adversary, (26) probabilities;
    probabilities are the default and `Settings.adversary_input="logits"` the other reading.

    Args:
        n_inputs: Size of the hidden vector, `h`.
        n_groups: Groups to tell apart, `g`.
        generators: One per member; each draws that member's initial weights.
    """

    mask1: Tensor
    mask2: Tensor

    def __init__(self, n_inputs: int, n_groups: int, generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        self.n_inputs = n_inputs
        sizes = ((n_inputs, max(4, n_inputs // 2)), (OUTPUTS, 8))
        first, first_bias, second, second_bias = zip(
            *(
                (
                    initial_weights((units, inputs), inputs, generators),
                    initial_weights((units,), inputs, generators),
                    initial_weights((n_groups, units), units, generators),
                    initial_weights((n_groups,), units, generators),
                )
                for inputs, units in sizes
            ),
            strict=True,
        )
        bias1 = torch.cat(first_bias, 1)[..., None]
        self.weight1 = nn.Parameter(torch.cat([_block_diagonal(first), bias1], 2))
        self.weight2 = nn.Parameter(_block_diagonal(second))
        self.bias2 = nn.Parameter(torch.cat(second_bias, 1))
        self.register_buffer("mask1", _where_not_zero(first, extra=1))
        self.register_buffer("mask2", _where_not_zero(second, extra=0))

    def apart(self, member: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Return the weights and biases of a member's two adversaries, layer by layer."""
        columns, units = self.n_inputs, int(self.mask2[0, 0].sum())
        groups = self.bias2.shape[1] // 2
        first, second = self.weight1[member].detach(), self.weight2[member].detach()
        bias1, bias2 = first[:, -1], self.bias2[member].detach()
        return (
            (first[:units, :columns], bias1[:units], second[:groups, :units], bias2[:groups]),
            (first[units:, columns:-1], bias1[units:], second[groups:, units:], bias2[groups:]),
        )

    @staticmethod
    def view(
        hidden: Float[Tensor, "m n h"], output: Float[Tensor, "m n 2"]
    ) -> Float[Tensor, "m n i"]:
        """Return what the two see side by side, and the input that is always 1."""
        return torch.cat([hidden.mT, output.mT, torch.ones_like(output.mT[:, :1])], 1).mT

    def forward(
        self,
        view: Float[Tensor, "m n i"],
        factor: Float[Tensor, "m 1 1"],
        *,
        frozen: bool = False,
    ) -> Float[Tensor, "2 m n g"]:
        r"""Return logits of the groups; the gradient goes back reversed and times `factor`.

        Args:
            view: **Shape** `(m, n, i)`, from `view`. Gradients flow.
            factor: **Shape** `(m, 1, 1)`. The $\lambda$ of (30) of each member.
            frozen: Whether the adversaries' own weights get no gradient.
        """
        weight1, weight2, bias2 = (
            weight.detach() if frozen else weight
            for weight in (self.weight1, self.weight2, self.bias2)
        )
        # >>> Equations (23), (24) for the hidden vector, (26), (27) for the probabilities
        hidden = torch.bmm(weight1, gradient_reversal(view, factor).mT).relu()
        return _logits(hidden, weight2, bias2)
        # <<< Equations (23), (24), (26), (27)

    @torch.no_grad()
    def adversarial_backward(
        self,
        view: Float[Tensor, "m n i"],
        member: Float[Tensor, "g n"],
        weights: Float[Tensor, " n"] | None = None,
    ) -> None:
        """Put the gradients of the adversarial loss (22) into `grad`.

        They are what `adversarial_loss(*self(view, factor), group, weights).sum().backward()`
        would add to zero, at a part of its cost, for no graph is built: adversaries make many small
        steps.

        Args:
            view: **Shape** `(m, n, i)`. What the adversaries see.
            member: **Shape** `(g, n)`. 1 where a row is of a group, else 0.
            weights: **Shape** `(n,)`. How much a row counts; all the same if they are left out.
        """
        self.backward_on(view, member, weights)()

    def backward_on(
        self,
        view: Float[Tensor, "m n i"],
        member: Float[Tensor, "g n"],
        weights: Float[Tensor, " n"] | None = None,
    ) -> Callable[[], None]:
        """Return `adversarial_backward` on rows that stay the same from step to step.

        Weights and `grad` may change in place, but lie where they are.
        """
        trained = (self.weight1, self.weight2, self.bias2)
        weight1, weight2, bias2 = (weight.detach() for weight in trained)
        of_weight1, of_weight2, of_bias2 = (weight.grad for weight in trained)
        seen, turned, biases = view.mT, weight2.mT, bias2[..., None]
        mask1, mask2 = self.mask1, self.mask2
        n_groups, n = member.shape
        apart = (len(view), 2, n_groups, n)
        share = view.new_tensor(1 / (2 * n))
        counts_as = None if weights is None else weights * (len(weights) / weights.sum())

        def put_gradients() -> None:
            hidden = torch.bmm(weight1, seen).relu_()
            error = torch.baddbmm(biases, weight2, hidden).view(apart).softmax(2).sub_(member)
            if counts_as is not None:
                error.mul_(counts_as)
            error = error.flatten(1, 2).mul_(share)
            torch.bmm(error, hidden.mT, out=of_weight2).mul_(mask2)
            torch.sum(error, -1, out=of_bias2)
            of_hidden = torch.bmm(turned, error)
            torch.ops.aten.threshold_backward.grad_input(of_hidden, hidden, 0, grad_input=of_hidden)
            torch.bmm(of_hidden, view, out=of_weight1).mul_(mask1)

        return put_gradients


def _logits(
    hidden: Float[Tensor, "m u n"], weight2: Float[Tensor, "m v u"], bias2: Float[Tensor, "m v"]
) -> Float[Tensor, "2 m n g"]:
    logits = torch.baddbmm(bias2[..., None], weight2, hidden)
    return logits.view(len(hidden), 2, weight2.shape[1] // 2, hidden.shape[2]).transpose(0, 1).mT


def _block_diagonal(weights: Sequence[Tensor]) -> Tensor:
    """Return two stacks of matrices as one, zero outside of the two blocks."""
    upper, lower = (weight.detach() for weight in weights)
    return torch.cat(
        [
            torch.nn.functional.pad(upper, (0, lower.shape[2])),
            torch.nn.functional.pad(lower, (upper.shape[2], 0)),
        ],
        1,
    )


def _where_not_zero(weights: Sequence[Tensor], *, extra: int) -> Tensor:
    """Return 1 where one of the two blocks is, and in `extra` columns after them."""
    ones = _block_diagonal([torch.ones_like(weight[:1]) for weight in weights])
    return torch.nn.functional.pad(ones, (0, extra), value=1)
