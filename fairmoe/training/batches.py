"""Rows on a device, in batches that hold each group and label in proportion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fairmoe.config import Device, Settings
from fairmoe.data import EncodedSplit
from fairmoe.errors import UnavailableError
from fairmoe.functional.groups import averaging_matrix, estimable

FULL_BATCH_ROWS = 4096
BATCH_ROWS = 2048
PRIOR_ROWS = 8.0
"""What the prior weighs, in rows, where the user does not say."""

STEPS = 1000
"""About how many steps the two phases take together where the user does not say."""


class Batch(NamedTuple):
    """Some training rows, with what the losses need of their groups.

    Attributes:
        x: **Shape** `(n, d)`.
        y: **Shape** `(n,)`, 0 or 1.
        group: **Shape** `(n,)`, ids in `[0, G)`.
        member: **Shape** `(G, n)`. 1 where a row is of a group, else 0.
        averaging: **Shape** `(n, g)`. Means over the groups that have rows.
        averaging_positives: **Shape** `(n, g)`. Means over the positives of those that have any.
    """

    x: Tensor
    y: Tensor
    group: Tensor
    member: Tensor
    averaging: Tensor
    averaging_positives: Tensor


class Schedule(NamedTuple):
    """What `auto` became on this data.

    Attributes:
        epochs: Of both phases together.
        batch_size: Rows per step, at most.
        batches: Steps per epoch.
    """

    epochs: int
    batch_size: int
    batches: int


def resolve_device(device: Device) -> torch.device:
    """Return the device to compute on.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
    """
    if device == "cpu" or (device == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise UnavailableError(
            "A GPU was asked for and this machine has none that torch can use. "
            "Set device to 'auto' or 'cpu'."
        )
    return torch.device("cuda")


def name_of(device: torch.device) -> str:
    """Return what a device is called, such as "cpu" or "cuda (NVIDIA H200)"."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return device.type


def resolve_schedule(settings: Settings, n_rows: int) -> Schedule:
    """Decide batch size and epochs: full batch while that is fastest, and about as many steps."""
    fitting = n_rows if n_rows <= FULL_BATCH_ROWS else BATCH_ROWS
    batch_size = fitting if settings.batch_size == "auto" else settings.batch_size
    batches = -(-n_rows // batch_size)
    epochs = max(20, STEPS // batches) if settings.epochs == "auto" else settings.epochs
    return Schedule(epochs, min(batch_size, n_rows), batches)


def resolve_weight_decay(settings: Settings, n_rows: int) -> Settings:
    """Decide the weight decay: the prior of a ridge regression, which weighs less with more rows.

    NOTE[DIFF]: the source has 1e-4, on which experts of a few hundred rows learn them by heart.
    """
    if settings.weight_decay != "auto":
        return settings
    return settings.replace(weight_decay=min(1.0, PRIOR_ROWS / n_rows))


def make_batch(split: EncodedSplit, rows: Sequence[int] | Tensor | slice, n_groups: int) -> Batch:
    """Return some rows of a split as a batch, on the CPU; a slice of them is not copied."""
    y = torch.as_tensor(split.y)[rows]
    group = torch.as_tensor(split.group)[rows]
    return Batch(
        torch.as_tensor(split.x)[rows],
        y,
        group,
        torch.nn.functional.one_hot(group, n_groups).float().T.contiguous(),
        estimable(averaging_matrix(group, n_groups)),
        estimable(averaging_matrix(group, n_groups, among=y == 1)),
    )


def make_batches(
    split: EncodedSplit, n_groups: int, n_batches: int, device: torch.device
) -> list[Batch]:
    """Deal the rows out to batches, one cell of group and label after the other.

    The same rows stay together in every epoch, and the batches are the same for every seed: so all
    runs of a stack share each batch, and what depends on its groups alone is computed once.
    """
    shuffled = np.random.default_rng(0).permutation(len(split.y))
    by_cell = shuffled[np.argsort(split.group[shuffled] * 2 + split.y[shuffled], kind="stable")]
    dealt = (torch.as_tensor(np.sort(by_cell[start::n_batches])) for start in range(n_batches))
    batches = (make_batch(split, rows, n_groups) for rows in dealt)
    return [Batch(*(part.to(device) for part in batch)) for batch in batches]


class GroupSample:
    """Draws rows of a batch for a step, without looking at all of them.

    Each group's rows lie in a shuffled order, and a draw takes some that follow one another, from
    a random place on: every row comes up equally often, and none twice in a draw.

    Args:
        batch: The rows.
        limit: About how many to draw, each group in proportion; all of them if there are no more.

    Attributes:
        averaging: **Shape** `(s, g)`. Means over the drawn rows of each group.
        whole: Whether a draw is all rows, in their order.
    """

    def __init__(self, batch: Batch, limit: int) -> None:
        self._x, self.averaging = batch.x, batch.averaging
        self._decks: list[Tensor] = []
        self._shares: list[int] = []
        n = len(batch.y)
        self.whole = n <= limit
        self._distance: Tensor | None = None
        if self.whole:
            return
        shuffle = torch.Generator().manual_seed(0)
        first = []
        for g in torch.unique(batch.group.cpu()):
            own = (batch.group.cpu() == g).nonzero()[:, 0]
            own = own[torch.randperm(len(own), generator=shuffle)].to(batch.x.device)
            self._shares.append(max(1, round(limit * len(own) / n)))
            self._decks.append(torch.cat([own, own]))
            first.append(own[: self._shares[-1]])
        # A draw has as many rows of each group as any other, group by group.
        averaging = batch.averaging[torch.cat(first)]
        self.averaging = averaging / averaging.sum(0)

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
            distance: **Shape** `(d, s)`, its rows last in memory.
        """
        rows = self.draw(generator)
        if self._distance is not None:
            return rows, self._distance
        distance = (rows - baseline).T.contiguous()
        if self.whole:
            self._distance = distance
        return rows, distance
