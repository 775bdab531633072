"""The dial in the shell: a front beside the run, and a point of it by wish."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console

from fairmoe.analysis.no_gap import why_no_gap
from fairmoe.cli.messages import printable, progress_bars
from fairmoe.cli.output import table_of
from fairmoe.dial import choose_point, train_front
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared
from fairmoe.names import METRICS, GapName
from fairmoe.runs import Run, as_told, compared_scores, compared_scores_of
from fairmoe.sentences.front import chosen_point


class Wish(NamedTuple):
    """What a point of the front is to fulfil on the validation rows.

    Attributes:
        gap: The gap that it is about.
        max_gap: The largest gap, as a share.
        max_loss: The largest loss of accuracy, as a share.
    """

    gap: GapName
    max_gap: float | None
    max_loss: float | None

    @property
    def is_one(self) -> bool:
        """Whether anything is wished."""
        return self.max_gap is not None or self.max_loss is not None

    def check(self) -> None:
        """Check the wish before anything is trained.

        Raises:
            InvalidInputError: It is not a share, or two were given.
        """
        for option, value in (("--max-gap", self.max_gap), ("--max-loss", self.max_loss)):
            if value is not None and not 0 <= value <= 1:
                raise InvalidInputError(
                    f"Option {option} needs a share from 0 to 1", however=f"{value:g} was given"
                )
        if self.max_gap is not None and self.max_loss is not None:
            raise InvalidInputError(
                "One of --max-gap and --max-loss is needed", however="both were given"
            )


def turn_dial(prepared: Prepared, run: Run, wish: Wish) -> tuple[tuple[Run, ...], Run]:
    """Return the front of a run, and the point that the wish takes; without one the run's own.

    Raises:
        InvalidInputError: No point fulfils the wish.
    """
    with progress_bars() as on_progress:
        front = train_front(prepared, run, on_progress=on_progress)
    if not wish.is_one:
        return front, next(point for point in front if point.run_id == run.run_id)
    told = [as_told(point)[0] for point in front]
    chosen = choose_point(told, gap=wish.gap, max_gap=wish.max_gap, max_loss=wish.max_loss)
    return front, next(point for point in front if point.run_id == chosen.run_id)


def print_front(front: Sequence[Run], chosen: Run, wish: Wish) -> None:
    """Print what each point gives on the test rows."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    stdout.print("\nMixtures of the run's experts, by how much the gaps count; test rows")
    shown = ("acc", "utility", "dp", "eo", "f_res", "f_proc")
    table = table_of("Weight of gaps", *(METRICS[metric].label for metric in shown), "")
    least = min(point.settings.lambda_fair for point in front)
    for point in front:
        scores = compared_scores_of(as_told(point)[0])
        notes = ["chosen"] if wish.is_one and point is chosen else []
        notes += ["alarm"] if "mixture" in point.alarms() else []
        notes += ["harder expert"] if point.settings.lambda_fair > least else []
        weight = f"{point.settings.fairness_weight:g}"
        table.add_row(weight, *(_figure(scores[metric]) for metric in shown), ", ".join(notes))
    stdout.print(table)
    told = as_told(front[0])[0]
    # One reason for the demographic parity gap is one for the others.
    why = next(filter(None, (why_no_gap(told, gap) for gap in ("dp", "eo"))), "")
    if why:
        stdout.print(printable(why))
    if wish.is_one:
        stdout.print(_told(chosen, wish.gap))


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def _told(run: Run, gap: GapName) -> str:
    """Return what holds on the test rows of a point that was chosen on validation rows."""
    found = compared_scores(as_told(run)[0])
    return printable(
        chosen_point(
            run.settings.fairness_weight,
            METRICS[gap].label,
            gap=(found["utility"][gap], found["mixture"][gap]),
            accuracy=(found["utility"]["acc"], found["mixture"]["acc"]),
        )
    )
