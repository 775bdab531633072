"""Sessions that outlive a reload."""

import gc
import threading
import weakref
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.progress import Progress
from fairmoe.ui.frame.process import registry, sessions
from fairmoe.ui.frame.sessions import MINUTES, MOST_SESSIONS, Sessions, seconds_kept
from fairmoe.ui.frame.state import Session
from tests.patience import PATIENCE
from tests.ui.conftest import APP
from tests.ui.fakes import make_run, settle


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_session_is_found_by_its_token_until_it_was_unseen_for_too_long():
    clock, ended = Clock(), []
    kept = Sessions(60, on_end=ended.append, clock=clock)
    token = kept.keep("a")
    assert len(token) >= 32
    assert kept.keep("b") != token
    clock.now = 50
    assert kept.find(token) == "a"
    assert kept.find("") is kept.find(token[:-1]) is None
    clock.now = 100
    assert kept.find(token) == "a"
    assert ended == ["b"]
    clock.now = 200
    assert kept.find(token) is None
    assert ended == ["b", "a"]


def test_a_session_that_is_forgotten_is_gone_at_once():
    ended = []
    kept = Sessions(60, on_end=ended.append)
    token = kept.keep("a")
    kept.forget(token)
    kept.forget(token)
    assert kept.find(token) is None
    assert ended == ["a"]


def test_of_too_many_sessions_the_longest_unseen_goes():
    clock = Clock()
    kept = Sessions(60, clock=clock)
    tokens = []
    for i in range(MOST_SESSIONS + 1):
        clock.now = i / 100
        tokens.append(kept.keep(i))
    assert kept.find(tokens[0]) is None
    assert kept.find(tokens[1]) == 1


def test_nobody_pushes_out_the_sessions_of_others():
    clock = Clock()
    kept = Sessions(60, whose=lambda session: session[0], clock=clock)
    first = [kept.keep((name,)) for name in ("ann", "bob")]
    clock.now = 1
    own = [kept.keep(("mallory", i)) for i in range(MOST_SESSIONS + 8)]
    assert [kept.find(token) for token in first] == [("ann",), ("bob",)]
    assert [i for i, token in enumerate(own) if kept.find(token) is None] == list(range(10))
    clock.now = 59
    kept.find(own[-1])
    clock.now = 62
    assert kept.find(own[-1]) == ("mallory", MOST_SESSIONS + 7)
    assert kept.find(first[0]) is None


def test_several_that_are_too_many_at_once_go_though_each_is_of_somebody_else():
    """Two tabs may open theirs before either looks."""
    kept = Sessions(60, whose=lambda session: session, clock=Clock())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "forget_old", lambda: None)
        tokens = [kept.keep(str(i)) for i in range(MOST_SESSIONS + 2)]
    kept.forget_old()
    assert [i for i, token in enumerate(tokens) if kept.find(token) is None] == [0, 1]


@pytest.mark.parametrize(("told", "seconds"), [("", 3600), ("5", 300), ("1.5", 90)])
def test_the_minutes_are_configured(monkeypatch, told, seconds):
    monkeypatch.setenv(MINUTES, told)
    assert seconds_kept() == seconds


@pytest.mark.parametrize("told", ["soon", "-1", "0", "nan", "inf", "20000"])
def test_minutes_that_are_none_are_refused(monkeypatch, told):
    monkeypatch.setenv(MINUTES, told)
    with pytest.raises(ValueError, match="needs a number of minutes from 1 to 10080"):
        seconds_kept()


def open_tab(token, page=""):
    tab = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    tab.query_params["session"] = token
    if page:
        tab.switch_page(page)
    return tab.run()


def token_of(tab):
    token = tab.query_params["session"]
    return token if isinstance(token, str) else token[0]


@pytest.fixture
def loaded(app):
    """The data page with the demo, a column left out, and a title for its report."""
    app.switch_page("pages/data.py").run()
    next(b for b in app.button if b.label == "Use the demo data").click().run()
    app.get_by_key("dropped-1").set_value(["applicant_id", "commute_km"]).run()
    app.switch_page("pages/train.py").run()
    app.get_by_key("setting-lambda_fair").set_value(10.0).run()
    return app


def test_nobody_has_a_token_before_there_is_something_to_lose(app):
    assert "session" not in app.query_params


def test_a_reload_finds_table_roles_and_settings_again(loaded):
    state = loaded.session_state["fairmoe"]
    tab = open_tab(token_of(loaded), "pages/train.py")
    assert not tab.exception
    assert tab.session_state["fairmoe"] is state
    assert tab.get_by_key("setting-lambda_fair").value == 10
    tab.switch_page("pages/data.py").run()
    assert tab.get_by_key("dropped-1").value == ["applicant_id", "commute_km"]
    assert state.labelled.roles.dropped == ("applicant_id", "commute_km")
    assert not tab.exception


