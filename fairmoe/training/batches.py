"""Rows on a device, in batches that hold each group and label in proportion, and enough of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
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

GATE_SHARE = 5
"""How many times as many epochs the method's letter gives the gate."""

HALVED_ROWS = 1500
"""Of batches with more rows than this the gate sees one half in one epoch, one in the next."""


class Batch(NamedTuple):
    """Some training rows, with what the losses need of their groups.

    The first `n` of its rows are its own. The `m` after them come again from other batches, for
    the sake of the means over groups, and count in nothing else.

    Attributes:
        x: **Shape** `(n + m, d)`.
        y: **Shape** `(n + m,)`, 0 or 1.
        group: **Shape** `(n + m,)`, ids in `[0, G)`.
        member: **Shape** `(G, n)`. 1 where a row is of a group, else 0.
        averaging: **Shape** `(n + m, g)`. Means over the groups that have rows.
        averaging_positives: **Shape** `(n + m, g)`. Means over the positives of those that have
            any.
        weights: **Shape** `(n + m,)`. How much each row counts; None if all count the same.
        group_weights: **Shape** `(n + m,)`. The same of its group, 0 for a row of no known group;
            None if all count the same.
    """

    x: Tensor
    y: Tensor
    group: Tensor
    member: Tensor
    averaging: Tensor
    averaging_positives: Tensor
    weights: Tensor | None = None
    group_weights: Tensor | None = None

    @property
    def effective_rows(self) -> float:
        """As how many rows of one weight its rows tell as much (Kish, "Survey Sampling", 1965)."""
        if self.weights is None:
            return float(len(self.y))
        return float(self.weights.sum() ** 2 / self.weights.square().sum())

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        parts = {name: part for name, part in self._asdict().items() if part is not None}
        return self._replace(**{name: part.to(device) for name, part in parts.items()})

    @property
    def own(self) -> slice:
        """Which of the rows are its own."""
        return slice(self.member.shape[1])


