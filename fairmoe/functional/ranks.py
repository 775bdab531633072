"""Counting by rank: what sorting would tell of many variations of one list, without sorting.

Every value that a row may take is ranked once. What is then asked of a choice of one value per row
(how many lie below, what the top rows sum to) is a cumulative sum over ranks and a look-up.
"""

import torch
from jaxtyping import Float, Int, Shaped
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


class TopRows:
    """The top rows of segments, and what they would sum to if one row changed.

    The rows of each segment weigh as much as `top_membership` says they are among the top `ratio`
    of their segment. What does not depend on the choice of a value per row is computed once.

    Args:
        ranks: **Shape** `(e, k, n)`, from `dense_ranks` with the same segments.
        amounts: **Shape** `(q, e, k, n)`. What is summed.
        segment: **Shape** `(n,)`, ids from 0.
        ratio: In (0, 1].
    """

    def __init__(
        self,
        ranks: Int[Tensor, "e k n"],
        amounts: Float[Tensor, "q e k n"],
        segment: Int[Tensor, " n"],
        ratio: float,
    ) -> None:
        sizes = torch.bincount(segment).double()
        ends, mass = sizes.cumsum(0), ratio * sizes
        # The last row that is wholly or partly among the top, and its neighbours in the order.
        last = ends - (mass - 1e-9).ceil()
        neighbours = torch.cat([last - 1, last, last + 1]).to(amounts.dtype)
        self._places = neighbours.expand(ranks.shape[1], -1).contiguous()
        self._first_of_all, self._last_of_all = last <= ends - sizes, last + 1 >= ends
        self._mass, self._segment = mass[segment].to(amounts.dtype), segment
        self._ranks, self._n_ranks = ranks, len(ranks) * ranks.shape[-1]
        last_ranks = ranks.new_zeros(ranks.shape[1], len(sizes)).scatter_reduce(
            -1, segment.expand(ranks.shape[1:]), ranks.amax(0), "amax"
        )
        self._beyond = last_ranks[:, segment] + 1
        # Rows are counted as the first of the amounts.
        self._amounts = torch.cat([torch.ones_like(amounts[:1]), amounts])

    def sums(self, actions: Int[Tensor, "k n"]) -> Float[Tensor, "q e k n"]:
        """Return the amounts summed over the top rows of a segment, if one row changes.

        Entry `(q, e, k, i)` is the sum over the segment of row `i` after its rank and amounts have
        become those of `e`, and all other rows have those that `actions` name.

        Args:
            actions: **Shape** `(k, n)`, in `[0, e)`.
        """
        ranks, now = self._ranks, taken(self._ranks, actions)
        now_amounts = torch.stack([taken(each, actions) for each in self._amounts])
        so_far = sums_below(now, now_amounts, self._n_ranks)

        found = torch.searchsorted(so_far[0], self._places, right=True) - 1
        under, at, over = found.view(len(now), 3, -1).unbind(1)
        under = under.masked_fill(self._first_of_all, -1)
        over = over.masked_fill(self._last_of_all, self._n_ranks)
        borders = torch.stack([under, at, over])
        under, at, over = borders.gather(-1, self._segment.expand(*borders.shape[:-1], -1))
        lowest = torch.where(now >= at, under, at)
        highest = torch.where(now >= over, at, over)
        threshold = ranks.clamp(lowest, highest)

        not_above = values_at(so_far, threshold + 1)
        tied = not_above - values_at(so_far, threshold)
        above = so_far.gather(-1, self._beyond.expand(now_amounts.shape))[:, None] - not_above
        now_above, now_tied = (now > threshold).to(so_far), (now == threshold).to(so_far)
        new_above, new_tied = (ranks > threshold).to(so_far), (ranks == threshold).to(so_far)
        room = self._mass - (above[0] - now_above + new_above)
        share_of_tied = (room / (tied[0] - now_tied + new_tied)).clamp(0, 1)
        leaves = now_above + share_of_tied * now_tied
        comes = new_above + share_of_tied * new_tied
        stay = above[1:] + share_of_tied * tied[1:]
        return stay - leaves * now_amounts[1:, None] + comes * self._amounts[1:]


def taken(values: Shaped[Tensor, "e *k n"], actions: Int[Tensor, "*k n"]) -> Shaped[Tensor, "*k n"]:
    """Return each row's value from the expert that its action names, of one routing: one gather."""
    return values.gather(0, actions[None])[0]


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
