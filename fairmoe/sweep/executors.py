"""Where shards are computed: in this process, or in processes beside it."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Protocol

import torch
from joblib.externals.loky.process_executor import (
    ProcessPoolExecutor,
    TerminatedWorkerError,
)

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.progress import Phase, Progress
from fairmoe.sweep.shard import compute_shard

Tell = Callable[[float], None]
"""Is told how many runs' worth of the unfinished shards is done; raises to stop the work."""

SECONDS_BETWEEN_LOOKS = 0.1

_UNTIL: dict[Phase, tuple[float, float]] = {
    "warm-up": (0.0, 0.1),
    "experts": (0.1, 0.35),
    "gate": (0.35, 0.97),
    "evaluate": (0.97, 1.0),
}
"""Between which parts of a shard's time a phase lies, as measured on the demo."""


class Pool(Protocol):
    """Workers that know the data.

    Attributes:
        workers: How many shards are computed at the same time.
    """

    workers: int

    def run(self, shards: Sequence[tuple[Settings, ...]], tell: Tell) -> Generator[bytes]:
        """Compute shards and return each when it is done, in any order.

        Args:
            shards: The settings of each.
            tell: Is called at least every second; what it raises stops all work.
        """


Engine = Callable[[EncodedData], AbstractContextManager[Pool]]
"""Opens a pool for some data, and closes it again."""


@contextmanager
def in_process(data: EncodedData) -> Iterator[Pool]:
    """Compute one shard after the other, here."""
    yield _Here(data)


def processes(jobs: int) -> Engine:
    """Return the engine that computes in processes on this machine, one thread each.

    Args:
        jobs: How many processes, at least 1.

    Raises:
        InvalidInputError: `jobs` is less.
    """
    if jobs < 1:
        raise InvalidInputError("At least one process is needed", however=f"{jobs} were asked for")

    @contextmanager
    def open_pool(data: EncodedData) -> Iterator[Pool]:
        # The data is given to each process once, when it starts.
        executor = ProcessPoolExecutor(
            jobs, initializer=_begin, initargs=(data,), env={"OMP_NUM_THREADS": "1"}
        )
        try:
            yield _Beside(executor, jobs)
        finally:
            executor.shutdown(wait=True, kill_workers=True)

    return open_pool


class _Here:
    workers = 1

    def __init__(self, data: EncodedData) -> None:
        self._data = data

    def run(self, shards: Sequence[tuple[Settings, ...]], tell: Tell) -> Generator[bytes]:
        for shard in shards:
            yield compute_shard(self._data, shard, partial(_tell_runs, tell, len(shard)))


class _Beside:
    def __init__(self, executor: ProcessPoolExecutor, jobs: int) -> None:
        self._executor = executor
        self.workers = jobs

    def run(self, shards: Sequence[tuple[Settings, ...]], tell: Tell) -> Generator[bytes]:
        pending = {self._executor.submit(_compute, shard) for shard in shards}
        while pending:
            tell(0.0)
            done = {future for future in pending if future.done()}
            pending -= done
            for future in done:
                try:
                    yield future.result()
                except TerminatedWorkerError as error:
                    raise UnavailableError(
                        "A process of the sweep was ended from outside, perhaps for want of "
                        "memory. What is finished is kept; start the sweep again with fewer jobs."
                    ) from error
            if not done:
                time.sleep(SECONDS_BETWEEN_LOOKS)


def _tell_runs(tell: Tell, runs: int, report: Progress) -> None:
    start, end = _UNTIL[report.phase]
    tell(runs * (start + (end - start) * report.done / report.total))


_data: EncodedData | None = None


def _begin(data: EncodedData) -> None:
    global _data  # noqa: PLW0603 - a process has no other place for what all its calls share
    _data = data
    torch.set_num_threads(1)


def _compute(settings: tuple[Settings, ...]) -> bytes:
    assert _data is not None
    return compute_shard(_data, settings)
