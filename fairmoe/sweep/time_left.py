"""How far work on many runs is, and how long the rest will take."""

import time

from fairmoe.names import Phase
from fairmoe.progress import OnProgress, Progress

_ROUNDING = 1e-6
"""Of parts of runs that add up to a whole one."""


class TimeLeft:
    """Counts finished runs and tells how long the others will take.

    Args:
        phase: What is being done.
        total: How many runs there are.
        on_progress: Is told; what it raises stops the work.
        extra: By how many times the work of a run the last of them takes longer than the others.
        expected: How many seconds all of it was expected to take; None if that is not known.
    """

    _PRIOR = 0.4
    """As how much of the whole what was expected counts against what was seen."""

    def __init__(
        self,
        phase: Phase,
        total: int,
        on_progress: OnProgress,
        *,
        extra: float = 0.0,
        expected: float | None = None,
    ) -> None:
        self._phase, self._total, self._on_progress = phase, total, on_progress
        self._whole = total + extra
        self._expected = expected or 0.0
        self._prior = self._PRIOR if expected else 0.0
        self._started = time.perf_counter()
        self._finished = 0.0
        self._done, self._done_at = 0.0, 0.0

    def seconds(self) -> float:
        """Return how long it has been going."""
        return time.perf_counter() - self._started

    def finish(self, runs: float) -> None:
        """Count some more runs, or the work of so many, as finished, and report."""
        self._finished += runs
        self.report(0.0)

    def report(self, in_work: float) -> None:
        """Report.

        Args:
            in_work: What is done of unfinished runs, in runs: 0.5 for half a run.
        """
        done_now = self._finished + in_work
        if self._finished > self._total - _ROUNDING:
            done_now = self._whole
        if done_now > self._done:
            self._done, self._done_at = done_now, self.seconds()
        left = None
        if self._done + self._prior > 0 and self._done < self._whole:
            # Of what goes on since then nothing is known but that it takes time.
            since = self.seconds() - self._done_at
            seen = self._done_at + self._prior * self._expected
            rate = seen / (self._done + self._prior * self._whole)
            left = max(0.0, rate * (self._whole - self._done) - since)
        done = min(int(self._done + _ROUNDING), self._total - (self._done < self._whole))
        self._on_progress(Progress(self._phase, done, self._total, seconds_left=left))
