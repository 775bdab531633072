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
        parameters = [p for p in stack.parameters() if p.requires_grad]
        decays = []
        for parameter in parameters:
            of_members = weight_decay.repeat(len(parameter) // len(weight_decay))
            of_members[:frozen] = 0
            decays.append(of_members.repeat_interleave(parameter[0].numel()))
        self._decay = torch.cat(decays)
        self._weights = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self._gradients = torch.zeros_like(self._weights)
        sizes = [parameter.numel() for parameter in parameters]
        weights, gradients = torch.split(self._weights, sizes), torch.split(self._gradients, sizes)
        for parameter, weight, gradient in zip(parameters, weights, gradients, strict=True):
            parameter.data = weight.view_as(parameter)
            parameter.grad = gradient.view_as(parameter)
        self._mean = torch.zeros_like(self._weights)
        self._square = torch.zeros_like(self._weights)
        self._learning_rate = learning_rate
        self._steps = 0

    def clear(self) -> None:
        """Set the gradients to zero, to be added to."""
        self._gradients.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """Update the weights by the gradients that they have."""
        self._steps += 1
        gradients = self._gradients.addcmul_(self._weights, self._decay)
        self._mean.lerp_(gradients, 1 - MEAN_MEMORY)
        self._square.mul_(SQUARE_MEMORY).addcmul_(gradients, gradients, value=1 - SQUARE_MEMORY)
        square = self._square / (1 - SQUARE_MEMORY**self._steps)
        rate = self._learning_rate / (1 - MEAN_MEMORY**self._steps)
        self._weights.addcdiv_(self._mean, square.sqrt_().add_(EPSILON), value=-rate)