class Schedule(NamedTuple):
    """What `auto` became on this data.

    Attributes:
        epochs: Of both phases together.
        batch_size: Rows per step, at most; without those of rare groups that come again.
        batches: Steps per epoch.
        gate_epochs: Those of the gate.
        gate_turns: In how many of them it sees each row once, if all are of known groups.
        fine_tunings: How often the fairness experts are fine-tuned meanwhile.
    """

    epochs: int
    batch_size: int
    batches: int
    gate_epochs: int
    gate_turns: int
    fine_tunings: int


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
    """Decide batch size and epochs: full batch while that is fastest, and about as many steps.

    NOTE[DIFF]: the source gives the gate as many epochs as the experts, each of all rows. Its usage
    stands still long before, and the reward of many rows tells no more than that of half of them;
    see `docs/decisions.md` for what a fifth of the epochs costs, and what half of the rows does.
    """
    fitting = n_rows if n_rows <= FULL_BATCH_ROWS else BATCH_ROWS
    batch_size = fitting if settings.batch_size == "auto" else settings.batch_size
    batches = -(-n_rows // batch_size)
    epochs = max(20, STEPS // batches) if settings.epochs == "auto" else settings.epochs
    half = epochs - epochs // 2
    gate_epochs = settings.gate_epochs
    gate_turns = 2 if gate_epochs == "auto" and n_rows > HALVED_ROWS * batches else 1
    if isinstance(gate_epochs, str):
        gate_epochs = half if gate_epochs == "half" else -(-half // GATE_SHARE)
    fine_tunings = gate_epochs // settings.fine_tune_every if settings.fine_tune_every else 0
    return Schedule(epochs, min(batch_size, n_rows), batches, gate_epochs, gate_turns, fine_tunings)


def turns_of(schedule: Schedule, n_rows: int) -> int:
    """Return in how many epochs the gate sees each row that it learns from once.

    Args:
        schedule: Of all training rows.
        n_rows: Those that the gate learns from: without those of no known group.
    """
    return schedule.gate_turns if n_rows > HALVED_ROWS * schedule.batches else 1


def resolve_weight_decay(settings: Settings, n_rows: int) -> Settings:
    """Decide the weight decays: the prior of a ridge regression, which weighs less with more rows.

    NOTE[DIFF]: the source has 1e-4, on which experts and gate of a few hundred rows learn them by
    heart.
    """
    prior = min(1.0, PRIOR_ROWS / n_rows)
    return settings.replace(
        weight_decay=prior if settings.weight_decay == "auto" else settings.weight_decay,
        gate_weight_decay=prior
        if settings.gate_weight_decay == "auto"
        else settings.gate_weight_decay,
    )


def make_batch(split: EncodedSplit, rows: Sequence[int] | Tensor | slice, n_groups: int) -> Batch:
    """Return some rows of a split as a batch, on the CPU; a slice of them is not copied.

    Rows of no known group are put down as of the first, and count in no group.
    """
    x, y, group = (torch.as_tensor(each)[rows] for each in (split.x, split.y, split.group))
    weights = None if split.weight is None else torch.as_tensor(split.weight)[rows].float()
    of_groups = weights
    if (group < 0).any():
        of_groups = (group >= 0).float() * (1 if weights is None else weights)
        group = group.clamp_min(0)
    return Batch(
        x,
        y,
        group,
        torch.nn.functional.one_hot(group, n_groups).float().T.contiguous(),
        estimable(averaging_matrix(group, n_groups, weights=of_groups)),
        estimable(averaging_matrix(group, n_groups, among=y == 1, weights=of_groups)),
        weights,
        of_groups,
    )


def make_batches(
    split: EncodedSplit, n_groups: int, n_batches: int, device: torch.device, *, least: int
) -> list[Batch]:
    """Deal the rows out to batches, one cell of group and label after the other.

    The same rows stay together in every epoch, and the batches are the same for every seed: so all
    runs of a stack share each batch, and what depends on its groups alone is computed once.

    NOTE[DIFF]: of a cell that has few rows for so many batches, each batch sees `least` in its
    means over groups, and so some that are another's. The gaps of (14) and (17) lie between the
    means of the smallest cells. Where a batch has two rows of one they are noise, which an expert
    escapes by saying the same of everyone. `least=0` leaves each batch its own rows.

    Args:
        split: The rows.
        n_groups: The number of groups.
        n_batches: The number of batches.
        device: Where they go.
        least: How many rows of each cell a batch sees, if there are as many; but no more than an
            even share of half as many rows as are its own.
    """
    shuffled = np.random.default_rng(0).permutation(len(split.y))
    # Rows of no known group are dealt as if they were one.
    group = np.where(split.group < 0, n_groups, split.group)
    cells = group[shuffled] * 2 + split.y[shuffled]
    order = np.argsort(cells, kind="stable")
    by_cell, cells = shuffled[order], cells[order]
    present, starts, sizes = np.unique(cells, return_index=True, return_counts=True)
    least = min(least, len(by_cell[::n_batches]) // (2 * len(present)))
    rare = [
        _rows_again(by_cell[start : start + size], start, n_batches, least)
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
        if size < least * n_batches and cells[start] < 2 * n_groups
    ]
    expected = np.bincount(cells, minlength=2 * n_groups) / n_batches
    batches = []
    for turn in range(n_batches):
        batch = make_batch(split, torch.as_tensor(np.sort(by_cell[turn::n_batches])), n_groups)
        if rare:
            again = np.concatenate([next(rows) for rows in rare])
            batch = _with_rows_again(batch, split, again, expected)
        batches.append(batch.to(device))
    return batches


def _rows_again(
    rows: NDArray[np.int64], start: int, n_batches: int, least: int
) -> Iterator[NDArray[np.int64]]:
    """Yield, for each batch, the rows of a cell that it sees beside those dealt to it.

    Each batch goes on where the one before ended, so that all come again equally often.

    Args:
        rows: Of the cell, as they were dealt.
        start: The place of the first in the whole deal.
        n_batches: The number of batches.
        least: How many a batch sees in all, if there are as many.
    """
    dealt_to = (start + np.arange(len(rows))) % n_batches
    counts = np.bincount(dealt_to, minlength=n_batches)
    wanted, offset = min(least, len(rows)), 0
    for turn, own in enumerate(counts):
        window = (offset + np.arange(max(own, wanted))) % len(rows)
        others = window[dealt_to[window] != turn][: max(0, wanted - own)]
        offset = (others[-1] + 1) % len(rows) if len(others) else offset
        yield rows[others]


def _with_rows_again(
    batch: Batch, split: EncodedSplit, rows: NDArray[np.int64], expected: NDArray[np.float64]
) -> Batch:
    """Return a batch that sees some rows of others in its means over groups.

    All rows of a cell that come again weigh together as many as are dealt to a batch on average.

    Args:
        batch: Has its own rows only.
        split: Where the others are.
        rows: Which they are.
        expected: By cell, how many rows are dealt to a batch on average.
    """
    if not len(rows):
        return batch
    n_groups = len(batch.member)
    again = make_batch(split, torch.as_tensor(rows), n_groups)
    x, y, group = (torch.cat(parts) for parts in zip(batch[:3], again[:3], strict=True))
    counted, of_groups = (_joined(*parts) for parts in zip(batch[6:], again[6:], strict=True))
    cell = (group * 2 + y).numpy()
    seen = np.bincount(cell, minlength=len(expected))
    repeated = np.isin(cell, cell[len(batch.y) :])
    weights = torch.as_tensor(np.where(repeated, expected[cell] / seen[cell], 1.0))
    if of_groups is not None:
        weights = weights * of_groups
    return batch._replace(
        x=x,
        y=y,
        group=group,
        averaging=estimable(averaging_matrix(group, n_groups, weights=weights)),
        averaging_positives=estimable(
            averaging_matrix(group, n_groups, among=y == 1, weights=weights)
        ),
        weights=counted,
        group_weights=of_groups,
    )


def of_rows(weights: Tensor | None, rows: slice) -> Tensor | None:
    """Return the weights of some rows, if there are any."""
    return None if weights is None else weights[rows]


def _joined(own: Tensor | None, again: Tensor | None) -> Tensor | None:
    return None if own is None or again is None else torch.cat([own, again])
