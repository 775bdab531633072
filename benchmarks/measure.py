"""What all benchmarks share: timing in turns, claims that are kept or not, and how it is printed.

A benchmark is a module here with a function `measure()` that returns `Measured`. It compares ways
to do the same thing within one run and claims ratios, never seconds: those depend on the machine.
"""

import dataclasses
import json
import math
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

Cell = str | int | float | None
Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Claim:
    """What a benchmark says, as a number and the bound that it must keep.

    Attributes:
        text: The claim in words.
        measured: What this run gave.
        bound: The limit.
        at_least: Whether `bound` is a lower limit; else it is an upper one.
    """

    text: str
    measured: float
    bound: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the measured value is on the right side of the bound."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


@dataclass(frozen=True)
class Measured:
    """What one benchmark gives back.

    Attributes:
        rows: A table: the same columns in each row.
        claims: What is claimed of it.
        notes: What a reader must know to judge it: sizes, repetitions, what was left out.
    """

    rows: list[dict[str, Cell]]
    claims: list[Claim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def mean_and_error(values: Iterable[float]) -> tuple[float, float]:
    """Return mean and standard error of the values that are known; NaN where there are too few."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan
    spread = statistics.stdev(known) / math.sqrt(len(known)) if len(known) > 1 else math.nan
    return statistics.fmean(known), spread


def with_error(mean: float, error: float, *, sign: str = "") -> str | None:
    """Return a mean with its standard error, which one value has not; None without a mean."""
    if math.isnan(mean):
        return None
    return f"{mean:{sign}.1f}" + ("" if math.isnan(error) else f" ± {error:.1f}")


def alternate(
    ways: Mapping[str, Callable[[], object]],
    repetitions: int = 15,
    *,
    warm_up: int = 2,
    clock: Callable[[], float] = time.process_time,
) -> Seconds:
    """Time several ways in turns, so that what else the machine does hits all of them alike.

    Args:
        ways: What to call, by name.
        repetitions: How many times each is timed.
        warm_up: How many calls of each come before and are not counted.
        clock: CPU seconds of this process by default; `time.perf_counter` where waiting counts.

    Returns:
        The seconds of every call, by name.
    """
    seconds: Seconds = {name: [] for name in ways}
    for turn in range(warm_up + repetitions):
        for name, call in ways.items():
            started = clock()
            call()
            if turn >= warm_up:
                seconds[name].append(clock() - started)
    return seconds


def median(seconds: Seconds, name: str) -> float:
    """Return the median seconds of one of the ways."""
    return statistics.median(seconds[name])


def ratio(seconds: Seconds, name: str, to: str) -> float:
    """Return the median, over the turns, of one way's seconds to another's in the same turn."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[to], strict=True))


def environment() -> dict[str, Cell]:
    """Return what the numbers depend on beside the code: processor, threads, versions."""
    return {
        "processor": _processor(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy", "pandas", "scikit-learn")},
    }


def as_json(name: str, measured: Measured) -> str:
    """Return what a benchmark measured as JSON."""
    claims = [dataclasses.asdict(claim) | {"kept": bool(claim.kept)} for claim in measured.claims]
    whole = {"benchmark": name, "environment": environment(), "claims": claims}
    whole |= {"rows": measured.rows, "notes": measured.notes}
    return json.dumps(whole, indent=2, default=_plain)


def show(name: str, measured: Measured) -> None:
    """Print what a benchmark measured, for people."""
    # Tables are as wide as they need to be; a cut figure says nothing.
    console = Console(width=250)
    table = Table(title=name, title_justify="left")
    names = list(measured.rows[0]) if measured.rows else []
    for column in names:
        table.add_column(column)
    for row in measured.rows:
        table.add_row(*(_text(row[column]) for column in names))
    console.print(table)
    for claim in measured.claims:
        verdict = "kept  " if claim.kept else "BROKEN"
        side = "at least" if claim.at_least else "at most"
        console.print(
            f"{verdict} {claim.text}: {claim.measured:.3g} ({side} {claim.bound:g})",
            highlight=False,
        )
    for note in measured.notes:
        console.print(f"- {note}", highlight=False)
    console.print(", ".join(f"{key} {value}" for key, value in environment().items()))


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} does not go into JSON")


def _processor() -> str:
    """Return the kind of processor; Linux tells it in a file only."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
