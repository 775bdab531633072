"""How long work tells its caller where it is, and how the caller stops it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairmoe.names import PHASES, TRAINING, Phase


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


def part_done(report: Progress, phases: Sequence[Phase] = TRAINING) -> float:
    """Return what part of some work is done, in [0, 1], going by what its phases take.

    Args:
        report: How far one of its phases is; a phase of other work, done before, counts as none.
        phases: Of which the work consists, in their order.

    Example:
        >>> f"{part_done(Progress('experts', 50, 100)):.3f}"
        '0.255'
        >>> part_done(Progress("gate", 1, 1), ("gate",)), part_done(Progress("read", 1, 1))
        (1.0, 0.0)
    """
    if report.phase not in phases:
        return 0.0
    shares = [PHASES[phase].share for phase in phases]
    place = phases.index(report.phase)
    done = report.done / report.total if report.total else 1.0
    return min(1.0, (sum(shares[:place]) + shares[place] * done) / sum(shares))
