import gc
import logging
import threading
import weakref
from collections.abc import Callable

import pytest

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Bounds, JobRegistry, Snapshot
from fairmoe.jobs import registry as registries
from fairmoe.progress import OnProgress, Progress
from tests.patience import PATIENCE


class Gate:
    """Work that runs until it is let go, reporting all the while."""

    def __init__(self) -> None:
        self.tries = 0
        self.started = threading.Event()
        self.go = threading.Event()
        self.stopped = threading.Event()

    def __call__(self, on_progress: OnProgress) -> str:
        try:
            while not self.go.is_set():
                self.tries += 1
                on_progress(Progress("experts", 1, 10, {"loss": 0.5}))
                self.started.set()
                self.go.wait(0.005)
            return "done"
        finally:
            self.stopped.set()

    def reports_twice(self) -> bool:
        """Wait for two more reports, of which the second began after the call."""
        for _ in range(2):
            self.started.clear()
            if not self.started.wait(PATIENCE):
                return False
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def settled(registry: JobRegistry[str], job_id: str, owner: str = "ann") -> Snapshot[str]:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        snapshot = registry.snapshot(job_id, owner=owner)
        assert snapshot is not None
        if not snapshot.active:
            return snapshot
        pause.wait(0.005)
    raise AssertionError("the job did not end")


def state(registry: JobRegistry[str], job_id: str, owner: str = "ann") -> str:
    snapshot = registry.snapshot(job_id, owner=owner)
    return "gone" if snapshot is None else snapshot.state


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


def test_one_persons_jobs_do_not_go_before_everyone_elses():
    registry: JobRegistry[str] = JobRegistry()
    order: list[str] = []
    first = Gate()
    running = registry.submit(first, owner="tab 0", person="flood")
    assert first.started.wait(PATIENCE)

    def add(owner: str, person: str) -> str:
        def work(_: OnProgress) -> str:
            order.append(owner)
            return owner

        return registry.submit(work, owner=owner, person=person)

    ids = {f"tab {i}": add(f"tab {i}", "flood") for i in range(1, 6)}
    ids |= {"bob": add("bob", "bob"), "cat": add("cat", "cat"), "bob too": add("bob too", "bob")}

    def ahead(owner: str) -> int:
        snapshot = registry.snapshot(ids[owner], owner=owner)
        assert snapshot is not None
        return snapshot.ahead

    assert {owner: ahead(owner) for owner in ids} == {
        "bob": 1,
        "cat": 2,
        "tab 1": 3,
        "bob too": 4,
        "tab 2": 5,
        "tab 3": 6,
        "tab 4": 7,
        "tab 5": 8,
    }
    first.go.set()
    for owner, job_id in ids.items():
        settled(registry, job_id, owner)
    assert order == ["bob", "cat", "tab 1", "bob too", "tab 2", "tab 3", "tab 4", "tab 5"]
    assert settled(registry, running, "tab 0").state == "finished"


def test_asking_anew_wins_nothing():
    registry: JobRegistry[str] = JobRegistry()
    first = Gate()
    registry.submit(first, owner="ann")
    assert first.started.wait(PATIENCE)
    ids = [registry.submit(lambda _: "", owner=f"tab {i}", person="bob") for i in range(2)]
    late = registry.submit(lambda _: "", owner="cat")
    for i, job_id in enumerate(ids):
        registry.forget(job_id, owner=f"tab {i}")
        ids[i] = registry.submit(lambda _: "", owner=f"tab {i}", person="bob")
    snapshot = registry.snapshot(late, owner="cat")
    assert snapshot is not None
    assert snapshot.ahead == 1
    first.go.set()


def test_a_person_and_an_address_have_so_many_jobs_and_no_more():
    registry: JobRegistry[str] = JobRegistry(bounds=Bounds(by_person=2, by_address=3))
    work = Gate()
    running = registry.submit(work, owner="a1", person="ann", address="10.0.0.1")
    registry.submit(lambda _: "run", owner="a2", person="ann", address="10.0.0.1")
    with pytest.raises(
        InvalidInputError,
        match=r"At most 2 of your trainings may wait or run at a time, in all your tabs together; "
        r"however, 2 do\. Wait for one of them or cancel it\.",
    ):
        registry.submit(lambda _: "run", owner="a3", person="ann", address="10.0.0.1")
    registry.submit(lambda _: "run", owner="b", person="bob", address="10.0.0.1")
    with pytest.raises(UnavailableError, match="3 trainings from your network wait or run already"):
        registry.submit(lambda _: "run", owner="c", person="cat", address="10.0.0.1")
    last = registry.submit(lambda _: "run", owner="d", person="dan", address="10.0.0.2")
    work.go.set()
    settled(registry, last, "d")
    settled(registry, running, "a1")
    registry.submit(lambda _: "run", owner="a4", person="ann", address="10.0.0.1")


