"""What one session knows: its data, its training, its run. Nothing of it is shared."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from fairmoe.data import (
    LabelledTable,
    Outcome,
    ReadOptions,
    Roles,
    Suggestion,
    Table,
    assign_roles,
    reread,
    suggest_roles,
)
from fairmoe.figures.tables import column_table
from fairmoe.jobs import Snapshot, Task
from fairmoe.ui.frame.answers import Answers
from fairmoe.ui.frame.aside import Aside
from fairmoe.ui.frame.kept import Explored, KeptRun
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.process import LOST, registry
from fairmoe.ui.frame.room import check_table_fits

if TYPE_CHECKING:
    from fairmoe.runs import Run

T = TypeVar("T")


@dataclass
class Session(Answers):
    """What one user has loaded and trained, kept in the memory of the server and nowhere else.

    Attributes:
        public: Digests of the tables that anybody may have: the demo, and what was fetched.
        token: By what an address finds this session again; none while there is nothing to lose.
        browser: What tells the browser of this session from others; may be empty.
        is_over: Whether the user had all of it forgotten.
        widgets: What was entered, by key, to be entered again after a reload.
        parts: What modules keep of this session, by their names.
        version: Counts the tables loaded, so that the widgets of a new table begin anew.
        source: The table as it was read.
        table: The table as the user has it read.
        content: The bytes of the file that it was read from, unless they are too many.
        columns: What its columns are, as `fairmoe.figures.tables.column_table` returns it.
        suggestion: What the columns of the table look like.
        initial_roles: The roles that the form begins with, if they are known.
        labelled: The rows with their labels and groups, once the roles can be trained on.
        job_id: The training or sweep that waits or runs.
        job_page: The page that it was started from.
        last: How the training before ended.
        is_new: Whether a training ended of which the result was not looked at yet.
        explored: The sweeps of this session, finished or not, each of other rows.
        runs: The runs of this session by their ids, the oldest first; beyond `Limits.runs` it goes.
        trained: The ids of those that were trained for it, whose experts are at hand.
        chosen: The id of the run that the pages show.
        turns: How often the run that is shown was changed other than in the list of runs.
        row: The row that the user picked to look at: its position in the table of the run shown.
        aside: Work that was not asked for and gives way to what is.
    """

    public: set[str] = field(default_factory=set)
    token: str = ""
    browser: str = ""
    is_over: bool = False
    widgets: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    source: Table | None = None
    table: Table | None = None
    content: bytes | None = field(default=None, repr=False)
    columns: pd.DataFrame | None = None
    suggestion: Suggestion | None = None
    initial_roles: Roles | None = None
    labelled: LabelledTable | None = None
    job_id: str | None = None
    job_page: str = ""
    last: "Snapshot[Any] | None" = None
    is_new: bool = False
    explored: list[Explored] = field(default_factory=list)
    runs: dict[str, KeptRun] = field(default_factory=dict)
    trained: set[str] = field(default_factory=set)
    chosen: str | None = None
    turns: int = 0
    row: int | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    aside: Aside = field(default_factory=lambda: Aside(registry))
    _counted: int = 0
    _take_over: "Callable[[Snapshot[Any]], None]" = lambda _: None

    @property
    def kept(self) -> KeptRun | None:
        """The run that the pages show, with its rows."""
        return None if self.chosen is None else self.runs[self.chosen]

    @property
    def run(self) -> "Run | None":
        """The run that the pages show."""
        return None if self.kept is None else self.kept.run

    def load(
        self,
        table: Table,
        roles: Roles | None = None,
        *,
        public: bool = False,
        content: bytes | None = None,
    ) -> None:
        """Replace the data; a run that was trained on other data stays.

        Args:
            table: The data.
            roles: What each column is for, if that is known.
            public: Whether anybody may have them.
            content: The bytes of the file, to be put into a project; None if they are too many.
        """
        check_table_fits(self, table, content)
        suggestion = suggest_roles(table)
        if public:
            self.public.add(table.sha256)
        self.version += 1
        self.source = table
        self.suggestion, self.initial_roles = suggestion, roles
        self.labelled, self.content = None, content
        self._take(table)
        self.give_rows(table)

    def give_rows(self, table: Table) -> None:
        """Give the runs that were opened without their rows those that a table has of them."""
        self.runs = {key: kept.given_rows(table) for key, kept in self.runs.items()}
        for each in self.explored:
            each.origin = each.origin.given_rows(table)

    def overrule(self, options: ReadOptions) -> bool:
        """Read the columns as the user says rather than as the reader found.

        Returns:
            Whether that changes anything.

        Raises:
            InvalidInputError: A column cannot be what it is to be; nothing is changed.
        """
        if self.source is None or self.table is None or options == self.table.reading.options:
            return False
        self._take(reread(self.source, options))
        return True

    def settle(self, roles: Roles | None) -> None:
        """Take roles into use, or none if they are in doubt.

        Raises:
            InvalidInputError: The roles cannot be trained on; then none are in use.
        """
        known = self.labelled
        if known is not None and known.roles == roles and known.table is self.table:
            return
        self.labelled = None
        if roles is None or self.table is None:
            return
        self.labelled = assign_roles(self.table, roles)

    def _take(self, table: Table) -> None:
        self.table = table
        self.columns = column_table(table.frame, table.kinds)

    def start(
        self,
        work: "Task[Any]",
        *,
        table: Table,
        queue: str,
        page: str,
        take_over: "Callable[[Snapshot[Any]], None]",
    ) -> None:
        """Queue a piece of work.

        Args:
            work: What to do. Experts that it trains are found again by this session
                alone, or by all if the table is public.
            table: What it works on.
            queue: See `JobRegistry.submit`.
            page: The page that shows how it goes.
            take_over: Is given how the work ended, when the session next looks.

        Raises:
            InvalidInputError: A piece of work of this session has not ended.
            UnavailableError: Too many wait in the queue.
        """
        self.aside.stop()
        work = self.with_own_experts(work, table)
        self.job_id = registry().submit(
            work,
            owner=self.owner,
            queue=queue,
            person=self.person.name,
            address=self.person.address,
        )
        self.job_page, self._take_over = page, take_over

    def with_own_experts(self, work: "Task[T]", table: Table) -> "Task[T]":
        """Return work whose experts this session alone finds again, or all if a table is public."""
        from fairmoe.tasks import with_experts_of  # noqa: PLC0415

        return with_experts_of("" if table.sha256 in self.public else self.owner, work)

    def job(self) -> "Snapshot[Any] | None":
        """Look at the work that waits or runs, and take over its result once it has ended."""
        # Two tabs may look at once.
        with self._lock:
            if self.job_id is None:
                return None
            snapshot = registry().snapshot(self.job_id, owner=self.owner)
            if snapshot is not None and snapshot.active:
                return snapshot
            registry().forget(self.job_id, owner=self.owner)
            self.job_id = None
            self._take_over(snapshot or LOST)
            return None

    def keep(
        self, run: "Run", labelled: LabelledTable | None, name: str = "", *, reason: str = ""
    ) -> None:
        """Keep a run under its id and show it; without a name it is called after its number.

        Args:
            run: What was trained.
            labelled: Its rows; None if they are not at hand.
            name: What to call it.
            reason: See `KeptRun`.
        """
        self.tell_of(run)
        known = self.runs.pop(run.run_id, None)
        self._counted += known is None
        name = name or (known.name if known else f"Run {self._counted}")
        reason = reason or (known.reason if known else "")
        self.runs[run.run_id] = KeptRun(name, run, labelled, reason)
        self.chosen, self.row = run.run_id, None
        self.turns += 1
        self.drop_oldest()

    def drop_oldest(self, but: str = "") -> None:
        """Let go of the oldest runs, if there are too many.

        Args:
            but: The id of a run that stays.
        """
        while len(self.runs) > limits().runs:
            self.forget(next(run_id for run_id in self.runs if run_id != but))

    def turn_dial(self, point: "Run") -> None:
        """Show another point of the front of the run that is shown, on all pages."""
        assert self.chosen is not None
        self.runs[self.chosen] = replace(self.runs[self.chosen], run=point)

    def tell_outcome(self, outcome: Outcome) -> None:
        """Tell afterwards what the positive class is for the person, of all runs that ask it."""
        assert self.run is not None
        asking = (self.run.data.sha256, self.run.roles.target)
        for key, kept in self.runs.items():
            if (kept.run.data.sha256, kept.run.roles.target) == asking:
                self.runs[key] = kept.with_outcome(outcome)

    def stop(self) -> None:
        """Stop all work, and forget it."""
        if self.job_id is not None:
            registry().forget(self.job_id, owner=self.owner)
        self.aside.stop()

    def clear(self) -> None:
        """Let go of table, work and runs; the session stays what it is to its tabs."""
        self.stop()
        fresh, stays = (
            Session(),
            ("owner", "person", "tabs", "token", "browser", "is_over", "version", "turns", "_lock"),
        )
        for name, value in vars(fresh).items():
            if name not in stays:
                setattr(self, name, value)
        self.version += 1
        self.turns += 1

    def rename(self, run_id: str, name: str) -> None:
        """Call a run by another name; a name of blanks changes nothing."""
        if name.strip():
            self.runs[run_id] = replace(self.runs[run_id], name=name.strip())

    def forget(self, run_id: str) -> None:
        """Forget a run; if it is shown, the newest of the others is shown instead."""
        del self.runs[run_id]
        if self.chosen == run_id:
            self.chosen, self.turns = next(reversed(self.runs), None), self.turns + 1
