"""Functions that a worker can be asked to do."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from fairmoe.errors import InvalidInputError
from fairmoe.progress import OnProgress, Progress


def double(number: int, *, on_progress: OnProgress) -> tuple[int, int]:
    for step in range(1, 4):
        on_progress(Progress("experts", step, 3, {"loss": 1 / step}))
    os.write(1, b"what a library prints")
    return 2 * number, os.getpid()


def wait_for(path: str, *, on_progress: OnProgress) -> str:
    while not Path(path).exists():
        on_progress(Progress("experts", 1, 10))
        time.sleep(0.005)
    return "done"


def sleep(started: str, *, on_progress: OnProgress) -> None:  # noqa: ARG001
    Path(started).touch()
    time.sleep(600)


def be_killed(*, on_progress: OnProgress) -> None:  # noqa: ARG001
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(*, on_progress: OnProgress) -> None:  # noqa: ARG001
    raise InvalidInputError(
        "A number is needed", however="there is none", choices=("1", "2"), about=("x",)
    )


def run_out_of_memory(*, on_progress: OnProgress) -> None:  # noqa: ARG001
    raise MemoryError


def fail(cell: str, *, on_progress: OnProgress) -> None:  # noqa: ARG001
    raise KeyError(cell)


def return_what_cannot_be_sent(*, on_progress: OnProgress) -> Any:  # noqa: ARG001
    return lambda: None


def use(store: Any, *, on_progress: OnProgress) -> tuple[Any, list[str]]:  # noqa: ARG001
    store.write("one", b"1")
    return store, store.names()


class Unreadable:
    """Arrives nowhere."""

    def __reduce__(self) -> Any:
        return _raise, ("12 Elm Street",)


def _raise(cell: str) -> None:
    raise KeyError(cell)
