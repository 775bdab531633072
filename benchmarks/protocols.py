"""The data sets on which methods are compared, each with its roles and its way to split."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import path_of
from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_ROLES,
    EncodedSplit,
    Outcome,
    Roles,
    Sensitive,
    Table,
    Target,
    demo_table,
    read_table,
    table_from_frame,
)
from fairmoe.metrics import find_alarm

OTHERS = 10_000
"""Test rows of a sample: enough that their noise is small beside that of what is trained."""

SAMPLE = "part of the sample"
"""The column that names a sample's splits."""

CFA = {"German, CFA's protocol": 53.34, "Math, CFA's protocol": 81.12}
"""The scores that Zhao, Wang and Derr published (AAAI 2023), in percent."""


@dataclass(frozen=True)
class Case:
    """A data set, one way to part its people into groups, and the settings that belong to it.

    Attributes:
        name: For the tables.
        table: What was read.
        roles: What the columns are for; a split column fixes the split for all seeds.
        settings: What the protocol fixes; the seed is added.
    """

    name: str
    table: Table
    roles: Roles
    settings: Settings = field(default_factory=lambda: Settings(device="cpu"))

    def seeded(self, seed: int) -> Settings:
        """Return the settings of a seed, which decides the split too where it is not fixed."""
        return self.settings.replace(seed=seed)

    def sampled(self, n_rows: int, seed: int) -> Self:
        """Return the case of one who has `n_rows` of the rows; others are there to judge by.

        Of the sample, drawn anew for each seed, three parts are for training and one for
        validation; the test rows are up to `OTHERS` of the others.
        """
        frame = self.table.frame
        order = np.random.default_rng([seed, n_rows]).permutation(len(frame))
        n_train = 3 * n_rows // 4
        others = len(frame[n_rows : n_rows + OTHERS])
        words = np.repeat(["train", "validation", "test"], [n_train, n_rows - n_train, others])
        frame = frame.drop(columns=self.roles.split_column or [])
        sample = frame.iloc[order[: len(words)]].assign(**{SAMPLE: words}).reset_index(drop=True)
        return replace(
            self,
            name=f"{self.name}, {n_rows:,} rows",
            table=table_from_frame(sample, name=self.table.name),
            roles=replace(self.roles, split_column=SAMPLE),
        )


def known_cases() -> Iterator[Case]:
    """Yield the demo, and all cases of the real tables that are there."""
    yield Case("Demo, sex", demo_table(), DEMO_ROLES)
    plain = {
        "German, sex": ("german_data_credit.csv", "class-label", ("sex",)),
        "Adult, sex": ("adult.csv", "income-per-year", ("sex",)),
        "Adult, race": ("adult.csv", "income-per-year", ("race",)),
        "Adult, sex x race": ("adult.csv", "income-per-year", ("sex", "race")),
        "Dutch, sex": ("dutch.csv", "occupation", ("sex",)),
    }
    for name, (file, target, sensitive) in plain.items():
        if path_of(file).is_file():
            roles = Roles(Target(target, outcome="good"), tuple(map(Sensitive, sensitive)))
            yield Case(name, read_table(path_of(file)), roles)
    published = {
        "German, CFA's protocol": (
            "german.csv",
            "GoodCustomer",
            "Gender",
            ("OtherLoansAtStore", "PurposeOfLoan"),
            50,
            "good",
        ),
        # Where the mark is 1, it is below 10: failed.
        "Math, CFA's protocol": ("math.csv", "G3", "sex", (), None, "bad"),
    }
    for name, (file, *protocol) in published.items():
        if path_of(file).is_file():
            yield _as_cfa(name, path_of(file), *protocol)


def case_of_file(
    path: Path,
    target: str,
    sensitive: tuple[str, ...],
    positive: tuple[str, ...],
    dropped: tuple[str, ...],
) -> Case:
    """Return a case of any other table."""
    roles = Roles(Target(target, positive), tuple(map(Sensitive, sensitive)), dropped=dropped)
    return Case(f"{path.stem}, {' x '.join(sensitive)}", read_table(path), roles)


def _as_cfa(
    name: str,
    path: Path,
    target: str,
    sensitive: str,
    dropped: tuple[str, ...],
    most: int | None,
    outcome: Outcome,
) -> Case:
    """Split and encode as CFA does.

    The rows of each class are shuffled in turn with Python's generator, seed 20, and halved; the
    second half is halved again. At most `most` rows of a class are trained on. The sensitive
    column is a feature, columns are scaled to [-1, 1], and what is masked becomes 0.
    """
    frame = read_table(path).frame.copy()
    words = np.full(len(frame), "", dtype=object)
    generator = random.Random(20)
    for value in np.unique(frame[target]):
        rows = np.flatnonzero(frame[target] == value).tolist()
        generator.shuffle(rows)
        half, three_quarters = int(0.5 * len(rows)), int(0.75 * len(rows))
        words[rows[: min(half, most or half)]] = "train"
        words[rows[half:three_quarters]] = "validation"
        words[rows[three_quarters:]] = "test"
    frame = frame[words != ""].assign(split=words[words != ""]).reset_index(drop=True)
    return Case(
        name,
        table_from_frame(frame, name=path.name),
        Roles(
            Target(target, outcome=outcome),
            (Sensitive(sensitive),),
            include_sensitive=True,
            dropped=dropped,
            split_column="split",
        ),
        Settings(device="cpu", scale="minmax", attribution_baseline="zero"),
    )


def raises_alarm(rows: EncodedSplit, y_pred: NDArray[Any]) -> bool:
    """Return whether decisions are worse than one answer for all, or lopsided.

    Of a method without a utility expert there is nothing to say of harm.
    """
    nobody = np.zeros_like(rows.group)
    return find_alarm(rows.y, y_pred, rows.y, group=nobody, n_groups=2, favourable=None) is not None
