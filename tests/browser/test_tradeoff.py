import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE, TRAINED

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def test_a_point_of_a_sweep_is_opened_in_the_experts(trained: Page):
    trained.get_by_role("link", name="Trade-off", exact=True).click()
    expect(trained.get_by_text("12 runs: about")).to_be_visible()
    seeds = trained.get_by_label("Seeds", exact=True)
    seeds.fill("1")
    seeds.press("Enter")
    expect(trained.get_by_text("4 runs: about")).to_be_visible()
    trained.wait_for_selector(IDLE)
    trained.get_by_role("button", name="Run the sweep").click()
    trained.get_by_text("Runs beaten by no other").wait_for(timeout=TRAINED)
    trained.wait_for_selector(IDLE)

    chart = trained.get_by_test_id("stPlotlyChart")
    chart.scroll_into_view_if_needed()
    chosen = trained.get_by_role("combobox", name="Run", exact=True)
    expect(chosen).to_be_visible()
    before = chosen.input_value()
    # The points of runs; those of means and baselines follow. Runs of a few epochs may coincide.
    points = chart.locator(".scatterlayer .trace").nth(4).locator(".point")
    for point in points.all():
        box = point.bounding_box()
        assert box is not None
        trained.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        trained.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        trained.wait_for_timeout(2000)
        trained.wait_for_selector(IDLE)
        if chosen.input_value() != before:
            break
    name = chosen.input_value().partition(" –")[0]
    assert name != before.partition(" –")[0]

    trained.get_by_role("button", name="Open this run in every page").click()
    expect(trained.get_by_text("Shown on all pages", exact=True)).to_be_visible(timeout=TRAINED)
    trained.wait_for_selector(IDLE)
    trained.get_by_role("link", name="See its experts").click()
    expect(trained.get_by_role("heading", name="Experts", exact=True)).to_be_visible()
    expect(trained.get_by_text(f"Shown: {name}")).to_be_visible()
