"""What commands say while they work, on standard error; imports nothing that costs time."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import typer

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.progress import OnProgress

_quiet = ContextVar("quiet", default=False)


def set_quiet(quiet: bool) -> None:
    """Say whether messages and bars are kept back from now on; errors never are."""
    _quiet.set(quiet)


def print_message(text: str) -> None:
    """Write a message to standard error, unless only results are wanted."""
    if not _quiet.get():
        print_error(text)


def print_error(text: str) -> None:
    """Write to standard error why a command ends."""
    typer.echo(printable(text), err=True)


@contextmanager
def output() -> Iterator[None]:
    """Have standard output written to its end in the block, and a pipe that closes end quietly.

    Raises:
        UnavailableError: There is no room for it.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EPIPE):
            raise
        # What is left would be tried once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            raise SystemExit(1) from error
        raise UnavailableError(
            "The result could not be written to standard output: its disk is full. Make room, or "
            "send it elsewhere."
        ) from error


@contextmanager
def progress_bars() -> Iterator[OnProgress]:
    """Draw a bar per phase on standard error, from the reports that the function given gets."""
    from fairmoe.cli.bars import phase_bars  # noqa: PLC0415

    with phase_bars(quiet=_quiet.get()) as on_progress:
        yield on_progress


def check_text(arguments: Iterable[str]) -> None:
    """Check that what a command was called with can be written into what it keeps.

    Raises:
        InvalidInputError: An argument is no UTF-8.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                "Arguments and names of files in UTF-8 are needed",
                however=f"'{printable(argument)}' is not",
                remedy="Rename the file; - reads standard input.",
            ) from error


def printable(text: str) -> str:
    """Return text from a file or its names without what could steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
