"""Background work with progress and cancel, for several users at once; knows no streamlit."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fairmoe.errors import CancelledError, FairmoeError, InvalidInputError
from fairmoe.jobs.bounds import Bounds, took_too_long
from fairmoe.jobs.bugs import log_bug, want_of_memory
from fairmoe.jobs.job import Job, Snapshot, State, Work
from fairmoe.jobs.task import Task
from fairmoe.jobs.turns import turn_of
from fairmoe.jobs.workers import Workers
from fairmoe.progress import Progress

T = TypeVar("T")

SECONDS_BETWEEN_CLEANINGS = 15.0
SECONDS_TO_STOP = 20.0
"""How long work that was asked to stop may go on without a report, before it is given up."""


class JobRegistry(Generic[T]):
    """All jobs of a process: a few at a time in each queue, one after the other by person.

    A job is found by an id that cannot be guessed, and only by its owner: for anyone else it
    does not exist. A job of which nobody has asked for a snapshot for `patience` seconds
    is stopped and forgotten with all it holds, unless it is to be kept for longer and stands in
    nobody's way. One that stands in the way of its own person gives way after `own_patience`.
    One that nobody asked for gives way at once to any that somebody asks for, and waits anew.

    Args:
        patience: Seconds without a snapshot after which a job is stopped if others wait for it.
        own_patience: The same if its own person waits for it, with the page of another job.
        kept_for: Seconds without a snapshot after which any job is forgotten; by default
            `patience`.
        bounds: How much may wait, and of whom.
        workers: Do the tasks of queues by their names, as many at a time as there are; what is no
            `Task`, and all of other queues, is done in this process, one at a time in each queue.
        clock: Returns seconds, never falling.
    """

    def __init__(
        self,
        *,
        patience: float = 300.0,
        own_patience: float = 90.0,
        kept_for: float = 0.0,
        bounds: Bounds | None = None,
        workers: Mapping[str, Workers] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._own_patience = min(patience, own_patience)
        self._kept_for = max(patience, kept_for)
        self._bounds = bounds or Bounds()
        self._workers = workers or {}
        self._clock = clock
        self._lock = threading.RLock()
        self._jobs: dict[str, Job[T]] = {}
        self._running: list[Job[T]] = []
        self._latest_turns: dict[tuple[str, bool], int] = {}
        self._cleaner: threading.Thread | None = None

    def submit(
        self,
        work: Work[T],
        *,
        owner: str,
        queue: str = "cpu",
        person: str = "",
        address: str = "",
        unasked: bool = False,
    ) -> str:
        """Queue a piece of work and return the id of its job.

        Args:
            work: Is called with the function to report progress to: a `Task` by a worker of the
                queue, if it has any; anything else in a thread of its own.
            owner: Who may look at the job; a secret of theirs.
            queue: Jobs of one queue run one after the other, or as many as it has workers; name
                the device.
            person: Who asks, in however many sessions; by default the owner.
            address: From where; "" if that is not known.
            unasked: Whether nobody asked for it. It runs while nothing else waits, begins anew if
                it had to give way, and is counted against the bounds of its like alone.

        Raises:
            InvalidInputError: The owner already has a job that waits or runs, or the person as many
                as one may have.
            UnavailableError: Too many jobs wait in the queue, or come from the address.
        """
        person = person or owner
        with self._lock:
            self._forget_abandoned()
            if any(job.owner == owner and job.active for job in self._jobs.values()):
                raise InvalidInputError(
                    "One training at a time",
                    however="yours has not ended",
                    remedy="Wait for it or cancel it.",
                )
            kind = (queue, unasked)
            active = [job for job in self._jobs.values() if job.active]
            alike = [job for job in active if (job.queue, job.unasked) == kind]
            self._bounds.check(alike, person, address)
            job_id = secrets.token_urlsafe(24)
            self._jobs[job_id] = Job(
                owner,
                queue,
                work,
                self._clock(),
                person=person,
                address=address,
                unasked=unasked,
                turn=turn_of(person, alike, self._latest_turns.get(kind, 0)),
            )
            self._start_cleaner()
            self._start_next(queue)
            self._make_way(queue)
            return job_id

    def snapshot(self, job_id: str, *, owner: str) -> Snapshot[T] | None:
        """Return the state of a job, or None if this owner has no such job (any more)."""
        with self._lock:
            job = self._owned(job_id, owner)
            if job is not None:
                job.last_seen = self._clock()
            self._forget_abandoned()
            return None if job is None else job.seen(self._count_ahead(job), self._clock())

    def is_active(self, job_id: str, *, owner: str) -> bool:
        """Return whether a job of this owner waits or runs; it does not count as a look at it."""
        with self._lock:
            return (job := self._owned(job_id, owner)) is not None and job.active

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

    def _owned(self, job_id: str, owner: str) -> Job[T] | None:
        job = self._jobs.get(job_id)
        return job if job is not None and secrets.compare_digest(job.owner, owner) else None

    def _in_turn(self, queue: str) -> list[Job[T]]:
        """Return what waits in a queue, the next first; `_jobs` is in the order of asking."""
        waiting = [j for j in self._jobs.values() if j.queue == queue and j.state == "waiting"]
        return sorted(waiting, key=lambda job: (job.unasked, job.turn))

    def _count_ahead(self, job: Job[T]) -> int:
        if job.state != "waiting":
            return 0
        before = [one for one in self._running if one.queue == job.queue and not one.gives_way]
        return len(before) + self._in_turn(job.queue).index(job)

    def _stop(self, job: Job[T]) -> None:
        if not job.cancel.is_set():
            job.stopped = self._clock()
        job.cancel.set()
        job.gives_way = False
        if job.state == "waiting":
            job.state, job.work = "cancelled", None

    def _forget_abandoned(self) -> None:
        for job_id in [i for i, job in self._jobs.items() if self._is_abandoned(job)]:
            self._stop(self._jobs.pop(job_id))
        for job in tuple(self._running):
            self._give_up(job)

    def _give_up(self, job: Job[T]) -> None:
        """End work that runs too long or does not listen; its queue goes on without it."""
        now, longest = self._clock(), self._bounds.seconds
        if longest and not job.cancel.is_set() and now - job.started > longest:
            job.error = took_too_long(longest)
            self._stop(job)
        if job.is_given_up or not job.cancel.is_set() or now - job.stopped <= SECONDS_TO_STOP:
            return
        if job.gives_way and job.kill is not None:
            job.kill()
            return
        job.is_given_up, job.gives_way = True, False
        job.end("refused" if job.error else "cancelled", now, error=job.error)
        if job.kill is not None:
            # Its thread then gives the worker back.
            job.kill()
            return
        self._running.remove(job)
        self._start_next(job.queue)

    def _start_cleaner(self) -> None:
        """Stop abandoned jobs on time, though nobody may ever ask for a snapshot again."""
        if self._cleaner is None:
            clean = self._clean_until_idle
            self._cleaner = threading.Thread(target=clean, name="jobs-cleaner", daemon=True)
            self._cleaner.start()

    def _clean_until_idle(self) -> None:
        while True:
            time.sleep(min(self._patience / 4, SECONDS_BETWEEN_CLEANINGS))
            with self._lock:
                self._forget_abandoned()
                if not self._jobs and not self._running:
                    self._cleaner = None
                    return

    def _is_abandoned(self, job: Job[T]) -> bool:
        unseen = self._clock() - job.last_seen
        if unseen > self._kept_for:
            return True
        if unseen <= self._own_patience or not job.active:
            return False
        return any(
            other.queue == job.queue
            and other.state == "waiting"
            and other.unasked <= job.unasked
            and self._clock() - other.last_seen <= self._own_patience
            and (unseen > self._patience or other.person == job.person)
            for other in self._jobs.values()
        )

    def _start_next(self, queue: str) -> None:
        """Let jobs of a queue begin, as long as it has room."""
        room = self._workers[queue].count if queue in self._workers else 1
        for job in self._in_turn(queue):
            if sum(other.queue == queue for other in self._running) >= room:
                return
            latest = self._latest_turns.get((queue, job.unasked), 0)
            self._latest_turns[queue, job.unasked] = max(latest, job.turn)
            job.state, job.started = "running", self._clock()
            self._running.append(job)
            name = f"jobs-{queue}"
            threading.Thread(target=self._run, args=(job,), name=name, daemon=True).start()

    def _make_way(self, queue: str) -> None:
        """Let jobs that nobody asked for stop for those that wait and were asked for."""
        waiting = sum(not job.unasked for job in self._in_turn(queue))
        giving = [job for job in self._running if job.queue == queue and job.unasked]
        # What began last loses least.
        giving.sort(key=lambda job: (not job.gives_way, -job.started))
        for job in giving[:waiting]:
            if not job.cancel.is_set():
                self._stop(job)
                job.gives_way = True

    def _run(self, job: Job[T]) -> None:
        state: State = "finished"
        result, error, reference = None, None, ""
        try:
            result = self._result(job)
        except CancelledError:
            state = "cancelled"
        except FairmoeError as user_error:
            state, error = "refused", user_error
        except Exception as bug:
            error = want_of_memory(bug)
            state, reference = ("refused", "") if error else ("broken", log_bug(bug))
        with self._lock:
            if job in self._running:
                self._running.remove(job)
            if job.error is not None:
                state, error = "refused", job.error
            if job.gives_way and state == "cancelled":
                job.wait_again()
            elif not job.is_given_up:
                job.end(state, self._clock(), result=result, error=error, reference=reference)
            self._start_next(job.queue)

    def _result(self, job: Job[T]) -> T:
        work = job.work
        assert work is not None

        def report(progress: Progress) -> None:
            self._report(job, progress)

        if job.queue not in self._workers or not isinstance(work, Task):
            return work(report)
        workers = self._workers[job.queue]
        worker = workers.borrow()
        job.kill = worker.kill
        try:
            done: Any = worker.run(work, report)
            return done  # type: ignore[no-any-return]
        finally:
            workers.give_back(worker)

    def _report(self, job: Job[T], progress: Progress) -> None:
        with self._lock:
            if job.cancel.is_set() or self._is_abandoned(job):
                raise CancelledError
            job.note(progress)