class Deaf:
    """Work that never reports."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.go = threading.Event()
        self.ended = threading.Event()

    def __call__(self, _: OnProgress) -> str:
        self.started.set()
        self.go.wait(10 * PATIENCE)
        self.ended.set()
        return "too late"


def test_work_that_does_not_report_is_given_up_and_its_queue_goes_on():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(clock=clock)
    work = Deaf()
    deaf = registry.submit(work, owner="ann")
    other = registry.submit(lambda _: "run", owner="bob")
    assert work.started.wait(PATIENCE)
    registry.cancel(deaf, owner="ann")
    clock.now = registries.SECONDS_TO_STOP - 1
    assert state(registry, deaf) == "running"
    clock.now = registries.SECONDS_TO_STOP + 1
    assert state(registry, deaf) == "cancelled"
    assert settled(registry, other, "bob").result == "run"
    work.go.set()
    assert work.ended.wait(PATIENCE)
    after = registry.submit(lambda _: "next", owner="bob")
    assert settled(registry, after, "bob").result == "next"
    end = registry.snapshot(deaf, owner="ann")
    assert end is not None
    assert (end.state, end.result) == ("cancelled", None)


def test_a_job_runs_no_longer_than_the_server_lets_it():
    clock = Clock()
    clock.now = 1.0
    registry: JobRegistry[str] = JobRegistry(bounds=Bounds(seconds=600), clock=clock)
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    clock.now = 600.0
    assert state(registry, job_id) == "running"
    clock.now = 602.0
    end = settled(registry, job_id)
    assert end.state == "refused"
    assert str(end.error) == (
        "The work was stopped after 10 minutes, the longest that this server lets anything run. "
        "Take fewer rows, epochs or runs."
    )


def test_a_job_of_a_closed_page_gives_way_to_its_own_person_soon():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(kept_for=3600, clock=clock)
    work = Gate()
    closed = registry.submit(work, owner="tab 1", person="ann")
    assert work.started.wait(PATIENCE)
    clock.now = 100
    anew = registry.submit(lambda _: "run", owner="tab 2", person="ann")
    assert settled(registry, anew, "tab 2").result == "run"
    assert state(registry, closed, "tab 1") == "gone"


def test_a_job_of_a_closed_page_gives_way_to_others_later():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(kept_for=3600, clock=clock)
    work = Gate()
    closed = registry.submit(work, owner="tab 1", person="ann")
    assert work.started.wait(PATIENCE)
    clock.now = 100
    other = registry.submit(lambda _: "run", owner="bob")
    assert state(registry, other, "bob") == "waiting"
    clock.now = 301
    assert settled(registry, other, "bob").result == "run"
    assert state(registry, closed, "tab 1") == "gone"


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")],
)
def test_want_of_memory_is_one_sentence(error):
    def work(_: OnProgress) -> str:
        raise error

    registry: JobRegistry[str] = JobRegistry()
    end = settled(registry, registry.submit(work, owner="ann"))
    assert end.state == "refused"
    assert str(end.error).startswith("The memory of this machine did not suffice for this")
    assert settled(registry, registry.submit(lambda _: "run", owner="ann")).result == "run"


def test_a_clock_that_jumps_stops_what_nobody_looks_at_and_breaks_nothing():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(patience=60, clock=clock)
    work = Gate()
    job_id = registry.submit(work, owner="ann")
    assert work.started.wait(PATIENCE)
    # A machine that slept for a week.
    clock.now = 7 * 24 * 3600.0
    assert work.stopped.wait(PATIENCE)
    assert settled(registry, registry.submit(lambda _: "run", owner="bob"), "bob").result == "run"
    assert state(registry, job_id) in ("gone", "cancelled")
