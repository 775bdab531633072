"""Rows -> training, validation and test."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairmoe.errors import InvalidInputError

Rows = NDArray[np.int64]
FRACTIONS = (0.6, 0.2, 0.2)
MIN_CELL_ROWS = 2
"""So many rows of a group and label are trained on before one is held out."""


def split_rows(
    y: NDArray[np.int64],
    group: NDArray[np.int64],
    *,
    fractions: Sequence[float] = FRACTIONS,
    seed: int,
    unmerged: NDArray[np.int64] | None = None,
) -> tuple[Rows, Rows, Rows]:
    """Part rows at random, so that each split has its share of each group and label.

    Within a group and label each split gets its exact share, rounded down; the rows that are left
    over go one each to the largest remainders, on a tie to training first, then to test. So a
    single row is for training, and of two rows one is for training and one for test.

    Args:
        y: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`.
        fractions: Shares of training, validation and test, positive, adding up to 1.
        seed: Decides which rows go where.
        unmerged: Ids of the groups before some were merged, `(n,)`; each lies in one group. However
            they are merged, only as many of their rows go elsewhere as the shares of the merged
            group ask for, and none of other groups. None if they are the groups.

    Returns:
        Positions of the rows of each split, ascending; each row is in one.

    Raises:
        InvalidInputError: The fractions are not three positive numbers that add up to 1.

    Example:
        >>> y = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
        >>> [len(rows) for rows in split_rows(y, np.zeros_like(y), seed=0)]
        [6, 2, 2]
    """
    if (
        len(fractions) != 3
        or min(fractions) <= 0
        or not math.isclose(sum(fractions), 1, abs_tol=1e-6)
    ):
        raise InvalidInputError(
            "Training, validation and test need positive shares that add up to 1"
        )
    rng, shares = np.random.default_rng(seed), np.array(fractions)
    finest, cell = 2 * (group if unmerged is None else unmerged) + y, 2 * group + y
    split = np.empty(len(y), dtype=np.int64)
    for members in _rows_of_each(finest):
        split[rng.permutation(members)] = np.repeat(np.arange(3), _counts(len(members), shares))
    for members in _rows_of_each(cell):
        _level(split, members, _counts(len(members), shares), rng)
    return rows_of_splits(split)


def _rows_of_each(cell: NDArray[np.int64]) -> list[Rows]:
    """Return the rows of each cell, ascending, the cells by their ids."""
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(cell[order])) + 1)


def _level(
    split: NDArray[np.int64], members: Rows, counts: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Move as few rows at random as give each split its count of a cell's rows, in place."""
    lacking = counts - np.bincount(split[members], minlength=3)
    if lacking.any():
        shuffled = rng.permutation(members)
        surplus = [
            shuffled[split[shuffled] == i][:more] for i, more in enumerate(-lacking) if more > 0
        ]
        split[np.concatenate(surplus)] = np.repeat(np.arange(3), np.maximum(lacking, 0))


def splits_of_rows(rows: Rows, parts: Sequence[Rows]) -> NDArray[np.int64]:
    """Return the split of each row, `(n,)`, as positions say: 0 training, 1 validation, 2 test.

    Args:
        rows: Positions of the rows, `(n,)`, ascending.
        parts: Positions of the rows of each split.

    Raises:
        InvalidInputError: Together these are not the rows.

    Example:
        >>> splits_of_rows(np.array([1, 4, 5]), [np.array([4]), np.array([1]), np.array([5])])
        array([1, 0, 2])
    """
    named = np.concatenate(parts)
    order = np.argsort(named, kind="stable")
    if not np.array_equal(named[order], rows):
        raise InvalidInputError(
            "A split needs to be of the rows that are used",
            however="it names others, or not all of them",
        )
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])[order]


def rows_of_splits(split: NDArray[np.int64]) -> tuple[Rows, Rows, Rows]:
    """Return the positions of 0 (training), 1 (validation) and 2 (test), ascending."""
    train, validation, test = (np.flatnonzero(split == i).astype(np.int64) for i in range(3))
    return train, validation, test


def _counts(rows: int, fractions: NDArray[np.float64]) -> NDArray[np.int64]:
    exact = fractions * rows
    counts = np.floor(exact).astype(np.int64)
    train_test_validation = np.array([0, 2, 1])
    remainders = (exact - counts)[train_test_validation]
    largest = train_test_validation[np.argsort(-remainders, kind="stable")]
    counts[largest[: rows - counts.sum()]] += 1
    return counts


def held_out(
    labels: NDArray[np.int64], group: NDArray[np.int64], *, share: float, seed: int
) -> NDArray[np.int64]:
    """Return 0 for each row to train on and 1 for each to choose by, `(n,)`.

    Args:
        labels: Shape `(n,)`, 0 or 1.
        group: Shape `(n,)`, ids.
        share: Of each group and label, to choose by, in (0, 1).
        seed: Decides which rows these are.

    Raises:
        InvalidInputError: The share is outside its limits, or leaves no rows to choose by.
    """
    if not 0 < share < 1:
        raise InvalidInputError(
            "'validation_fraction' needs a share above 0 and below 1",
            however=f"{share:g} was given",
        )
    # The rows that an experiment would test on are validation rows here.
    training, *_ = split_rows(labels, group, fractions=(1 - share, share / 2, share / 2), seed=seed)
    split = np.ones(len(labels), dtype=np.int64)
    split[training] = 0
    if split.max() == 0:
        # Of few rows no share makes one; whoever has two others gives one all the same.
        cell = 2 * group + labels
        _, last, counts = np.unique(cell[::-1], return_index=True, return_counts=True)
        split[len(cell) - 1 - last[counts > MIN_CELL_ROWS]] = 1
    if split.max() == 0:
        raise InvalidInputError(
            "Rows are needed to train on and to choose by",
            however=f"none of {len(labels)} can be held out of the training",
            remedy="Give more rows of each class and group.",
        )
    return split
