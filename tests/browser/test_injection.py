"""Names, notes and files that try to be markup, on every page and every tab of it."""

import csv
import io
import re

import numpy as np
import pytest

from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, read_table
from fairmoe.experiment import run_experiment
from fairmoe.runs import Notes, Project, ProjectRun, ProjectTable, write_project
from tests.browser.driving import IDLE, heading
from tests.browser.test_projects import give

RUNS = "<img src=xnasty onerror=\"window.nasty='img'\"><script>window.nasty='script'</script>"
LOOKS = "**NASTYBOLD** $NASTYTEX^2$ :red[NASTYRED] [NASTYLINK](http://nasty.example)"
ICON = ":material/home: <a href='http://nasty.example'>NASTYTAG</a> <b>NASTYB</b>"
CODE = "`NASTYCODE` ~~NASTYGONE~~ :blue-badge[NASTYBADGE] javascript:window.nasty=1"
ADDRESSES = "www.nasty.example a@nasty.example"
NASTY = f"{RUNS} {LOOKS} {ICON} {CODE} {ADDRESSES}"

LETTER_BY_LETTER = {
    "NASTYBOLD": r"\*\*",
    "NASTYTEX": r"\$",
    "NASTYRED": r":red\[",
    "NASTYLINK": r"\[",
    "NASTYTAG": ">",
    "NASTYB": "<b>",
    "NASTYCODE": "`",
    "NASTYGONE": "~~",
    "NASTYBADGE": r":blue-badge\[",
}
"""What stands before each word wherever it is shown, because nothing of it was taken for markup."""

PAGES = (
    "Home",
    "Data",
    "Train",
    "Audit",
    "Result",
    "Experts",
    "Routing",
    "Attention",
    "Individual",
    "Trade-off",
    "Report",
    "Learn",
)


@pytest.fixture(scope="module")
def project() -> bytes:
    rng = np.random.default_rng(0)
    rows = 400
    columns = [
        f"{NASTY} y",
        f"{NASTY} group",
        f"{NASTY} number",
        f"{NASTY} level",
        "=1+1",
        "{{ 7 * 7 }}",
    ]
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(columns)
    for number in rng.normal(size=rows):
        group = rng.integers(2)
        yes = number + 0.5 * group + rng.normal() > 0
        level = f"{NASTY} {rng.integers(3)}"
        of_group = (f"{LOOKS} a {RUNS}", f"{LOOKS} b {RUNS}")[group]
        write.writerow(
            [("no", f"{NASTY} yes")[int(yes)], of_group, f"{number:.3f}", level, "=1+1", "x"]
        )
    content = out.getvalue().encode()
    name = f"{LOOKS} {RUNS}.csv"
    table = read_table(content, name=name)
    words = (f"{LOOKS} in", f"{LOOKS} out")
    groups = ((f"{LOOKS} a {RUNS}", f"{NASTY} a"),)
    roles = Roles(
        Target(columns[0], (f"{NASTY} yes",), outcome="good", words=words),
        (Sensitive(columns[1]),),
        group_names=groups,
    )
    run = run_experiment(table, roles, Settings(epochs=8))
    notes = Notes(NASTY[:200], LOOKS, NASTY, NASTY, NASTY, LOOKS, LOOKS, None, NASTY)
    kept = ProjectTable(name, table.sha256, table.reading.options, roles, content)
    return write_project(Project((ProjectRun(run, f"{LOOKS} run", NASTY, notes),), 0, kept))


def check(page, where: str) -> None:
    """Check that nothing of it ran, and that all of it is shown letter by letter."""
    seen = 0
    for frame in page.frames:
        assert frame.evaluate("window.nasty") is None, where
        assert not frame.locator("img[src*='xnasty'], a[href*='nasty.example']").count(), where
        assert not frame.evaluate(
            """() => [...document.querySelectorAll('*')].some(
                 one => (one.getAttribute('xlink:href') || '').includes('nasty'))"""
        ), where
        text = frame.evaluate("document.body.innerText").replace("\u2060", "")
        for word, before in LETTER_BY_LETTER.items():
            taken = re.search(rf"(?<!{before}){word}(?![A-Z])", text)
            told = taken and ascii(text[max(0, taken.start() - 60) : taken.end() + 30])
            assert not taken, f"{word} on {where}: {told}"
            shown = len(re.findall(f"{before}{word}", text))
            seen += shown
    # What Streamlit saves of a table holds formulas, and groups that are too small.
    assert not page.evaluate(
        """() => [...document.querySelectorAll('[aria-label^="Download as CSV"]')].some(
             one => one.offsetParent !== null)"""
    ), where
    page.own_downloads = (
        getattr(page, "own_downloads", 0) + page.get_by_label("Download as CSV").count()
    )
    page.nasty_seen = getattr(page, "nasty_seen", 0) + seen


def test_names_that_are_markup_are_shown_letter_by_letter_everywhere(new_page, server, project):
    page = new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server)
    page.get_by_role("button", name="Open a project").click()
    give(page, "nasty.fairmoe", project)
    heading(page, "Result").wait_for()
    shown_on = set()
    for name in PAGES:
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_timeout(300)
        page.wait_for_selector(IDLE)
        if name == "Audit":
            page.get_by_role("combobox", name=re.compile("Score or decision")).click()
            page.get_by_role("option").filter(has_text="number").click()
            page.get_by_text("Your score today").first.wait_for()
            page.wait_for_selector(IDLE)
        tabs = page.get_by_role("tab")
        for place in range(max(1, tabs.count())):
            if tabs.count():
                tabs.nth(place).click()
                page.wait_for_timeout(150)
                page.wait_for_selector(IDLE)
            assert not page.get_by_text("Sorry, something went wrong").count(), name
            before = getattr(page, "nasty_seen", 0)
            check(page, f"{name}, tab {place}")
            if page.nasty_seen > before:
                shown_on.add(name)
    assert dialogs == []
    assert not [url for url in asked if "nasty" in url]
    # The file's name stands in the sidebar of all of them, and most name groups or columns.
    assert shown_on == set(PAGES)
    assert page.own_downloads
