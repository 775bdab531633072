"""Processes on this machine and a real Dask cluster give the numbers of this process."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import distributed
import numpy as np
import psutil
import pytest
from distributed import Client

from fairmoe.errors import CancelledError, InvalidInputError, UnavailableError
from fairmoe.names import EXPERTS
from fairmoe.sweep import MemoryStore, cluster, dask, processes, run_sweep
from fairmoe.sweep.experts import read_experts
from fairmoe.sweep.shard import read_trained
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 100_000


def assert_same(one, other):
    for split, scores in other.scores.items():
        assert np.allclose(one.scores[split], scores, atol=1e-5)


def kept(store, prefix):
    return [name for name in store.names() if name.startswith(prefix)]


def children():
    """Return the processes that compute for this one."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE
        and any("loky" in word for word in child.cmdline())
        and not any("resource_tracker" in word for word in child.cmdline())
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


@pytest.fixture(scope="module")
def dask_workers(tmp_path_factory):
    """Start a scheduler and two workers.

    Returns its address, the processes, its own first, and what starts another worker.
    """
    folder = tmp_path_factory.mktemp("dask")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    found = folder / "scheduler.json"
    started = []

    def start(*words):
        with (folder / f"log-{len(started)}").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                    cwd=folder,
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
            )

    here = ("--host", "127.0.0.1", "--scheduler-file", str(found))

    def start_worker():
        # What a worker imports before it joins does not hold up its first shard.
        start(
            "worker", *here, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(folder), "--preload", "fairmoe.sweep.cluster",
        )  # fmt: skip

    try:
        start("scheduler", *here, "--port", "0")
        start_worker()
        start_worker()
        deadline = time.monotonic() + PATIENCE
        while not (found.exists() and found.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        address = json.loads(found.read_text())["address"]
        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield address, started, start_worker
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def address(dask_workers):
    return dask_workers[0]


def test_a_cancelled_cluster_takes_the_next_sweep(prepared, runs, sweep, address):
    def cancel(_):
        raise CancelledError

    with pytest.raises(CancelledError):
        run_sweep(prepared, runs, executor=dask(address), on_progress=cancel)
    assert_same(run_sweep(prepared, runs, executor=dask(address)), sweep)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "nonsense://"])
def test_an_unreachable_scheduler_is_one_sentence(prepared, runs, address, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 0.5)
    waits = []
    monkeypatch.setattr(
        distributed,
        "Client",
        lambda *words, timeout, **more: (
            waits.append(timeout) or Client(*words, timeout=timeout, **more)
        ),
    )

    with pytest.raises(UnavailableError, match="No Dask scheduler answers at"):
        run_sweep(prepared, runs, executor=dask(address))
    assert waits == [0.5]


def test_without_the_package_the_sentence_says_what_to_install(prepared, runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(UnavailableError, match=r'pip install "fairmoe\[dask\]"'):
        run_sweep(prepared, runs, executor=dask("tcp://127.0.0.1:1"))


def test_a_worker_of_another_version_is_refused(prepared, runs, address, monkeypatch):
    monkeypatch.setattr(cluster, "FORMAT", 99)

    with pytest.raises(UnavailableError, match="run another version of fairmoe"):
        run_sweep(prepared, runs, executor=dask(address))


def test_a_cluster_is_given_up_once_it_has_had_no_workers_for_long(monkeypatch):
    workers = {}
    check = cluster._check_for_workers(
        Mock(scheduler_info=Mock(return_value={"workers": workers})), "tcp://h:1"
    )
    check()
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.0)
    workers["late"] = {}
    check()
    workers.clear()
    with pytest.raises(UnavailableError, match=r"'tcp://h:1' has lost all its workers\. What is"):
        check()


@pytest.mark.parametrize("stage", ["experts-", "shard-"])
def test_a_lost_worker_loses_nothing(prepared, runs, sweep, dask_workers, stage):
    address, started, start_worker = dask_workers
    store = MemoryStore()
    reports = []
    lost = []

    def lose_one(report):
        reports.append(report)
        if not lost and kept(store, stage):
            lost.append(next(one for one in started[1:] if one.poll() is None))
            lost[0].send_signal(signal.SIGKILL)

    found = run_sweep(
        prepared, runs, store=store, executor=dask(address), max_runs=1, on_progress=lose_one
    )

    assert lost[0].wait(timeout=PATIENCE) == -signal.SIGKILL
    assert_same(found, sweep)
    assert reports[-1].done == reports[-1].total == 4
    assert found.open(1).run_id == sweep.open(1).run_id
    start_worker()
    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)


def test_a_worker_that_was_the_only_one_is_told_as_such(
    prepared, runs, dask_workers, monkeypatch, capfd
):
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.0)
    address, (_, *workers), _ = dask_workers
    store = MemoryStore()

    def lose_all(_):
        if kept(store, "shard-"):
            for worker in workers:
                worker.kill()

    shards = [runs[0], *(run.replace(gate_epochs=ENDLESS, fine_tune_every=0) for run in runs[1:])]
    with pytest.raises(UnavailableError, match=r"has lost all its workers\. What is finished"):
        run_sweep(
            prepared, shards, store=store, executor=dask(address), max_runs=1, on_progress=lose_all
        )
    assert len(kept(store, "shard-")) == 1
    assert capfd.readouterr().err == ""


def test_a_lost_scheduler_is_one_sentence_and_loses_nothing(
    prepared, runs, dask_workers, monkeypatch, capfd
):
    """The last test of this cluster."""
    address, (scheduler, *_), start_worker = dask_workers
    start_worker()
    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=PATIENCE)
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 0.5)
    store = MemoryStore()

    def lose(_):
        if kept(store, "shard-"):
            scheduler.kill()

    shards = [runs[0], *(run.replace(gate_epochs=ENDLESS, fine_tune_every=0) for run in runs[1:])]
    with pytest.raises(UnavailableError, match=r"connection to the Dask scheduler.*was lost"):
        run_sweep(
            prepared, shards, store=store, executor=dask(address), max_runs=1, on_progress=lose
        )
    assert len(kept(store, "shard-")) == 1
    time.sleep(cluster.SECONDS_TO_CONNECT)
    assert capfd.readouterr().err == ""
