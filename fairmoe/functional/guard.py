"""Which models are no choice: those that close gaps by treating everyone worse.

A score of gaps knows groups and not people: a model that gives everyone the bad outcome has no
gaps. That is called levelling down (Mittelstadt, Wachter and Russell, "The Unfairness of Fair
Machine Learning", 2023).
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn.functional import one_hot

MOST, LEAST = 2.0, 0.5
"""To how many rows a class may be given, by how many have it."""


def inadmissible(
    y_pred: Bool[Tensor, "*k n"],
    y_true: Bool[Tensor, " n"],
    *,
    group: Int[Tensor, " n"],
    n_groups: int,
    plain: Bool[Tensor, "*k n"],
    favourable: bool | None,
) -> Bool[Tensor, "*k"]:
    """Return which models are no choice.

    A model is none if it is less accurate than the same answer for all (or than the utility
    expert, where that is still less accurate), if it gives a class to more than `MOST` or less
    than `LEAST` times as many rows as have it, or if it raises harm.

    Args:
        y_pred: **Shape** `(*k, n)`. What is decided.
        y_true: **Shape** `(n,)`. Labels.
        group: **Shape** `(n,)`, ids in `[0, G)`.
        n_groups: The number of groups, `G`.
        plain: **Shape** `(*k, n)`. What the utility expert decides.
        favourable: Whether the positive class is good for the person; None if that is not told,
            or it is neither.
    """
    n, positives = len(y_true), y_true.sum()
    right, right_of_plain = ((each == y_true).sum(-1) for each in (y_pred, plain))
    enough = torch.minimum(torch.maximum(positives, n - positives), right_of_plain)
    given = torch.stack([n - y_pred.sum(-1), y_pred.sum(-1)])
    having = torch.stack([n - positives, positives]).view(2, *[1] * right.ndim)
    off = (given > MOST * having) | (given < LEAST * having)
    refused = (right < enough) | off.any(0)
    if favourable is None:
        return refused
    return refused | raises_harm(
        y_pred, y_true, group=group, n_groups=n_groups, plain=plain, favourable=favourable
    )


def raises_harm(
    y_pred: Bool[Tensor, "*k n"],
    y_true: Bool[Tensor, " n"],
    *,
    group: Int[Tensor, " n"],
    n_groups: int,
    plain: Bool[Tensor, "*k n"],
    favourable: bool,
) -> Bool[Tensor, "*k"]:
    """Return whether a model makes more harmful errors than the utility expert in every group.

    A harmful error is the bad outcome for someone whose label is the good one. Groups without such
    people have no say; arguments as of `inadmissible`.
    """
    deserving = y_true == favourable
    there = one_hot(group[deserving], n_groups).float()
    more = (y_pred != favourable).float() - (plain != favourable).float()
    of_groups = more[..., deserving] @ there
    return (of_groups > 0)[..., there.sum(0) > 0].all(-1) & deserving.any()
