"""How much may be read: checked while it is read, before memory is asked for."""

import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairmoe.errors import InvalidInputError
from fairmoe.progress import OnProgress, Progress, ignore_progress

MAX_BYTES = 2**31 - 2
"""What the CSV reader takes in one piece, which it must, to know the type of a column."""

_CHUNK = 1 << 20
_BYTES_PER_CELL = 8

LOCKED = 1
"""The bit of a member's flags that says that it is encrypted."""


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return some bytes, or none at the end."""
        ...


@dataclass(frozen=True)
class Budget:
    """How much a table may take.

    Attributes:
        max_bytes: Bytes of the file, and of what it holds once it is decompressed.
        on_progress: Is called as they come; stops the reading by raising `CancelledError`.
    """

    max_bytes: int = MAX_BYTES
    on_progress: OnProgress = ignore_progress

    @property
    def cells(self) -> int:
        """How many cells a table may have: as many as numbers of eight bytes fill the budget."""
        return self.max_bytes // _BYTES_PER_CELL

    @property
    def longest_cell(self) -> int:
        """How many letters a cell may have."""
        return min(_CHUNK, self.max_bytes)

    def check_bytes(self, count: int) -> None:
        """Raise `InvalidInputError` if a file takes more bytes."""
        self.on_progress(Progress("read", 0, 1))
        if count > self.max_bytes:
            raise InvalidInputError(
                f"A table of at most {_size(self.max_bytes)} is needed, decompressed",
                however="this one is larger",
                remedy="Load a sample of its rows.",
            )

    def check_cells(self, rows: int, columns: int) -> None:
        """Raise `InvalidInputError` if a table has more cells."""
        if rows * columns > self.cells:
            raise InvalidInputError(
                f"A table of at most {self.cells:,} cells is needed",
                however=f"this one has {rows:,} rows of {columns:,} columns",
                remedy="Load a sample of its rows.",
            )

    def check_cell(self, column: str, letters: int) -> None:
        """Raise `InvalidInputError` if a cell of a column is longer."""
        if letters > self.longest_cell:
            raise InvalidInputError(
                f"Cells of at most {self.longest_cell:,} letters are needed",
                however=f"column '{column}' has a longer one",
                remedy="Shorten it, or leave the column out of the file.",
            )


def read_file(path: Path, budget: Budget) -> bytes:
    """Return the bytes of a file.

    Raises:
        InvalidInputError: It cannot be read, is no plain file, or is too large.
    """
    try:
        mode = path.stat()
        if stat.S_ISDIR(mode.st_mode) or not stat.S_ISREG(mode.st_mode):
            raise InvalidInputError(
                "A file that can be read is needed",
                however=f"'{path}' is {'a folder' if path.is_dir() else 'no plain file'}",
                remedy="Give the path of a file; a single dash reads standard input.",
            )
        budget.check_bytes(mode.st_size)
        with path.open("rb") as file:
            return read_stream(file, budget)
    except OSError as error:
        raise InvalidInputError(
            "A file that can be read is needed",
            however=f"'{path}' cannot be ({os.strerror(error.errno or 0)})",
            remedy="Check the path.",
        ) from error


def read_stream(file: Readable, budget: Budget) -> bytes:
    """Return what a stream holds.

    Raises:
        InvalidInputError: It holds more than the budget.
    """
    content = bytearray()
    for chunk in _chunks(file):
        content += chunk
        budget.check_bytes(len(content))
    return bytes(content)


def unzip_gzip(content: bytes, budget: Budget) -> bytes:
    """Return what a gzip file holds.

    Raises:
        InvalidInputError: It is damaged, or holds more than the budget.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return read_stream(file, budget)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError(
            "A complete gzip file is needed",
            however="this one is damaged or cut short",
            remedy="Compress the table again, or load it uncompressed.",
        ) from error


def open_zip(content: bytes) -> zipfile.ZipFile:
    """Return an archive of which the list can be read.

    Raises:
        InvalidInputError: It is damaged.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise damaged_zip() from error


def read_member(archive: zipfile.ZipFile, name: str, budget: Budget) -> bytes:
    """Return what one member of an archive holds.

    Raises:
        InvalidInputError: It is damaged, locked, or holds more than the budget.
    """
    if archive.getinfo(name).flag_bits & LOCKED:
        raise InvalidInputError(
            "An archive without a password is needed",
            however="this one is locked",
            remedy="Unpack it, and load the table itself.",
        )
    try:
        with archive.open(name) as file:
            return read_stream(file, budget)
    # A way to compress that is not known here is a RuntimeError.
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError) as error:
        raise damaged_zip() from error


def damaged_zip() -> InvalidInputError:
    """Say that an archive cannot be read."""
    return InvalidInputError(
        "A complete ZIP archive is needed",
        however="this one is damaged or cut short",
        remedy="Pack the table again, or load it unpacked.",
    )


def _chunks(file: Readable) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _size(count: int) -> str:
    return f"{count / 2**30:.0f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"
