"""The trade-off's main job: from a sweep to a run that every page shows."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import IDLE, TRAINED, click_point, heading, places_of_points, shown_run

pytestmark = pytest.mark.browser


def lonely_points(chart: Locator) -> list[str]:
    """Return the runs that a figure's points stand for, the farthest from others first."""
    places = places_of_points(chart)

    def room(run: str) -> float:
        x, y = places[run]
        others = [place for other, place in places.items() if other != run]
        return min(abs(x - place[0]) + abs(y - place[1]) for place in others)

    return sorted(places, key=room, reverse=True)


def test_a_point_of_a_sweep_is_opened_in_every_page(trained: Page):
    trained.get_by_role("link", name="Trade-off", exact=True).first.click()
    expect(trained.get_by_text("12 runs: about")).to_be_visible()
    seeds = trained.get_by_label("Seeds", exact=True)
    seeds.fill("1")
    seeds.press("Enter")
    expect(trained.get_by_text("4 runs: about")).to_be_visible()
    trained.wait_for_selector(IDLE)
    trained.get_by_role("button", name="Run the sweep").click()
    trained.get_by_text("Pareto-optimal runs").wait_for(timeout=TRAINED)
    trained.wait_for_selector(IDLE)

    chosen = trained.get_by_role("combobox", name="Run", exact=True)
    before = chosen.input_value()
    chart = trained.get_by_test_id("stPlotlyChart")
    runs = lonely_points(chart)
    assert len(runs) == 4
    # One run is chosen already: of two points, one leads to another run.
    for run in runs[:2]:
        click_point(chart, places_of_points(chart)[run])
        try:
            expect(chosen).not_to_have_value(before, timeout=20_000)
        except AssertionError:
            continue
        break
    name = chosen.input_value().partition(" –")[0]
    assert name != before.partition(" –")[0]
    assert name.startswith("λ fair")

    trained.get_by_role("button", name="Open this run in every page").click()
    badge = trained.locator(".stMarkdownBadge", has_text="Shown on all pages")
    expect(badge).to_be_visible(timeout=TRAINED)
    trained.get_by_role("link", name="See its experts").click()
    expect(heading(trained, "Experts")).to_be_visible()
    expect(shown_run(trained)).to_have_value(name)
