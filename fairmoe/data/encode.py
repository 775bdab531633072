"""Labelled table -> encoded splits."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.config import Scale, Settings
from fairmoe.data.assign import LabelledTable, UnknownRows
from fairmoe.data.encoder import Encoder
from fairmoe.data.roles import Roles
from fairmoe.data.split import FRACTIONS, rows_of_splits, split_rows
from fairmoe.errors import InvalidInputError

__all__ = ["DataSettings", "EncodedData", "EncodedSplit", "Encoder", "encode"]


class DataSettings(NamedTuple):
    """The settings that decide how a table is split and encoded."""

    scale: Scale
    rare_level: float
    split_seed: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the recipe of some settings; where they name no split seed it is the seed."""
        split_seed = settings.seed if settings.split_seed is None else settings.split_seed
        return cls(settings.scale, settings.rare_level, split_seed)


MAX_MIB = 4096
"""How much the encoded rows may take: two million rows of 500 inputs do."""


@dataclass(frozen=True, eq=False)
class EncodedSplit:
    """The rows of one split.

    Attributes:
        x: Inputs, `(n, d)`, finite.
        y: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`, in `[0, G)`; in training rows -1 where the group is unknown.
        rows: Positions in `Table.frame`, `(n,)`, ascending.
        weight: For how many people each row stands, `(n,)`, positive; None if all count the same.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    group: NDArray[np.int64]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64] | None = None

    def known(self) -> "EncodedSplit":
        """Return the rows whose group is known: all but some training rows."""
        if (self.group >= 0).all():
            return self
        rows = np.flatnonzero(self.group >= 0)
        weight = None if self.weight is None else self.weight[rows]
        return EncodedSplit(self.x[rows], self.y[rows], self.group[rows], self.rows[rows], weight)


@dataclass(frozen=True, eq=False)
class EncodedData:
    """Everything that training needs to know of the data.

    Attributes:
        train: Rows to learn from.
        validation: Rows to choose by.
        test: Rows to report on.
        encoder: What made the inputs, fitted on the training rows.
        group_names: The name of each group, `(G,)`.
        positive: The positive class in words.
        favourable: Whether that is good for the person; None if it is not told, or neither.
        digest: SHA-256 of all the above: equal data trains equal models.
    """

    train: EncodedSplit
    validation: EncodedSplit
    test: EncodedSplit
    encoder: Encoder
    group_names: tuple[str, ...]
    positive: str
    favourable: bool | None
    digest: str

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return len(self.group_names)


def encode(
    labelled: LabelledTable,
    *,
    scale: Scale = "standard",
    rare_level: float = 0.005,
    seed: int = 0,
    fractions: Sequence[float] = FRACTIONS,
) -> EncodedData:
    """Part the rows into splits and encode them, as learnt from the training rows.

    Args:
        labelled: The rows. If they name their split, `seed` and `fractions` decide nothing.
        scale: See `Encoder.fit`.
        rare_level: See `Encoder.fit`.
        seed: See `split_rows`.
        fractions: See `split_rows`.

    Raises:
        InvalidInputError: The training rows lack a class or a group, the fractions do not fit, or
            the inputs would take more than `MAX_MIB`.
    """
    if labelled.split is None:
        parts = split_rows(
            labelled.y,
            labelled.group,
            fractions=fractions,
            seed=seed,
            unmerged=labelled.unmerged,
        )
    else:
        parts = rows_of_splits(labelled.split)
    _check_train(labelled, parts[0])
    features, more = labelled.features.iloc[parts[0]], labelled.training_only
    if more is not None:
        features = pd.concat([features, more.features], ignore_index=True)
    encoder = Encoder.fit(features, labelled.kinds, scale=scale, rare_level=rare_level)
    _check_size(encoder, len(labelled.y) + (0 if more is None else len(more.y)))
    train, validation, test = (
        EncodedSplit(
            x=encoder.transform(labelled.features.iloc[part]),
            y=labelled.y[part],
            group=labelled.group[part],
            rows=labelled.rows[part],
            weight=None if labelled.weight is None else labelled.weight[part],
        )
        for part in parts
    )
    if more is not None:
        train = _with_rows(train, more, encoder.transform(more.features))
    return EncodedData(
        train=train,
        validation=validation,
        test=test,
        encoder=encoder,
        group_names=labelled.group_names,
        positive=labelled.positive,
        favourable=labelled.roles.target.favourable,
        digest=_digest((train, validation, test), encoder, labelled),
    )


def _check_size(encoder: Encoder, rows: int) -> None:
    """Check that the inputs take no more than `MAX_MIB`, before any of them is made."""
    inputs = [len(code.names) for code in encoder.codes]
    mib = rows * sum(inputs) * np.dtype(np.float32).itemsize / 2**20
    if mib <= MAX_MIB:
        return
    most = int(np.argmax(inputs))
    raise InvalidInputError(
        f"The inputs of all rows may take {MAX_MIB:,} MiB",
        however=f"{sum(inputs):,} inputs of {rows:,} rows would take {mib:,.0f}",
        remedy=f"Count more levels as rare (rare_level), or leave out column "
        f"'{encoder.codes[most].column}', of which {inputs[most]:,} are.",
    )


def _with_rows(split: EncodedSplit, more: UnknownRows, x: NDArray[np.float32]) -> EncodedSplit:
    """Return a split with rows of no known group among its own, in the order of the table."""
    rows = np.append(split.rows, more.rows)
    order = np.argsort(rows, kind="stable")
    weight = None
    if split.weight is not None and more.weight is not None:
        weight = np.append(split.weight, more.weight)[order]
    return EncodedSplit(
        x=np.concatenate([split.x, x])[order],
        y=np.append(split.y, more.y)[order],
        group=np.append(split.group, np.full(len(more.y), -1))[order],
        rows=rows[order],
        weight=weight,
    )


def _check_train(labelled: LabelledTable, train: NDArray[np.int64]) -> None:
    """Splits that a column names may leave training without something to learn."""
    lacking = "a class" if len(np.unique(labelled.y[train])) < 2 else ""
    if len(np.unique(labelled.group[train])) < len(labelled.group_names):
        lacking = "a group"
    if lacking:
        raise InvalidInputError(
            "The training rows need both classes and every group",
            however=f"they lack {lacking}",
            remedy="Give more rows to training, or merge groups.",
        )


def _digest(splits: tuple[EncodedSplit, ...], encoder: Encoder, labelled: LabelledTable) -> str:
    roles = labelled.roles.to_dict()
    # What is not told leaves the digest, and so the names of kept work, as it was before.
    roles["target"] = {
        name: value
        for name, value in roles["target"].items()
        if value is not None or name not in ("outcome", "words")
    }
    for name in ("merge_small", "group_names", "weight", "unknown", "existing"):
        if roles[name] == getattr(Roles, name):
            del roles[name]
    record = {
        "encoder": encoder.to_dict(),
        "roles": roles,
        "groups": labelled.group_names,
        "positive": labelled.positive,
    }
    digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode())
    for split in splits:
        for array in (split.x, split.y, split.group, split.rows):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
        if split.weight is not None:
            digest.update(split.weight.data)
    return digest.hexdigest()
