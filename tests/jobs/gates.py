"""Work that waits to be let on, a clock that is set by hand, and how a job ended."""

import threading
from typing import Any

from fairmoe.jobs import JobRegistry, Snapshot
from fairmoe.progress import OnProgress, Progress
from tests.patience import PATIENCE


class Gate:
    """Work that runs until it is let go, reporting all the while."""

    def __init__(self) -> None:
        self.tries = 0
        self.started = threading.Event()
        self.go = threading.Event()
        self.stopped = threading.Event()

    def __call__(self, on_progress: OnProgress) -> str:
        try:
            while not self.go.is_set():
                self.tries += 1
                on_progress(Progress("experts", 1, 10, {"loss": 0.5}))
                self.started.set()
                self.go.wait(0.005)
            return "done"
        finally:
            self.stopped.set()

    def reports_twice(self) -> bool:
        """Wait for two more reports, of which the second began after the call."""
        for _ in range(2):
            self.started.clear()
            if not self.started.wait(PATIENCE):
                return False
        return True


def begun(registry: JobRegistry[str], **asked: Any) -> tuple[Gate, str]:
    """Return work that runs, and the id of its job; see `JobRegistry.submit`."""
    gate = Gate()
    job_id = registry.submit(gate, **asked)
    assert gate.started.wait(PATIENCE)
    return gate, job_id


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def settled(registry: JobRegistry[str], job_id: str, owner: str = "ann") -> Snapshot[str]:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        snapshot = registry.snapshot(job_id, owner=owner)
        assert snapshot is not None
        if not snapshot.active:
            return snapshot
        pause.wait(0.005)
    raise AssertionError("the job did not end")


def state(registry: JobRegistry[str], job_id: str, owner: str = "ann") -> str:
    snapshot = registry.snapshot(job_id, owner=owner)
    return "gone" if snapshot is None else snapshot.state
