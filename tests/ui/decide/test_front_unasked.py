"""A front that is drawn by itself after a training, and what it gives way to."""

import threading

import pytest

from fairmoe.errors import UnavailableError
from fairmoe.jobs import Task
from fairmoe.progress import Progress
from fairmoe.ui.decide.dial import AFTER_OTHERS
from fairmoe.ui.frame.limits import Limits
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.unasked import FRONTS
from tests.jobs.gates import Gate
from tests.patience import PATIENCE


def look_until(app, done):
    for _ in range(int(PATIENCE / 0.02)):
        app.run()
        if done(app.session_state["fairmoe"]):
            return
        threading.Event().wait(0.02)
    raise AssertionError


def test_a_front_is_drawn_unasked_once(app, demo_run, front, monkeypatch):
    asked = []

    def answer(_, run, *, on_progress):
        asked.append(run)
        on_progress(Progress("gate", 1, 2))
        return front

    monkeypatch.setenv(FRONTS, "always")
    monkeypatch.setattr("fairmoe.tasks.train_front", answer)
    monkeypatch.setattr("fairmoe.tasks.fit_peers", lambda *_, on_progress: ())  # noqa: ARG005
    app.session_state["fairmoe"].keep(*demo_run)
    app.switch_page("pages/tradeoff.py")
    look_until(app, lambda state: state.kept.front)
    assert asked == [demo_run[0]]
    assert app.get_by_key(f"dial-{front[1].run_id}").value == 1
    app.run()
    assert len(asked) == 1


@pytest.fixture
def small_server(monkeypatch):
    monkeypatch.setattr("fairmoe.ui.frame.limits.limits", lambda: Limits(work=0.01))


@pytest.mark.usefixtures("small_server")
def test_a_front_that_is_larger_than_the_server_takes_is_refused_to_who_asks(
    app, demo_run, monkeypatch
):
    monkeypatch.setenv(FRONTS, "always")
    app.session_state["fairmoe"].keep(*demo_run)
    app.switch_page("pages/tradeoff.py").run()
    assert not app.exception
    assert not app.error
    assert not app.session_state["fairmoe"].aside.about
    app.button(key="front").click().run()
    assert app.session_state["fairmoe"].job_id is None
    assert "This server takes trainings up to a certain size" in app.error[0].value


def test_a_front_that_fails_unasked_says_so_and_is_offered(app, demo_run, monkeypatch):
    def fail(*_, **__):
        raise ValueError

    monkeypatch.setenv(FRONTS, "always")
    monkeypatch.setattr("fairmoe.tasks.train_front", fail)
    app.session_state["fairmoe"].keep(*demo_run)
    app.switch_page("pages/tradeoff.py")
    look_until(app, lambda state: state.kept.front_end)
    app.run()
    assert app.error
    assert app.button(key="front")


def test_a_front_that_is_drawn_unasked_gives_way_to_what_is_asked_for(app, demo_run, monkeypatch):
    started, stopped = threading.Event(), threading.Event()

    def go_on(*_, on_progress):
        try:
            while True:
                on_progress(Progress("gate", 1, 2))
                started.set()
        finally:
            stopped.set()

    monkeypatch.setenv(FRONTS, "always")
    monkeypatch.setattr("fairmoe.tasks.train_front", go_on)
    state = app.session_state["fairmoe"]
    state.keep(*demo_run)
    app.switch_page("pages/tradeoff.py").run()
    assert started.wait(PATIENCE)
    assert "front" not in [button.key for button in app.button]
    table = demo_run[1].table
    nothing = Task(lambda *, on_progress: None)  # noqa: ARG005
    state.start(nothing, table=table, queue="cpu", page="", take_over=lambda _: None)
    assert stopped.wait(PATIENCE)
    assert state.aside.about == ""
    assert state.kept.front_end is None


def test_a_front_that_waits_unasked_is_offered_and_asked_for_has_its_turn(
    app, demo_run, front, monkeypatch
):
    training = Gate()
    monkeypatch.setenv(FRONTS, "always")
    monkeypatch.setattr("fairmoe.tasks.train_front", lambda *_, on_progress: front)  # noqa: ARG005
    monkeypatch.setattr("fairmoe.tasks.fit_peers", lambda *_, on_progress: ())  # noqa: ARG005
    registry().submit(training, owner="somebody else")
    assert training.started.wait(PATIENCE)
    state = app.session_state["fairmoe"]
    state.keep(*demo_run)
    app.switch_page("pages/tradeoff.py").run()
    assert AFTER_OTHERS == (
        "The trade-off begins by itself once no training of others waits; asked for, it takes its "
        "turn."
    )
    assert any(caption.value.startswith(AFTER_OTHERS) for caption in app.caption)
    assert state.aside.about
    # Where all has to fit one screen it is said in fewer words.
    result = [caption.value for caption in app.switch_page("pages/result.py").run().caption]
    assert any(told.startswith("Waits for trainings of others. Takes ") for told in result)
    app.switch_page("pages/tradeoff.py").run()
    app.button(key="front").click().run()
    assert (state.aside.about, state.job_id is None) == ("", False)
    training.go.set()
    look_until(app, lambda state: state.kept.front)


def test_a_front_that_may_not_wait_unasked_is_offered_without_a_word(app, demo_run, monkeypatch):
    def full(*_, **__):
        raise UnavailableError("48 trainings wait already.")

    monkeypatch.setenv(FRONTS, "always")
    state = app.session_state["fairmoe"]
    state.keep(*demo_run)
    monkeypatch.setattr("fairmoe.jobs.bounds.Bounds.check", full)
    app.switch_page("pages/tradeoff.py").run()
    assert not app.error
    assert state.aside.about == ""
    app.button(key="front").click().run()
    assert "48 trainings wait already" in app.error[0].value
