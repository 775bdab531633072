"""What is seen without scrolling, and how far there is to scroll."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, read_table
from fairmoe.experiment import run_experiment
from fairmoe.runs import Project, ProjectRun, ProjectTable, write_project
from fairmoe.ui.frame.pages import HOME, PAGES
from tests.browser.driving import IDLE, heading
from tests.browser.test_projects import give

LAPTOP = {"width": 1440, "height": 900}
SMALL = {"width": 1024, "height": 768}
MOST_SCREENS = 2


def below(page: Page, selector: str) -> float:
    """Return where the lower end of something lies, from the top of the screen, in pixels."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def height(page: Page) -> int:
    """Return how tall a page is once it has come to rest."""
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(800)
    tall: int = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    return tall


@pytest.fixture
def demo(page: Page, server: str) -> Page:
    page.set_viewport_size(LAPTOP)
    page.goto(server)
    page.get_by_role("button", name="Try the demo").click()
    heading(page, "Result").wait_for()
    return page


def test_no_page_of_the_demo_is_taller_than_two_screens(demo: Page):
    tall = {}
    for path, entry in PAGES.items():
        if path != HOME:
            links = demo.get_by_test_id("stSidebar")
            links.get_by_role("link", name=entry.label, exact=True).click()
            heading(demo, entry.title).wait_for()
            tall[entry.label] = height(demo)
    most = MOST_SCREENS * LAPTOP["height"]
    assert not {label: each for label, each in tall.items() if each > most}


@pytest.fixture(scope="module")
def crossed_project() -> bytes:
    """A project of a run that compares ten groups with long names."""
    rng, rows = np.random.default_rng(0), 2000
    races = ["Amer-Indian-Eskimo", "Asian-Pac-Islander", "Black", "Other", "White"]
    race = rng.choice(5, rows, p=[0.06, 0.1, 0.16, 0.06, 0.62])
    sex, score = rng.integers(2, size=rows), rng.normal(size=rows)
    frame = pd.DataFrame({"sex": np.where(sex, "Male", "Female"), "race": np.array(races)[race]})
    for i in range(6):
        frame[f"education-num {i}"] = score + 0.4 * sex + rng.normal(size=rows)
    rich = score + 0.6 * sex + 0.4 * (race % 2) + rng.normal(size=rows) > 0.8
    frame["income-per-year"] = np.where(rich, ">50K", "<=50K")
    content = frame.to_csv(index=False).encode()
    table = read_table(content, name="adult.csv")
    target = Target("income-per-year", (">50K",), outcome="good")
    roles = Roles(target, (Sensitive("sex"), Sensitive("race")))
    run = run_experiment(table, roles, Settings(epochs=12))
    kept = ProjectTable("adult.csv", table.sha256, table.reading.options, roles, content)
    return write_project(Project((ProjectRun(run, "Ten groups"),), 0, kept))


def test_every_picture_of_ten_groups_is_on_one_screen(page, server, crossed_project):
    page.goto(server)
    page.get_by_role("button", name="Open a project").click()
    give(page, "ten.fairmoe", crossed_project)
    heading(page, "Result").wait_for()
    main, tall = page.get_by_test_id("stMain"), {}
    for picture in ("People", "Why", "Map"):
        main.get_by_role("radio", name=picture, exact=True).click()
        for screen in (LAPTOP, SMALL):
            page.set_viewport_size(screen)
            tall[picture, screen["width"]] = height(page) - screen["height"]
    assert not any(tall.values()), tall


@pytest.mark.parametrize("screen", [LAPTOP, SMALL])
def test_the_result_and_the_button_that_trains_are_seen_without_scrolling(demo: Page, screen):
    demo.set_viewport_size(screen)
    assert height(demo) == screen["height"]
    # The links and the choice of the picture stand in one row.
    row = [
        demo.get_by_test_id("stMain").get_by_role("link", name="Experts", exact=True),
        demo.get_by_test_id("stMain").get_by_role("link", name=re.compile("open points?$")),
        demo.get_by_test_id("stMain").get_by_role("radio", name="Map", exact=True),
    ]
    middles = [box["y"] + box["height"] / 2 for each in row if (box := each.bounding_box())]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 12
    # What stands at the top lies over the page; letters begin some pixels below their box.
    title = demo.locator("h1").bounding_box()
    assert title is not None
    assert title["y"] > below(demo, '[data-testid="stHeader"]') - 7
    demo.get_by_test_id("stSidebar").get_by_role("link", name="Train", exact=True).click()
    heading(demo, "Train").wait_for()
    demo.get_by_text("Procedural", exact=True).click()
    height(demo)
    assert below(demo, ".st-key-train button") < screen["height"]
    assert demo.get_by_text("as far as can be told").is_visible()
