"""A page that is closed and comes back after the server has packed its session."""

import re
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENVIRONMENT, ROOT
from tests.browser.driving import IDLE, heading, train_on_the_demo
from tests.browser.serving import serving

PACKED_SOON = """
import sys
from fairmoe.ui.frame import background, packing, sessions
sessions.SECONDS_AWAY = background.SECONDS = 0.5
pack = packing.pack
def told(session):
    packed = pack(session)
    print("packed:", packed is not None, flush=True)
    return packed
packing.pack = told
from streamlit.web.cli import main
sys.argv[1:1] = ["run", "app.py"]
main()
"""


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.txt"


@pytest.fixture
def hasty_server(log):
    """A server that packs sessions at once, and of which Streamlit forgets tabs at once."""
    env = ENVIRONMENT | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}
    with serving([sys.executable, "-c", PACKED_SOON], log, cwd=ROOT, env=env) as address:
        yield address


def test_a_page_that_was_closed_comes_back_whole(page, hasty_server, log):
    train_on_the_demo(page, hasty_server)
    page.get_by_role("link", name="Report", exact=True).click()
    author = page.get_by_label(re.compile("^Author"))
    author.fill("A. Reviewer")
    author.press("Enter")
    page.wait_for_selector(IDLE)
    place, context = page.url, page.context
    page.close()
    # Streamlit lets go of what it has of a tab when another one is closed.
    for _ in range(2):
        other = context.new_page()
        other.wait_for_timeout(3000)
        other.goto(hasty_server)
        other.wait_for_selector(IDLE)
        other.close()
    assert "packed: True" in log.read_text()
    back = context.new_page()
    back.goto(place)
    expect(back.get_by_label(re.compile("^Author"))).to_have_value("A. Reviewer")
    back.get_by_role("link", name="Result", exact=True).click()
    expect(heading(back, "Result")).to_be_visible()
    back.wait_for_selector(IDLE)
    expect(back.get_by_text("Shown: Run 1")).to_be_visible()
    expect(back.get_by_text("Something went wrong")).to_have_count(0)
