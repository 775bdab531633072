"""What models are ranked by, which are refused, and the weights that were best so far."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fairmoe.functional.guard import find_faults
from fairmoe.functional.scores import PARTS, FairnessWeights, combine, weighted_score
from fairmoe.training.batches import Batch

REFUSED = 10.0
"""By how much a model that is no choice is ranked lower: more than any two scores can differ."""


def largest_standard_error(n_rows: float) -> float:
    """Return the most that the standard error of a rate of some rows can be.

    What is the best of several by those rows is flattered by them. By how much no formula tells
    (the standard error of a final score is 1.5 times this, and many times it with a group of few
    rows); this much was chosen by trial, see `docs/decisions.md`.
    """
    return 0.5 / math.sqrt(n_rows)


def criterion(scores: Mapping[str, Tensor], by: FairnessWeights | None, refused: Tensor) -> Tensor:
    """Return what models are ranked by, **Shape** `(k,)`: a score, less `REFUSED` where refused.

    A part that cannot be estimated is left out, so that models can be ranked all the same.

    Args:
        scores: The twelve scores, each **Shape** `(k,)`.
        by: How much gaps count against utility; None for utility alone.
        refused: **Shape** `(k,)`. Which are no choice.
    """
    parts = {part: scores[part].nan_to_num() for part in PARTS}
    ranked = combine(parts)["utility"] if by is None else weighted_score(parts, by)
    return ranked - REFUSED * refused


class Guard:
    """Refuses models that close gaps by treating everyone worse (`functional.guard`).

    NOTE[DIFF]: the source ranks by the final score alone, in which a model that says the same of
    all has no gaps. Such a model is kept only if there is nothing else; `guard=False` is the
    source's letter.

    Args:
        rows: The validation rows.
        n_groups: The number of groups.
        favourable: Whether the positive class is good for the person; None if that is not told.
        on: Whether anything is refused.
    """

    def __init__(self, rows: Batch, n_groups: int, *, favourable: bool | None, on: bool) -> None:
        self._rows, self._n_groups = rows, n_groups
        self._favourable, self._on = favourable, on

    def refuses(self, decisions: Tensor, plain: Tensor) -> Tensor:
        """Return which models are refused, **Shape** `(*k,)`.

        Args:
            decisions: **Shape** `(*k, n)`. Of the models.
            plain: **Shape** `(*k, n)`. Of the utility expert of the same runs.
        """
        if not self._on:
            return torch.zeros(decisions.shape[:-1], dtype=torch.bool, device=decisions.device)
        return find_faults(
            decisions,
            self._rows.y == 1,
            group=self._rows.group,
            n_groups=self._n_groups,
            plain=plain,
            favourable=self._favourable,
            choosing=True,
            weights=self._rows.weights,
        ).any


class BestWeights:
    """Keeps, for each member of a stack, the weights with the best criterion so far.

    Args:
        modules: Their parameters have the members along the first axis.
        members: How many members there are.
    """

    def __init__(self, modules: nn.Module, members: int, device: torch.device) -> None:
        self.best = torch.full((members,), -torch.inf, dtype=torch.float64, device=device)
        self._module = modules
        self._kept = {name: p.detach().clone() for name, p in modules.named_parameters()}

    @torch.no_grad()
    def offer(self, criterion: Tensor) -> None:
        """Keep the present weights of the members whose criterion is the best so far."""
        better = criterion > self.best
        self.best = torch.where(better, criterion, self.best)
        for name, parameter in self._module.named_parameters():
            repeated = better.repeat(len(parameter) // len(better))
            self._kept[name][repeated] = parameter[repeated]

    @torch.no_grad()
    def restore(self) -> None:
        """Put the kept weights back."""
        for name, parameter in self._module.named_parameters():
            parameter.copy_(self._kept[name])
