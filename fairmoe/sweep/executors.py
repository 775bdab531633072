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
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from joblib.externals.loky import ProcessPoolExecutor

from fairmoe.data import EncodedData
from fairmoe.errors import InvalidInputError, UnavailableError
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
    """Processes that compute, each an executor of its own: one that is ended takes no other along.

    Args:
        jobs: How many.
        data: What each is given when it starts.
    """

    def __init__(self, jobs: int, data: EncodedData) -> None:
        self._data = data
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._open: set[ProcessPoolExecutor] | None = set()

    def submit(self, part: Part) -> "Future[bytes]":
        return self._threads.submit(self._compute, part)

    def close(self) -> None:
        """End all processes, whatever they do."""
        with self._lock:
            executors, self._open = self._open or set(), None
        self._threads.shutdown(wait=False, cancel_futures=True)
        for executor in executors:
            executor.shutdown(wait=True, kill_workers=True)
        self._threads.shutdown(wait=True)

    def _compute(self, part: Part) -> bytes:
        for _ in range(ATTEMPTS):
            try:
                content: bytes = self._executor().submit(_compute_in_process, part).result()
            except BrokenProcessPool:
                self._own.executor = None
                continue
            return content
        raise UnavailableError(
            "A process of the sweep was ended from outside again and again, perhaps for want of "
            "memory. What is finished is kept; start the sweep again with fewer jobs."
        )

    def _executor(self) -> ProcessPoolExecutor:
        """Return the executor of this thread, a new one if there is none or it is broken."""
        executor = getattr(self._own, "executor", None)
        if executor is None:
            # Not loky's reusable executor: a process is given the data of one sweep as it starts.
            executor = ProcessPoolExecutor(
                1, initializer=_start_process, initargs=(self._data,), env={"OMP_NUM_THREADS": "1"}
            )
            with self._lock:
                if self._open is None:
                    raise CancelledError
                self._open.add(executor)
            self._own.executor = executor
        return executor


_data: EncodedData | None = None


def _start_process(data: EncodedData) -> None:
    global _data  # noqa: PLW0603 - a process has no other place for what all its calls share
    _data = data
    torch.set_num_threads(1)


def _compute_in_process(part: Part) -> bytes:
    assert _data is not None
    return part.function(_data, *part.arguments)
