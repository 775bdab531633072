"""Charts on a phone: nothing has to be moved sideways to be read."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE, heading

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SIDEWAYS = """() => [...document.querySelectorAll('[class*="st-key-wide-"]')]
  .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className)"""

CUT_OFF = """() => [...document.querySelectorAll(".stMain .js-plotly-plot")].flatMap(chart => {
  const box = chart.getBoundingClientRect();
  return [...chart.querySelectorAll("text")].filter(word => {
    const own = word.getBoundingClientRect();
    return own.width && (own.left < box.left - 1 || own.right > box.right + 1);
  }).map(word => word.textContent);
})"""


def test_panels_stand_below_one_another_where_they_have_no_room(page: Page, server: str):
    page.set_viewport_size(PHONE)
    page.goto(f"{server}/learn?lesson=Gaps")
    tall, wide = (page.locator(f'[class*="st-key-{kind}-"]') for kind in ("tall", "wide"))
    expect(tall.get_by_test_id("stPlotlyChart")).to_be_visible()
    expect(wide).not_to_be_visible()
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(800)
    assert page.evaluate(SIDEWAYS) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(tall).not_to_be_visible()
    drawn = wide.locator(".main-svg").first
    expect(drawn).to_be_visible()
    page.wait_for_timeout(800)
    box = drawn.bounding_box()
    assert box is not None
    assert box["width"] > 800


@pytest.mark.parametrize(("lesson", "count"), [("Balance", 2), ("Attention", 3)])
def test_the_longest_equations_are_seen_whole(page: Page, server: str, lesson: str, count: int):
    page.set_viewport_size(PHONE)
    page.goto(f"{server}/learn?lesson={lesson}")
    equations = page.locator(".stMain .katex-display")
    expect(equations).to_have_count(count)
    for equation in equations.all():
        # The last letter may lean out of its box.
        assert equation.evaluate("each => each.scrollWidth <= each.clientWidth + 4")


def test_no_word_in_a_chart_of_a_lesson_is_cut_off(page: Page, server: str):
    page.set_viewport_size(PHONE)
    cut = {}
    for lesson in ("Reversal", "Reward", "Chance"):
        page.goto(f"{server}/learn?lesson={lesson}")
        page.locator(".stMain .js-plotly-plot .main-svg").first.wait_for()
        page.wait_for_selector(IDLE)
        page.wait_for_timeout(800)
        cut[lesson] = page.evaluate(CUT_OFF)
    assert not any(cut.values()), cut


def test_where_rows_stand_and_lead_is_seen_whole(page: Page, server: str):
    page.set_viewport_size(PHONE)
    page.goto(server)
    page.get_by_role("button", name="Try the demo").click()
    heading(page, "Result").wait_for()
    page.wait_for_selector(IDLE)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Routing", exact=True).click()
    heading(page, "Routing").wait_for()
    for part in ("Row by row", "Where it leads"):
        page.get_by_role("tab", name=part).click()
        page.locator(".stMain .js-plotly-plot .main-svg").first.wait_for()
        page.wait_for_selector(IDLE)
        page.wait_for_timeout(800)
        assert page.evaluate(SIDEWAYS) == []
