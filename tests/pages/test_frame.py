import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.ui.frame import PAGES

LOCKED = [path for path in PAGES if path not in ("app.py", "pages/data.py")]
LABELS = [entry.label for entry in PAGES.values()]


def links(app: AppTest) -> dict[str, bool]:
    """Return label and whether it can be followed, for every link in the sidebar."""
    return {link.proto.label: not link.proto.disabled for link in app.sidebar.get("page_link")}


def test_home_says_what_this_is_and_what_comes_first(app):
    assert app.title[0].value == "What does a fairness-aware model do to your data?"
    assert [b.label for b in app.button][:2] == ["Use the demo data", "Upload your own"]
    assert links(app) == {label: label in ("Home", "Data") for label in LABELS}
    assert any("Load data first." in caption.value for caption in app.sidebar.caption)


@pytest.mark.parametrize("path", LOCKED)
def test_a_page_opened_too_early_shows_the_frame_and_what_to_do(app, path):
    app.switch_page(path).run()
    assert not app.exception
    assert app.info[0].value == "Nothing to see here yet. Load data first."
    assert "Go to Data" in [link.proto.label for link in app.main.get("page_link")]
    assert list(links(app)) == LABELS


def test_one_click_on_the_demo_leads_to_training(app):
    app.button[0].click().run()
    assert not app.exception
    assert app.title[0].value == "Train"
    assert links(app) == {label: label in ("Home", "Data", "Train") for label in LABELS}


def test_a_bug_becomes_an_apology_and_its_message_stays_out_of_page_and_log(
    app, monkeypatch, caplog
):
    cell = "12 Elm Street"

    def broken():
        raise RuntimeError(cell)

    monkeypatch.setattr("fairmoe.ui.sources.demo_table", broken)
    app.button[0].click().run()
    assert not app.exception
    message = app.error[0].value
    assert "Sorry, something went wrong" in message
    reference = message.split("`")[1]
    assert f"Bug {reference}:" in caplog.text
    assert "Elm" not in caplog.text + message
    assert list(links(app)) == LABELS


def test_the_app_does_not_import_torch_before_a_training():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file('app.py', default_timeout=30).run();"
        "app.button[0].click().run();"
        "assert app.title[0].value == 'Train', app;"
        "app.switch_page('pages/data.py').run(); app.switch_page('pages/experts.py').run();"
        "app.switch_page('pages/report.py').run();"
        "assert not app.exception; assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
