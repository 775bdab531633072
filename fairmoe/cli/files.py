"""Files that commands read and write."""

import os
import sys
import time
from pathlib import Path

import typer

from fairmoe._write import check_writable, write_whole
from fairmoe.cli.messages import print_message
from fairmoe.data import Reading, ReadOptions, Table, read_table
from fairmoe.data.reading.budget import Budget, read_stream
from fairmoe.errors import InvalidInputError
from fairmoe.progress import OnProgress, Progress


def check_new_file(path: Path) -> None:
    """Check that a file is not there yet, and that it can be made.

    Raises:
        InvalidInputError: It is there, or its folder is not one to write in.
    """
    if os.path.lexists(path):
        raise InvalidInputError(
            "A new file is needed", however=f"'{path}' exists", remedy="Name another."
        )
    check_writable(path, "A new file is needed")


def write_out(path: Path, content: bytes) -> None:
    """Write UTF-8 text to a file that is not there yet, or to standard output for a single dash.

    Raises:
        InvalidInputError: The file is there, or cannot be made.
    """
    if str(path) == "-":
        typer.echo(content.decode(), nl=False)
    else:
        write_whole(path, content)
        print_message(f"Written to {path}")


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
