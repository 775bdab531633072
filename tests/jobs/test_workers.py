import os
from collections.abc import Iterator

import psutil
import pytest

from fairmoe.errors import CancelledError, InvalidInputError, UnavailableError
from fairmoe.jobs import JobRegistry, Task, Workers
from fairmoe.jobs import registry as registries
from fairmoe.jobs.bugs import NO_MEMORY, WorkerBugError
from fairmoe.jobs.workers import ENDED, Worker
from fairmoe.progress import Progress, ignore_progress
from fairmoe.sweep import MemoryStore
from tests.jobs import work
from tests.jobs.test_registry import Clock, settled, state
from tests.patience import PATIENCE, until


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def test_a_worker_does_one_task_after_the_other_and_reports(worker):
    reports: list[Progress] = []
    number, pid = worker.run(Task(work.double, (21,)), reports.append)
    assert (number, pid) == (42, worker.pid)
    assert pid != os.getpid()
    assert [report.done for report in reports] == [1, 2, 3]
    assert reports[1].values == {"loss": 0.5}
    assert worker.run(Task(work.double, (1,)), ignore_progress) == (2, pid)


def test_a_task_is_cancelled_at_its_next_report_and_the_worker_stays(worker, tmp_path):
    def stop(_: Progress) -> None:
        raise CancelledError

    worker.begin()
    pid = worker.pid
    with pytest.raises(CancelledError):
        worker.run(Task(work.wait_for, (str(tmp_path / "never"),)), stop)
    assert worker.run(Task(work.double, (2,)), ignore_progress) == (4, pid)


def test_errors_arrive_as_they_were_raised(worker):
    with pytest.raises(InvalidInputError) as caught:
        worker.run(Task(work.refuse), ignore_progress)
    assert str(caught.value) == "A number is needed; however, there is none."
    assert (caught.value.choices, caught.value.about) == (("1", "2"), ("x",))
    with pytest.raises(UnavailableError, match=NO_MEMORY):
        worker.run(Task(work.run_out_of_memory), ignore_progress)


def test_a_bug_is_logged_where_it_happens_and_its_message_stays_there(capfd):
    # What a process inherits to write to is what there is when it begins.
    worker = Worker()
    with pytest.raises(WorkerBugError) as caught:
        worker.run(Task(work.fail, ("12 Elm Street",)), ignore_progress)
    logged = capfd.readouterr().err
    assert f"Bug {caught.value.reference}:" in logged
    assert "KeyError at" in logged
    assert "Elm" not in logged
    with pytest.raises(WorkerBugError):
        worker.run(Task(work.return_what_cannot_be_sent), ignore_progress)
    worker.close()


def test_a_task_that_does_not_arrive_is_a_bug_and_no_wait_for_ever(capfd):
    worker = Worker()
    with pytest.raises(WorkerBugError):
        worker.run(Task(work.double, (work.Unreadable(),)), ignore_progress)
    assert "Elm" not in capfd.readouterr().err
    assert worker.run(Task(work.double, (3,)), ignore_progress)[0] == 6
    worker.close()


def test_what_is_shared_stays_here(worker):
    store = MemoryStore()
    store.write("zero", b"0")
    found, names = worker.run(Task(work.use, (store,), shared=(store,)), ignore_progress)
    assert found is store
    assert names == ["zero", "one"]
    assert store.read("one") == b"1"


def test_a_worker_that_is_killed_says_so_and_the_next_task_finds_another(worker):
    with pytest.raises(UnavailableError) as caught:
        worker.run(Task(work.be_killed), ignore_progress)
    assert str(caught.value) == ENDED
    assert worker.run(Task(work.double, (3,)), ignore_progress)[0] == 6


def test_a_worker_that_was_killed_while_it_did_nothing_costs_nothing(worker):
    worker.begin()
    before = psutil.Process(worker.pid)
    before.kill()
    before.wait(PATIENCE)
    number, pid = worker.run(Task(work.double, (3,)), ignore_progress)
    assert number == 6
    assert pid != before.pid


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    pool = Workers(2)
    yield pool
    pool.close()


def test_as_many_run_as_there_are_workers(pool, tmp_path):
    registry: JobRegistry[str] = JobRegistry(workers={"cpu": pool})
    files = [str(tmp_path / str(i)) for i in range(3)]
    ids = [registry.submit(Task(work.wait_for, (file,)), owner=file, queue="cpu") for file in files]
    assert [state(registry, i, file) for i, file in zip(ids, files, strict=True)] == [
        "running",
        "running",
        "waiting",
    ]
    for job_id, file in zip(ids, files, strict=True):
        (tmp_path / file).touch()
        assert settled(registry, job_id, file).result == "done"


def test_a_killed_worker_costs_its_own_job_only(pool, tmp_path):
    registry: JobRegistry[str] = JobRegistry(workers={"cpu": pool})
    file = tmp_path / "go"
    other = registry.submit(Task(work.wait_for, (str(file),)), owner="bob")
    killed = registry.submit(Task(work.be_killed), owner="ann")
    end = settled(registry, killed)
    assert (end.state, str(end.error)) == ("refused", ENDED)
    assert state(registry, other, "bob") == "running"
    file.touch()
    assert settled(registry, other, "bob").result == "done"
    after = registry.submit(Task(work.double, (4,)), owner="ann")
    assert settled(registry, after).state == "finished"


def test_a_task_that_does_not_listen_is_killed(pool, tmp_path):
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(workers={"cpu": pool}, clock=clock)
    started = tmp_path / "started"
    job_id = registry.submit(Task(work.sleep, (str(started),)), owner="ann")
    until(started.exists)
    registry.cancel(job_id, owner="ann")
    clock.now = registries.SECONDS_TO_STOP + 1
    assert state(registry, job_id) == "cancelled"
    until(lambda: not registry._running)
    after = registry.submit(Task(work.double, (5,)), owner="ann")
    assert settled(registry, after).state == "finished"
