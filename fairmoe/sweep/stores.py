"""Where finished shards and experts are kept: in memory or in a folder."""

from pathlib import Path
from typing import Protocol

from fairmoe._write import check_writable, write_whole
from fairmoe.errors import InvalidInputError, UnavailableError


class Store(Protocol):
    """Keeps shards and experts by name; a sweep that was interrupted goes on from what is there."""

    def names(self) -> list[str]:
        """Return the names of what is kept."""

    def read(self, name: str) -> bytes:
        """Return what is kept under a name."""

    def write(self, name: str, content: bytes) -> None:
        """Keep something, whole or not at all."""


class MemoryStore:
    """Keeps them in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def names(self) -> list[str]:
        """Return the names of what is kept."""
        return list(self._kept)

    def read(self, name: str) -> bytes:
        """Return what is kept under a name."""
        return self._kept[name]

    def write(self, name: str, content: bytes) -> None:
        """Keep something."""
        self._kept[name] = content


class FolderStore:
    """Keeps each in a file of a folder.

    Args:
        folder: Is made with what is first kept in it, if it is not there; what else it holds is
            left alone.

    Raises:
        InvalidInputError: The folder cannot be made, or nothing can be written in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        check_writable(folder, "A folder is needed to keep the sweep in", inside=True)
        self._is_new = not folder.exists()

    def names(self) -> list[str]:
        """Return the names of what is kept."""
        return sorted(path.name for path in self.folder.glob("*.safetensors"))

    def read(self, name: str) -> bytes:
        """Return what is kept under a name.

        Raises:
            UnavailableError: The file cannot be read (any more).
        """
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise UnavailableError(
                f"'{self.folder / name}' cannot be read ({error.strerror})."
            ) from error

    def write(self, name: str, content: bytes) -> None:
        """Keep something: whole or not at all, in the place of a damaged one.

        Raises:
            UnavailableError: The disk is full, or the folder may no longer be written.
        """
        try:
            write_whole(
                self.folder / name,
                content,
                needed="A place is needed for the sweep",
                replace=True,
                # One that vanished is not made anew.
                parents=self._is_new,
            )
            self._is_new = False
        except InvalidInputError as error:
            raise UnavailableError(
                f"{error} What is finished is kept; start the sweep again, and it goes on from "
                "there."
            ) from error
