"""Means over groups as one matrix product, and the gap between them."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

Weights = Float[Tensor, " n"] | None
"""How much each row counts, at least 0; all the same if they are left out."""


def averaging_matrix(
    group: Int[Tensor, " n"],
    n_groups: int,
    *,
    among: Bool[Tensor, " n"] | None = None,
    weights: Float[Tensor, " n"] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, "n g"]:
    """Return the matrix whose product with a row of values gives the mean in each group.

    Args:
        group: **Shape** `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups, `G`.
        among: **Shape** `(n,)`. Only these rows count; all of them if it is left out.
        weights: **Shape** `(n,)`. How much a row counts; all the same if they are left out.
        dtype: Of the result.

    Returns:
        **Shape** `(n, G)`. The column of a group without rows is NaN, so that everything that
        depends on it is NaN too; see `estimable`.

    Example:
        >>> averaging_matrix(torch.tensor([0, 1, 1]), 2)
        tensor([[1.0000, 0.0000],
                [0.0000, 0.5000],
                [0.0000, 0.5000]])
    """
    member = torch.nn.functional.one_hot(group, n_groups).to(dtype)
    if among is not None:
        member = member * among[:, None]
    if weights is not None:
        member = member * weights[:, None].to(dtype)
    return member / member.sum(0)


def estimable(averaging: Float[Tensor, "n g"]) -> Float[Tensor, "n g2"]:
    """Return the columns of an averaging matrix whose groups have rows."""
    return averaging[:, ~averaging[0].isnan()] if len(averaging) else averaging[:, :0]


def gap(means: Float[Tensor, "*k g"]) -> Float[Tensor, "*k"]:
    """Return the largest minus the smallest of the group means; NaN if one of them is NaN.

    At two groups this is their absolute difference.

    Example:
        >>> gap(torch.tensor([0.25, 0.75, 0.5])).item()
        0.5
    """
    return means.amax(-1) - means.amin(-1)
