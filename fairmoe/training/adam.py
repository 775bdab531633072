"""Adam for stacks: one update of all weights, with a weight decay of its own for each run."""

import torch
from torch import Tensor, nn

MEAN_MEMORY, SQUARE_MEMORY, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Adam (Kingma and Ba, ICLR 2015) over the weights of a stack.

    The weights and their gradients move into one tensor each, and what the stack holds become
    views: a step is a few operations on vectors, however many layers there are.

    Args:
        stack: Its trained parameters have the members along the first axis, `k` or a multiple
            of it.
        learning_rate: The step size.
        weight_decay: **Shape** `(k,)`. Added to the gradient, times the weight, by run.
        frozen: How many of the first members have no decay; they stay as they are if no loss
            depends on them.
    """

    def __init__(
        self,
        stack: nn.Module,
        *,
        learning_rate: float,
        weight_decay: Tensor,
        frozen: int = 0,
    ) -> None:
        self._parameters = [p for p in stack.parameters() if p.requires_grad]
        self._learning_rate = learning_rate
        self._steps = 0
        zeros = [torch.zeros_like(p) for p in self._parameters]
        self._flatten(weight_decay, frozen, zeros, zeros)

    @torch.no_grad()
    def spread(self, places: Tensor, weight_decay: Tensor) -> None:
        """Go on with other members, each of which begins as the one that its place names.

        Args:
            places: **Shape** `(m,)`. Which of the present members each new one continues.
            weight_decay: **Shape** `(m,)`. Of the new members.
        """
        mean, square = (
            [part[places] for part in self._by_parameter(moments)]
            for moments in (self._mean, self._square)
        )
        for parameter in self._parameters:
            parameter.grad = None
            parameter.data = parameter.data[places]
        self._flatten(weight_decay, 0, mean, square)

    def _flatten(
        self, weight_decay: Tensor, frozen: int, mean: list[Tensor], square: list[Tensor]
    ) -> None:
        """Let weights and gradients be views of one tensor each."""
        parameters, decays = self._parameters, []
        for parameter in parameters:
            of_members = weight_decay.repeat(len(parameter) // max(1, len(weight_decay)))
            of_members[:frozen] = 0
            decays.append(of_members.repeat_interleave(parameter[:1].numel()))
        self._decay = torch.cat(decays)
        self._weights = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self._gradients = torch.zeros_like(self._weights)
        # A number costs an operation more than a tensor that holds it.
        self._memory, self._epsilon = map(self._weights.new_tensor, (SQUARE_MEMORY, EPSILON))
        self._mean, self._square = (
            torch.cat([part.flatten() for part in parts]) for parts in (mean, square)
        )
        weights, gradients = map(self._by_parameter, (self._weights, self._gradients))
        for parameter, weight, gradient in zip(parameters, weights, gradients, strict=True):
            parameter.data, parameter.grad = weight, gradient

    def _by_parameter(self, flat: Tensor) -> list[Tensor]:
        """Return views of a flat tensor in the shapes of the parameters."""
        parts = torch.split(flat, [p.numel() for p in self._parameters])
        return [part.view_as(p) for part, p in zip(parts, self._parameters, strict=True)]

    def clear(self) -> None:
        """Set the gradients to zero, to be added to."""
        self._gradients.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """Update the weights by the gradients that they have."""
        self._steps += 1
        gradients = self._gradients.addcmul_(self._weights, self._decay)
        self._mean.lerp_(gradients, 1 - MEAN_MEMORY)
        self._square.mul_(self._memory).addcmul_(gradients, gradients, value=1 - SQUARE_MEMORY)
        square = self._square / (1 - SQUARE_MEMORY**self._steps)
        rate = self._learning_rate / (1 - MEAN_MEMORY**self._steps)
        self._weights.addcdiv_(self._mean, square.sqrt_().add_(self._epsilon), value=-rate)
