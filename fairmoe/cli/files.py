"""Files that commands read and write."""

import sys
import time
from pathlib import Path

from fairmoe.data import Reading, ReadOptions, Table, read_table
from fairmoe.data.reading.budget import Budget, read_stream
from fairmoe.errors import InvalidInputError
from fairmoe.progress import OnProgress, Progress


def write_new_file(path: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        InvalidInputError: It is there, or cannot be made.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise InvalidInputError(
            "A new file is needed",
            however=f"'{path}' cannot be made ({error.strerror})",
            remedy="Name another file.",
        ) from error


def table_in(path: Path, options: ReadOptions, like: Reading | None = None) -> Table:
    """Return the table in a file, or in what comes on standard input for a single dash.

    Raises:
        InvalidInputError: It cannot be found, or is not a table.
    """
    if str(path) != "-":
        return read_table(path, options=options, like=like)
    content = read_stream(sys.stdin.buffer, Budget(options.max_bytes))
    return read_table(content, name="standard input", options=options, like=like)


def read_file(path: Path, on_progress: OnProgress, options: ReadOptions) -> tuple[Table, float]:
    """Return the table in a file, and the seconds that reading it took.

    Raises:
        InvalidInputError: It cannot be found, or is not a table that can be trained on.
    """
    started = time.perf_counter()
    on_progress(Progress("read", 0, 1))
    table = table_in(path, options)
    on_progress(Progress("read", 1, 1))
    return table, time.perf_counter() - started
