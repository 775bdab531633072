"""What the app has done in the background is the same in a process of its own."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.oracles import check_attributions
from fairmoe.baselines import FairlearnPredictions, FairlearnResult
from fairmoe.config import Settings
from fairmoe.data import encode
from fairmoe.errors import CancelledError, InvalidInputError
from fairmoe.experiment import prepare, run_id
from fairmoe.jobs import Task
from fairmoe.jobs.workers import Worker
from fairmoe.names import METRICS
from fairmoe.progress import Progress, ignore_progress
from fairmoe.runs import Run
from fairmoe.sweep import MemoryStore, grid_settings
from fairmoe.tasks import (
    fit_peers,
    front_of,
    splits_of,
    sweep_runs,
    train_runs,
    with_experts_of,
)
from fairmoe.training import forget_experts
from fairmoe.training.cache import _kept

SETTINGS = Settings(epochs=4)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def same(one: Run, other: Run) -> None:
    """Check that two runs are the same to the last bit, and are not one."""
    assert one.run_id == other.run_id
    assert one.mixture is not other.mixture
    for (name, ours), theirs in zip(
        one.mixture.state_dict().items(), other.mixture.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs), name
    for split, record in one.splits.items():
        np.testing.assert_array_equal(record.gate, other.splits[split].gate)
    assert one.scores["test"].keys() == other.scores["test"].keys()
    np.testing.assert_equal(dict(one.scores["test"]), dict(other.scores["test"]))


@pytest.mark.slow
def test_a_training_is_the_same_in_a_worker_and_its_experts_stay_here(worker, demo_run):
    _, labelled = demo_run
    forget_experts()
    task = Task(train_runs, (labelled, SETTINGS, False, False))
    ((there, _),) = worker.run(with_experts_of("ann", task), ignore_progress)
    assert {owner for owner, _ in _kept} == {"ann"}
    assert there.experts_reused == ()
    # Whoever trains on the same rows finds no experts of hers; she does, in any process.
    ((here, _),) = with_experts_of("bob", task)(ignore_progress)
    assert here.experts_reused == ()
    same(there, here)
    ((again, _),) = worker.run(with_experts_of("ann", task), ignore_progress)
    assert set(again.experts_reused) == {"utility", "result", "procedural"}
    forget_experts()


@pytest.mark.slow
def test_a_front_and_a_check_are_the_same_in_a_worker(worker, demo_run):
    run, labelled = demo_run
    task = Task(front_of, (labelled, run))
    points = worker.run(with_experts_of("", task), ignore_progress)
    for there, here in zip(points, task(ignore_progress), strict=True):
        same(there, here)
    rows = rows_of_run(run, labelled, "test")
    check = worker.run(Task(check_attributions, (rows, "utility")), ignore_progress)
    assert len(check)


@pytest.mark.slow
def test_shards_that_a_stopped_sweep_finished_in_a_worker_are_here(worker, demo_run):
    run, labelled = demo_run
    store = MemoryStore()
    settings = grid_settings(run.settings.replace(epochs=4), {"lambda_fair": [0.0, 1.0]}, seeds=6)

    def stop(_):
        if store.names():
            raise CancelledError

    task = Task(sweep_runs, (labelled, settings, store, splits_of(run)), shared=(store,))
    with pytest.raises(CancelledError):
        worker.run(task, stop)
    finished = len(store.names())
    assert finished
    sweep = worker.run(task, ignore_progress)
    assert len(sweep) == 12
    assert sweep.computed < 12
    assert sweep._store is store
    same(sweep.open(0), task(ignore_progress).open(0))


def test_while_the_first_of_two_trainings_goes_on_the_second_is_counted_as_left(
    demo_run, monkeypatch
):
    run, labelled = demo_run
    sees = []

    def train(_table, roles, _settings, *, on_progress):
        sees.append(roles.include_sensitive)
        on_progress(Progress("read", 1, 1))
        on_progress(Progress("gate", 1, 2, work_left=100.0))
        return run

    monkeypatch.setattr("fairmoe.experiment.run_experiment", train)
    reports = []
    train_runs(labelled, SETTINGS, False, True, on_progress=reports.append)
    assert len(set(sees)) == 2
    unknown, first, _, second = (report.work_left for report in reports)
    assert unknown is None
    assert first >= 200
    assert second == 100
    reports.clear()
    train_runs(labelled, SETTINGS, False, False, on_progress=reports.append)
    assert reports[-1].work_left == 100


def test_peers_have_the_gaps_of_the_groups_that_are_told_of(demo_run, monkeypatch):
    run, labelled = demo_run
    few = {}
    for split, record in run.splits.items():
        group = record.group.copy()
        group[np.flatnonzero(group == 1)[:4]] = 2
        few[split] = replace(record, group=group)

    def fit(*given, constraint, seed, on_progress):
        method = given[1]
        on_progress(Progress("fairlearn", 1, 1))
        # The few alone are given the outcome, and so would make the gap.
        splits = {
            name: FairlearnPredictions(
                None, (few[name].group == 2).astype(int), dict.fromkeys(METRICS, 0.5)
            )
            for name in ("validation", "test")
        }
        return [FairlearnResult(method, 0.1, constraint, seed, 0.1, splits)]

    monkeypatch.setattr("fairmoe.tasks.fairlearn_front", fit)
    rest = ("grid_search",), 1, "demographic_parity"
    names = (*run.data.groups, "few")
    (peer,) = fit_peers(labelled, run.settings, *rest, few, names, on_progress=ignore_progress)
    assert (peer.test["dp"], peer.validation["dp"]) == (0.0, 0.0)
    assert peer.test["acc"] == 0.5
    two = tuple(run.data.groups)
    (peer,) = fit_peers(labelled, run.settings, *rest, run.splits, two, on_progress=ignore_progress)
    assert peer.test["dp"] == 0.5


@pytest.fixture
def parted_otherwise(demo_run):
    """The demo run as if an earlier version had parted its rows otherwise, with its table."""
    run, labelled = demo_run
    data = encode(labelled, seed=99)
    splits = {
        name: replace(run.splits[name], rows=own.rows, group=own.group, y_true=own.y)
        for name, own in (
            ("train", data.train),
            ("validation", data.validation),
            ("test", data.test),
        )
    }
    return replace(run, splits=splits, run_id=run_id(data, run.settings)), labelled


def test_what_is_fitted_beside_a_run_has_its_rows(parted_otherwise, monkeypatch):
    run, labelled = parted_otherwise
    asked = []

    def fit(data, *_given, **_named):
        asked.append(data)
        return []

    def front(prepared, own, **_named):
        asked.append(prepared.data)
        return (own,)

    def sweep(prepared, *_given, **_named):
        asked.append(prepared.data)

    monkeypatch.setattr("fairmoe.tasks.fairlearn_front", fit)
    monkeypatch.setattr("fairmoe.tasks.train_front", front)
    monkeypatch.setattr("fairmoe.tasks.run_sweep", sweep)
    splits = splits_of(run)
    rest = ("grid_search",), 1, "demographic_parity", run.splits, tuple(run.data.groups)
    fit_peers(labelled, run.settings, *rest, on_progress=ignore_progress)
    front_of(labelled, run, on_progress=ignore_progress)
    own_settings = (run.settings,)
    sweep_runs(labelled, own_settings, MemoryStore(), splits, on_progress=ignore_progress)
    assert len(asked) == 3
    for data in asked:
        assert run_id(data, run.settings) == run.run_id
        for name, rows in splits.items():
            np.testing.assert_array_equal(getattr(data, name).rows, rows)


def test_splits_of_other_rows_are_refused(demo_run):
    run, labelled = demo_run
    splits = {name: rows[1:] for name, rows in splits_of(run).items()}
    with pytest.raises(InvalidInputError, match="names others, or not all"):
        prepare(labelled.table, labelled.roles, run.settings, splits=splits)
