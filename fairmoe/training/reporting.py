"""What training tells while it goes on, and what it remembers of its course."""

import time
from collections.abc import Mapping

import torch
from torch import Tensor

from fairmoe.names import Phase
from fairmoe.progress import OnProgress, Progress

SECONDS_BETWEEN_REPORTS = 0.1


class Recorder:
    """Passes progress on, not more often than one can see, and records figures by epoch.

    Figures stay tensors on their device until they are needed, so recording does not wait for it.

    Args:
        on_progress: Is told; may raise `CancelledError` to stop the training.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._told = 0.0
        self._last: Progress | None = None
        self._figures: dict[tuple[Phase, str], tuple[list[int], list[Tensor]]] = {}

    def record(self, phase: Phase, epoch: int, figures: Mapping[str, Tensor]) -> None:
        """Remember figures, each **Shape** `(k,)`, of one epoch of a phase."""
        for name, figure in figures.items():
            epochs, values = self._figures.setdefault((phase, name), ([], []))
            epochs.append(epoch)
            values.append(figure.detach())

    def tell(self, phase: Phase, done: int, total: int, figures: Mapping[str, Tensor]) -> None:
        """Report to the caller, with the mean of each figure over the runs that have it."""
        if done == total or self._due():
            # Of experts of which none is trained there is no loss.
            means = {name: float(of.mean()) for name, of in figures.items() if of.numel()}
            self._last = Progress(phase, done, total, means)
            self._told = time.monotonic()
            self._on_progress(self._last)

    def check(self) -> None:
        """Repeat the last report if it is time for one, so that the caller can stop the work."""
        if self._last is not None and self._due():
            self._told = time.monotonic()
            self._on_progress(self._last)

    def _due(self) -> bool:
        return time.monotonic() - self._told >= SECONDS_BETWEEN_REPORTS

    def curves(self) -> dict[tuple[Phase, str], tuple[tuple[int, ...], Tensor]]:
        """Return epochs and figures `(epochs, k)`, on the CPU, by phase and name."""
        return {
            key: (tuple(epochs), torch.stack(values).cpu())
            for key, (epochs, values) in self._figures.items()
        }
