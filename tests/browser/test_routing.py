import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE, TRAINED, click_point, places_of_points, shown_run

pytestmark = pytest.mark.browser


def train_from_a_random_gate(page: Page) -> None:
    """Train again; what a gate learns in a few epochs mostly gives way to a single expert."""
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_role("tab", name="Gate").click()
    page.wait_for_selector(IDLE)
    page.get_by_role("combobox", name="Gate start").click()
    page.get_by_role("option", name="random").click()
    page.wait_for_selector(IDLE)
    page.keyboard.press("Control+Enter")
    expect(shown_run(page)).to_have_value("Run 2", timeout=TRAINED)
    page.wait_for_selector(IDLE)


def test_a_point_in_the_triangle_leads_to_its_row(trained: Page):
    train_from_a_random_gate(trained)
    trained.get_by_role("link", name="Routing", exact=True).click()
    expect(trained.get_by_role("heading", name="Routing", exact=True)).to_be_visible()
    trained.get_by_role("tab", name="Row by row").click()
    expect(trained.get_by_text("No point is selected: all 2,400 rows")).to_be_visible()
    trained.wait_for_selector(IDLE)
    triangle = trained.get_by_test_id("stPlotlyChart")
    # Any point will do; where two lie on one another, the upper one is selected.
    click_point(triangle, list(places_of_points(triangle).values())[-1])
    expect(trained.get_by_text("1 selected row")).to_be_visible()
    picked = trained.get_by_text(re.compile(r"Row [\d,]+ of the file is picked"))
    expect(picked).to_be_visible()
    row = re.findall(r"[\d,]+", picked.inner_text())[0]
    trained.get_by_role("link", name=f"Look at row {row} closely").click()
    expect(trained.get_by_role("heading", name="Individual", exact=True)).to_be_visible()
    expect(trained.get_by_role("heading", name=f"Row {row}")).to_be_visible()