def test_a_training_goes_on_and_its_page_finds_it_again(loaded, training):

    go_on = threading.Event()

    def train(table, roles, settings, *, on_progress, **_):
        on_progress(Progress("experts", 1, 4))
        assert go_on.wait(PATIENCE)
        return make_run(table, roles, settings)

    training(train)
    loaded.get_by_key("train").click().run()
    token = token_of(loaded)
    del loaded
    tab = open_tab(token, "pages/train.py")
    assert tab.session_state["fairmoe"].job_id is not None
    assert tab.get_by_key("cancel")
    go_on.set()
    settle(tab)
    assert tab.session_state["fairmoe"].run is not None


def test_two_tabs_show_one_session(loaded, demo_run):
    other = open_tab(token_of(loaded))
    other.session_state["fairmoe"].keep(*demo_run)
    loaded.switch_page("pages/experts.py").run()
    assert not loaded.exception
    assert loaded.session_state["fairmoe"].run is demo_run[0]


def test_a_token_that_is_none_gives_nothing_and_says_so(loaded):
    for token in ("x" * 32, token_of(loaded)[:-1]):
        tab = open_tab(token)
        assert tab.session_state["fairmoe"].table is None
        assert "session" not in tab.query_params
        assert "The session of this address has ended" in tab.info[0].value
        tab.run()
        assert not tab.info


def test_an_address_that_was_passed_on_opens_nothing_in_another_browser(app, monkeypatch):
    """Masks of the cookie change with each answer of the server, what they hide does not."""
    # 1234 under two masks, and another.
    cookies = {}
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies=cookies, ip_address=None))
    cookies["_streamlit_xsrf"] = "2|00ff|12cb|1"
    next(b for b in app.button if b.label == "Try the demo").click().run()
    token = token_of(app)
    cookies["_streamlit_xsrf"] = "2|ff00|ed34|2"
    assert open_tab(token).session_state["fairmoe"].table is not None
    cookies["_streamlit_xsrf"] = "2|ff00|ed35|2"
    assert open_tab(token).session_state["fairmoe"].table is None
    for odd in ("", "3|ff00|ed34|2", "2|zz|ed34|2", "2"):
        cookies["_streamlit_xsrf"] = odd
        assert open_tab(token).session_state["fairmoe"].table is None


def test_forget_my_data_empties_all_tabs(loaded):
    token = token_of(loaded)
    other = open_tab(token)
    loaded.get_by_key("forget").click().run()
    assert not loaded.exception
    assert loaded.session_state["fairmoe"].table is None
    assert "session" not in loaded.query_params
    other.run()
    assert other.session_state["fairmoe"].table is None
    assert open_tab(token).session_state["fairmoe"].table is None
    assert sessions().find(token) is None


def test_forgetting_lets_go_of_what_other_tabs_hold(loaded, demo_run):
    """Also of tabs that are not drawn again."""
    other = open_tab(token_of(loaded), "pages/report.py")
    held = other.session_state["fairmoe"]
    held.keep(demo_run[0], None)
    other.run()
    other.get_by_key("report-author").set_value("A. Reviewer").run()
    table = weakref.ref(held.table.frame)
    loaded.get_by_key("forget").click().run()
    gc.collect()
    assert table() is None
    assert not any((held.runs, held.parts, held._answers, held._figures, held.widgets))
    other.run()
    assert not other.exception
    assert not other.error
    assert other.session_state["fairmoe"] is not held
    assert "report-author" not in other.session_state


def test_what_is_computed_while_another_tab_forgets_is_not_shown(loaded, demo_run):
    state = loaded.session_state["fairmoe"]
    state.keep(demo_run[0], None)

    with pytest.MonkeyPatch.context() as patch:

        def meanwhile(_):
            patch.undo()
            # As the button in another tab does.
            sessions().forget(state.token)
            state.clear()
            state.is_over = True
            raise AttributeError("nothing is there any more")

        patch.setattr("fairmoe.ui.frame.frame.run_chooser", meanwhile)
        loaded.switch_page("pages/experts.py").run()
    assert not loaded.exception
    assert not loaded.error
    assert not loaded.get("plotly_chart")
    assert loaded.session_state["fairmoe"].run is None


def test_forgetting_stops_the_training(loaded, training):
    stopped = []

    def train(*_, on_progress, **__):
        from fairmoe.errors import CancelledError

        try:
            while True:
                on_progress(Progress("experts", 1, 4))
        except CancelledError:
            stopped.append(True)
            raise

    training(train)
    loaded.get_by_key("train").click().run()
    job, owner = (getattr(loaded.session_state["fairmoe"], name) for name in ("job_id", "owner"))
    loaded.get_by_key("forget").click().run()
    assert registry().snapshot(job, owner=owner) is None


def test_two_tabs_that_ask_at_once_both_get_the_answer():
    session, wrong = Session(), []
    start = threading.Barrier(4)

    def ask():
        start.wait()
        for i in range(3000):
            if session.once(("x", i % 70), lambda i=i: None if i % 70 == 0 else i % 70) != (
                i % 70 or None
            ):
                wrong.append(i)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
