"""Background work with progress and cancel, for several users at once; knows no streamlit."""

import logging
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from fairmoe.errors import CancelledError, FairmoeError, InvalidInputError, UnavailableError
from fairmoe.progress import OnProgress, Progress

logger = logging.getLogger(__name__)

State = Literal["waiting", "running", "finished", "cancelled", "refused", "broken"]
Series = tuple[tuple[int, ...], tuple[float, ...]]
T = TypeVar("T")

POINTS_PER_CURVE = 500
SECONDS_BETWEEN_CLEANINGS = 15.0


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
class _Job(Generic[T]):
    owner: str
    queue: str
    work: Callable[[OnProgress], T] | None
    last_seen: float
    state: State = "waiting"
    cancel: threading.Event = field(default_factory=threading.Event)
    progress: Progress | None = None
    curves: dict[tuple[str, str], tuple[list[int], list[float]]] = field(default_factory=dict)
    started: float = 0.0
    ended: float = 0.0
    result: T | None = None
    error: FairmoeError | None = None
    reference: str = ""

    @property
    def active(self) -> bool:
        return self.state in ("waiting", "running")


class JobRegistry(Generic[T]):
    """All jobs of a process: one at a time in each queue, first come first served.

    A job is found by an id that cannot be guessed, and only by its owner: for anyone else it
    does not exist. A job of which nobody has asked for a snapshot for `patience` seconds
    is stopped and forgotten with all it holds, unless it is to be kept for longer and stands in
    nobody's way.

    Args:
        patience: Seconds without a snapshot after which a job is stopped if others wait for it.
        kept_for: Seconds without a snapshot after which any job is forgotten; by default
            `patience`.
        max_waiting: Jobs that may wait in one queue.
        clock: Returns seconds, never falling.
    """

    def __init__(
        self,
        *,
        patience: float = 300.0,
        kept_for: float = 0.0,
        max_waiting: int = 20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._kept_for = max(patience, kept_for)
        self._max_waiting = max_waiting
        self._clock = clock
        self._lock = threading.RLock()
        self._jobs: dict[str, _Job[T]] = {}
        self._busy_queues: set[str] = set()
        self._cleaner: threading.Thread | None = None

    def submit(self, work: Callable[[OnProgress], T], *, owner: str, queue: str = "cpu") -> str:
        """Queue a piece of work and return the id of its job.

        Args:
            work: Is called in a thread of its own with the function to report progress to.
            owner: Who may look at the job; a secret of theirs.
            queue: Jobs of one queue run one after the other; name the device.

        Raises:
            InvalidInputError: The owner already has a job that waits or runs.
            UnavailableError: Too many jobs wait in the queue.
        """
        with self._lock:
            self._forget_abandoned()
            if any(job.owner == owner and job.active for job in self._jobs.values()):
                raise InvalidInputError(
                    "One training at a time",
                    however="yours has not ended",
                    remedy="Wait for it or cancel it.",
                )
            waiting = sum(
                job.queue == queue and job.state == "waiting" for job in self._jobs.values()
            )
            if waiting >= self._max_waiting:
                raise UnavailableError(
                    f"{waiting} trainings wait already. Try again in a few minutes."
                )
            job_id = secrets.token_urlsafe(24)
            self._jobs[job_id] = _Job(owner, queue, work, self._clock())
            self._start_cleaner()
            if queue not in self._busy_queues:
                self._busy_queues.add(queue)
                threading.Thread(
                    target=self._run_queue, args=(queue,), name=f"jobs-{queue}", daemon=True
                ).start()
            return job_id

    def snapshot(self, job_id: str, *, owner: str) -> Snapshot[T] | None:
        """Return the state of a job, or None if this owner has no such job (any more)."""
        with self._lock:
            job = self._owned(job_id, owner)
            if job is not None:
                job.last_seen = self._clock()
            self._forget_abandoned()
            if job is None:
                return None
            return Snapshot(
                state=job.state,
                ahead=self._count_ahead(job),
                progress=job.progress,
                curves={
                    name: (tuple(steps), tuple(values))
                    for name, (steps, values) in job.curves.items()
                },
                seconds=(job.ended or self._clock()) - job.started if job.started else 0.0,
                result=job.result,
                error=job.error,
                reference=job.reference,
                stopping=job.cancel.is_set(),
            )

    def cancel(self, job_id: str, *, owner: str) -> None:
        """Ask a job to stop; one that waits stops at once, one that runs at its next report."""
        with self._lock:
            job = self._owned(job_id, owner)
            if job is not None:
                self._stop(job)

    def forget(self, job_id: str, *, owner: str) -> None:
        """Stop a job and let go of all it holds."""
        with self._lock:
            if self._owned(job_id, owner) is not None:
                self._stop(self._jobs.pop(job_id))

    def _owned(self, job_id: str, owner: str) -> _Job[T] | None:
        job = self._jobs.get(job_id)
        return job if job is not None and secrets.compare_digest(job.owner, owner) else None

    def _count_ahead(self, job: _Job[T]) -> int:
        if job.state != "waiting":
            return 0
        in_queue = [other for other in self._jobs.values() if other.queue == job.queue]
        return sum(other.active for other in in_queue[: in_queue.index(job)])

    def _stop(self, job: _Job[T]) -> None:
        job.cancel.set()
        if job.state == "waiting":
            job.state, job.work = "cancelled", None

    def _forget_abandoned(self) -> None:
        abandoned = [i for i, job in self._jobs.items() if self._is_abandoned(job)]
        for job_id in abandoned:
            self._stop(self._jobs.pop(job_id))

    def _start_cleaner(self) -> None:
        """Stop abandoned jobs on time, though nobody may ever ask for a snapshot again."""
        if self._cleaner is None:
            self._cleaner = threading.Thread(
                target=self._clean_until_idle, name="jobs-cleaner", daemon=True
            )
            self._cleaner.start()

    def _clean_until_idle(self) -> None:
        while True:
            time.sleep(min(self._patience / 4, SECONDS_BETWEEN_CLEANINGS))
            with self._lock:
                self._forget_abandoned()
                if not self._jobs:
                    self._cleaner = None
                    return

    def _is_abandoned(self, job: _Job[T]) -> bool:
        unseen = self._clock() - job.last_seen
        if unseen <= self._patience or unseen > self._kept_for:
            return unseen > self._patience
        return job.active and any(
            other.queue == job.queue
            and other.state == "waiting"
            and self._clock() - other.last_seen <= self._patience
            for other in self._jobs.values()
        )

    def _run_queue(self, queue: str) -> None:
        while True:
            with self._lock:
                self._forget_abandoned()
                job = next(
                    (j for j in self._jobs.values() if j.queue == queue and j.state == "waiting"),
                    None,
                )
                if job is None:
                    self._busy_queues.discard(queue)
                    return
                job.state, job.started = "running", self._clock()
            self._run(job)

    def _run(self, job: _Job[T]) -> None:
        state: State = "finished"
        result, error, reference = None, None, ""
        assert job.work is not None
        try:
            result = job.work(lambda progress: self._report(job, progress))
        except CancelledError:
            state = "cancelled"
        except FairmoeError as user_error:
            state, error = "refused", user_error
        except Exception as bug:
            state, reference = "broken", log_bug(bug)
        with self._lock:
            # The work holds the user's table: it must not outlive the job.
            job.work = None
            job.state, job.result, job.error, job.reference = state, result, error, reference
            job.ended = self._clock()

    def _report(self, job: _Job[T], progress: Progress) -> None:
        with self._lock:
            if job.cancel.is_set() or self._is_abandoned(job):
                raise CancelledError
            job.progress = progress
            min_steps = max(1, progress.total // POINTS_PER_CURVE)
            for name, value in progress.values.items():
                steps, values = job.curves.setdefault((progress.phase, name), ([], []))
                if not steps or progress.done - steps[-1] >= min_steps:
                    steps.append(progress.done)
                    values.append(value)


def log_bug(bug: BaseException) -> str:
    """Write to the log where a bug happened, without its message, and return its reference.

    Messages of unforeseen errors may quote cells of the user's table, so only the types and the
    lines of code are written.
    """
    reference = secrets.token_hex(4)
    lines = [f"Bug {reference}:"]
    cause: BaseException | None = bug
    while cause is not None:
        lines.append(f"{type(cause).__name__} at")
        lines.extend(line.rstrip() for line in traceback.format_tb(cause.__traceback__))
        cause = cause.__cause__ or cause.__context__
    logger.error("\n".join(lines))
    return reference
