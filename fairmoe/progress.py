"""How long work tells its caller where it is, and how the caller stops it."""

import time
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
        work_left: How long all of the work will probably go on, where that can be told.
    """

    phase: Phase
    done: int
    total: int
    values: Mapping[str, float] = field(default_factory=dict)
    seconds_left: float | None = None
    work_left: float | None = None


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
        '0.380'
        >>> part_done(Progress("gate", 1, 1), ("gate",)), part_done(Progress("read", 1, 1))
        (1.0, 0.0)
    """
    if report.phase not in phases:
        return 0.0
    shares = [PHASES[phase].share for phase in phases]
    place = phases.index(report.phase)
    done = report.done / report.total if report.total else 1.0
    return min(1.0, (sum(shares[:place]) + shares[place] * done) / sum(shares))


class PartsClock:
    """Tells how long work will take yet that has parts of about known lengths.

    What is expected is scaled by how long the parts that are over took. A part that was passed
    over without a word, such as experts that are there already, counts for nothing.

    Args:
        expected: How long each part takes, in seconds, in their order; more than 0.
        clock: Returns seconds, never falling.

    Example:
        >>> now = iter([0.0, 0.0, 4.0])
        >>> clock = PartsClock([1.0, 1.0, 2.0], clock=lambda: next(now))
        >>> f"{clock.left(0):.1f}", f"{clock.left(1):.1f}"
        ('4.0', '9.4')
    """

    _PRIOR, _OWN_PRIOR = 0.1, 0.02
    """As how much of the whole what was expected counts against what was seen, of other parts and
    of a part of itself."""

    def __init__(
        self, expected: Sequence[float], *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._expected, self._clock = expected, clock
        self._part: int | None = None
        self._began = clock()
        self._seen = self._took = self._PRIOR * sum(expected)

    def left(self, part: int, done: float = 0.0) -> float:
        """Return about how many seconds the work will take yet.

        Args:
            part: Which part goes on; never one before that of the last call.
            done: What of it is done, in [0, 1]; 0 if that is not known.
        """
        now = self._clock()
        if self._part is not None and part > self._part:
            self._seen += self._expected[self._part]
            self._took += now - self._began
            self._began = now
        self._part = part
        rate = self._took / self._seen
        if part >= len(self._expected):
            return 0.0
        own, since = self._expected[part], now - self._began
        if done:
            prior = self._OWN_PRIOR * sum(self._expected)
            own_rate = (rate * prior + since) / (prior + own * done)
            rest = own * own_rate * (1 - done)
            rate = (self._took + since) / (self._seen + own * done)
        else:
            rest = max(own * rate - since, 0.0)
        return rest + rate * sum(self._expected[part + 1 :])
