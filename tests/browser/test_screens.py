"""What is seen without scrolling, and how far there is to scroll."""

import pytest
from playwright.sync_api import Page

from fairmoe.ui.frame.pages import HOME, PAGES
from tests.browser.driving import IDLE, heading

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


@pytest.mark.parametrize("screen", [LAPTOP, SMALL])
def test_the_result_and_the_button_that_trains_are_seen_without_scrolling(demo: Page, screen):
    demo.set_viewport_size(screen)
    assert height(demo) == screen["height"]
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
