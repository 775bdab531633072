"""What a stack of models says of given rows: explained, masked and scored, in one place."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.explain import Explainable, Explainer
from fairmoe.functional.scores import PARTS, all_scores, combine, outcome_scores
from fairmoe.names import METRICS
from fairmoe.training.batches import Batch

VALUES_AT_ONCE = 2**18
"""About how many encoded values are explained between two looks at whether to stop."""

FEWEST_ROWS, MOST_ROWS = 1024, 4096
"""How many rows these may be."""


class Evaluation(NamedTuple):
    """What `k` models say of `n` rows, and how well.

    Attributes:
        proba: **Shape** `(k, n)`. Probability of the positive class.
        masked_proba: **Shape** `(k, n)`. The same after a row's top attended columns are masked.
        attention: **Shape** `(k, n, c)`. Attention over the source columns.
        scores: The twelve scores, each **Shape** `(k,)`; NaN where not estimable, as all are of a
            model that gives some row no number.
    """

    proba: Tensor
    masked_proba: Tensor
    attention: Tensor
    scores: Mapping[str, Tensor]

    @property
    def decisions(self) -> Tensor:
        """Whether each row is given the positive class, **Shape** `(k, n)`."""
        return self.proba > 0.5


@torch.no_grad()
def evaluate(
    model: Explainable,
    explainer: Explainer,
    rows: Batch,
    n_groups: int,
    settings: Settings,
    on_part: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Return what a stack says of rows, and its scores.

    Args:
        model: A stack of `k` models.
        explainer: Attributes their log-odds.
        rows: With their labels and groups.
        n_groups: The number of groups.
        settings: Say how many columns are masked, and how many rows explanations are judged by.
        on_part: Is called before every 1,024 to 4,096 rows; may raise to stop.
    """
    explained = explain_rows(model, explainer, rows.x, top_k=settings.top_k, on_part=on_part)
    scores = all_scores(
        *explained,
        y_true=rows.y == 1,
        group=rows.group,
        n_groups=n_groups,
        top_ratio=settings.top_ratio,
        weights=rows.weights,
    )
    # Comparisons with what is no number are false: it would say no to everyone, with scores.
    diverged = ~explained[0].isfinite().all(dim=1)
    return Evaluation(
        *explained, {name: each.masked_fill(diverged, torch.nan) for name, each in scores.items()}
    )


def score_answers(proba: Tensor, rows: Batch, n_groups: int) -> dict[str, float]:
    """Return the scores of a model of which only the answers are known; NaN for the others.

    Args:
        proba: **Shape** `(n,)`. In [0, 1], above 0.5 where it decides for the positive class.
        rows: With their labels and groups.
        n_groups: The number of groups.
    """
    unknown = torch.tensor(torch.nan, dtype=torch.float64)
    found = outcome_scores(
        proba > 0.5,
        proba,
        y_true=rows.y == 1,
        group=rows.group,
        n_groups=n_groups,
        weights=rows.weights,
    )
    scores = combine(dict.fromkeys(PARTS, unknown) | found)
    return {metric: scores[metric].item() for metric in METRICS}


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
        on_part: Is called before every 1,024 to 4,096 rows; may raise to stop.

    Returns:
        proba: **Shape** `(k, n)`; `k` is 1 for a single model.
        masked_proba: **Shape** `(k, n)`.
        attention: **Shape** `(k, n, c)`.
    """
    parts = []
    at_once = min(max(FEWEST_ROWS, VALUES_AT_ONCE // x.shape[1]), MOST_ROWS)
    for rows in torch.split(x, at_once):
        on_part()
        attention = explainer.attention(model, rows)
        attention = attention.reshape(-1, *attention.shape[-2:])
        masked = explainer.mask(rows, attention, top_k=top_k)
        proba = model.log_odds(rows).sigmoid().reshape(-1, len(rows))
        parts.append((proba, model.log_odds(masked).sigmoid(), attention))
    proba, masked_proba, attention = (torch.cat(each, dim=1) for each in zip(*parts, strict=True))
    return proba, masked_proba, attention
