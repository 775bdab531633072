"""Counting by rank: what sorting would tell of many variations of one list, without sorting.

Every value that a row may take is ranked once. What is then asked of a choice of one value per row
(how many lie below, what the top rows sum to) is a cumulative sum over ranks and a look-up.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def dense_ranks(values: Float[Tensor, "e k n"], segment: Int[Tensor, " n"]) -> Int[Tensor, "e k n"]:
    """Return each value's rank among all that a run's rows may have, from 0; equals share a rank.

    All values of a lower segment rank below those of a higher one.

    Example:
        >>> values = torch.tensor([[[0.5, 0.1]], [[0.1, 0.9]]])
        >>> dense_ranks(values, torch.tensor([0, 0])).tolist()
        [[[1, 0]], [[0, 2]]]
        >>> dense_ranks(values, torch.tensor([1, 0])).tolist()
        [[[3, 0]], [[2, 1]]]
    """
    flat = values.movedim(0, 1).flatten(1)
    segments = segment.repeat(len(values)).expand(flat.shape)
    by_value = flat.argsort(-1)
    order = by_value.gather(-1, segments.gather(-1, by_value).argsort(dim=-1, stable=True))
    changes = [each.gather(-1, order).diff(dim=-1) != 0 for each in (flat, segments)]
    rank_in_order = torch.nn.functional.pad((changes[0] | changes[1]).cumsum(-1), (1, 0))
    ranks = torch.empty_like(order).scatter_(-1, order, rank_in_order)
    return ranks.view(len(ranks), len(values), -1).movedim(1, 0).contiguous()


def top_sums(
    ranks: Int[Tensor, "e k n"],
    now: Int[Tensor, "k n"],
    amounts: Float[Tensor, "q a b n"],
    now_amounts: Float[Tensor, "q k n"],
    *,
    segment: Int[Tensor, " n"],
    ratio: float,
) -> Float[Tensor, "q e k n"]:
    """Return the amounts summed over the top rows of a segment, if one row changes.

    The rows of each segment weigh as much as `top_membership` says they are among the top `ratio`
    of their segment. Entry `(q, e, k, i)` is the sum over the segment of row `i` after its rank and
    amounts have become those of `e`.

    Args:
        ranks: **Shape** `(e, k, n)`, from `dense_ranks` with the same segments.
        now: **Shape** `(k, n)`. The ranks that the rows have now.
        amounts: **Shape** `(q, e, k, n)`, or broadcast to it. What is summed for a changed row.
        now_amounts: **Shape** `(q, k, n)`. What is summed for the other rows.
        segment: **Shape** `(n,)`, ids from 0.
        ratio: In (0, 1].
    """
    n_ranks = len(ranks) * ranks.shape[-1]
    members = torch.nn.functional.one_hot(segment).double()
    sizes = members.sum(0)
    ends, mass = sizes.cumsum(0), ratio * sizes
    # Rows are counted as the first of the amounts.
    amounts = torch.nn.functional.pad(amounts.movedim(0, -1), (1, 0), value=1.0).movedim(-1, 0)
    now_amounts = torch.cat([torch.ones_like(now_amounts[:1]), now_amounts])
    so_far = sums_below(now, now_amounts, n_ranks)

    # The last row that is wholly or partly among the top, and its neighbours in the order.
    last = ends - (mass - 1e-9).ceil()
    places = torch.cat([last - 1, last, last + 1]).expand(len(now), -1).contiguous()
    found = torch.searchsorted(so_far[0], places, right=True) - 1
    under, at, over = found.view(len(now), 3, -1)[..., segment].unbind(1)
    under = torch.where((last > ends - sizes)[segment], under, -1)
    over = torch.where((last + 1 < ends)[segment], over, n_ranks)
    lowest = torch.where(now >= at, under, at)
    highest = torch.where(now >= over, at, over)
    threshold = torch.minimum(torch.maximum(ranks, lowest), highest)

    below, not_above = values_at(so_far, threshold), values_at(so_far, threshold + 1)
    end = (now_amounts @ members).cumsum(-1)[:, None, :, segment]
    now_amounts = now_amounts[:, None]
    above = end - not_above - (now > threshold) * now_amounts + (ranks > threshold) * amounts
    tied = not_above - below - (now == threshold) * now_amounts + (ranks == threshold) * amounts
    share_of_tied = ((mass[segment] - above[0]) / tied[0]).clamp(0, 1)
    return above[1:] + share_of_tied * tied[1:]


def sums_below(
    ranks: Int[Tensor, "k n"], amounts: Float[Tensor, "q k n"], n_ranks: int
) -> Float[Tensor, "q k r"]:
    """Return, for each rank, the amounts summed over the rows that rank below it.

    Args:
        ranks: **Shape** `(k, n)`, in `[0, n_ranks)`.
        amounts: **Shape** `(q, k, n)`.
        n_ranks: One more than the highest rank that there may be, `r`.

    Returns:
        **Shape** `(q, k, r + 1)`.
    """
    sums = amounts.new_zeros(*amounts.shape[:-1], n_ranks + 1)
    return sums.scatter_add_(-1, (ranks + 1).expand(amounts.shape), amounts).cumsum(-1)


def values_at(
    values: Float[Tensor, "q k r"], ranks: Int[Tensor, "e k n"]
) -> Float[Tensor, "q e k n"]:
    """Return `(q, e, k, n)`, the values `(q, k, r)` at the ranks `(e, k, n)`."""
    index = ranks.expand(len(values), *ranks.shape)
    return values[:, None].expand(-1, len(ranks), -1, -1).gather(-1, index)
