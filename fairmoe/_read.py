"""Files of strangers: no pipe is waited for, and no more is read than there may be."""

import os
import stat
from pathlib import Path

_MIB = 2**20


class UnreadableError(Exception):
    """What is the matter with a file, as the end of a sentence that begins with its name.

    Args:
        why: The end of the sentence.
        is_there: Whether there is something that can be opened.
    """

    def __init__(self, why: str, *, is_there: bool = True) -> None:
        super().__init__(why)
        self.is_there = is_there


def read_plain(path: Path, max_mib: int) -> bytes:
    """Return what a plain file holds.

    Args:
        path: The file.
        max_mib: How large it may be, in MiB.

    Raises:
        UnreadableError: It cannot be opened, is no plain file (a pipe, a device, a folder), or is
            larger.
    """
    try:
        # A pipe without a writer would be waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})", is_there=False) from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise UnreadableError("is no plain file")
    with os.fdopen(handle, "rb") as file:
        if found.st_size > max_mib * _MIB:
            raise UnreadableError(f"is larger than {max_mib} MiB")
        return file.read(max_mib * _MIB)
