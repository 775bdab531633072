"""Which models are no choice: those that close gaps by treating everyone worse.

A score of gaps knows groups and not people: a model that gives everyone the bad outcome has no
gaps. That is called levelling down (Mittelstadt, Wachter and Russell, "The Unfairness of Fair
Machine Learning", 2023).
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn.functional import one_hot

MOST, LEAST = 2.0, 0.5
"""To how many rows a class may be given, by how many have it."""


class Faults(NamedTuple):
    """Why models are no choice, each **Shape** `(*k,)`.

    Attributes:
        inaccurate: Less accurate than the same answer for all, and than the utility expert.
        lopsided: A class goes to more than `MOST` or less than `LEAST` times as many rows as have
            it.
        harmful: More people are harmed in every group than by the utility expert.
    """

    inaccurate: Tensor
    lopsided: Tensor
    harmful: Tensor

    @property
    def any(self) -> Tensor:
        """Whether there is one of them, **Shape** `(*k,)`."""
        return self.inaccurate | self.lopsided | self.harmful


def find_faults(
    y_pred: Bool[Tensor, "*k n"],
    y_true: Bool[Tensor, " n"],
    *,
    group: Int[Tensor, " n"],
    n_groups: int,
    plain: Bool[Tensor, "*k n"],
    favourable: bool | None,
    errors: float = 0.0,
) -> Faults:
    """Return why models are no choice.

    Args:
        y_pred: **Shape** `(*k, n)`. What is decided.
        y_true: **Shape** `(n,)`. Labels.
        group: **Shape** `(n,)`, ids in `[0, G)`.
        n_groups: The number of groups, `G`.
        plain: **Shape** `(*k, n)`. What the utility expert decides.
        favourable: Whether the positive class is good for the person; None if that is not told,
            or it is neither: then no model is called harmful.
        errors: How many standard errors of the difference harm in all has to be raised by.
    """
    n, positives = len(y_true), y_true.sum()
    right, right_of_plain = ((each == y_true).sum(-1) for each in (y_pred, plain))
    enough = torch.minimum(torch.maximum(positives, n - positives), right_of_plain)
    given = torch.stack([n - y_pred.sum(-1), y_pred.sum(-1)])
    having = torch.stack([n - positives, positives]).view(2, *[1] * right.ndim)
    harmful = torch.zeros_like(right, dtype=torch.bool)
    if favourable is not None:
        harmful = _raises_harm(y_pred, y_true, group, n_groups, plain, favourable, errors)
    lopsided = (given > MOST * having) | (given < LEAST * having)
    return Faults(right < enough, lopsided.any(0), harmful)


def _raises_harm(
    y_pred: Tensor,
    y_true: Tensor,
    group: Tensor,
    n_groups: int,
    plain: Tensor,
    favourable: bool,
    errors: float,
) -> Tensor:
    """Return whether a model makes more harmful errors than the utility expert in every group.

    A harmful error is the bad outcome for someone whose label is the good one. Groups without such
    people have no say. Of those who change sides as many should go either way; the difference has a
    standard error of the root of their number (McNemar, 1947).
    """
    deserving = y_true == favourable
    there = one_hot(group[deserving], n_groups).float()
    more = (y_pred != favourable).float() - (plain != favourable).float()
    of_groups = more[..., deserving] @ there
    of_all, changed = of_groups.sum(-1), more[..., deserving].abs().sum(-1)
    sure = of_all > errors * changed.sqrt()
    return sure & (of_groups > 0)[..., there.sum(0) > 0].all(-1)
