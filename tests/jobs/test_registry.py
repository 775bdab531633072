import gc
import logging
import threading
import weakref
from collections.abc import Callable

import pytest

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Bounds, JobRegistry
from fairmoe.jobs import registry as registries
from fairmoe.progress import OnProgress, Progress
from tests.jobs.gates import Clock, Gate, settled, state
from tests.patience import PATIENCE


def test_a_job_returns_its_result_and_its_curves():
    def work(on_progress: OnProgress) -> str:
        for epoch in range(1, 4):
            on_progress(Progress("experts", epoch, 3, {"loss of utility": 1 / epoch}))
        return "run"

    registry: JobRegistry[str] = JobRegistry()
    end = settled(registry, registry.submit(work, owner="ann"))
    assert (end.state, end.result) == ("finished", "run")
    assert end.progress == Progress("experts", 3, 3, {"loss of utility": 1 / 3})
    assert end.curves == {("experts", "loss of utility"): ((1, 2, 3), (1.0, 0.5, 1 / 3))}


def test_long_curves_are_thinned():
    def work(on_progress: OnProgress) -> str:
        for epoch in range(1, 10_001):
            on_progress(Progress("gate", epoch, 10_000, {"reward": 0.0}))
        return "run"

    registry: JobRegistry[str] = JobRegistry()
    end = settled(registry, registry.submit(work, owner="ann"))
    steps, _ = end.curves["gate", "reward"]
    assert len(steps) == 500
    assert steps[-1] > 9_900


def test_one_lane_runs_one_job_at_a_time_in_order():
    registry: JobRegistry[str] = JobRegistry()
    first, second = Gate(), Gate()
    a = registry.submit(first, owner="ann")
    b = registry.submit(second, owner="bob")
    assert first.started.wait(PATIENCE)
    waiting = registry.snapshot(b, owner="bob")
    assert waiting is not None
    assert (waiting.state, waiting.ahead) == ("waiting", 1)
    assert not second.started.is_set()
    first.go.set()
    assert second.started.wait(PATIENCE)
    assert settled(registry, a).state == "finished"
    running = registry.snapshot(b, owner="bob")
    assert running is not None
    assert (running.state, running.ahead) == ("running", 0)
    second.go.set()
    settled(registry, b, "bob")


def test_lanes_run_side_by_side():
    registry: JobRegistry[str] = JobRegistry()
    cpu, gpu = Gate(), Gate()
    registry.submit(cpu, owner="ann", queue="cpu")
    registry.submit(gpu, owner="bob", queue="cuda")
    assert cpu.started.wait(PATIENCE)
    assert gpu.started.wait(PATIENCE)
    cpu.go.set()
    gpu.go.set()


def test_a_running_job_is_cancelled_at_its_next_report():
    registry: JobRegistry[str] = JobRegistry()
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    registry.cancel(job_id, owner="ann")
    tries = work.tries
    assert work.stopped.wait(PATIENCE)
    assert work.tries <= tries + 1
    end = settled(registry, job_id)
    assert (end.state, end.result) == ("cancelled", None)


def test_a_waiting_job_is_cancelled_at_once_and_never_starts():
    registry: JobRegistry[str] = JobRegistry()
    first, second, third = Gate(), Gate(), Gate()
    registry.submit(first, owner="ann")
    waiting = registry.submit(second, owner="bob")
    last = registry.submit(third, owner="cyd")
    registry.cancel(waiting, owner="bob")
    assert state(registry, waiting, "bob") == "cancelled"
    first.go.set()
    assert third.started.wait(PATIENCE)
    third.go.set()
    settled(registry, last, "cyd")
    assert not second.started.is_set()


def test_for_anyone_but_its_owner_a_job_does_not_exist():
    registry: JobRegistry[str] = JobRegistry()
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    assert registry.snapshot(job_id, owner="bob") is None
    registry.cancel(job_id, owner="bob")
    registry.forget(job_id, owner="bob")
    assert state(registry, job_id) == "running"
    work.go.set()
    settled(registry, job_id)


def test_ids_differ_and_are_long():
    registry: JobRegistry[str] = JobRegistry()
    ids = [registry.submit(lambda _: "run", owner=f"owner {i}") for i in range(20)]
    assert len(set(ids)) == 20
    assert min(map(len, ids)) >= 32


def test_an_owner_has_one_active_job():
    registry: JobRegistry[str] = JobRegistry()
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    with pytest.raises(InvalidInputError, match="One training at a time; however, yours has not"):
        registry.submit(Gate(), owner="ann")
    work.go.set()
    settled(registry, job_id)
    registry.submit(lambda _: "run", owner="ann")


