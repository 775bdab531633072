"""Scores of a stack on given rows, and the weights that scored best so far."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from fairmoe.config import Settings
from fairmoe.explain import Explainable, Explainer
from fairmoe.functional.guard import inadmissible
from fairmoe.functional.scores import PARTS, all_scores, combine
from fairmoe.training.batches import Batch

ROWS_AT_ONCE = 1024
"""How many rows are explained between two looks at whether to stop."""

REFUSED = 10.0
"""By how much a model that is no choice is ranked lower: more than any two scores can differ."""


@torch.no_grad()
def explain_rows(
    model: Explainable,
    explainer: Explainer,
    x: Tensor,
    *,
    top_k: int,
    on_part: Callable[[], None] = lambda: None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return probabilities, probabilities after masking, and attention.

    Args:
        model: A stack of `k` models.
        explainer: Attributes their log-odds.
        x: **Shape** `(n, d)`.
        top_k: How many of its most attended columns each row loses.
        on_part: Is called before every `ROWS_AT_ONCE` rows; may raise to stop.

    Returns:
        proba: **Shape** `(k, n)`; `k` is 1 for a single model.
        masked_proba: **Shape** `(k, n)`.
        attention: **Shape** `(k, n, c)`.
    """
    parts = []
    for rows in torch.split(x, ROWS_AT_ONCE):
        on_part()
        attention = explainer.attention(model, rows)
        attention = attention.reshape(-1, *attention.shape[-2:])
        masked = explainer.mask(rows, attention, top_k=top_k)
        proba = model.log_odds(rows).sigmoid().reshape(-1, len(rows))
        parts.append((proba, model.log_odds(masked).sigmoid(), attention))
    proba, masked_proba, attention = (torch.cat(each, dim=1) for each in zip(*parts, strict=True))
    return proba, masked_proba, attention


@torch.no_grad()
def score_rows(
    model: Explainable,
    explainer: Explainer,
    rows: Batch,
    n_groups: int,
    settings: Settings,
    on_part: Callable[[], None] = lambda: None,
) -> dict[str, Tensor]:
    """Return the twelve scores of a stack, each **Shape** `(k,)`; NaN where not estimable.

    Beside them "decisions", **Shape** `(k, n)`: whether each row is given the positive class.
    """
    proba, masked_proba, attention = explain_rows(
        model, explainer, rows.x, top_k=settings.top_k, on_part=on_part
    )
    scores = all_scores(
        proba,
        masked_proba,
        attention,
        y_true=rows.y == 1,
        group=rows.group,
        n_groups=n_groups,
        top_ratio=settings.top_ratio,
    )
    return scores | {"decisions": proba > 0.5}


def largest_standard_error(n_rows: int) -> float:
    """Return the most that the standard error of a rate of some rows can be.

    What is the best of several by those rows is flattered by them. By how much no formula tells
    (the standard error of a final score is 1.5 times this, and many times it with a group of few
    rows); this much was chosen by trial, see `docs/decisions.md`.
    """
    return 0.5 / math.sqrt(n_rows)


def criterion(scores: dict[str, Tensor], by: str, refused: Tensor) -> Tensor:
    """Return what models are ranked by, **Shape** `(k,)`: a score, less `REFUSED` where refused.

    A part that cannot be estimated is left out, so that models can be ranked all the same.
    """
    ranked = combine({part: scores[part].nan_to_num() for part in PARTS})[by]
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
        return inadmissible(
            decisions,
            self._rows.y == 1,
            group=self._rows.group,
            n_groups=self._n_groups,
            plain=plain,
            favourable=self._favourable,
        )


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
