import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE

pytestmark = pytest.mark.browser


def test_a_person_is_picked_from_the_list_and_their_values_are_changed(trained: Page):
    trained.get_by_role("link", name="Individual", exact=True).click()
    expect(trained.get_by_text("2,400 of 2,400 rows")).to_be_visible()
    first = trained.get_by_role("heading", name=re.compile(r"^Row \d")).inner_text()
    # Cells are painted; the box of the third row is 28 pixels from the left edge.
    trained.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 130})
    header = trained.get_by_role("heading", name=re.compile(r"^Row \d"))
    expect(header).not_to_have_text(first)
    trained.get_by_text("Change this person's values").click()
    field = trained.get_by_label("interview_score", exact=True)
    field.fill("5")
    field.press("Enter")
    trained.wait_for_selector(IDLE)
    expect(trained.get_by_text("All below is about the changed values")).to_be_visible()
    trained.get_by_role("tab", name="Another sensitive value").click()
    expect(trained.get_by_text("The models never see sex")).to_be_visible()
    trained.get_by_role("tab", name="Nearest with another outcome").click()
    expect(trained.get_by_text(re.compile("The nearest of .* columns differ"))).to_be_visible()
    assert "score" not in trained.url
