"""The person that the page is about, perhaps with changed values."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from fairmoe.data.kinds import level_text
from fairmoe.names import SplitName
from fairmoe.ui.frame.kept import KeptRun

if TYPE_CHECKING:
    from torch import Tensor

    from fairmoe.analysis.rows import RunRows


@dataclass(frozen=True, eq=False)
class Person:
    """A person, perhaps with changed values.

    Attributes:
        kept: The run.
        split: The split that the person is of.
        rows: The rows of that split.
        place: Which of these rows it is.
        frame: The person's cells, one row.
        x: **Shape** `(1, d)`. The same, encoded.
        changed: The columns whose values the user changed.
        digits: With how many digits, in percent, probabilities are told at least.
    """

    kept: KeptRun
    split: SplitName
    rows: "RunRows"
    place: int
    frame: pd.DataFrame
    x: "Tensor"
    changed: tuple[str, ...] = ()
    digits: int = 1

    @property
    def position(self) -> int:
        """The position of the row in the table."""
        return int(self.rows.record.rows[self.place])

    @property
    def group(self) -> int:
        """The id of the person's group."""
        return int(self.rows.record.group[self.place])

    @cached_property
    def said(self) -> "pd.Series[float]":
        """What the models say: one row of what `fairmoe.analysis.individual.predict` returns."""
        from fairmoe.analysis.individual import predict  # noqa: PLC0415

        return predict(self.kept.run, self.x).iloc[0]

    @property
    def key(self) -> str:
        """Tells the person from others in the keys of widgets."""
        return f"{self.kept.run.run_id}-{self.position}"

    def line(self, place: int | None = None) -> str:
        """Name the person's row, or another of the split, as a spreadsheet does."""
        rows = self.rows.record.rows
        position = int(rows[self.place if place is None else place])
        return f"row {self.kept.labelled.table.line(position):,}"


def cell_text(value: Any) -> str:
    """Return a cell as a reader sees it."""
    return "missing" if pd.isna(value) else level_text(value)


def source_of(person: Person) -> str:
    """Say which row of which table a person is."""
    run = person.kept.run
    values = f", changed in {', '.join(person.changed)}" if person.changed else ""
    return (
        f"{run.data.name or 'Unnamed table'}, {person.line()}{values}, one of "
        f"{len(person.rows.frame):,} {person.split} rows, seed {run.settings.seed}."
    )
