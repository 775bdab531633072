"""The score of today beside the mixture: named on Data, and told of on Result and in the report."""

import re

import numpy as np
from playwright.sync_api import expect

from fairmoe.data import make_demo
from fairmoe.sentences.audits import EXISTING_ASKED
from tests.browser.driving import IDLE, TRAINED, begin_training, choose, heading, upload


def test_a_column_becomes_the_existing_score_and_is_told_of(page, server):
    frame = make_demo(600)
    decile = np.ceil(2 * frame["interview_score"]).clip(1, 10).astype(int)
    page.goto(f"{server}/data")
    upload(page, "scored.csv", frame.assign(decile_score=decile).to_csv(index=False).encode())
    heading(page, "scored.csv").wait_for()
    choose(page, "Target column", "hired")
    choose(page, "Sensitive column", "sex")
    page.get_by_text(EXISTING_ASKED).click()
    page.wait_for_selector(IDLE)
    choose(page, "Score or decision", "decile_score")
    expect(page.get_by_text("The score “decile_score” gives")).to_be_visible()
    page.get_by_role("button", name="Continue to training").click()
    begin_training(page, epochs=8)
    heading(page, "Result").wait_for(timeout=TRAINED)
    page.wait_for_selector(IDLE)
    page.get_by_text("Existing model", exact=True).click()
    expect(page.get_by_text("Your score today").first).to_be_visible()
    expect(page.get_by_text("the score “decile_score”").first).to_be_visible()
    page.wait_for_selector(IDLE)
    page.get_by_role("link", name="Report", exact=True).first.click()
    report = page.locator("iframe").first.content_frame
    expect(report.get_by_text(re.compile("the score “decile_score”")).first).to_be_visible()
