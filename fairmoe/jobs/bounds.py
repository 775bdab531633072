"""How much of the work that a server does one may have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs.job import Job


@dataclass(frozen=True)
class Bounds:
    """How much of a registry one may have.

    Attributes:
        waiting: Jobs that may wait in one queue.
        by_person: Jobs of one person that may wait or run in one queue.
        by_address: Jobs from one address that may wait or run in one queue.
        seconds: How long a job may run; 0 for as long as it takes.
    """

    waiting: int = 20
    by_person: int = 20
    by_address: int = 20
    seconds: float = 0.0

    def check(self, alike: Sequence[Job[Any]], person: str, address: str) -> None:
        """Check that one more job may wait.

        Args:
            alike: What waits or runs in its queue and was asked for, or was not, as it is.
            person: Who asks.
            address: From where; "" if that is not known.

        Raises:
            InvalidInputError: The person has as many as one may have.
            UnavailableError: Too many wait, or come from the address.
        """
        own = sum(job.person == person for job in alike)
        if own >= self.by_person:
            raise InvalidInputError(
                f"At most {self.by_person} of your trainings may wait or run at a time, in all "
                "your tabs together",
                however=f"{own} do",
                remedy="Wait for one of them or cancel it.",
            )
        if address and sum(job.address == address for job in alike) >= self.by_address:
            raise UnavailableError(
                f"{self.by_address} trainings from your network wait or run already, as many as "
                "may. Try again in a few minutes."
            )
        waiting = sum(job.state == "waiting" for job in alike)
        if waiting >= self.waiting:
            raise UnavailableError(f"{waiting} trainings wait already. Try again in a few minutes.")


def took_too_long(seconds: float) -> UnavailableError:
    """Return how it is told that work was stopped after so many seconds."""
    return UnavailableError(
        f"The work was stopped after {seconds / 60:.0f} minutes, the longest that this server lets "
        "anything run. Take fewer rows, epochs or runs."
    )
