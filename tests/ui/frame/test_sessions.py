"""Sessions that outlive a reload."""

import gc
import threading
import weakref
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.data import demo_csv, read_table
from fairmoe.progress import Progress
from fairmoe.ui.frame.process import registry, sessions
from fairmoe.ui.frame.state import Session
from tests.patience import PATIENCE
from tests.ui.conftest import APP
from tests.ui.fakes import make_run, settle


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
    # The demo is there for all.
    held.load(read_table(demo_csv(), name="own.csv"))
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


def test_a_tab_that_was_just_drawn_while_another_forgets_does_not_come_back_for_ever(
    loaded, monkeypatch
):
    other = open_tab(token_of(loaded))
    clear = Session.clear

    def meanwhile(state):
        # As `remember` of the other tab does, which looked just before.
        assert state.is_over
        sessions().keep(state, state.token)
        clear(state)

    monkeypatch.setattr(Session, "clear", meanwhile)
    loaded.get_by_key("forget").click().run()
    assert not loaded.exception
    other.run()
    assert not other.exception
    assert not other.session_state["fairmoe"].is_over


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
