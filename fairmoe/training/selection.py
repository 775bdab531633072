"""Scores of a stack on given rows, and the weights that scored best so far."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from fairmoe.config import Settings
from fairmoe.explain import Explainable, Explainer
from fairmoe.functional.scores import PARTS, all_scores, combine
from fairmoe.training.batches import Batch

ROWS_AT_ONCE = 1024
"""How many rows are explained between two looks at whether to stop."""

FOLDS = 10
"""Parts of the rows of which each in turn is left out to learn how sure a gain is."""

COLLAPSED = 10.0
"""What a constant predictor is worth less: more than any two scores can differ."""


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

    Beside them "collapsed": 1 where all rows are predicted to be of one class.
    """
    explained = explain_rows(model, explainer, rows.x, top_k=settings.top_k, on_part=on_part)
    everyone = torch.ones_like(rows.y, dtype=torch.bool)
    return _scores(explained, rows, everyone, n_groups, settings)


def _scores(
    explained: tuple[Tensor, Tensor, Tensor],
    rows: Batch,
    among: Tensor,
    n_groups: int,
    settings: Settings,
) -> dict[str, Tensor]:
    proba, masked_proba, attention = (each[:, among] for each in explained)
    scores = all_scores(
        proba,
        masked_proba,
        attention,
        y_true=rows.y[among] == 1,
        group=rows.group[among],
        n_groups=n_groups,
        top_ratio=settings.top_ratio,
    )
    positive = (proba > 0.5).double().mean(-1)
    collapsed = ((positive == 0) | (positive == 1)).double()
    return scores | {"collapsed": collapsed}


@torch.no_grad()
def is_better(
    explained: tuple[Tensor, Tensor, Tensor],
    than: tuple[Tensor, Tensor, Tensor],
    rows: Batch,
    n_groups: int,
    settings: Settings,
    *,
    margin: float,
) -> Tensor:
    """Return whether models are better than others by more than a margin.

    It is counted in standard errors of the difference between their criteria (jackknife over
    `FOLDS` parts of the rows).

    Args:
        explained: What `explain_rows` returned for `k` models on the rows.
        than: The same for the `k` others.
        rows: The `n` rows.
        n_groups: The number of groups.
        settings: What the scores depend on.
        margin: In standard errors.

    Returns:
        **Shape** `(k,)`.
    """

    def gain(among: Tensor) -> Tensor:
        one, other = (
            criterion(_scores(each, rows, among, n_groups, settings), "final_score")
            for each in (explained, than)
        )
        return one - other

    part = torch.arange(len(rows.y), device=rows.y.device) % FOLDS
    without_a_part = torch.stack([gain(part != fold) for fold in range(FOLDS)])
    error = ((FOLDS - 1) * without_a_part.var(0, correction=0)).sqrt()
    return gain(part >= 0) > margin * error


def criterion(scores: dict[str, Tensor], by: str) -> Tensor:
    """Return what models are ranked by, **Shape** `(k,)`: a score, and never a collapse.

    A part that cannot be estimated is left out, so that models can be ranked all the same.
    NOTE[DIFF]: a constant predictor has no gaps and could win by its final score; it is kept only
    if there is nothing else.
    """
    ranked = combine({part: scores[part].nan_to_num() for part in PARTS})[by]
    return ranked - COLLAPSED * scores["collapsed"]


class Keeper:
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
