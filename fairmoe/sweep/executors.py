"""Where parts of a sweep are computed: in processes of this machine, or by other workers."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from fairmoe.data import EncodedData
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Task
from fairmoe.jobs.workers import EndedError, Worker
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.sweep.time_left import TimeLeft

SECONDS_BETWEEN_REPORTS = 0.1

ATTEMPTS = 3
"""How often a task is begun whose process is ended from outside: want of memory does not pass."""


class Part(NamedTuple):
    """A part of a sweep that one worker computes.

    Attributes:
        function: Is called with the data and the arguments.
        arguments: What else it needs; sent to the worker.
    """

    function: Callable[..., bytes]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Workers:
    """An open executor whose workers have the data.

    Attributes:
        count: How many parts are computed at the same time.
        submit: Hands a part to a worker; the future holds what its function returns.
        check: Is called about every 0.1 s; raises `UnavailableError` if no worker is left.
        restore: Returns whether parts that were lost with the data on workers can be handed out
            again; raises `UnavailableError` if never.
    """

    count: int
    submit: Callable[[Part], "Future[bytes]"]
    check: Callable[[], None] = lambda: None
    restore: Callable[[], bool] = lambda: True


Executor = Callable[[EncodedData], AbstractContextManager[Workers]]
"""Opens an executor from `concurrent.futures` for some data, and shuts it down."""


def processes(jobs: int) -> Executor:
    """Return an executor of processes on this machine, one thread each.

    Args:
        jobs: How many processes, at least 1.

    Raises:
        InvalidInputError: `jobs` is less.
    """
    if jobs < 1:
        raise InvalidInputError("At least one process is needed", however=f"{jobs} were asked for")

    @contextmanager
    def opened(data: EncodedData) -> Iterator[Workers]:
        computing = _Processes(jobs, data)
        try:
            yield Workers(jobs, computing.submit)
        finally:
            computing.close()

    return opened


def compute(workers: Workers, parts: Sequence[Part], time_left: TimeLeft) -> Generator[bytes]:
    """Compute parts of a sweep, and yield each when it is done, in any order.

    Args:
        workers: Compute them.
        parts: Which.
        time_left: Is told of the progress at least every second; what it raises stops all work.
    """
    pending = {workers.submit(part): part for part in parts}
    lost: list[Part] = []
    try:
        while pending or lost:
            time_left.report(0.0)
            workers.check()
            if lost and workers.restore():
                pending |= {workers.submit(part): part for part in lost}
                lost = []
            done, _ = wait(pending, SECONDS_BETWEEN_REPORTS, FIRST_COMPLETED)
            for future in done:
                part = pending.pop(future)
                try:
                    content = future.result()
                except CancelledError:
                    lost.append(part)
                    continue
                yield content
            if lost and not pending:
                time.sleep(SECONDS_BETWEEN_REPORTS)
    finally:
        for future in pending:
            future.cancel()


class _Processes:
    """Workers that compute, one for each thread: one that is ended takes no other along.

    Args:
        jobs: How many.
        data: What each is given when it starts.
    """

    def __init__(self, jobs: int, data: EncodedData) -> None:
        self._data = data
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()
        self._workers: list[Worker] = []
        self._handed_out: set[Future[bytes]] = set()
        self._is_closed = False

    def submit(self, part: Part) -> "Future[bytes]":
        future = self._threads.submit(self._compute, part)
        self._handed_out.add(future)
        future.add_done_callback(self._handed_out.discard)
        return future

    def close(self) -> None:
        """End all processes, whatever they do."""
        self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        is_open = True
        while is_open:
            # One that was about to begin when it was ended begins nevertheless.
            for worker in tuple(self._workers):
                worker.kill()
            is_open = bool(wait(tuple(self._handed_out), SECONDS_BETWEEN_REPORTS).not_done)
        for worker in self._workers:
            worker.close()

    def _compute(self, part: Part) -> bytes:
        for _ in range(ATTEMPTS):
            try:
                content: bytes | None = self._with_data().run(
                    Task(_compute_in_process, (part,)), ignore_progress
                )
            except EndedError:
                continue
            if content is not None:
                return content
        raise UnavailableError(
            "A process of the sweep was ended from outside again and again, perhaps for want of "
            "memory. What is finished is kept; start the sweep again with fewer jobs."
        )

    def _with_data(self) -> Worker:
        """Return the worker of this thread; it is given the data if its process is a new one."""
        if self._is_closed:
            raise CancelledError
        worker: Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            worker = self._own.worker = Worker(("fairmoe.sweep",))
            self._workers.append(worker)
        worker.begin()
        if worker.pid != getattr(self._own, "given", None):
            worker.run(Task(_take, (self._data,)), ignore_progress)
            self._own.given = worker.pid
        return worker


_data: EncodedData | None = None


def _take(data: EncodedData, *, on_progress: OnProgress) -> None:  # noqa: ARG001 - as tasks are
    global _data  # noqa: PLW0603 - a process has no other place for what all its calls share
    _data = data
    torch.set_num_threads(1)


def _compute_in_process(part: Part, *, on_progress: OnProgress) -> bytes | None:  # noqa: ARG001
    """Compute a part, unless the process that had the data was ended just before."""
    return None if _data is None else part.function(_data, *part.arguments)
