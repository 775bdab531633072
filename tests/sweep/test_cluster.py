"""A real Dask cluster gives the numbers of this process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import distributed
import pytest
from distributed import Client

from fairmoe.errors import CancelledError, UnavailableError
from fairmoe.sweep import MemoryStore, cluster, dask, run_sweep
from tests.patience import PATIENCE
from tests.sweep.shared import ENDLESS, assert_same, kept

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


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
