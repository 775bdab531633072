"""What ends a command from outside, by Ctrl-C or by a signal: told of in one sentence."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STOPPED = 128
"""The exit code of a command that a signal ended is this and the signal's number."""

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def stopping(*, ends_process: bool = False) -> Iterator[None]:
    """End the block by `KeyboardInterrupt` at Ctrl-C and other signals, and say so.

    What the block holds is let go as at any error: drafts are removed and processes ended. A
    `KeyboardInterrupt` with a text says what is left.

    Args:
        ends_process: Whether nothing follows the block. Then signals that come after it was stopped
            are ignored, which would end in tracebacks of Python's own clearing up.
    """
    received: list[int] = []

    def stop(number: int, _: Any) -> None:
        received.append(number)
        raise KeyboardInterrupt

    before = _handle(stop)
    try:
        yield
    except BaseException as error:
        is_interrupt = isinstance(error, KeyboardInterrupt) or _code(error) == STOPPED + 2
        # A library that is interrupted while it is imported may raise something else.
        if not is_interrupt and (not received or _code(error) in (0, None)):
            raise
        if ends_process:
            before = dict.fromkeys(before, signal.SIG_IGN)
            for number in before:
                signal.signal(number, signal.SIG_IGN)
        why = _told(error)
        sys.stderr.write(f"Stopped{f': {why}' if why else ''}.\n")
        raise SystemExit(STOPPED + (received[-1] if received else 2)) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def telling(left: str) -> Iterator[None]:
    """Have an interrupt of the block say what is left, as the end of a sentence."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(*filter(None, [left])) from None


def _handle(stop: Any) -> dict[int, Any]:
    """Handle the signals that are not ignored, and return how they were handled before."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {
        number: handler
        for number, handler in before.items()
        if handler in (signal.SIG_DFL, signal.default_int_handler)
    }
    for number in before:
        signal.signal(number, stop)
    return before


def _code(error: BaseException) -> Any:
    return error.code if isinstance(error, SystemExit) else -1


def _told(error: BaseException | None) -> str:
    """Return what an interrupt says is left; another error may have been raised from it."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) and error.args:
            return str(error.args[0])
        error = error.__cause__ or error.__context__
    return ""
