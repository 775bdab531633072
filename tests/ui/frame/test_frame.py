import gc
import subprocess
import sys
import threading
import tomllib
import weakref
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.data import DEMO_SETTINGS, read_table
from fairmoe.runs import DEMO_MAP, demo_run
from fairmoe.sentences.comparison import of_another_table
from fairmoe.ui.frame import background
from fairmoe.ui.frame.pages import PAGES, in_sections
from tests.patience import PATIENCE
from tests.ui.fakes import Held, settle

ROOT = Path(__file__).resolve().parents[3]
WAY = [path for paths in in_sections().values() for path in paths]
LOCKED = [path for path in WAY if PAGES[path].section not in ("", "Learn") and "data" not in path]
LABELS = [PAGES[path].label for path in WAY]


def links(app: AppTest) -> dict[str, bool]:
    """Return label and whether it can be followed, for every page in the sidebar."""
    return {link.proto.label: not link.proto.disabled for link in _links(app) if not _is_next(link)}


def _links(app: AppTest):
    return app.sidebar.get("page_link")


def _is_next(link) -> bool:
    return link.proto.label.startswith("Next: ")


def next_steps(app: AppTest) -> list[str]:
    return [link.proto.label for link in _links(app) if _is_next(link)]


def test_every_page_is_in_one_section():
    assert sorted(WAY) == sorted(PAGES)


def test_home_shows_the_map_of_the_demo_and_three_ways_in(app):
    assert app.get("html")[0].proto.body == (ROOT / "assets" / DEMO_MAP).read_text("utf-8").strip()
    assert [link.proto.page for link in app.main.get("page_link")] == ["learn"]
    assert "Upload your own" in [button.label for button in app.button]


def test_home_says_what_this_is_and_what_comes_first(app):
    assert app.title[0].value == "What does a fairness-aware model do to your data?"
    assert [b.label for b in app.button][:2] == ["Try the demo", "Train it yourself"]
    assert links(app) == {PAGES[path].label: path not in LOCKED for path in WAY}
    assert not links(app)["Train"]
    assert links(app)["Data"]
    assert any("Load data first." in caption.value for caption in app.sidebar.caption)


@pytest.mark.parametrize("path", LOCKED)
def test_a_page_opened_too_early_shows_the_frame_and_what_to_do(app, path):
    app.switch_page(path).run()
    assert not app.exception
    assert app.info[0].value == "Nothing to see here yet. Load data first."
    assert "Go to Data" in [link.proto.label for link in app.main.get("page_link")]
    assert list(links(app)) == LABELS


def test_the_sidebar_leads_to_the_next_page_once_it_is_unlocked(app):
    assert next_steps(app) == ["Next: Data"]
    assert next_steps(app.switch_page("pages/data.py").run()) == []
    app.switch_page("app.py").run()
    app.button[0].click().run()
    assert next_steps(app) == ["Next: Experts"]
    assert next_steps(app.switch_page("pages/learn.py").run()) == []


def test_one_click_opens_the_demo_as_it_was_trained(app):
    app.button[0].click().run()
    assert not app.exception
    assert app.title[0].value == "Result"
    assert links(app) == dict.fromkeys(LABELS, True)
    state = app.session_state["fairmoe"]
    assert state.run is demo_run()
    assert state.kept.name == "Demo"
    assert state.job_id is None
    assert state.kept.labelled.table.sha256 == state.run.data.sha256
    assert app.switch_page("pages/train.py").run().get_by_key("setting-seed").value == 1


def test_a_page_says_that_its_run_is_of_another_table(app):
    app.button[0].click().run()
    assert not any("not of" in note.value for note in app.warning)
    other = read_table(b"a,b\n1,2\n3,4\n", name="b.csv")
    app.session_state["fairmoe"].load(other)
    app.switch_page("pages/report.py").run()
    assert not app.exception
    told = of_another_table("demo_hiring.csv", "b.csv")
    assert app.warning[0].value == escape_markdown(told)
    shown = "Shown: Demo (demo_hiring.csv)"
    assert any(escape_markdown(shown) in each.value for each in app.sidebar.caption)


def test_the_demo_can_be_trained_by_oneself(app):
    app.button[1].click().run()
    settle(app)
    assert not app.exception
    assert app.title[0].value == "Result"
    assert links(app) == dict.fromkeys(LABELS, True)
    assert app.session_state["fairmoe"].run.settings == DEMO_SETTINGS
    assert app.switch_page("pages/train.py").run().get_by_key("setting-seed").value == 1


def test_a_second_click_on_the_demo_leads_to_the_training_that_runs(app, training):
    held = Held()
    training(held)
    app.button[1].click().run()
    job_id = app.session_state["fairmoe"].job_id
    app.switch_page("app.py").run()
    app.button[1].click().run()
    assert not app.error
    assert app.title[0].value == "Train"
    assert app.session_state["fairmoe"].job_id == job_id
    held.go.set()
    settle(app)


def test_a_bug_becomes_an_apology_and_its_message_stays_out_of_page_and_log(
    app, monkeypatch, caplog
):
    cell = "12 Elm Street"

    def broken():
        raise RuntimeError(cell)

    monkeypatch.setattr("fairmoe.ui.prepare.sources.shared_demo", broken)
    app.button[0].click().run()
    assert not app.exception
    message = app.error[0].value
    assert "Sorry, something went wrong" in message
    reference = message.split("`")[1]
    assert f"Bug {reference}:" in caplog.text
    assert "Elm" not in caplog.text + message
    assert list(links(app)) == LABELS


@pytest.mark.slow
def test_no_page_waits_for_torch_before_a_training():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        "from types import SimpleNamespace as Thread;"
        "import fairmoe.ui.frame.frame as frame; import fairmoe.ui.frame.expected as expected;"
        "preload = frame.preload; frame.preload = lambda: None;"
        "expected.preload = lambda: Thread(is_alive=lambda: True);"
        "app = AppTest.from_file('app.py', default_timeout=100).run();"
        "app.switch_page('pages/data.py').run();"
        "next(b for b in app.button if b.label == 'Use the demo data').click().run();"
        "app.switch_page('pages/train.py').run(); assert app.button(key='train');"
        "app.switch_page('pages/experts.py').run(); app.switch_page('pages/report.py').run();"
        "assert not app.exception; assert 'torch' not in sys.modules;"
        "preload().join(); assert 'fairmoe.experiment' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_sessions_leave_behind_is_collected_soon_though_not_after_every_script(monkeypatch):
    class Left:
        pass

    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert config["runner"] == {"postScriptGC": False}
    monkeypatch.setattr(background, "SECONDS", 0.05)
    gc.disable()
    try:
        left = Left()
        left.itself = left
        gone = threading.Event()
        weakref.finalize(left, gone.set)
        del left
        # A thread of the test's own: that of the process may sleep for its whole turn.
        threading.Thread(target=background._collect, daemon=True).start()
        assert gone.wait(PATIENCE)
    finally:
        gc.enable()
