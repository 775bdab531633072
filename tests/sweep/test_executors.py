"""Processes on this machine give the numbers of this process."""

import os
from contextlib import contextmanager

import psutil
import pytest

from fairmoe.errors import CancelledError, InvalidInputError, UnavailableError
from fairmoe.names import EXPERTS
from fairmoe.sweep import MemoryStore, processes, run_sweep
from fairmoe.sweep.experts import read_experts
from fairmoe.sweep.shard import read_trained
from tests.sweep.shared import ENDLESS, assert_same, kept

pytestmark = pytest.mark.slow


def children():
    """Return the processes that compute for this one."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE
        and any("fairmoe.jobs.worker" in word for word in child.cmdline())
    ]


def test_processes_give_the_same_numbers_and_train_each_expert_once(prepared, runs, sweep):
    store = MemoryStore()

    beside = run_sweep(prepared, runs, store=store, executor=processes(2), max_runs=1)

    assert_same(beside, sweep)
    assert len(kept(store, "shard-")) == 4
    trained = [name for one in kept(store, "experts-") for name in read_experts(store.read(one))]
    # 2 utility experts, 4 result and 2 procedural ones
    assert len(trained) == len(set(trained)) == 8
    for shard in kept(store, "shard-"):
        assert read_trained(store.read(shard)).experts_reused == EXPERTS
    assert children() == []


def test_a_process_that_is_ended_in_either_stage_is_replaced_and_takes_no_other_along(
    prepared, runs, sweep
):
    store = MemoryStore()
    lost, others = [], []

    def lose_one(_):
        stage = ("experts-", "shard-")[min(len(lost), 1)]
        if len(lost) < 2 and kept(store, stage):
            there = children()
            if len(there) == 2:
                # A terminal sends Ctrl-C to its group: who computes the sweep ends its workers.
                assert os.getpgid(there[0].pid) != os.getpgid(0)
                there[0].kill()
                lost.append(there[0])
                others.append(there[1])

    @contextmanager
    def watched(data):
        with processes(2)(data) as workers:
            yield workers
            assert others[-1].is_running()

    found = run_sweep(
        prepared, runs, store=store, executor=watched, max_runs=1, on_progress=lose_one
    )

    assert_same(found, sweep)
    assert len(lost) == 2
    assert len(kept(store, "shard-")) == 4
    trained = [name for one in kept(store, "experts-") for name in read_experts(store.read(one))]
    assert len(trained) == len(set(trained)) == 8


def test_processes_are_ended_when_cancelled(prepared, runs):
    endless = [run.replace(epochs=ENDLESS) for run in runs]

    def cancel(_):
        if children():
            raise CancelledError

    with pytest.raises(CancelledError):
        run_sweep(prepared, endless, executor=processes(1), on_progress=cancel)
    assert children() == []


def test_a_process_that_is_ended_again_and_again_is_told_as_such(prepared, runs, monkeypatch):
    monkeypatch.setattr("fairmoe.sweep.executors.ATTEMPTS", 2)

    def lose(_):
        for child in children():
            child.kill()

    with pytest.raises(UnavailableError, match=r"ended from outside again.*with fewer jobs"):
        run_sweep(prepared, runs[:1], executor=processes(1), on_progress=lose)
    assert children() == []


def test_no_processes_are_refused():
    with pytest.raises(InvalidInputError, match="At least one process"):
        processes(0)
