"""The app in a real browser: until it is painted, a demo is trained, and a change is shown."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Cell, Claim, Measured
from benchmarks.tables import path_of
from tests.browser.conftest import COMMAND, ENVIRONMENT, ROOT
from tests.browser.driving import IDLE, begin_training, choose, heading
from tests.browser.serving import serving

STARTS = 3
CLICKS = 15
TABS = (1, 10)
PAGES = ("Experts", "Routing", "Attention", "Individual")
EPOCHS = 4
TIMEOUT = 300_000
PAUSE = 1000
"""Milliseconds between two clicks of a tab that works beside the one that is timed."""

_BUTTON = """label => [...document.querySelectorAll('[data-testid="stButtonGroup"] button')]
    .find(button => button.innerText.trim() === label)"""
_REPAINT = f"""([label, text]) => new Promise(done => {{
    const find = {_BUTTON};
    const started = performance.now();
    find(label).click();
    const look = () => {{
        const state = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
        if (state === 'notRunning' && document.body.innerText.includes(text))
            done(performance.now() - started);
        else requestAnimationFrame(look);
    }};
    requestAnimationFrame(look);
}})"""
_WORK = f"""pause => {{
    const find = {_BUTTON};
    let turn = 0;
    setInterval(() => find(turn++ % 2 ? 'Test' : 'Validation')?.click(), pause);
}}"""


def measure() -> Measured:
    """Start the app some times, then change what a page shows with more and more tabs at work."""
    rows: list[dict[str, Cell]] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        starts = [_start(chromium, Path(folder, f"{i}.txt")) for i in range(STARTS)]
        first, charts = ([start[place] for start in starts] for place in range(2))
        rows.append(_row("server started until Home is painted", 1, first))
        rows.append(_row("Home opened until the picture of the demo is painted", 1, charts))
        with serving(COMMAND, Path(folder, "log.txt"), cwd=ROOT, env=ENVIRONMENT) as address:
            tabs: list[Page] = []
            for count in TABS:
                while len(tabs) < count:
                    tabs.append(_finished_run(chromium, address))
                for tab in tabs[1:]:
                    tab.evaluate(_WORK, PAUSE)
                rows += [
                    _row(
                        f"rows switched until {title} is repainted", count, _switch(tabs[0], title)
                    )
                    for title in (PAGES if count == 1 else PAGES[:1])
                ]
        chromium.close()
    medians = [row["median, s"] for row in rows[1 : 2 + len(PAGES)]]
    newcomer, *alone = [seconds for seconds in medians if isinstance(seconds, float)]
    return Measured(
        rows,
        [
            Claim("seconds from opening the app to the picture of the demo", newcomer, 15),
            *(
                Claim(f"seconds until a change on {title} is shown, one tab", seconds, 0.3)
                for title, seconds in zip(PAGES, alone, strict=True)
            ),
        ],
        [
            f"Adult by sex, {EPOCHS} epochs; {STARTS} starts, {CLICKS} changes, wall seconds as "
            "the browser sees them",
            f"every other tab has a finished run of its own and changes it each {PAUSE} ms",
        ],
    )


def _start(chromium: Browser, log: Path) -> tuple[float, float]:
    """Return the seconds until Home is painted, and from opening it to the demo's charts."""
    started = time.perf_counter()
    with serving(COMMAND, log, cwd=ROOT, env=ENVIRONMENT) as address:
        page = chromium.new_page()
        page.set_default_timeout(TIMEOUT)
        opened = time.perf_counter()
        page.goto(address)
        button = page.get_by_role("button", name="Try the demo")
        button.wait_for()
        painted = time.perf_counter()
        button.click()
        page.locator(".fm-waffle img").first.wait_for()
        drawn = time.perf_counter()
        page.close()
    return painted - started, drawn - opened


def _finished_run(chromium: Browser, address: str) -> Page:
    """Return the Experts page of a session of its own with a finished run on Adult."""
    page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(TIMEOUT)
    page.goto(f"{address}/data")
    page.wait_for_selector(IDLE)
    page.locator("input[type=file]").set_input_files(path_of("adult.csv"))
    page.get_by_role("heading", name="adult.csv", exact=True).wait_for()
    for label, column in (("Target column", "income-per-year"), ("Sensitive column", "sex")):
        choose(page, label, column)
    page.get_by_role("button", name="Continue to training").click()
    begin_training(page, EPOCHS)
    heading(page, "Result").wait_for()
    page.get_by_role("link", name="Experts", exact=True).first.click()
    page.get_by_text("test rows, seed 0").first.wait_for()
    page.wait_for_selector(IDLE)
    return page


def _switch(page: Page, title: str) -> list[float]:
    """Switch a page's rows some times, and return the seconds of each change but the first."""
    page.get_by_role("link", name=title, exact=True).first.click()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_text(" rows, seed 0").first.wait_for()
    page.wait_for_selector(IDLE)
    milliseconds = []
    for turn in range(CLICKS + 1):
        label = "Test" if turn % 2 else "Validation"
        took = page.evaluate(_REPAINT, [label, f"{label.lower()} rows, seed 0"])
        milliseconds.append(took)
        page.wait_for_timeout(200)
    # The first change computes what later ones look up.
    return [each / 1000 for each in milliseconds[1:]]


def _row(what: str, tabs: int, seconds: list[float]) -> dict[str, Cell]:
    return {
        "what": what,
        "tabs": tabs,
        "median, s": statistics.median(seconds),
        "slowest, s": max(seconds),
    }
