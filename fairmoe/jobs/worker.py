"""The other end of `fairmoe.jobs.workers`: a process that does one task after the other."""

import os
import queue
import signal
import sys
import threading
from typing import Any

from fairmoe.errors import CancelledError, FairmoeError
from fairmoe.jobs.bugs import log_bug, want_of_memory
from fairmoe.jobs.wire import Wire
from fairmoe.progress import Progress

_NICE = 5
"""By how much a worker gives way to others on its processor."""


class _Remote:
    """Stands for an object of the process that sent the task."""

    def __init__(self, number: int, home: "_Home") -> None:
        self._number, self._home = number, home

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: self._home.call(self._number, name, arguments)


class _Home:
    """The process that sends tasks."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._cancel = threading.Event()

    def listen(self) -> None:
        """Take what comes, for a task may be cancelled while it runs; end when nobody is left."""
        try:
            while True:
                kind, *rest = self._wire.receive()
                if kind == "cancel":
                    self._cancel.set()
                elif kind == "answer":
                    self._answers.put(rest[0])
                else:
                    self._cancel.clear()
                    self._tasks.put(rest)
        except (EOFError, OSError):
            # Nobody is there who would take a result; a task that never reports would stay.
            os._exit(0)
        except BaseException as bug:
            # What waits for this message would wait for ever.
            try:
                self._wire.send("lost", _failure(bug))
            finally:
                os._exit(1)

    def call(self, number: int, name: str, arguments: tuple[Any, ...]) -> Any:
        self._wire.send("call", number, name, arguments)
        return self._answers.get()

    def work(self) -> None:
        while True:
            function, arguments = self._tasks.get()
            outcome = self._outcome(function, arguments)
            try:
                self._wire.send(*outcome)
            except Exception as bug:
                self._wire.send("bug", log_bug(bug))
            # The table must not outlive its task.
            del function, arguments, outcome

    def _outcome(self, function: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return "result", function(*arguments, on_progress=self._report)
        except FairmoeError as error:
            return "error", error
        except BaseException as bug:
            return _failure(bug)

    def _report(self, progress: Progress) -> None:
        if self._cancel.is_set():
            raise CancelledError
        self._wire.send("progress", progress)


def _failure(bug: BaseException) -> tuple[str, Any]:
    lack = want_of_memory(bug)
    return ("bug", log_bug(bug)) if lack is None else ("error", lack)


def main() -> None:
    """Do tasks until the process that sends them ends."""
    # The process that sends the tasks decides when they end, and its pages come first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # What libraries print must not get between the messages.
    writes = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    home: _Home
    wire = Wire(
        sys.stdin.buffer,
        writes,
        name_of=lambda thing: thing._number if isinstance(thing, _Remote) else None,
        object_of=lambda number: _Remote(number, home),
    )
    home = _Home(wire)
    threading.Thread(target=home.listen, name="listens", daemon=True).start()
    home.work()


if __name__ == "__main__":
    main()
