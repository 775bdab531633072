"""The files of a kept run: their kind and size are looked at before any is read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from fairmoe._read import UnreadableError, read_plain
from fairmoe._write import MIB
from fairmoe.errors import InvalidInputError

RECORD, WEIGHTS, PREDICTIONS = "run.json", "model.safetensors", "predictions.csv"
FRONT = "front.safetensors"
"""What the other points of the front have of their own; only there if the run has a front."""

MAX_MIB: Mapping[str, int] = {RECORD: 32, WEIGHTS: 128, PREDICTIONS: 384, FRONT: 256}
"""How large a file of a kept run may be: enough for two million rows."""


class Files(Protocol):
    """What the files of a kept run are read from."""

    def read(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            InvalidInputError: It is not there, is no plain file, or is larger than `MAX_MIB` says.
        """
        ...


class Folder:
    """Files in a folder.

    Args:
        path: Of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        """Return what a file of the folder holds; see `Files`."""
        try:
            return read_plain(self.path / name, MAX_MIB[name])
        except UnreadableError as error:
            if error.is_there:
                raise not_as_written(f"'{name}' {error}") from error
            if name == RECORD:
                raise InvalidInputError(
                    "A folder with a kept run is needed",
                    however=f"'{self.path}' has no '{name}' that can be read",
                ) from error
            raise not_as_written(f"'{name}' is missing or was changed") from error


def check_size(name: str, size: int) -> None:
    """Check that a file of a kept run is not larger than one can be.

    Raises:
        InvalidInputError: It is.
    """
    if size > MAX_MIB[name] * MIB:
        raise not_as_written(f"'{name}' is larger than {MAX_MIB[name]} MiB")


def not_as_written(however: str) -> InvalidInputError:
    """Return the error that says in what a kept run is damaged."""
    return InvalidInputError(
        "A kept run needs its files as they were written",
        however=however,
        remedy="Keep the run again.",
    )


def record_changed(where: str) -> InvalidInputError:
    """Return the error that says where the record of a kept run is damaged."""
    return not_as_written(f"'{RECORD}' lacks something or was changed, in '{where}'")
