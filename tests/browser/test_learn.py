import re
from contextlib import suppress

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from fairmoe.figures.lessons.gate_steps import STAGES
from fairmoe.lessons.course import COURSE
from fairmoe.ui.learn.present import SLIDES
from tests.browser.driving import IDLE

BEAMER = {"width": 1024, "height": 768}
ON_SCREEN = """most => document.querySelector("[data-testid=stMain]").scrollHeight <= most"""
DRAWN = ".stMain :is(.js-plotly-plot .main-svg, .fm-waffle img)"

pytestmark = pytest.mark.browser


def test_a_slider_redraws_the_chart_of_the_lesson_that_the_address_names(page: Page, server: str):
    page.goto(f"{server}/learn?lesson=Chance")
    expect(page.get_by_role("heading", name="10. Sample size and chance")).to_be_visible()
    drawn = page.locator("svg").get_by_text(re.compile("^are below [0-9.]+ pp$"))
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


def test_on_a_beamer_nothing_of_a_lesson_is_below_the_screen(page: Page, server: str):
    page.set_viewport_size(BEAMER)
    page.goto(f"{server}/learn?lesson={next(iter(COURSE.values())).short}&present=true")
    tall = {}
    for number, (key, lesson) in enumerate(COURSE.items(), start=1):
        for slide in SLIDES:
            stages = STAGES if (key, slide) == ("gate_steps", "picture") else ("",)
            for stage in stages:
                expect(
                    page.get_by_text(f"Lesson {number} of {len(COURSE)}, {slide}")
                ).to_be_visible()
                if slide == "picture":
                    page.locator(DRAWN).first.wait_for()
                page.wait_for_selector(IDLE)
                # While the next picture takes the place of one, both stand on the page.
                with suppress(TimeoutError):
                    page.wait_for_function(ON_SCREEN, arg=BEAMER["height"], timeout=5000)
                main = page.get_by_test_id("stMain")
                tall[lesson.short, slide, stage] = main.evaluate("main => main.scrollHeight")
                if len(tall) < len(COURSE) * len(SLIDES) + len(STAGES) - 1:
                    page.get_by_role("button", name="Next").click()
                    page.wait_for_timeout(300)
    assert not {where: each for where, each in tall.items() if each > BEAMER["height"]}
