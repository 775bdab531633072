"""What a session keeps of its work: runs, and what was explored around one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from fairmoe.data import LabelledTable, Outcome, Table, assign_roles, reread
from fairmoe.errors import FairmoeError
from fairmoe.jobs import Snapshot
from fairmoe.sentences.projects import rows_needed
from fairmoe.ui.frame.limits import limits

if TYPE_CHECKING:
    from fairmoe.runs import PeerScores, Run, SweepScores
    from fairmoe.sweep import MemoryStore


class RowsNeededError(FairmoeError):
    """Something rests on the rows of a run that was opened without them."""


@dataclass(frozen=True)
class KeptRun:
    """A run of this session, with the rows it was trained on.

    Attributes:
        name: What the user calls it.
        run: The run.
        rows: The rows, with labels and groups; None if the run was opened without them.
        reason: Why it has the settings that it has, if a small sweep found them.
        front_end: How the training of its front ended.
    """

    name: str
    run: "Run"
    rows: LabelledTable | None
    reason: str = ""
    front_end: "Snapshot[Any] | None" = None

    def check_rows(self) -> None:
        """Check that the rows are at hand.

        Raises:
            RowsNeededError: The run was opened without them.
        """
        if self.rows is None:
            raise RowsNeededError(rows_needed(self.run.data.name))

    @property
    def labelled(self) -> LabelledTable:
        """The rows, with labels and groups.

        Raises:
            RowsNeededError: The run was opened without them.
        """
        self.check_rows()
        assert self.rows is not None
        return self.rows

    def with_outcome(self, outcome: Outcome) -> Self:
        """Return the run with what the positive class is for the person, of all its points."""
        run = self.run.with_outcome(outcome)
        rows = None if self.rows is None else replace(self.rows, roles=run.roles)
        return replace(self, run=run, rows=rows)

    def given_rows(self, table: Table) -> Self:
        """Return it with its rows, if it was opened without them and they are those of a table."""
        if self.rows is not None or self.run.data.sha256 != table.sha256:
            return self
        read = reread(table, self.run.reading.options)
        return replace(self, rows=assign_roles(read, self.run.roles))

    @cached_property
    def told(self) -> Self:
        """It with the groups by which it is told of, on pages as in files."""
        # Importing it imports torch, which no page may need before there is a run.
        from fairmoe.runs import as_told  # noqa: PLC0415

        run, rows = as_told(self.run, self.rows, smallest=limits().smallest_group)
        return self if run is self.run else replace(self, run=run, rows=rows)

    @property
    def front(self) -> "tuple[Run, ...]":
        """The points of the run's dial, itself among them; none before they were trained."""
        return self.run.points if self.run.front else ()


def are_on_same_rows(one: KeptRun, other: KeptRun) -> bool:
    """Return whether two runs were trained on the same rows in the same roles, encoded alike."""
    from fairmoe import runs  # noqa: PLC0415

    return runs.are_on_same_rows(one.run, other.run)


@dataclass(frozen=True, eq=False)
class Deleted:
    """A run that was deleted, and where it stood: among which runs, and whether it was shown."""

    run_id: str
    kept: KeptRun
    order: tuple[str, ...]
    was_shown: bool


DELETED = "deleted run"
"""Under this name a session keeps the run that was deleted last, to be brought back."""


@dataclass(eq=False)
class Explored:
    """A sweep of this session, and all that was fitted on the same rows.

    Attributes:
        origin: The run around which it was begun; all that the sweep does not vary is as there.
        store: Finished shards, from which the next sweep around this run goes on.
        sweep: What the runs of the last sweep that finished came to; with a project come their
            scores alone.
        last: How the work before ended.
        peers: What Fairlearn's methods make of the same rows.
        peers_ends: How fitting them ended, by the gap for which they were fitted.
        is_begun: Whether work of either kind was begun here.
    """

    origin: KeptRun
    store: "MemoryStore"
    sweep: "SweepScores | None" = None
    last: "Snapshot[Any] | None" = None
    peers: "tuple[PeerScores, ...]" = ()
    peers_ends: "dict[str, Snapshot[Any]]" = field(default_factory=dict)
    is_begun: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to lose, nor will be."""
        return self.sweep is None and not self.peers and not self.is_begun


def explored_of(every: Sequence[Explored], kept: KeptRun) -> Explored | None:
    """Return what was explored on the rows of a run, if anything was."""
    return next((each for each in every if are_on_same_rows(each.origin, kept)), None)
