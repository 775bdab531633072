"""Whose turn it is: one after the other by person, however much each of them asks for."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from fairmoe.errors import UnavailableError


class Claim(Protocol):
    """Something that waits for its turn, or has it."""

    @property
    def person(self) -> str:
        """Who asked for it."""

    @property
    def turn(self) -> int:
        """In which round it has its turn."""


def turn_of(person: str, active: Sequence[Claim], latest: int) -> int:
    """Return the round in which something new has its turn.

    Each person has one turn a round: what somebody asks for while something of theirs waits or
    runs comes a round later. Nobody waits for more than one turn of each of the others, and
    nobody gains by asking again.

    Args:
        person: Who asks.
        active: What waits or runs.
        latest: The round of what had its turn last.
    """
    own = [claim.turn for claim in active if claim.person == person]
    return max(latest, max(own, default=latest - 1) + 1)


@dataclass(eq=False)
class _Turn:
    person: str
    turn: int
    is_on: bool = False


class Turns:
    """A few at a time may do something, the others wait; fair by person.

    Args:
        count: How many at a time.
        max_waiting: How many may wait.
        patience: For how many seconds each waits at most.
    """

    def __init__(self, count: int, *, max_waiting: int = 60, patience: float = 120.0) -> None:
        self._count, self._max_waiting, self._patience = count, max_waiting, patience
        self._changed = threading.Condition()
        self._claims: list[_Turn] = []
        self._latest = 0
        self._own = threading.local()

    @contextmanager
    def take(self, person: str) -> Iterator[None]:
        """Wait for a turn, and have it in the block; within a turn, go on.

        Raises:
            UnavailableError: Too many wait, or it takes too long.
        """
        if getattr(self._own, "has_one", False):
            yield
            return
        claim = self._wait(person)
        self._own.has_one = True
        try:
            yield
        finally:
            self._own.has_one = False
            self._leave(claim)

    def _wait(self, person: str) -> _Turn:
        until = time.monotonic() + self._patience
        with self._changed:
            if len(self._claims) >= self._count + self._max_waiting:
                raise UnavailableError(
                    f"{self._max_waiting} analyses wait already. Try again in a minute."
                )
            claim = _Turn(person, turn_of(person, self._claims, self._latest))
            self._claims.append(claim)
            try:
                while not self._is_next(claim):
                    if not self._changed.wait(until - time.monotonic()):
                        raise UnavailableError(
                            "Analyses of others took too long before it was the turn of this one. "
                            "Try again in a minute."
                        )
            except BaseException:
                self._claims.remove(claim)
                # A turn that came at the last moment is now that of another.
                self._changed.notify_all()
                raise
            claim.is_on, self._latest = True, max(self._latest, claim.turn)
            return claim

    def _is_next(self, claim: _Turn) -> bool:
        free = self._count - sum(one.is_on for one in self._claims)
        waiting = sorted((one for one in self._claims if not one.is_on), key=lambda one: one.turn)
        return claim in waiting[: max(0, free)]

    def _leave(self, claim: _Turn) -> None:
        with self._changed:
            self._claims.remove(claim)
            self._changed.notify_all()
