"""How far work on many runs is, and how long the rest will take."""

import time

from fairmoe.progress import OnProgress, Phase, Progress


class Clock:
    """Counts finished runs and tells how long the others will take.

    Args:
        phase: What is being done.
        total: How many runs there are.
        on_progress: Is told; what it raises stops the work.
        beyond: How many runs' worth of work the last of them is more than the others.
    """

    def __init__(
        self, phase: Phase, total: int, on_progress: OnProgress, *, beyond: float = 0.0
    ) -> None:
        self._phase, self._total, self._on_progress = phase, total, on_progress
        self._whole = total + beyond
        self._started = time.perf_counter()
        self._finished = 0
        self._worth, self._worth_at = 0.0, 0.0

    def seconds(self) -> float:
        """Return how long it has been going."""
        return time.perf_counter() - self._started

    def finish(self, runs: int) -> None:
        """Count some more runs as finished, and report."""
        self._finished += runs
        self.tell(0.0)

    def tell(self, in_work: float) -> None:
        """Report.

        Args:
            in_work: How many runs' worth of what is not finished is done.
        """
        worth = self._finished + in_work
        if self._finished == self._total:
            worth = self._whole
        if worth > self._worth:
            self._worth, self._worth_at = worth, self.seconds()
        left = None
        if 0 < self._worth < self._whole:
            # Of what goes on since then nothing is known but that it takes time.
            since = self.seconds() - self._worth_at
            rest = self._worth_at * (self._whole - self._worth) / self._worth
            left = max(0.0, rest - since)
        done = min(int(self._worth), self._total - (self._worth < self._whole))
        self._on_progress(Progress(self._phase, done, self._total, seconds_left=left))
