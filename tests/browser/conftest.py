"""A real server and a real Chromium.

A test of a page that shows a run takes the fixture `trained`: a browser tab, at the Result page of
`server`, whose session has the demo data and a run of a few epochs. Go on by links, as
a user would (`page.goto` begins a new session, without the run):

    def test_it(trained):
        trained.get_by_role("link", name="Experts", exact=True).first.click()
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from fairmoe.ui.frame.unasked import FRONTS
from tests.browser.driving import train_on_the_demo
from tests.browser.serving import serving
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
MILLISECONDS = 1000 * PATIENCE

expect.set_options(timeout=MILLISECONDS)

ENVIRONMENT = os.environ | {FRONTS: "asked"}
"""Fronts that are trained unasked would slow down what is timed here."""

COMMAND = [sys.executable, "-m", "streamlit", "run", "app.py"]


@pytest.fixture(scope="package")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="package")
def server(server_log: Path) -> Iterator[str]:
    with serving(COMMAND, server_log, cwd=ROOT, env=ENVIRONMENT) as address:
        yield address


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    with serving(COMMAND, tmp_path / "log.txt", cwd=ROOT, env=ENVIRONMENT) as address:
        yield address


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if path is None:
        missing = "no Chromium was found; install one (on Debian: apt install chromium)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def is_streamlits_probe(address: str) -> bool:
    """Return whether Streamlit's client looks for its server below the address of a page.

    It tries the address that it was opened at before the root, and nothing makes it leave that out.
    """
    return re.search(r"^https?://[^/]+/\w+/_stcore/(health|host-config)$", address) is not None


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that opens an empty page, as another user would.

    No page may ask for what is not there.
    """
    contexts, missing = [], []

    def note(response: Response) -> None:
        if response.status == HTTPStatus.NOT_FOUND and not is_streamlits_probe(response.url):
            missing.append(response.url)

    def open_page() -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 1000})
        context.set_default_timeout(MILLISECONDS)
        context.on("response", note)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not missing


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


@pytest.fixture
def trained(page: Page, server: str) -> Page:
    """A tab whose session has the demo data and a short run."""
    train_on_the_demo(page, server)
    return page
