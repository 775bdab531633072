"""Which models are no choice: those that close gaps by treating everyone worse.

A score of gaps knows groups and not people: a model that gives everyone the bad outcome has no
gaps. That is called levelling down (Mittelstadt, Wachter and Russell, "The Unfairness of Fair
Machine Learning", 2023).
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import one_hot

MOST, LEAST = 2.0, 0.5
"""To how many rows a class may be given, by how many have it."""

CHOSEN_MOST, CHOSEN_LEAST = 1.6, 0.625
"""The same while models are chosen, for on other rows the share will be another."""

MARGIN = 0.05
"""By how much either error rate may rise where it is not told which of the two harms."""

SURE = 2.0
"""How many standard errors harm has to rise by, in all, to be beyond chance."""

SLACK = 1e-6
"""Of sums and products, in rows: rounding is no fault."""


class Faults(NamedTuple):
    """Why models are no choice, each **Shape** `(*k,)`.

    Attributes:
        inaccurate: Less accurate than the same answer for all, and than the utility expert.
        lopsided: A class goes to more than `MOST` or less than `LEAST` times as many rows as have
            it; while models are chosen, to more than `CHOSEN_MOST` or less than `CHOSEN_LEAST`.
        harmful: More people are harmed than by the utility expert.
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
    choosing: bool,
    weights: Float[Tensor, " n"] | None = None,
) -> Faults:
    """Return why models are no choice.

    A harmful error is the bad outcome for someone whose label is the good one. While models are
    chosen, one is harmful that makes more such errors in all than the utility expert; where it is
    not told which outcome is good, one whose share of errors rises by more than `MARGIN` among
    those of either label. To judge a model on other rows, harm has to be raised in every group, and
    in all beyond chance.

    Args:
        y_pred: **Shape** `(*k, n)`. What is decided.
        y_true: **Shape** `(n,)`. Labels.
        group: **Shape** `(n,)`, ids in `[0, G)`.
        n_groups: The number of groups, `G`.
        plain: **Shape** `(*k, n)`. What the utility expert decides.
        favourable: Whether the positive class is good for the person; None if that is not told,
            or it is neither.
        choosing: Whether models are chosen by these rows, or judged on them.
        weights: **Shape** `(n,)`, at least 0. For how many people a row stands; all the same if
            they are left out.
    """
    count, slack = _counter(weights), SLACK
    n, positives, selected = count(torch.ones_like(y_true)), count(y_true), count(y_pred)
    right, right_of_plain = (count(each == y_true) for each in (y_pred, plain))
    enough = torch.minimum(torch.maximum(positives, n - positives), right_of_plain)
    given = torch.stack([n - selected, selected])
    having = torch.stack([n - positives, positives]).double().view(2, *[1] * right.ndim)
    most, least = (CHOSEN_MOST, CHOSEN_LEAST) if choosing else (MOST, LEAST)
    lopsided = (given > most * having + slack) | (given < least * having - slack)
    dtype = torch.float32 if weights is None else torch.float64
    more = {
        label: ((y_pred != label).to(dtype) - (plain != label).to(dtype))[..., y_true == label]
        for label in (True, False)
    }
    of_labels = {label: _of(weights, y_true == label) for label in more}
    if favourable is None:
        harmful = torch.zeros_like(right, dtype=torch.bool)
        if choosing:
            for label, of_label in more.items():
                limit = MARGIN * of_labels[label].sum().double() + slack
                harmful = harmful | (of_label @ of_labels[label] > limit)
    elif choosing:
        harmful = more[favourable] @ of_labels[favourable] > slack
    else:
        harmful = _raised_in_every_group(
            more[favourable],
            one_hot(group[y_true == favourable], n_groups).to(dtype),
            of_labels[favourable],
        )
    return Faults(right < enough - slack, lopsided.any(0), harmful)


def _counter(weights: Tensor | None) -> Callable[[Tensor], Tensor]:
    """Return what counts rows, or adds their weights, along the last axis."""
    if weights is None:
        return lambda rows: rows.sum(-1)
    in_proportion = weights.double() / weights.double().mean()
    return lambda rows: rows.double() @ in_proportion


def _of(weights: Tensor | None, rows: Tensor) -> Tensor:
    """Return the weights of some rows, ones where there are none."""
    if weights is None:
        return torch.ones(int(rows.sum()), dtype=torch.float32, device=rows.device)
    return weights[rows].double() / weights.double().mean()


def _raised_in_every_group(more: Tensor, member: Tensor, weights: Tensor) -> Tensor:
    """Return whether harm is raised in every group, and in all beyond chance.

    Groups without anyone to be harmed have no say. Of those who change sides as many should go
    either way; the difference has a standard error of the root of their number (McNemar, 1947).

    Args:
        more: **Shape** `(*k, n)`. By how many harmful errors more a row has: -1, 0 or 1.
        member: **Shape** `(n, G)`. 1 where a row is of a group, else 0.
        weights: **Shape** `(n,)`.
    """
    of_groups = more @ (member * weights[:, None])
    sure = of_groups.sum(-1) > SURE * (more.abs() @ weights.square()).sqrt()
    return sure & (of_groups > SLACK)[..., member.sum(0) > 0].all(-1)
