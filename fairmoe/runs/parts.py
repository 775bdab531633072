"""The parts of a run: what was trained on, what was said of the rows, what training recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairmoe.names import Model


@dataclass(frozen=True)
class DataSummary:
    """What was trained on, without any of its cells.

    Attributes:
        name: The name of the file or demo.
        rows: Rows of the table.
        columns: Columns of the table.
        sha256: Digest of the bytes it was read from.
        groups: Rows of each group, by the group's name, in the order of the group ids.
        positive: The positive class in words, such as "income = >50K".
        words: What both outcomes are called, the positive one first.
        changes: What was done to the columns, one sentence each.
    """

    name: str
    rows: int
    columns: int
    sha256: str
    groups: Mapping[str, int]
    positive: str
    words: tuple[str, str]
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SplitRecord:
    """What every model said of the rows of one split.

    Attributes:
        rows: Positions of the rows in the table, `(n,)`.
        y_true: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`, in `[0, G)`.
        proba: Probability of the positive class by model, each `(n,)`.
        gate: Gate weights, `(n, 3)`, each row sums to 1; experts in the order of `EXPERTS`.
        weight: For how many people each row stands, `(n,)`; None if all count the same.
    """

    rows: NDArray[np.int64]
    y_true: NDArray[np.int64]
    group: NDArray[np.int64]
    proba: Mapping[Model, NDArray[np.float32]]
    gate: NDArray[np.float32]
    weight: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Curve:
    """A figure that training recorded as it went.

    Attributes:
        name: Such as "loss of utility", "reward", "usage of result".
        phase: "warm-up", "experts" or "gate".
        epochs: The epochs at which it was recorded, counted from 1 within the phase.
        values: One figure per epoch.
    """

    name: str
    phase: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]
