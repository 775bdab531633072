"""How long work tells its caller where it is, and how the caller stops it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal[
    "read", "encode", "warm-up", "experts", "gate", "evaluate", "fairlearn", "sweep", "recommend"
]


@dataclass(frozen=True)
class Progress:
    """One report from a piece of work.

    Attributes:
        phase: What is being done.
        done: Steps of the phase that are finished, in `[0, total]`.
        total: Steps of the phase in all.
        values: The figures of this moment by name, such as `{"loss of utility": 0.41}`.
        seconds_left: How long the phase will probably go on, where that can be told.
    """

    phase: Phase
    done: int
    total: int
    values: Mapping[str, float] = field(default_factory=dict)
    seconds_left: float | None = None


OnProgress = Callable[[Progress], None]
"""Is called between steps. To stop the work it raises `CancelledError`."""


def ignore_progress(_: Progress) -> None:
    """Take a report and do nothing."""
