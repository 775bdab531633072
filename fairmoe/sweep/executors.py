"""Where shards are computed: in this process, or by the workers of an executor."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from joblib.externals.loky import ProcessPoolExecutor

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.names import TRAINING, Phase
from fairmoe.progress import Progress, part_done
from fairmoe.sweep.plan import Runs, make_shards
from fairmoe.sweep.shard import compute_shard
from fairmoe.sweep.time_left import TimeLeft

SECONDS_BETWEEN_REPORTS = 0.1

_PHASES: tuple[Phase, ...] = tuple(phase for phase in TRAINING if phase != "encode")


@dataclass(frozen=True)
class Workers:
    """An open executor whose workers have the data.

    Attributes:
        count: How many shards are computed at the same time.
        submit: Hands a shard to a worker; the future holds what `compute_shard` returns.
        check: Is called about every 0.1 s; raises `UnavailableError` if no worker is left.
        restore: Returns whether shards that were lost with the data on workers can be handed out
            again; raises `UnavailableError` if never.
    """

    count: int
    submit: Callable[[Runs], "Future[bytes]"]
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
        # Not loky's reusable executor: a process is given the data of one sweep when it starts.
        executor = ProcessPoolExecutor(
            jobs, initializer=_start_worker, initargs=(data,), env={"OMP_NUM_THREADS": "1"}
        )
        try:
            yield Workers(jobs, partial(executor.submit, _compute_in_worker))
        except BrokenProcessPool as error:
            raise UnavailableError(
                "A process of the sweep was ended from outside, perhaps for want of memory. What "
                "is finished is kept; start the sweep again with fewer jobs."
            ) from error
        finally:
            executor.shutdown(wait=True, kill_workers=True)

    return opened


def compute_shards(
    executor: Executor | None,
    data: EncodedData,
    runs: Sequence[Settings],
    *,
    max_runs: int | None,
    time_left: TimeLeft,
) -> Generator[bytes]:
    """Compute runs in shards, and yield each shard when it is done, in any order.

    Args:
        executor: Computes the shards; without it they are computed here, one after the other.
        data: What to train on.
        runs: The settings of each run.
        max_runs: How many runs a shard may have; by default as many as are fast.
        time_left: Is told of the progress at least every second; what it raises stops all work.
    """
    if executor is None:
        for shard in make_shards(runs, data, max_runs=max_runs):
            yield compute_shard(data, shard, partial(_report, time_left, len(shard)))
        return
    with executor(data) as workers:
        shards = make_shards(runs, data, workers=workers.count, max_runs=max_runs)
        pending = {workers.submit(shard): shard for shard in shards}
        lost: list[Runs] = []
        try:
            while pending or lost:
                time_left.report(0.0)
                workers.check()
                if lost and workers.restore():
                    pending |= {workers.submit(shard): shard for shard in lost}
                    lost = []
                done, _ = wait(pending, SECONDS_BETWEEN_REPORTS, FIRST_COMPLETED)
                for future in done:
                    shard = pending.pop(future)
                    try:
                        content = future.result()
                    except CancelledError:
                        lost.append(shard)
                        continue
                    yield content
                if lost and not pending:
                    time.sleep(SECONDS_BETWEEN_REPORTS)
        finally:
            for future in pending:
                future.cancel()


def _report(time_left: TimeLeft, n_runs: int, progress: Progress) -> None:
    time_left.report(n_runs * part_done(progress, _PHASES))


_data: EncodedData | None = None


def _start_worker(data: EncodedData) -> None:
    global _data  # noqa: PLW0603 - a process has no other place for what all its calls share
    _data = data
    torch.set_num_threads(1)


def _compute_in_worker(settings: Runs) -> bytes:
    assert _data is not None
    return compute_shard(_data, settings)
