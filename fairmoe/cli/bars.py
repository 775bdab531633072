"""Bars of progress on standard error; help does not wait for what draws them."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from fairmoe.names import PHASES, Phase
from fairmoe.progress import OnProgress, Progress

MAX_SECONDS_SHOWN = 90
"""From then on what is left is told in minutes."""


@contextmanager
def phase_bars(*, quiet: bool) -> Iterator[OnProgress]:
    """Draw a bar per phase on standard error, from the reports that the function given gets.

    Args:
        quiet: Whether nothing is to be drawn.
    """
    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(bar_width=20),
        progress.MofNCompleteColumn(),
        _TimeColumn(),
        progress.TextColumn(
            "{task.fields[values]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        ),
        console=Console(stderr=True, quiet=quiet),
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
