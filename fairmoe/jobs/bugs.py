"""What is written of a bug: where it happened, and nothing of what it happened to."""

import logging
import secrets
import traceback

from fairmoe.errors import UnavailableError

logger = logging.getLogger("fairmoe.jobs")

NO_MEMORY = (
    "The memory of this machine did not suffice for this, and nothing of it was kept. Take fewer "
    "rows, columns, hidden units or runs."
)
"""What is said where memory could not be had."""


class WorkerBugError(Exception):
    """A bug in a process of its own, which has written to the log where.

    Args:
        reference: Under which number.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def log_bug(bug: BaseException) -> str:
    """Write to the log where a bug happened, without its message, and return its reference.

    Messages of unforeseen errors may quote cells of the user's table, so only the types and the
    lines of code are written.
    """
    if isinstance(bug, WorkerBugError):
        return bug.reference
    reference = secrets.token_hex(4)
    lines = [f"Bug {reference}:"]
    cause: BaseException | None = bug
    while cause is not None:
        lines.append(f"{type(cause).__name__} at")
        lines.extend(line.rstrip() for line in traceback.format_tb(cause.__traceback__))
        cause = cause.__cause__ or cause.__context__
    logger.error("\n".join(lines))
    return reference


def want_of_memory(error: BaseException) -> UnavailableError | None:
    """Return what to say of an error if memory could not be had, or None if it is another.

    PyTorch raises a `RuntimeError` of its allocator, or one that is called `OutOfMemoryError`.
    """
    is_one = (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error))
    )
    return UnavailableError(NO_MEMORY) if is_one else None
