"""Parts of a sweep computed by a Dask cluster, which is reached by the address of its scheduler."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from fairmoe.data import EncodedData
from fairmoe.errors import UnavailableError
from fairmoe.sweep.executors import Executor, Part, Workers
from fairmoe.sweep.sealed import FORMAT

SECONDS_TO_CONNECT = 8.0
SECONDS_WITHOUT_WORKERS = 60.0

_NEVER = logging.CRITICAL + 1
_RESUME_HINT = "What is finished is kept; start the sweep again, and it goes on from there."


def dask(address: str) -> Executor:
    """Return the executor of a Dask scheduler, whichever workers it has.

    The data goes to each worker once. A worker that is lost costs what it had in work, which
    another takes over.

    Args:
        address: Such as "tcp://10.0.0.1:8786". Dask sends pickles: name only a cluster you trust.
    """

    @contextmanager
    def opened(data: EncodedData) -> Iterator[Workers]:
        client = _connect(address)
        distributed = import_module("distributed")
        try:
            with _without_tracebacks():
                shared = _SharedData(client, data, address)
                yield Workers(
                    count=sum(client.nthreads().values()),
                    submit=shared.submit,
                    check=_check_for_workers(client, address),
                    restore=shared.restore,
                )
        except distributed.KilledWorker as error:
            raise UnavailableError(
                f"Several workers of '{address}' were lost over the same part of the sweep, "
                f"perhaps for want of memory. {_RESUME_HINT}"
            ) from error
        except (CancelledError, distributed.comm.CommClosedError, TimeoutError) as error:
            raise _lost_connection(address) from error
        finally:
            with _without_tracebacks():
                client.close(timeout=SECONDS_TO_CONNECT)

    return opened


class _SharedData:
    """The data on the workers of a cluster, which has it anew if the last of them was lost."""

    def __init__(self, client: Any, data: EncodedData, address: str) -> None:
        self._client, self._data, self._address = client, data, address
        self._executor = client.get_executor(pure=False)
        self._on_workers = client.scatter(data, broadcast=True)

    def submit(self, part: Part) -> "Future[bytes]":
        future: Future[bytes] = self._executor.submit(
            part.function, self._on_workers, *part.arguments
        )
        return future

    def restore(self) -> bool:
        if self._client.status != "running":
            raise _lost_connection(self._address)
        if not self._client.scheduler_info(n_workers=1).get("workers"):
            return False
        if self._on_workers.status != "finished":
            self._on_workers = self._client.scatter(self._data, broadcast=True)
        return True


@contextmanager
def _without_tracebacks() -> Iterator[None]:
    """Keep Dask from telling in a page of calls what an error tells in a sentence."""
    # Dask gives some of its loggers levels of their own.
    names = ("distributed", "tornado", "asyncio")
    loggers = [
        logging.getLogger(name)
        for name in (*names, *logging.root.manager.loggerDict)
        if name.partition(".")[0] in names
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(_NEVER)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _lost_connection(address: str) -> UnavailableError:
    return UnavailableError(
        f"The connection to the Dask scheduler at '{address}' was lost. {_RESUME_HINT}"
    )


def _check_for_workers(client: Any, address: str) -> Callable[[], None]:
    """Return what raises once there have been no workers for too long."""
    last_seen = time.monotonic()

    def check() -> None:
        nonlocal last_seen
        if client.scheduler_info(n_workers=1).get("workers"):
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen > SECONDS_WITHOUT_WORKERS:
            raise UnavailableError(f"'{address}' has lost all its workers. {_RESUME_HINT}")

    return check


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
    outdated = [worker for worker, version in formats.items() if version != FORMAT]
    if outdated:
        raise UnavailableError(
            f"{len(outdated)} of {len(formats)} workers of '{address}' run another version of "
            "fairmoe. Install the same version everywhere."
        )


def _format() -> int:
    return FORMAT
