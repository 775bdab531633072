"""How much longer work takes here than where its model was measured, and how much is left."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import torch

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.names import TRAINING, Phase
from fairmoe.progress import OnProgress, PartsClock, Progress
from fairmoe.runs import Run
from fairmoe.training.batches import resolve_schedule
from fairmoe.training.duration import NewExperts, Size, expected_seconds
from fairmoe.training.expert_phase import missing_experts
from fairmoe.training.threads import on_one_thread

REFERENCE = 0.019
"""What `_probe` takes on the machine that `duration` was measured on, in seconds."""

_REMEMBERED = 3
_KNOWN = 64
"""So many trainings are told apart from those that were learnt from before."""

_COUNTED = 0.88
"""The share of the experts' phase, without fine-tunings, that is counted in epochs; thresholds and
what the gate looks up come after it."""


class Pace:
    """How much longer work takes here than on the machine of `REFERENCE`.

    At first by a probe of a twentieth of a second; then by what the last trainings took.

    Args:
        probe: Takes a while, as training does.
    """

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe, self._lock = probe, threading.Lock()
        self._ratios: deque[float] = deque(maxlen=_REMEMBERED)
        self._known: deque[Hashable] = deque(maxlen=_KNOWN)
        self._first: float | None = None

    def factor(self) -> float:
        """Return by how much longer."""
        with self._lock:
            if self._ratios:
                return math.exp(sum(map(math.log, self._ratios)) / len(self._ratios))
            if self._first is None:
                self._probe()
                started = time.perf_counter()
                self._probe()
                self._first = (time.perf_counter() - started) / REFERENCE
            return self._first

    def learn(self, expected: float, took: float, work: Hashable = None) -> None:
        """Take note of how long work took that was expected to take so long.

        Args:
            expected: Seconds, where `REFERENCE` was measured.
            took: Seconds, here.
            work: What tells the work from other work; what is known is not learnt from again.
        """
        if expected > 0 and took > 0:
            with self._lock:
                if work is not None and work in self._known:
                    return
                self._known.append(work)
                self._ratios.append(min(max(took / expected, 0.02), 50.0))


@on_one_thread()
def _probe() -> None:
    """Do what a step does, some times: small products, forwards and backwards."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(2048, 32, generator=generator)
    first = torch.rand(3, 32, 16, generator=generator, requires_grad=True)
    second = torch.rand(3, 16, 1, generator=generator, requires_grad=True)
    for _ in range(40):
        hidden = torch.nn.functional.leaky_relu(x @ first, 0.2)
        (hidden @ second).sigmoid().mean().backward()  # type: ignore[no-untyped-call]


PACE = Pace(_probe)
"""Of this process."""


def learn_from(run: Run) -> None:
    """Take note, in this process, of how long a training took.

    Whoever takes over a run from a job may call it whether the job was done here or in a worker:
    the training is counted once. One on a GPU says nothing of the processor.
    """
    if run.device != "cpu":
        return
    expected = expected_seconds(Size.of_run(run), [run.settings])
    parts: tuple[Phase, ...] = ("gate", "evaluate")
    took = run.seconds["gate"] + run.seconds["evaluate"]
    if not run.experts_reused:
        parts = (*parts, "warm-up", "experts")
        took += run.seconds["experts"]
    work = (run.run_id, tuple(run.seconds.values()))
    PACE.learn(sum(expected[part] for part in parts), took, work)


def with_time_left(
    on_progress: OnProgress,
    data: EncodedData,
    runs: Sequence[Settings],
    *,
    baselines: bool = True,
) -> OnProgress:
    """Return a function that takes reports of a training and adds how long all of it takes yet.

    Args:
        on_progress: Is told.
        data: What is trained on.
        runs: See `expected_seconds`, as the others.
        baselines: See there.
    """
    new = NewExperts(*missing_experts(data, runs))
    expected = expected_seconds(Size.of(data), runs, new=new, baselines=baselines)
    phases = [phase for phase in TRAINING if phase in expected]
    schedule = resolve_schedule(runs[0], len(data.train.y))
    tunings = schedule.fine_tunings * runs[0].fine_tune_epochs
    counted = _COUNTED * schedule.epochs / (schedule.epochs + 2 * tunings)
    factor = PACE.factor()
    clock = PartsClock([max(factor * expected[phase], 1e-3) for phase in phases])

    def tell(report: Progress) -> None:
        left = None
        if report.phase in phases:
            done = report.done / report.total if report.total else 1.0
            if report.phase == "experts":
                done *= counted
            left = clock.left(phases.index(report.phase), done)
        on_progress(replace(report, work_left=left))

    return tell
