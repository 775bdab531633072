"""Each page's main job on 32,561 rows of the census: the app on a table of real size."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import (
    IDLE,
    TRAINED,
    begin_training,
    choose,
    click_point,
    heading,
    places_of_points,
    upload,
)

pytestmark = pytest.mark.browser


def go_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(heading(page, name)).to_be_visible()


def train_on_adult(page: Page, server: str, file: Path) -> None:
    page.goto(f"{server}/data")
    upload(page, file.name, file.read_bytes())
    expect(heading(page, "adult.csv")).to_be_visible()
    choose(page, "Target column", "income-per-year")
    choose(page, "Sensitive column", "sex")
    expect(page.get_by_text("2 groups of 10,771 to 21,790 rows")).to_be_visible()
    expect(page.get_by_text(re.compile("relationship"))).not_to_have_count(0)
    page.get_by_role("button", name="Continue to training").click()
    expect(page.get_by_text("compares 2 groups by sex")).to_be_visible()
    begin_training(page, epochs=4)
    heading(page, "Result").wait_for(timeout=TRAINED)
    page.wait_for_selector(IDLE)


def test_each_page_does_its_job_on_a_table_of_real_size(
    page: Page, server: str, chromium: Browser, tmp_path: Path, real_data: Callable[[str], Path]
):
    train_on_adult(page, server, real_data("adult.csv"))

    go_to(page, "Experts")
    expect(page.get_by_text("6,514 test rows, seed 0").first).to_be_visible()
    page.get_by_text("Validation", exact=True).click()
    expect(page.get_by_text("validation rows, seed 0").first).to_be_visible()

    go_to(page, "Attention")
    expect(page.get_by_text("of the gap between").first).to_be_visible()
    page.get_by_role("tab", name="Between groups").click()
    lead = page.get_by_test_id("stAlert").filter(has_text="the model relies")
    expect(lead).to_contain_text("for people with sex = Female than for")
    page.get_by_role("tab", name="Distance").click()
    expect(page.get_by_text("Of 1,000 shufflings of the groups").first).to_be_visible()

    go_to(page, "Routing")
    page.get_by_role("tab", name="What if").click()
    expect(page.get_by_text("Sending everyone to the")).to_be_visible()
    page.get_by_role("tab", name="Row by row").click()
    expect(page.get_by_text(re.compile(r"No point is selected: all 6,\d\d\d rows"))).to_be_visible()
    page.wait_for_selector(IDLE)
    triangle = page.get_by_test_id("stPlotlyChart")
    click_point(triangle, next(iter(places_of_points(triangle).values())))
    picked = page.get_by_text(re.compile(r"Row [\d,]+ of the file is picked"))
    row = re.findall(r"[\d,]+", picked.inner_text())[0]
    page.get_by_role("link", name=f"Look at row {row} closely").click()
    expect(heading(page, f"Row {row}")).to_be_visible()
    page.get_by_role("tab", name="Nearest with another outcome").click()
    expect(page.get_by_text(re.compile("The nearest of .* columns differ"))).to_be_visible()

    go_to(page, "Report")
    page.frame_locator("iframe").get_by_role("heading", name="In short").wait_for()
    page.wait_for_selector(IDLE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    file = tmp_path / "report.html"
    download.value.save_as(file)
    assert file.stat().st_size < 8_000_000
    context = chromium.new_context(offline=True)
    reader = context.new_page()
    reader.goto(file.as_uri())
    expect(reader.get_by_text("adult.csv").first).to_be_visible()
    expect(reader.locator(".chart .main-svg").first).to_be_visible()
    context.close()
