"""What is left of a session whose page is away, and what comes back."""

import gc
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from fairmoe.data import DEMO_ROLES, demo_csv, read_table
from fairmoe.errors import InvalidInputError
from fairmoe.jobs import Snapshot, Task
from fairmoe.training import cache
from fairmoe.ui.frame import packing
from fairmoe.ui.frame.packing import pack, shared_demo, unpack
from fairmoe.ui.frame.person import Person
from fairmoe.ui.frame.process import registry, sessions
from fairmoe.ui.frame.room import bytes_of
from fairmoe.ui.frame.sessions import SECONDS_AWAY
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare import sources
from tests.patience import PATIENCE
from tests.ui.frame.test_sessions import open_tab, token_of


@pytest.fixture
def state(demo_run):
    """A session with a table and a run of its own."""
    own = Session()
    table = read_table(demo_csv(), name="mine.csv")
    own.load(table, DEMO_ROLES, content=demo_csv())
    own.settle(DEMO_ROLES)
    own.keep(demo_run[0], own.labelled, "Mine", reason="It is.")
    own.widgets["report-author"] = "A. Reviewer"
    own.trained.add(demo_run[0].run_id)
    return own


@pytest.fixture
def later(monkeypatch):
    """Return a function after which nobody has looked at any session for a while."""
    monkeypatch.setattr("fairmoe.ui.frame.packing.runtime", SimpleNamespace(exists=lambda: False))

    def pass_by():
        for kept in sessions()._kept.values():
            kept.last_seen -= SECONDS_AWAY + 1
        assert sessions().pack_away() == []
        gc.collect()

    return pass_by


def open_demo(session, monkeypatch):
    monkeypatch.setattr(sources, "stand_at", lambda _: None)
    sources.open_demo(session)


def test_all_that_a_reload_needs_comes_back_bit_by_bit(state, demo_run):
    state.once(("question",), lambda: np.zeros(10**6))
    packed = pack(state)
    assert len(packed) < bytes_of(state) / 2
    found = unpack(packed)
    assert found is not state
    assert_frame_equal(found.table.frame, state.table.frame)
    assert found.source is found.table is found.labelled.table
    assert found.kept.rows is found.labelled
    assert_frame_equal(found.labelled.features, state.labelled.features)
    for name in ("y", "group", "rows"):
        assert (getattr(found.labelled, name) == getattr(state.labelled, name)).all()
    for name in ("roles", "group_names", "notes", "words", "kinds", "changes"):
        assert getattr(found.labelled, name) == getattr(state.labelled, name)
    for name in ("content", "widgets", "owner", "person", "version", "turns", "initial_roles"):
        assert getattr(found, name) == getattr(state, name), name
    assert (found.kept.name, found.kept.reason) == ("Mine", "It is.")
    assert found.labelled.roles == state.labelled.roles
    run, (own, _) = found.run, demo_run
    assert run.run_id == own.run_id
    assert repr(run.scores) == repr(own.scores)
    for split, record in own.splits.items():
        assert all((run.splits[split].proba[m] == p).all() for m, p in record.proba.items())
        assert (run.splits[split].gate == record.gate).all()
    weights = own.mixture.state_dict()
    assert all((value == weights[name]).all() for name, value in run.mixture.state_dict().items())


def test_what_can_be_computed_again_is_let_go(state):
    kept = cache.KeptExpert([], None, {})
    with cache.experts_of(state.owner):
        cache.keep_expert("name", "cpu", kept)
        pack(state)
        assert cache.find_expert("name", "cpu") is None
    assert state.once(("question",), lambda: 1) == 1
    pack(state)
    assert not any((state._answers, state._figures, state.trained))
    assert state.once(("question",), lambda: 2) == 2


def test_the_demo_is_there_once_for_all(monkeypatch):
    several = [Session(), Session()]
    for one in several:
        open_demo(one, monkeypatch)
    assert several[0].labelled is several[1].labelled is shared_demo()[0]
    packed = pack(several[0])
    assert len(packed) < 10_000
    found = unpack(packed)
    assert found.table is several[1].table
    assert found.labelled is found.kept.rows is several[1].labelled
    assert found.content is several[1].content
    assert found.run is several[1].run
    point = several[0].kept.front[0]
    several[0].turn_dial(point)
    turned = unpack(pack(several[0])).run
    assert turned.run_id == point.run_id
    assert turned.splits is point.splits
    assert len(pack(several[0])) < 10_000


def test_work_that_goes_on_keeps_a_session_as_it_is(state):
    go, ended = threading.Event(), []
    for start in (
        lambda work: state.start(
            work, table=state.table, queue="cpu", page="", take_over=ended.append
        ),
        lambda work: state.aside.start(
            work, queue="cpu", about="", take_over=ended.append, person=state.person
        ),
    ):
        go.clear()
        ended.clear()
        start(Task(lambda *, on_progress: go.wait(PATIENCE)))  # noqa: ARG005
        job = next(iter(registry()._jobs.values()))
        job.last_seen = seen = -1.0
        assert pack(state) is None
        # Nobody looked at it, so that it gives way to others as before.
        assert job.last_seen == seen
        go.set()
        while job.active:
            threading.Event().wait(0.01)
        assert pack(state)
        assert [end.result for end in ended] == [True]
        assert not registry()._jobs


