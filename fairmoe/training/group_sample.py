"""A sample of a batch's rows, in proportion to groups, for what is too dear for all of them."""

import torch
from torch import Tensor

from fairmoe.training.batches import Batch
from fairmoe.training.proportion import in_proportion


class GroupSample:
    """Draws rows of a batch for a step, without looking at all of them.

    The rows that count the same in the mean of a group lie in a deck, in a shuffled order, and a
    draw takes some of each that follow one another, from a random place on: every row of a deck
    comes up equally often, and none twice in a draw.

    Args:
        batch: The rows.
        limit: About how many to draw, each deck in proportion; all of them if there are no more.

    Attributes:
        averaging: **Shape** `(s, g)`. Means over the drawn rows of each group.
        whole: Whether a draw is all rows, in their order.
    """

    def __init__(self, batch: Batch, limit: int) -> None:
        self._x, self.averaging = batch.x, batch.averaging
        self._decks: list[Tensor] = []
        self._shares: list[int] = []
        n = len(batch.x)
        self.whole = n <= limit
        self._distance: Tensor | None = None
        if self.whole:
            return
        shuffle = torch.Generator().manual_seed(0)
        weights, column = batch.averaging.cpu().max(1)
        kinds, kind = torch.unique(torch.stack([column, weights], 1), dim=0, return_inverse=True)
        if batch.group_weights is not None:
            # Of a group each row is in the deck as often as its weight says.
            kinds, kind = torch.unique(column, return_inverse=True)
            kind = kind.masked_fill(weights == 0, -1)
        averaging = []
        for deck in range(len(kinds)):
            own = (kind == deck).nonzero()[:, 0]
            if batch.group_weights is not None:
                of_own = weights[own].double().numpy()
                own = own[torch.as_tensor(in_proportion(of_own, len(own)))]
            own = own[torch.randperm(len(own), generator=shuffle)].to(batch.x.device)
            of_deck = batch.averaging[own].double().sum(0)
            if batch.group_weights is not None:
                of_deck = torch.nn.functional.one_hot(kinds[deck], len(of_deck)).to(of_deck)
            of_deck = of_deck.to(batch.averaging.dtype)
            share = max(1, round(limit * len(own) / n))
            self._shares.append(share)
            self._decks.append(torch.cat([own, own]))
            averaging.append((of_deck / share).expand(share, -1))
        # A draw has as many rows of each deck as any other, one deck after the other.
        self.averaging = torch.cat(averaging)

    def draw(self, generator: torch.Generator) -> Tensor:
        """Return the drawn rows, **Shape** `(s, d)`.

        Args:
            generator: On the CPU.
        """
        if not self._decks:
            return self._x
        places = torch.rand(len(self._decks), generator=generator).tolist()
        rows = [
            deck[(start := int(place * (len(deck) // 2))) : start + share]
            for deck, share, place in zip(self._decks, self._shares, places, strict=True)
        ]
        return self._x[torch.cat(rows)]

    def draw_from(self, baseline: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return the drawn rows, and their distance from the same baseline in every call.

        Args:
            baseline: **Shape** `(d,)`.
            generator: On the CPU.

        Returns:
            rows: **Shape** `(s, d)`.
            distance: **Shape** `(s, d)`, its rows last in memory.
        """
        rows = self.draw(generator)
        if self._distance is not None:
            return rows, self._distance
        distance = (rows - baseline).T.contiguous().T
        if self.whole:
            self._distance = distance
        return rows, distance
