"""What a server holds of a page that was closed, and of one whose data was forgotten."""

import json
import re
import signal
import sys

import psutil
import pytest
from playwright.sync_api import expect

from fairmoe.data import demo_csv
from tests.browser.conftest import ENVIRONMENT, ROOT
from tests.browser.driving import (
    IDLE,
    TRAINED_EPOCHS,
    begin_training,
    heading,
    train_on_the_demo,
    upload,
)
from tests.browser.serving import serving
from tests.browser.telling_server import HOLDS
from tests.patience import until

NOTHING = {"jobs": 0, "running": 0, "sessions": 0, "packed": 0, "experts": 0, "with data": 0}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("away") / "log.txt"


@pytest.fixture(scope="module")
def telling(log):
    """A server that packs sessions at once, and tells what it holds."""
    env = ENVIRONMENT | {"FAIRMOE_WORKERS": "1"}
    command = [sys.executable, "-m", "tests.browser.telling_server"]
    with serving(command, log, cwd=ROOT, env=env) as address:
        yield address


def held(log):
    lines = [line for line in log.read_text().splitlines() if line.startswith(HOLDS)]
    return json.loads(lines[-1].removeprefix(HOLDS)) if lines else {}


def worker_of(address):
    """Return the process that trains for a server."""
    port = address.rsplit(":", 1)[1]
    (server,) = (
        # What has ended since has no command any more.
        one
        for one in psutil.process_iter(["cmdline"])
        if f"--server.port={port}" in " ".join(one.info["cmdline"] or ())
    )
    (worker,) = server.children()
    return worker


def forget(page):
    page.get_by_role("button", name="Forget my data").click()
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_text("Load data first").first).to_be_visible()


@pytest.mark.parametrize("work", ["front", "Fairlearn", "check"])
def test_forgetting_in_the_middle_of_work_leaves_nothing(page, telling, log, work):
    if work == "front":
        # What is trained on the demo stays, for all.
        page.goto(f"{telling}/data")
        upload(page, "own.csv", b"\n".join(demo_csv().split(b"\n")[:2001]))
        page.get_by_role("button", name="Continue to training").click()
        begin_training(page, TRAINED_EPOCHS)
        heading(page, "Result").wait_for()
        page.wait_for_selector(IDLE)
        assert held(log)["experts"]
    else:
        page.goto(telling)
        page.get_by_role("button", name="Try the demo").click()
        heading(page, "Result").wait_for()
        page.wait_for_selector(IDLE)
    name = {"front": "Draw the front", "Fairlearn": "Compare with Fairlearn"}.get(work)
    page.get_by_role(
        "link", name="Attention" if name is None else "Trade-off", exact=True
    ).first.click()
    page.wait_for_selector(IDLE)
    if name is None:
        page.get_by_role("tab", name="Methods").click()
        name = "Check with Captum and SHAP"
    button = page.get_by_role("button", name=name)
    button.scroll_into_view_if_needed()
    # It stands still in the middle of its work, until all was forgotten. A front of few rows is
    # done sooner than one can look, so there it stands still from the start.
    if work == "front":
        worker_of(telling).send_signal(signal.SIGSTOP)
    button.click()
    until(lambda: held(log)["running"])
    worker = worker_of(telling)
    worker.send_signal(signal.SIGSTOP)
    try:
        assert held(log)["running"]
        assert held(log)["with data"]
        forget(page)
        assert "session" not in page.url
    finally:
        worker.send_signal(signal.SIGCONT)
    until(lambda: held(log) == NOTHING)
    page.reload()
    expect(page.get_by_text("Load data first").first).to_be_visible()


def test_a_page_that_was_closed_comes_back_whole(page, telling, log):
    train_on_the_demo(page, telling)
    page.get_by_role("link", name="Report", exact=True).click()
    author = page.get_by_label(re.compile("^Author"))
    author.fill("A. Reviewer")
    author.press("Enter")
    # Streamlit forgets what waits for a busy script if the page is left meanwhile.
    page.frame_locator("iframe").get_by_text("A. Reviewer").first.wait_for()
    page.get_by_role("link", name="Result", exact=True).click()
    heading(page, "Result").wait_for()
    page.wait_for_selector(IDLE)
    place, context = page.url, page.context
    page.close()
    until(lambda: held(log)["packed"])
    back = context.new_page()
    back.goto(place)
    expect(heading(back, "Result")).to_be_visible()
    back.wait_for_selector(IDLE)
    expect(back.get_by_text("Shown: Run 1")).to_be_visible()
    back.get_by_role("link", name="Report", exact=True).click()
    expect(back.get_by_label(re.compile("^Author"))).to_have_value("A. Reviewer")
    expect(back.get_by_text("Something went wrong")).to_have_count(0)
