"""Work that a session has done beside what it is asked for, and that gives way to that."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import JobRegistry
from fairmoe.progress import OnProgress
from fairmoe.ui.frame.person import Person

if TYPE_CHECKING:
    from fairmoe.jobs import Snapshot


@dataclass
class Aside:
    """One piece of work at a time, apart from what the user asked for.

    Attributes:
        registry: Where it waits and runs.
        owner: The secret by which the registry knows it.
        about: The id of the run that it is about; "" while there is none.
        unasked: Whether nobody asked for it.
    """

    registry: Callable[[], "JobRegistry[Any]"]
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    about: str = ""
    unasked: bool = False
    _job_id: str | None = None
    _take_over: "Callable[[Snapshot[Any]], None]" = lambda _: None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(
        self,
        work: Callable[[OnProgress], Any],
        *,
        queue: str,
        about: str,
        take_over: "Callable[[Snapshot[Any]], None]",
        person: Person,
        unasked: bool = False,
    ) -> None:
        """Queue a piece of work, in the place of any that has not ended.

        What nobody asked for is not begun where too much of its kind waits.

        Args:
            work: See `JobRegistry.submit`.
            queue: See `JobRegistry.submit`.
            about: The id of the run that it is about.
            take_over: Is given how it ended, when the session next looks; not if it gave way.
            person: Who asks, and from where.
            unasked: See `JobRegistry.submit`.

        Raises:
            UnavailableError: Too many wait in the queue.
        """
        with self._lock:
            self.stop()
            try:
                self._job_id = self.registry().submit(
                    work,
                    owner=self.owner,
                    queue=queue,
                    person=person.name,
                    address=person.address,
                    unasked=unasked,
                )
            except (UnavailableError, InvalidInputError):
                if unasked:
                    return
                raise
            self.about, self.unasked, self._take_over = about, unasked, take_over

    @property
    def is_active(self) -> bool:
        """Whether work waits or runs; asking does not count as a look at it."""
        job_id = self._job_id
        return job_id is not None and self.registry().is_active(job_id, owner=self.owner)

    def look(self) -> "Snapshot[Any] | None":
        """Look at the work that waits or runs, and take over its result once it has ended."""
        # Pages and what packs the session may look at once.
        with self._lock:
            if self._job_id is None:
                return None
            snapshot = self.registry().snapshot(self._job_id, owner=self.owner)
            if snapshot is not None and snapshot.active:
                return snapshot
            self.stop()
            if snapshot is not None:
                self._take_over(snapshot)
            return None

    def stop(self) -> None:
        """Stop the work and forget it; what it had found is lost."""
        with self._lock:
            if self._job_id is not None:
                self.registry().forget(self._job_id, owner=self.owner)
            self._job_id, self.about = None, ""
