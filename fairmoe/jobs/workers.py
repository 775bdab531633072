"""Processes that do tasks, so that trainings use all processors and none can take others along."""

import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from fairmoe.errors import CancelledError, UnavailableError
from fairmoe.jobs.bugs import WorkerBugError
from fairmoe.jobs.task import Task
from fairmoe.jobs.wire import Wire
from fairmoe.progress import OnProgress

ENDED = (
    "The process that did this work was ended from outside, perhaps for want of memory. All else "
    "of yours is still there. Start it again; if that happens once more, take fewer rows, columns "
    "or hidden units."
)
"""What is said of work whose process was killed."""


class EndedError(UnavailableError):
    """The process that did some work was ended from outside."""

    def __init__(self) -> None:
        super().__init__(ENDED)


class Worker:
    """A process that does one task at a time; it begins with the first, and anew if it was killed.

    Args:
        modules: What it imports when it begins.
    """

    def __init__(self, modules: tuple[str, ...] = ()) -> None:
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        self._shared: tuple[Any, ...] = ()
        self._wire: Wire | None = None
        self._lock = threading.Lock()
        self._is_killed = False

    @property
    def pid(self) -> int | None:
        """The number of the process, if it runs."""
        return None if self._process is None else self._process.pid

    def begin(self) -> Wire:
        """Begin the process, unless it runs."""
        with self._lock:
            if self._process is None or self._process.poll() is not None or self._wire is None:
                if self._process is not None:
                    _let_go(self._process)
                self._is_killed = False
                self._process, self._wire = self._started()
            return self._wire

    def run(self, task: "Task[Any]", on_progress: OnProgress) -> Any:
        """Have a task done, and return its result.

        Args:
            task: What to do.
            on_progress: Is told what the task reports; stops it by raising `CancelledError`.

        Raises:
            FairmoeError: What the task raised.
            EndedError: The process was killed.
            WorkerBugError: The task raised something else.
            CancelledError: It was stopped.
        """
        self._shared = task.shared
        try:
            wire = self.begin()
            wire.send("task", task.function, task.arguments)
            kind, outcome = self._until_the_end(wire, on_progress)
        except (EOFError, OSError) as gone:
            self.close()
            raise CancelledError if self._is_killed else EndedError from gone
        except BaseException:
            # The worker may wait for an answer that never comes.
            self.close()
            raise
        finally:
            self._shared = ()
        if kind == "lost":
            self.close()
            kind, outcome = outcome
        if kind == "error":
            raise outcome
        if kind == "bug":
            raise WorkerBugError(outcome)
        return outcome

    def kill(self) -> None:
        """End the process at once, with what it does."""
        with self._lock:
            self._is_killed = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Let go of the process."""
        with self._lock:
            process, self._process, self._wire = self._process, None, None
        if process is not None:
            process.kill()
            _let_go(process)

    def _until_the_end(self, wire: Wire, on_progress: OnProgress) -> tuple[str, Any]:
        is_cancelled = False
        while True:
            kind, *rest = wire.receive()
            if kind == "progress" and not is_cancelled:
                try:
                    on_progress(rest[0])
                except CancelledError:
                    is_cancelled = True
                    wire.send("cancel")
            elif kind == "call":
                number, name, arguments = rest
                wire.send("answer", getattr(self._shared[number], name)(*arguments))
            elif kind != "progress":
                return kind, rest[0]

    def _started(self) -> tuple["subprocess.Popen[bytes]", Wire]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BEGIN.format(modules=self._modules)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A terminal sends Ctrl-C to a whole group of processes: this one ends its workers.
            process_group=0,
            env=os.environ
            | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        wire = Wire(
            process.stdout,
            process.stdin,
            name_of=self._name_of,
            object_of=lambda number: self._shared[number],
        )
        return process, wire

    def _name_of(self, thing: Any) -> int | None:
        return next((i for i, one in enumerate(self._shared) if one is thing), None)


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # What was not sent any more is of no use.
            with contextlib.suppress(OSError):
                pipe.close()


_BEGIN = """\
import importlib
from fairmoe.jobs.worker import main
for module in {modules!r}:
    importlib.import_module(module)
main()
"""


class Workers:
    """As many workers as work may be done at the same time; each is lent to one at a time.

    Args:
        count: How many.
        modules: What each imports when it begins.
    """

    def __init__(self, count: int, modules: tuple[str, ...] = ()) -> None:
        self.count = count
        self._all = [Worker(modules) for _ in range(count)]
        self._free = list(reversed(self._all))
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Begin all processes, so that the first task need not wait for that."""
        for worker in self._all:
            worker.begin()

    def borrow(self) -> Worker:
        """Return a worker that does nothing; there have to be as many as borrow."""
        with self._lock:
            return self._free.pop()

    def give_back(self, worker: Worker) -> None:
        """Give a worker back."""
        with self._lock:
            self._free.append(worker)

    def close(self) -> None:
        """End all processes."""
        for worker in self._all:
            worker.close()