def test_the_queue_is_bounded():
    registry: JobRegistry[str] = JobRegistry(bounds=Bounds(waiting=1))
    work = Gate()
    registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    registry.submit(lambda _: "run", owner="bob")
    with pytest.raises(UnavailableError, match="1 trainings wait already"):
        registry.submit(lambda _: "run", owner="cyd")
    work.go.set()


def test_a_job_nobody_looks_at_is_stopped_and_forgotten():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(patience=60, clock=clock)
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    clock.now = 50
    assert state(registry, job_id) == "running"
    clock.now = 100
    assert state(registry, job_id) == "running"
    assert work.reports_twice()
    clock.now = 161
    assert work.stopped.wait(PATIENCE)
    other = registry.submit(lambda _: "run", owner="bob")
    assert settled(registry, other, "bob").state == "finished"
    assert registry.snapshot(job_id, owner="ann") is None


def test_a_forgotten_job_is_stopped_and_lets_go_of_its_result():
    registry: JobRegistry[str] = JobRegistry()
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    registry.forget(job_id, owner="ann")
    assert work.stopped.wait(PATIENCE)
    assert registry.snapshot(job_id, owner="ann") is None


def test_what_the_work_holds_does_not_outlive_it():
    class Table:
        pass

    def work_on(table: Table) -> Callable[[OnProgress], str]:
        return lambda _: str(type(table))

    table = Table()
    alive = weakref.ref(table)
    registry: JobRegistry[str] = JobRegistry()
    job_id = registry.submit(work_on(table), owner="ann")
    del table
    assert settled(registry, job_id).state == "finished"
    gc.collect()
    assert alive() is None


def test_a_mendable_error_reaches_the_owner():
    def work(_: OnProgress) -> str:
        raise InvalidInputError("The target needs two classes", choices=("a", "b"))

    registry: JobRegistry[str] = JobRegistry()
    end = settled(registry, registry.submit(work, owner="ann"))
    assert end.state == "refused"
    assert str(end.error) == "The target needs two classes."


def test_a_bug_goes_to_the_log_without_its_message(caplog):
    cell = "12 Elm Street"

    def work(_: OnProgress) -> str:
        try:
            raise KeyError(cell)
        except KeyError as cause:
            raise RuntimeError(f"not a number: {cell}") from cause

    registry: JobRegistry[str] = JobRegistry()
    with caplog.at_level(logging.ERROR, logger="fairmoe.jobs"):
        end = settled(registry, registry.submit(work, owner="ann"))
    assert end.state == "broken"
    assert len(end.reference) == 8
    assert f"Bug {end.reference}:" in caplog.text
    assert "RuntimeError at" in caplog.text
    assert "KeyError at" in caplog.text
    assert "test_registry.py" in caplog.text
    assert "Elm" not in caplog.text


def test_after_a_bug_the_lane_goes_on():
    registry: JobRegistry[str] = JobRegistry()

    def work(_: OnProgress) -> str:
        raise RuntimeError

    settled(registry, registry.submit(work, owner="ann"))
    assert settled(registry, registry.submit(lambda _: "run", owner="ann")).result == "run"


def test_a_finished_job_is_forgotten_though_nobody_asks_again(monkeypatch):
    monkeypatch.setattr(registries, "SECONDS_BETWEEN_CLEANINGS", 0.01)

    class Result:
        pass

    clock = Clock()
    registry: JobRegistry[Result] = JobRegistry(patience=60, clock=clock)
    gone = threading.Event()

    def work(_: OnProgress) -> Result:
        result = Result()
        weakref.finalize(result, gone.set)
        return result

    job_id = registry.submit(work, owner="ann")
    assert settled(registry, job_id).state == "finished"
    assert not gone.is_set()
    clock.now = 61
    assert gone.wait(PATIENCE)


def test_a_job_that_stands_in_nobodys_way_is_kept_for_longer():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(patience=60, kept_for=600, clock=clock)
    done = registry.submit(lambda _: "done", owner="ann")
    assert settled(registry, done).result == "done"
    work = Gate()
    long = registry.submit(work, owner="bob")
    assert work.started.wait(PATIENCE)
    clock.now = 200
    assert state(registry, done) == "finished"
    assert work.reports_twice()
    other = registry.submit(lambda _: "next", owner="cat")
    assert settled(registry, other, "cat").result == "next"
    assert work.stopped.is_set()
    assert state(registry, long, "bob") == "gone"
    clock.now = 801
    settled(registry, registry.submit(lambda _: "last", owner="dan"), "dan")
    assert state(registry, done) == "gone"
