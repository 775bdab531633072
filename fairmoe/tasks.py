"""What the app has done in the background, as calls that a process of its own can answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from fairmoe import experiment
from fairmoe.analysis.awareness import other_awareness
from fairmoe.baselines import FAIRLEARN, fairlearn_front
from fairmoe.config import Settings
from fairmoe.data import EncodedSplit, LabelledTable, assign_roles
from fairmoe.dial import train_front
from fairmoe.jobs import Task
from fairmoe.names import FairlearnMethod, SplitName
from fairmoe.progress import OnProgress, PartsClock, Progress
from fairmoe.runs import Criterion, PeerScores, Run, SplitRecord, with_compared_gaps
from fairmoe.sweep import RUNS_PER_SHARD, Store, Sweep, recommend, run_sweep
from fairmoe.training import OwnExperts, experts_of

T = TypeVar("T")

Splits = Mapping[SplitName, NDArray[np.int64]]
"""Positions of the rows of each split in their table."""


def splits_of(run: Run) -> Splits:
    """Return the rows of each split of a run; an earlier version may have parted them otherwise."""
    return {name: record.rows for name, record in run.splits.items()}


def with_experts_of(owner: str, task: "Task[T]") -> "Task[T]":
    """Return a task whose experts this process keeps, for one owner.

    Args:
        owner: A secret of theirs; "" for all who may share.
        task: What to do, here or in a worker, which keeps no expert itself.
    """
    experts = OwnExperts(owner)
    arguments = (experts, task.function, task.arguments)
    return Task(_with_experts, arguments, (experts, *task.shared))


def _with_experts(
    experts: OwnExperts,
    function: Callable[..., T],
    arguments: tuple[Any, ...],
    *,
    on_progress: OnProgress,
) -> T:
    with experts_of(experts):
        return function(*arguments, on_progress=on_progress)


class TrainedRun(NamedTuple):
    """What a training gives: a run, and why it has its settings, if it found them."""

    run: Run
    reason: str = ""


def train_runs(
    labelled: LabelledTable,
    settings: Settings,
    recommended: bool,
    both: bool,
    *,
    on_progress: OnProgress,
) -> list[TrainedRun]:
    """Train a run, and perhaps the one that differs in whether it sees the sensitive columns.

    Args:
        labelled: What to train on.
        settings: What to train with.
        recommended: Whether to try other settings too, and keep the best of them.
        both: Whether to train the other run too; it then comes first.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
    """
    table, roles = labelled.table, labelled.roles
    tell = _with_another(on_progress) if both else on_progress
    if recommended:
        prepared = experiment.prepare(table, roles, settings, on_progress=tell)
        found = recommend(prepared, settings, on_progress=tell)
        first = TrainedRun(found.run, found.reason)
    else:
        first = TrainedRun(experiment.run_experiment(table, roles, settings, on_progress=tell))
    if not both:
        return [first]
    other = assign_roles(table, other_awareness(roles))
    run = experiment.run_experiment(
        other.table, other.roles, first.run.settings, on_progress=on_progress
    )
    return [TrainedRun(run), first]


def _with_another(
    on_progress: OnProgress, clock: Callable[[], float] = time.perf_counter
) -> OnProgress:
    """Return a function that counts into the time left a training that takes as long as this."""
    began = clock()

    def tell(report: Progress) -> None:
        if report.work_left is not None:
            another = clock() - began + report.work_left
            report = replace(report, work_left=report.work_left + another)
        on_progress(report)

    return tell


def sweep_runs(
    labelled: LabelledTable,
    runs: tuple[Settings, ...],
    store: Store,
    splits: Splits,
    *,
    on_progress: OnProgress,
) -> Sweep:
    """Train many runs; what is finished is in the store, also if the work is stopped.

    Args:
        labelled: What to train on.
        runs: The settings of each.
        store: Where finished shards are kept.
        splits: The rows of each split of the run around which they are.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
    """
    prepared = experiment.prepare(labelled.table, labelled.roles, runs[0], splits=splits)
    return run_sweep(prepared, runs, store=store, max_runs=RUNS_PER_SHARD, on_progress=on_progress)


def front_of(labelled: LabelledTable, run: Run, *, on_progress: OnProgress) -> tuple[Run, ...]:
    """Train the front of a run."""
    splits = splits_of(run)
    prepared = experiment.prepare(labelled.table, labelled.roles, run.settings, splits=splits)
    if experiment.run_id(prepared.data, run.settings) != run.run_id:
        # What an outcome means was told after the training, which did not know of it.
        target = replace(labelled.roles.target, outcome=None, words=None)
        roles = replace(labelled.roles, target=target)
        prepared = experiment.prepare(labelled.table, roles, run.settings, splits=splits)
    return train_front(prepared, run, on_progress=on_progress)


def fit_peers(
    labelled: LabelledTable,
    settings: Settings,
    methods: tuple[FairlearnMethod, ...],
    points: int,
    criterion: Criterion,
    told: Mapping[SplitName, SplitRecord],
    group_names: tuple[str, ...],
    *,
    on_progress: OnProgress,
) -> tuple[PeerScores, ...]:
    """Fit Fairlearn's methods on a run's rows, each in so many settings, the strictest first.

    Args:
        labelled: The rows.
        settings: Of the run.
        methods: Which methods.
        points: How many settings of each.
        criterion: What they are fitted for.
        told: The splits of the run as it is told of: their rows are fitted and judged, with gaps
            between its groups.
        group_names: What they are called.
        on_progress: Is told of the progress.
    """
    splits = {name: record.rows for name, record in told.items()}
    data = experiment.prepare(labelled.table, labelled.roles, settings, splits=splits).data
    judged: dict[SplitName, EncodedSplit] = {"validation": data.validation, "test": data.test}
    results: list[PeerScores] = []
    each = [FAIRLEARN[method].seconds(*data.train.x.shape) for method in methods]
    expected = [seconds for seconds in each for _ in range(points)]
    clock = PartsClock(expected)

    def tell(report: Progress) -> None:
        done = len(results) + report.done
        on_progress(Progress("fairlearn", done, len(expected), seconds_left=clock.left(done)))

    for method in methods:
        bounds = FAIRLEARN[method].settings(points)
        found = fairlearn_front(
            data, method, bounds, constraint=criterion, seed=settings.seed, on_progress=tell
        )
        for one in found:
            scores = {
                split: with_compared_gaps(
                    one.splits[split].scores,
                    own.y,
                    one.splits[split].y_pred,
                    group=told[split].group,
                    group_names=group_names,
                    sample_weight=own.weight,
                    merged=len(group_names) < len(data.group_names),
                )
                for split, own in judged.items()
            }
            both = scores["validation"], scores["test"]
            results.append(PeerScores(method, one.setting, criterion, *both))
    return tuple(results)
