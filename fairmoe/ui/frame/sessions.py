"""Sessions that outlive a reload: found again by an address that cannot be guessed."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MINUTES = "FAIRMOE_SESSION_MINUTES"
"""The variable that says for how many minutes a session is kept after its page was closed."""

_MINUTES_BY_DEFAULT = 60.0
_LEAST_MINUTES, _LONGEST_MINUTES = 1.0, 7 * 24 * 60.0
MOST_SESSIONS = 256


def seconds_kept() -> float:
    """Return for how long a session is kept after its page was last drawn, in seconds.

    Raises:
        ValueError: The variable `MINUTES` holds no number of minutes from 1 to those of a week.
    """
    told = os.environ.get(MINUTES, "")
    try:
        minutes = float(told) if told else _MINUTES_BY_DEFAULT
        if not _LEAST_MINUTES <= minutes <= _LONGEST_MINUTES:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{MINUTES} needs a number of minutes from {_LEAST_MINUTES:g} to {_LONGEST_MINUTES:g}"
        ) from None
    return 60 * minutes


@dataclass
class _Kept(Generic[T]):
    session: T
    last_seen: float


class Sessions(Generic[T]):
    """The sessions of a process by their tokens, in its memory and nowhere else.

    Args:
        seconds: For how long a session is kept after it was last seen.
        on_end: Is given each session that is let go.
        whose: Returns from where or of whom a session is.
        clock: Returns seconds, never falling.
    """

    def __init__(
        self,
        seconds: float,
        *,
        on_end: Callable[[T], None] = lambda _: None,
        whose: Callable[[T], str] = lambda _: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._on_end = on_end
        self._whose = whose
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept[T]] = {}

    def keep(self, session: T, token: str = "") -> str:
        """Keep a session under its token, or under a new one, and return that.

        Beyond `MOST_SESSIONS` one goes of whoever has the most: that which was unseen for longest.
        """
        token = token or secrets.token_urlsafe(24)
        with self._lock:
            self._kept[token] = _Kept(session, self._clock())
        self.forget_old()
        return token

    def find(self, token: str) -> T | None:
        """Return the session of a token, or None if there is none (any more)."""
        self.forget_old()
        with self._lock:
            kept = self._kept.get(token)
            if kept is None:
                return None
            kept.last_seen = self._clock()
            return kept.session

    def others(self, token: str) -> list[T]:
        """Return all sessions but that of a token."""
        with self._lock:
            return [kept.session for one, kept in self._kept.items() if one != token]

    def forget(self, token: str) -> None:
        """Let go of a session at once."""
        with self._lock:
            kept = self._kept.pop(token, None)
        if kept is not None:
            self._on_end(kept.session)

    def forget_old(self) -> None:
        """Let go of sessions that nobody has seen for too long, or that are too many."""
        now = self._clock()
        with self._lock:
            old = [
                token for token, kept in self._kept.items() if now - kept.last_seen > self.seconds
            ]
            old += self._too_many(set(old))
        for token in old:
            self.forget(token)

    def _too_many(self, old: set[str]) -> list[str]:
        """Return the tokens that are too many beside those of old sessions."""
        by_owner: dict[str, list[str]] = {}
        for token, kept in sorted(self._kept.items(), key=lambda item: item[1].last_seen):
            if token not in old:
                by_owner.setdefault(self._whose(kept.session), []).append(token)
        found = []
        # Nobody pushes out the sessions of others by opening many.
        for _ in range(len(self._kept) - len(old) - MOST_SESSIONS):
            most = max(by_owner.values(), key=lambda tokens: (len(tokens), -self._seen(tokens[0])))
            found.append(most.pop(0))
            by_owner = {owner: tokens for owner, tokens in by_owner.items() if tokens}
        return found

    def _seen(self, token: str) -> float:
        return self._kept[token].last_seen
