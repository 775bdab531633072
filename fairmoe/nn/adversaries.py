"""Gradient reversal, and the adversaries that guess the group behind it."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fairmoe.nn.stacking import affine, initial_weights


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
    r"""Return `x` unchanged, and reverse the gradient on its way back.

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
    r"""Adversaries that guess the group from what they are shown, stacked along `m` members.

    $$h_{adv} = GRL(h) \tag{23}$$
    $$\ell_{adv}^{hidden} = \mathrm{MLP}_{adv}^{hidden}(h_{adv}) \tag{24}$$
    $$p_{adv} = GRL(p) \tag{26}$$
    $$\ell_{adv}^{logits} = \mathrm{MLP}_{adv}^{logits}(p_{adv}) \tag{27}$$

    NOTE[DIFF]: section 6.2 of the source feeds logits to the second adversary, (26) probabilities;
    probabilities are the default and `adversary_input="logits"` the other reading.

    Args:
        n_inputs: Size of what is shown.
        hidden: Hidden units.
        n_groups: Groups to tell apart.
        generators: One per member; each draws that member's initial weights.
    """

    def __init__(
        self, n_inputs: int, hidden: int, n_groups: int, generators: Sequence[torch.Generator]
    ) -> None:
        super().__init__()
        self.weight1 = initial_weights((hidden, n_inputs), n_inputs, generators)
        self.bias1 = initial_weights((hidden,), n_inputs, generators)
        self.weight2 = initial_weights((n_groups, hidden), hidden, generators)
        self.bias2 = initial_weights((n_groups,), hidden, generators)

    def forward(
        self, shown: Float[Tensor, "m n h"], factor: Float[Tensor, "m 1 1"]
    ) -> Float[Tensor, "m n g"]:
        """Return logits of the groups; the gradient goes back reversed and times `factor`."""
        # >>> Equations (23), (24) for the hidden vector, (26), (27) for the probabilities
        hidden = affine(gradient_reversal(shown, factor), self.weight1, self.bias1).relu()
        return affine(hidden, self.weight2, self.bias2)
        # <<< Equations (23), (24), (26), (27)

    @torch.no_grad()
    def put_gradients(self, shown: Float[Tensor, "m n h"], member: Float[Tensor, "g n"]) -> None:
        """Put into `grad` the gradients of half of the cross-entropy (25) or (28), summed.

        They are what `backward` of `adversarial_loss` would add to zero, at a tenth of its cost:
        what the adversary is shown stands still, and no graph is built.

        Args:
            shown: **Shape** `(m, n, h)`. What the adversary sees.
            member: **Shape** `(g, n)`. 1 where a row is of a group, else 0.
        """
        hidden = affine(shown, self.weight1, self.bias1).mT.relu_()
        proba = affine(hidden.mT, self.weight2, self.bias2).mT.softmax(-2)
        error = proba.sub_(member).div_(2 * len(shown[0]))
        torch.bmm(error, hidden.mT, out=self.weight2.grad)
        torch.sum(error, -1, out=self.bias2.grad)
        # The slope of the ReLU is the sign of what it gives.
        error = torch.bmm(self.weight2.mT, error).mul_(hidden.sign_())
        torch.bmm(error, shown, out=self.weight1.grad)
        torch.sum(error, -1, out=self.bias1.grad)
