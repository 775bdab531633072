"""Work that nobody asked for: it waits for all that was, and gives way to it."""

import pytest

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.jobs import Bounds, JobRegistry, Task, Workers
from fairmoe.jobs import registry as registries
from fairmoe.progress import OnProgress, Progress
from tests.jobs import work
from tests.jobs.gates import Clock, Gate, begun, settled, state
from tests.jobs.test_fairness import Deaf
from tests.patience import PATIENCE, until


def run(_: object) -> str:
    return "run"


class Late(Deaf):
    """Work that reports once, at its end."""

    def __call__(self, on_progress: OnProgress) -> str:
        end = super().__call__(on_progress)
        on_progress(Progress("gate", 1, 1))
        return end


def ahead(registry: JobRegistry[str], job_id: str, owner: str) -> int:
    snapshot = registry.snapshot(job_id, owner=owner)
    assert snapshot is not None
    return snapshot.ahead


def test_what_was_asked_for_comes_before_what_was_not():
    registry: JobRegistry[str] = JobRegistry()
    front = Gate()
    first, _ = begun(registry, owner="ann")
    unasked = registry.submit(front, owner="bob aside", person="bob", unasked=True)
    asked = registry.submit(run, owner="cat")
    again = registry.submit(run, owner="cat too", person="cat")
    assert ahead(registry, asked, "cat") == 1
    assert ahead(registry, again, "cat too") == 2
    assert ahead(registry, unasked, "bob aside") == 3
    assert not front.started.is_set()
    first.go.set()
    assert front.started.wait(PATIENCE)
    assert state(registry, asked, "cat") == state(registry, again, "cat too") == "finished"
    front.go.set()
    assert settled(registry, unasked, "bob aside").result == "done"


def test_it_stops_for_what_is_asked_for_and_begins_anew():
    registry: JobRegistry[str] = JobRegistry()
    training = Gate()
    front, unasked = begun(registry, owner="bob aside", person="bob", unasked=True)
    front.started.clear()
    asked = registry.submit(training, owner="cat")
    assert front.stopped.wait(PATIENCE)
    assert training.started.wait(PATIENCE)
    again = registry.snapshot(unasked, owner="bob aside")
    assert again is not None
    assert (again.state, again.ahead, again.stopping, again.seconds) == ("waiting", 1, False, 0.0)
    assert (again.progress, again.curves) == (None, {})
    training.go.set()
    assert settled(registry, asked, "cat").result == "done"
    assert front.started.wait(PATIENCE)
    front.go.set()
    assert settled(registry, unasked, "bob aside").result == "done"


def test_it_does_not_stop_for_its_like_nor_more_of_it_than_waits():
    registry: JobRegistry[str] = JobRegistry()
    front, unasked = begun(registry, owner="a", queue="cpu", unasked=True)
    other, elsewhere = begun(registry, owner="b", queue="cuda", unasked=True)
    waits = registry.submit(run, owner="c", queue="cpu", unasked=True)
    assert front.reports_twice()
    assert not front.stopped.is_set()
    assert (state(registry, unasked, "a"), state(registry, waits, "c")) == ("running", "waiting")
    asked = registry.submit(run, owner="d", queue="cpu")
    assert settled(registry, asked, "d").result == "run"
    assert other.reports_twice()
    assert state(registry, elsewhere, "b") == "running"
    front.go.set()
    other.go.set()
    assert settled(registry, waits, "c").result == "run"


@pytest.mark.parametrize("end", ["cancel", "forget"])
def test_it_does_not_begin_anew_once_it_was_stopped(end):
    registry: JobRegistry[str] = JobRegistry()
    front = Late()
    training = Gate()
    unasked = registry.submit(front, owner="bob", unasked=True)
    assert front.started.wait(PATIENCE)
    asked = registry.submit(training, owner="cat")
    getattr(registry, end)(unasked, owner="bob")
    front.started.clear()
    front.go.set()
    training.go.set()
    settled(registry, asked, "cat")
    last = registry.submit(run, owner="dan", unasked=True)
    assert settled(registry, last, "dan").result == "run"
    assert not front.started.is_set()


def test_one_that_does_not_listen_is_given_up():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(clock=clock)
    front = Late()
    unasked = registry.submit(front, owner="bob", unasked=True)
    assert front.started.wait(PATIENCE)
    asked = registry.submit(run, owner="cat")
    assert ahead(registry, asked, "cat") == 0
    clock.now = registries.SECONDS_TO_STOP + 1
    assert settled(registry, asked, "cat").result == "run"
    front.go.set()
    assert front.ended.wait(PATIENCE)
    after = registry.submit(run, owner="dan")
    assert settled(registry, after, "dan").result == "run"
    assert settled(registry, unasked, "bob").state == "cancelled"


def test_no_more_of_it_stops_than_waits():
    registry: JobRegistry[str] = JobRegistry(workers={"cpu": Workers(2)})
    fronts, ids = zip(
        *(begun(registry, owner=f"aside {i}", unasked=True) for i in range(2)), strict=True
    )
    asked = registry.submit(run, owner="cat")
    assert settled(registry, asked, "cat").result == "run"
    # The one that began first has more to lose.
    assert fronts[0].reports_twice()
    assert not fronts[0].stopped.is_set()
    assert fronts[1].stopped.is_set()
    for each in fronts:
        each.go.set()
    ends = [settled(registry, job_id, f"aside {i}").result for i, job_id in enumerate(ids)]
    assert ends == ["done", "done"]


def test_one_whose_process_does_not_listen_is_killed_and_begins_anew(tmp_path):
    clock = Clock()
    pool = Workers(1)
    registry: JobRegistry[str] = JobRegistry(workers={"cpu": pool}, clock=clock)
    started = tmp_path / "started"
    unasked = registry.submit(Task(work.sleep, (str(started),)), owner="bob", unasked=True)
    until(started.exists)
    started.unlink()
    asked = registry.submit(Task(work.double, (4,)), owner="cat")
    clock.now = registries.SECONDS_TO_STOP + 1
    assert settled(registry, asked, "cat").state == "finished"
    until(started.exists)
    assert state(registry, unasked, "bob") == "running"
    pool.close()


def test_it_takes_nothing_of_what_may_be_asked_for():
    registry: JobRegistry[str] = JobRegistry(bounds=Bounds(waiting=2, by_person=2, by_address=3))
    work, _ = begun(registry, owner="z", address="10.0.0.1")

    def submit(owner: str, person: str, *, unasked: bool) -> None:
        registry.submit(run, owner=owner, person=person, address="10.0.0.1", unasked=unasked)

    submit("a aside", "ann", unasked=True)
    submit("a aside 2", "ann", unasked=True)
    with pytest.raises(InvalidInputError, match="At most 2 of your trainings"):
        submit("a aside 3", "ann", unasked=True)
    with pytest.raises(UnavailableError, match="2 trainings wait already"):
        submit("b aside", "bob", unasked=True)
    submit("a", "ann", unasked=False)
    submit("b", "bob", unasked=False)
    with pytest.raises(UnavailableError, match="3 trainings from your network"):
        submit("c", "cat", unasked=False)
    work.go.set()


def test_a_job_of_a_closed_page_does_not_give_way_to_what_nobody_asked_for():
    clock = Clock()
    registry: JobRegistry[str] = JobRegistry(kept_for=3600, clock=clock)
    work, closed = begun(registry, owner="tab 1", person="ann")
    clock.now = 301
    registry.submit(run, owner="bob", unasked=True)
    assert work.reports_twice()
    assert state(registry, closed, "tab 1") == "running"
    work.go.set()
