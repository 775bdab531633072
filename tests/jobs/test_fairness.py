"""Whose job is next, how long it may take, and what happens to those that nobody looks at."""

import threading

import pytest

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Bounds, JobRegistry
from fairmoe.jobs import registry as registries
from fairmoe.progress import OnProgress
from tests.jobs.gates import Clock, Gate, begun, settled, state
from tests.patience import PATIENCE


def test_one_persons_jobs_do_not_go_before_everyone_elses():
    registry: JobRegistry[str] = JobRegistry()
    order: list[str] = []
    first, running = begun(registry, owner="tab 0", person="flood")

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
    first, _ = begun(registry, owner="ann")
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
    _, job_id = begun(registry, owner="ann")
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
    _, closed = begun(registry, owner="tab 1", person="ann")
    clock.now = 100
    anew = registry.submit(lambda _: "run", owner="tab 2", person="ann")
    assert settled(registry, anew, "tab 2").result == "run"
    assert state(registry, closed, "tab 1") == "gone"


def test_a_job_of_a_closed_page_gives_way_to_others_later():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(kept_for=3600, clock=clock)
    _, closed = begun(registry, owner="tab 1", person="ann")
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
    work, job_id = begun(registry, owner="ann")
    # A machine that slept for a week.
    clock.now = 7 * 24 * 3600.0
    assert work.stopped.wait(PATIENCE)
    assert settled(registry, registry.submit(lambda _: "run", owner="bob"), "bob").result == "run"
    assert state(registry, job_id) in ("gone", "cancelled")
