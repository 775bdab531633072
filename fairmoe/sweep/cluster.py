"""Shards computed by a Dask cluster, which is reached by the address of its scheduler."""

import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.errors import UnavailableError
from fairmoe.sweep.executors import SECONDS_BETWEEN_LOOKS, Engine, Pool, Tell
from fairmoe.sweep.shard import FORMAT, compute_shard, shard_name

SECONDS_TO_CONNECT = 8.0
SECONDS_WITHOUT_WORKERS = 60.0

_KEPT = "What is finished is kept; start the sweep again, and it goes on from there."


def dask(address: str) -> Engine:
    """Return the engine that computes on the workers of a Dask scheduler.

    The data goes to each worker once. A worker that is lost costs what it had in work, which
    another takes over.

    Args:
        address: Such as "tcp://10.0.0.1:8786". Dask sends pickles: name only a cluster you trust.
    """

    @contextmanager
    def open_pool(data: EncodedData) -> Iterator[Pool]:
        client = _connect(address)
        try:
            yield _Cluster(client, data, address)
        finally:
            client.close(timeout=SECONDS_TO_CONNECT)

    return open_pool


def _connect(address: str) -> Any:
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "A Dask cluster needs the package 'distributed'. "
            'Install it with python -m pip install "fairmoe[dask]".'
        ) from error
    try:
        with warnings.catch_warnings():
            # Dask warns of packages that differ; those that matter are compared below.
            warnings.simplefilter("ignore")
            client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"No Dask scheduler answers at '{address}'. Start one with 'dask scheduler', and name "
            "the address that it prints."
        ) from error
    try:
        _check_workers(client, address)
    except BaseException:
        client.close(timeout=SECONDS_TO_CONNECT)
        raise
    return client


def _check_workers(client: Any, address: str) -> None:
    """Check that there are workers, and that they compute what we would."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError as error:
        raise UnavailableError(
            f"The Dask scheduler at '{address}' has no workers. "
            f"Start some with 'dask worker {address} --nthreads 1'."
        ) from error
    try:
        formats = client.run(_format)
    except ModuleNotFoundError as error:
        raise UnavailableError(
            f"A worker of '{address}' has no {error.name}. "
            "Install the same version of fairmoe where the workers run."
        ) from error
    others = [worker for worker, found in formats.items() if found != FORMAT]
    if others:
        raise UnavailableError(
            f"{len(others)} of {len(formats)} workers of '{address}' run another version of "
            "fairmoe. Install the same version everywhere."
        )


class _Cluster:
    def __init__(self, client: Any, data: EncodedData, address: str) -> None:
        self._client, self._data, self._address = client, data, address
        self.workers = sum(client.nthreads().values())

    def run(self, shards: Sequence[tuple[Settings, ...]], tell: Tell) -> Generator[bytes]:
        tell(0.0)
        data = self._client.scatter(self._data, broadcast=True)
        pending = {
            self._client.submit(
                compute_shard, data, shard, key=shard_name(self._data.digest, shard), pure=False
            )
            for shard in shards
        }
        seen = time.monotonic()
        try:
            while pending:
                tell(0.0)
                done = {future for future in pending if future.done()}
                pending -= done
                for future in done:
                    yield self._result(future)
                    # The scheduler may forget what is kept here.
                    future.release()
                if self._client.scheduler_info(n_workers=1)["workers"]:
                    seen = time.monotonic()
                elif time.monotonic() - seen > SECONDS_WITHOUT_WORKERS:
                    raise UnavailableError(f"'{self._address}' has lost all its workers. {_KEPT}")
                if not done:
                    time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            self._client.cancel(list(pending))

    def _result(self, future: Any) -> bytes:
        distributed = import_module("distributed")
        try:
            content: bytes = future.result(timeout=SECONDS_WITHOUT_WORKERS)
        except distributed.KilledWorker as error:
            raise UnavailableError(
                f"Several workers of '{self._address}' were lost over the same part of the sweep, "
                f"perhaps for want of memory. {_KEPT}"
            ) from error
        except (
            distributed.CancelledError,
            distributed.comm.CommClosedError,
            TimeoutError,
        ) as error:
            raise UnavailableError(
                f"The connection to the Dask scheduler at '{self._address}' was lost. {_KEPT}"
            ) from error
        return content


def _format() -> int:
    return FORMAT
