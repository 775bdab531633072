"""What commands say while they work, on standard error; imports nothing that costs time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import typer
from rich import progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from fairmoe.names import PHASES, Phase
from fairmoe.progress import OnProgress, Progress

MAX_SECONDS_SHOWN = 90
"""From then on what is left is told in minutes."""


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
def progress_bars() -> Iterator[OnProgress]:
    """Draw a bar per phase on standard error, from the reports that the function given gets."""
    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(bar_width=20),
        progress.MofNCompleteColumn(),
        _TimeColumn(),
        progress.TextColumn(
            "{task.fields[values]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        ),
        console=Console(stderr=True, quiet=_quiet.get()),
        expand=True,
    ) as bars:
        tasks: dict[Phase, progress.TaskID] = {}

        def on_progress(report: Progress) -> None:
            if report.phase not in tasks:
                tasks[report.phase] = bars.add_task(
                    PHASES[report.phase].label, values="", left=None
                )
            bars.update(
                tasks[report.phase],
                completed=report.done,
                total=report.total,
                values=", ".join(f"{name} {value:.3f}" for name, value in report.values.items()),
                left=report.seconds_left,
            )

        yield on_progress


class _TimeColumn(progress.ProgressColumn):
    """How long a phase goes on yet, as the work says or else as its bar has moved so far."""

    def render(self, task: progress.Task) -> Text:
        """Return the time that is left, or that it took."""
        left = task.fields["left"]
        if left is None and task.finished:
            return Text(f"{task.finished_time or 0:.0f} s", style="progress.elapsed")
        left = task.time_remaining if left is None else left
        if left is None:
            return Text("")
        words = f"{left:.0f} s left" if left < MAX_SECONDS_SHOWN else f"{left / 60:.0f} min left"
        return Text(words, style="progress.remaining")


def printable(text: str) -> str:
    """Return text from a file or its names without what could steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
