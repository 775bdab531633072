import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE

pytestmark = pytest.mark.browser


def test_a_slider_redraws_the_chart_of_the_lesson_that_the_address_names(page: Page, server: str):
    page.goto(f"{server}/learn?lesson=Chance")
    expect(page.get_by_role("heading", name="10. Sample size and chance")).to_be_visible()
    drawn = page.locator("svg").get_by_text(re.compile("95% of the tables are below"))
    expect(drawn).to_be_visible()
    before = drawn.text_content()
    assert before
    slider = page.get_by_role("slider", name="Rows of the table")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.get_by_text("With 343 rows in the smaller group")).to_be_visible()
    expect(page.locator("svg").get_by_text(before, exact=True)).to_have_count(0)
    expect(drawn).to_be_visible()
    expect(page).to_have_url(re.compile("rows-drawn=1"))
    page.get_by_role("button", name="Previous lesson").click()
    expect(page).to_have_url(re.compile("lesson=Constant"))


def test_the_arrow_keys_walk_a_lesson_on_a_beamer(page: Page, server: str):
    page.goto(f"{server}/learn?lesson=Levelling")
    page.wait_for_selector(IDLE)
    page.get_by_text("Present", exact=True).click()
    expect(page.get_by_role("heading", name="11. Equality by hurting everyone")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    page.wait_for_selector(IDLE)
    for part in ("picture", "question"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text(f"Lesson 11 of 12, {part}")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("With the guard off, the mixture hires")).to_be_visible()
