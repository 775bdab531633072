"""One piece of work, from the queue to its end."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from fairmoe.errors import FairmoeError
from fairmoe.progress import OnProgress, Progress

State = Literal["waiting", "running", "finished", "cancelled", "refused", "broken"]
Series = tuple[tuple[int, ...], tuple[float, ...]]
T = TypeVar("T")
Work = Callable[[OnProgress], T]

POINTS_PER_CURVE = 500


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """What a job looked like at one moment.

    Attributes:
        state: "refused" is an error that the user can mend, "broken" is a bug.
        ahead: Jobs that run or wait before this one, 0 once it runs.
        progress: The latest report, if there is one.
        curves: Reported figures by phase and name: steps and values, at most 500 of each.
        seconds: Wall time since the job began to run, 0 before.
        result: What the work returned, once it has finished.
        error: Why the work was refused.
        reference: Under which number the log describes a bug.
        stopping: Whether it was asked to stop.
    """

    state: State
    ahead: int
    progress: Progress | None
    curves: Mapping[tuple[str, str], Series]
    seconds: float
    result: T | None
    error: FairmoeError | None
    reference: str
    stopping: bool = False

    @property
    def active(self) -> bool:
        """Whether the job waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(eq=False)
class Job(Generic[T]):
    """A job as the registry knows it; whoever touches it holds the registry's lock.

    Attributes:
        owner: Who may look at it; a secret of theirs.
        queue: Where it waits.
        work: What to do; None once that is over, for it holds the user's table.
        last_seen: When somebody last asked how it stands.
        person: Who asked for it.
        address: From where.
        unasked: Whether nobody asked for it.
        turn: In which round of the queue it has its turn.
        stopped: When it was asked to stop.
        kill: Ends it at once, if it runs in a process of its own.
        gives_way: Whether it stops for another, to begin anew after it.
        is_given_up: Whether it is over for all others, though it may still compute.
    """

    owner: str
    queue: str
    work: Work[T] | None
    last_seen: float
    person: str = ""
    address: str = ""
    unasked: bool = False
    turn: int = 0
    state: State = "waiting"
    cancel: threading.Event = field(default_factory=threading.Event)
    stopped: float = 0.0
    kill: Callable[[], None] | None = None
    gives_way: bool = False
    is_given_up: bool = False
    progress: Progress | None = None
    curves: dict[tuple[str, str], tuple[list[int], list[float]]] = field(default_factory=dict)
    started: float = 0.0
    ended: float = 0.0
    result: T | None = None
    error: FairmoeError | None = None
    reference: str = ""

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")

    def note(self, progress: Progress) -> None:
        """Take a report."""
        self.progress = progress
        min_steps = max(1, progress.total // POINTS_PER_CURVE)
        for name, value in progress.values.items():
            steps, values = self.curves.setdefault((progress.phase, name), ([], []))
            if not steps or progress.done - steps[-1] >= min_steps:
                steps.append(progress.done)
                values.append(value)

    def wait_again(self) -> None:
        """Go back to the queue, as if nothing of it had been done."""
        self.state, self.started, self.stopped = "waiting", 0.0, 0.0
        self.progress, self.curves, self.kill = None, {}, None
        self.gives_way = False
        self.cancel.clear()

    def end(
        self,
        state: State,
        now: float,
        *,
        result: T | None = None,
        error: FairmoeError | None = None,
        reference: str = "",
    ) -> None:
        """Be over, and let go of the table."""
        self.work = None
        self.state, self.ended = state, now
        self.result, self.error, self.reference = result, error, reference

    def seen(self, ahead: int, now: float) -> Snapshot[T]:
        """Return how it stands."""
        return Snapshot(
            state=self.state,
            ahead=ahead,
            progress=self.progress,
            curves={
                name: (tuple(steps), tuple(values)) for name, (steps, values) in self.curves.items()
            },
            seconds=(self.ended or now) - self.started if self.started else 0.0,
            result=self.result,
            error=self.error,
            reference=self.reference,
            stopping=self.cancel.is_set(),
        )
