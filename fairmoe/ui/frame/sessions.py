"""Sessions that outlive a reload: found again by an address that cannot be guessed."""

import math
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

MINUTES = "FAIRMOE_SESSION_MINUTES"
"""The variable that says for how many minutes a session is kept after its page was closed."""

_MINUTES_BY_DEFAULT = 60.0
_LEAST_MINUTES, _LONGEST_MINUTES = 1.0, 7 * 24 * 60.0
MOST_SESSIONS = 256
SECONDS_AWAY = 60.0
"""How long nobody looked at a session before it is packed, if its page is away."""


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


@dataclass(eq=False)
class _Kept(Generic[T]):
    """A session, or all that is to be found again of one whose page is away.

    Attributes:
        session: The session; None if it is packed.
        last_seen: When somebody last looked at it.
        whose: From where or of whom it is.
        packed: The session as bytes.
        alive: The packed session, as long as a tab that may come back holds it.
        lock: Whoever opens it holds this.
    """

    session: T | None
    last_seen: float
    whose: str
    packed: bytes = b""
    alive: Callable[[], T | None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, unpack: Callable[[bytes], T]) -> T:
        """Return the session; two tabs that come back at once get the same one."""
        with self.lock:
            if self.session is None:
                self.session = self.alive() or unpack(self.packed)
                self.packed, self.alive = b"", lambda: None
            return self.session


class Sessions(Generic[T]):
    """The sessions of a process by their tokens, in its memory and nowhere else.

    Args:
        seconds: For how long a session is kept after it was last seen.
        on_end: Is given each session that is let go, unless it was packed.
        whose: Returns from where or of whom a session is.
        pack: Returns a session that nobody looks at as bytes, or None if it has to stay as it is.
        unpack: Returns the session of such bytes.
        most_packed: How many bytes those that are packed may take together.
        clock: Returns seconds, never falling.
    """

    def __init__(
        self,
        seconds: float,
        *,
        on_end: Callable[[T], None] = lambda _: None,
        whose: Callable[[T], str] = lambda _: "",
        pack: Callable[[T], bytes | None] = lambda _: None,
        unpack: Callable[[bytes], T] | None = None,
        most_packed: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._on_end = on_end
        self._whose = whose
        self._pack = pack
        self._unpack = unpack or _not_packed
        self._most_packed = most_packed
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept[T]] = {}

    def keep(self, session: T, token: str = "") -> str:
        """Keep a session under its token, or under a new one, and return that.

        Beyond `MOST_SESSIONS` one goes of whoever has the most: that which was unseen for longest.
        """
        token = token or secrets.token_urlsafe(24)
        with self._lock:
            self._kept[token] = _Kept(session, self._clock(), self._whose(session))
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
        return kept.open(self._unpack)

    def bytes_besides(self, token: str, size: Callable[[T], int]) -> int:
        """Return how many bytes all sessions hold but that of a token.

        Args:
            token: Of the session that is left out.
            size: Returns how many bytes one holds that is not packed.
        """
        with self._lock:
            others = [kept for one, kept in self._kept.items() if one != token]
        return sum(
            len(kept.packed) if session is None else size(session)
            for kept, session in ((kept, kept.session) for kept in others)
        )

    def pack_away(self) -> list[Exception]:
        """Pack the sessions whose page is away, and let go of old ones and of what is too much.

        Returns:
            What went wrong; a session that cannot be packed stays as it is.
        """
        now, wrong = self._clock(), []
        with self._lock:
            unseen = [
                (token, kept, kept.session, kept.last_seen)
                for token, kept in self._kept.items()
                if now - kept.last_seen > SECONDS_AWAY
            ]
        for token, kept, session, last_seen in unseen:
            if session is None:
                continue
            try:
                packed = self._pack(session)
            except Exception as bug:
                wrong.append(bug)
                continue
            with self._lock:
                # Whoever came back meanwhile has it as it was.
                is_unseen = self._kept.get(token) is kept and kept.last_seen == last_seen
                if packed is not None and is_unseen:
                    kept.session, kept.packed = None, packed
                    kept.alive = weakref.ref(session)
        self.forget_old()
        return wrong

    def forget(self, token: str) -> None:
        """Let go of a session at once."""
        with self._lock:
            kept = self._kept.pop(token, None)
        session = None if kept is None else kept.session or kept.alive()
        if session is not None:
            self._on_end(session)

    def forget_old(self) -> None:
        """Let go of sessions that nobody has seen for too long, or that are too many or large."""
        now = self._clock()
        with self._lock:
            young = {
                token: kept
                for token, kept in sorted(self._kept.items(), key=lambda item: item[1].last_seen)
                if now - kept.last_seen <= self.seconds
            }
            too_many = self._surplus(young, len, MOST_SESSIONS)
            packed = {token: kept for token, kept in young.items() if kept.packed}
            too_large = self._surplus(packed, _bytes_of, self._most_packed)
            old = [token for token in self._kept if token not in young]
        for token in dict.fromkeys([*old, *too_many, *too_large]):
            self.forget(token)

    def _surplus(
        self,
        kept: Mapping[str, _Kept[T]],
        size: Callable[[Collection[_Kept[T]]], int],
        most: float,
    ) -> list[str]:
        """Return the tokens of sessions that have to go, so that the others are not too much.

        Args:
            kept: The sessions, those first that were unseen for longest.
            size: Returns how much some of them are.
            most: How much all may be.
        """
        by_owner: dict[str, list[str]] = {}
        for token, one in kept.items():
            by_owner.setdefault(one.whose, []).append(token)
        sizes = {
            owner: size([kept[token] for token in tokens]) for owner, tokens in by_owner.items()
        }
        found = []
        # Nobody pushes out the sessions of others by opening many.
        while sum(sizes.values()) > most:
            owner = max(
                by_owner,
                key=lambda owner: (sizes[owner], -kept[by_owner[owner][0]].last_seen),
            )
            found.append(by_owner[owner].pop(0))
            sizes[owner] -= size([kept[found[-1]]])
            if not by_owner[owner]:
                del by_owner[owner], sizes[owner]
        return found


def _bytes_of(kept: "Collection[_Kept[T]]") -> int:
    return sum(len(one.packed) for one in kept)


def _not_packed(_: bytes) -> NoReturn:
    raise AssertionError("sessions were packed that nothing unpacks")