def test_work_that_nobody_asked_for_stops_with_the_page(state):
    go, ended = threading.Event(), []
    work = Task(lambda *, on_progress: go.wait(PATIENCE))  # noqa: ARG005
    state.aside.start(
        work, queue="cpu", about="", take_over=ended.append, person=state.person, unasked=True
    )
    assert pack(state)
    go.set()
    assert not registry()._jobs
    assert not ended
    assert state.aside.look() is None


def test_a_session_that_a_tab_shows_stays_as_it_is(state, monkeypatch):
    shown = {"one"}
    runtime = SimpleNamespace(
        exists=lambda: True,
        get_instance=lambda: SimpleNamespace(is_active_session=shown.__contains__),
    )
    monkeypatch.setattr(packing, "runtime", runtime)
    state.tabs = {"one", "other"}
    assert pack(state) is None
    shown.clear()
    assert pack(state)


def test_a_tab_that_comes_while_others_are_found_gone_is_not_lost(state, monkeypatch):
    come = SimpleNamespace(is_active_session=lambda _: state.tabs.add("new"))
    runtime = SimpleNamespace(exists=lambda: True, get_instance=lambda: come)
    monkeypatch.setattr(packing, "runtime", runtime)
    state.tabs = {"gone"}
    assert pack(state) is None
    assert state.tabs == {"new"}


@pytest.fixture
def away(app, later, demo_run):
    """The address of a session with the demo data, a column left out, whose page is away."""
    app.switch_page("pages/data.py").run()
    next(b for b in app.button if b.label == "Use the demo data").click().run()
    app.get_by_key("dropped-1").set_value(["applicant_id", "commute_km"]).run()
    app.switch_page("pages/train.py").run()
    app.get_by_key("setting-lambda_fair").set_value(10.0).run()
    app.session_state["fairmoe"].keep(*demo_run)
    app.run()
    token, state = token_of(app), app.session_state["fairmoe"]
    # Here it is a mock.
    state.person = Person()
    later()
    kept = sessions()._kept[token]
    assert kept.packed
    assert kept.session is None
    # As if Streamlit had let go of the tab.
    kept.alive = lambda: None
    return token, state


def test_a_page_that_comes_back_finds_what_it_left(away):
    token, left = away
    tab = open_tab(token, "pages/train.py")
    assert not tab.exception
    assert tab.get_by_key("setting-lambda_fair").value == 10
    found = tab.session_state["fairmoe"]
    assert found is not left
    assert found.run.run_id == left.run.run_id
    assert found.labelled.roles.dropped == ("applicant_id", "commute_km")
    tab.switch_page("pages/result.py").run()
    assert not tab.exception
    assert not tab.error
    # A second tab finds the same.
    assert open_tab(token).session_state["fairmoe"] is found


def test_a_page_that_comes_back_while_its_tab_is_there_finds_the_same(state, later):
    token = sessions().keep(state)
    later()
    assert sessions()._kept[token].session is None
    assert sessions().find(token) is state
    state.widgets["report-title"] = "New"
    sessions().keep(state, token)
    later()
    del state
    assert sessions().find(token).widgets["report-title"] == "New"


def test_forgetting_leaves_nothing_of_a_packed_session(state, later):
    token = sessions().keep(state)
    later()
    sessions().forget(token)
    assert sessions().find(token) is None
    assert sessions()._kept == {}


def test_who_comes_back_too_late_is_told_why(later, monkeypatch):
    sessions.clear()
    sessions()._most_packed = 1
    demo = Session()
    open_demo(demo, monkeypatch)
    token = sessions().keep(demo)
    del demo
    later()
    tab = open_tab(token)
    assert "the server needed its memory for those who came after" in tab.info[0].value
    assert "open a project that you saved" in tab.info[0].value
    assert tab.session_state["fairmoe"].table is None
    sessions.clear()


def test_others_are_counted_packed_or_not(state, later):
    sessions().keep(state)
    held = sessions().bytes_besides("", bytes_of)
    assert held == bytes_of(state)
    later()
    assert 0 < sessions().bytes_besides("", bytes_of) < held / 2


def test_what_went_wrong_is_told_in_the_same_words(state):
    error = InvalidInputError("A table is needed", however="there is none", choices=("a", "b"))
    state.last = Snapshot("refused", 0, None, {}, 0.0, None, error, "")
    for _ in range(2):
        found = unpack(pack(state)).last.error
        assert type(found) is InvalidInputError
        assert str(found) == "A table is needed; however, there is none."
        assert found.choices == ("a", "b")
        state.last = Snapshot("refused", 0, None, {}, 0.0, None, found, "")
