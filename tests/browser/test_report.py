"""The report's main job: to be taken away and read where there is no network."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from fairmoe.data import LabelledTable
from fairmoe.names import FAIRLEARN_METHODS, METRICS
from fairmoe.report import Cover, Report, make_report, to_html
from fairmoe.runs import PeerScores, Run
from tests.browser.driving import IDLE

pytestmark = pytest.mark.browser

NOTE = "Mind the <gap>; <script>document.title = 'run'</script>"


def sheets(page: Page) -> int:
    """Return how many sheets of A4 a page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_the_first_page_is_one_sheet_also_with_many_groups(
    demo_run: tuple[Run, LabelledTable], chromium: Browser, tmp_path: Path
):
    run, _ = demo_run
    groups = {f"a group with a long name {i}": 100 for i in range(13)}
    test = run.splits["test"]
    # Those of two people are one in the report, with the next smallest.
    parted = replace(test, group=np.arange(len(test.group)) % 8)
    parted.group[:10] = np.repeat(np.arange(8, 13), 2)
    many = replace(run, data=replace(run.data, groups=groups), splits=run.splits | {"test": parted})
    page = chromium.new_page()
    for each in (run, many):
        report = make_report(each, tolerance=0.05, smallest_group=10)
        file = tmp_path / "report.html"
        # The sections of the other sheets are on the second.
        file.write_text(to_html(report, Cover(date(2026, 11, 22)), ["use"]), encoding="utf-8")
        page.goto(file.as_uri())
        expect(page.locator(".chart .main-svg").first).to_be_visible()
        assert sheets(page) == 2
    expect(page.get_by_text("Merged groups.")).to_be_visible()
    page.close()


def of_groups(run: Run, labelled: LabelledTable, groups: int) -> tuple[Run, LabelledTable]:
    """Return a run and its rows as if these were of so many groups."""
    ids = np.arange(len(labelled.group)) % groups
    names = tuple(f"a longer name {i}" for i in range(groups))
    data = replace(run.data, groups=dict.fromkeys(names, len(ids) // groups))
    splits = {name: replace(split, group=ids[split.rows]) for name, split in run.splits.items()}
    rows = replace(labelled, group=ids, group_names=names)
    return replace(run, data=data, splits=splits), rows


def opened(report: Report, page: Page, folder: Path) -> Page:
    """Return a page with a report, all charts drawn."""
    file = folder / "report.html"
    file.write_text(to_html(report, Cover(date(2026, 11, 22))), encoding="utf-8")
    page.goto(file.as_uri())
    expect(page.locator(".chart .main-svg").last).to_be_visible()
    return page


def test_on_paper_a_heading_stays_with_what_follows_and_a_table_of_origins_whole(
    demo_run: tuple[Run, LabelledTable], chromium: Browser, tmp_path: Path
):
    page = opened(make_report(*demo_run), chromium.new_page(), tmp_path)
    page.emulate_media(media="print")

    def styles(selector: str, name: str) -> set[str]:
        """Return what elements have for a style on paper."""
        script = "(all, name) => all.map(each => getComputedStyle(each)[name])"
        return set(page.locator(selector).evaluate_all(script, name))

    assert styles("h2", "breakAfter") == {"avoid"}
    assert styles("h2 + p", "breakAfter") == {"avoid"}
    assert styles("#provenance table", "breakInside") == {"avoid"}
    page.close()


def test_with_its_rows_and_six_groups_the_report_is_six_sheets(
    demo_run: tuple[Run, LabelledTable], chromium: Browser, tmp_path: Path
):
    run, rows = of_groups(*demo_run, 6)
    # With all that there can be of what smaller gaps cost.
    far = run.settings.replace(fairness_weight=8.0)
    run = run.with_front([replace(run, run_id="far", settings=far)])
    fits = [
        PeerScores(method, 0.1 * n, criterion, scores, scores)
        for criterion in ("demographic_parity", "equal_opportunity")
        for method in FAIRLEARN_METHODS
        for n in range(5)
        for scores in [dict.fromkeys(METRICS, 0.1 + n / 100)]
    ]
    report = make_report(run, rows, tolerance=0.05, peers=fits)
    page = opened(report, chromium.new_page(), tmp_path)
    expect(
        page.get_by_text("Fairlearn's methods were fitted for equal opportunity")
    ).to_be_visible()
    assert sheets(page) <= 6
    page.close()


def test_with_its_rows_and_ten_groups_the_report_is_six_sheets(
    demo_run: tuple[Run, LabelledTable], chromium: Browser, tmp_path: Path
):
    report = make_report(*of_groups(*demo_run, 10), tolerance=0.05)
    page = opened(report, chromium.new_page(), tmp_path)
    # On a screen nothing is missing.
    weights = page.get_by_text("Whose opinion counts how much for each group?")
    expect(weights).to_be_visible()
    assert sheets(page) <= 6
    page.emulate_media(media="print")
    expect(weights).to_be_hidden()
    expect(page.get_by_text("The groups differ most in the weight of")).to_be_visible()
    page.close()


def test_the_downloaded_report_opens_offline(trained: Page, chromium: Browser, tmp_path: Path):
    page = trained
    page.get_by_role("link", name="Report", exact=True).click()
    preview = page.frame_locator("iframe")
    expect(preview.get_by_role("heading", name="In short")).to_be_visible()
    expect(preview.locator(".chart .main-svg").first).to_be_visible()
    page.wait_for_selector(IDLE)
    notes = page.get_by_role("textbox", name="Notes")
    notes.fill(NOTE)
    notes.press("Control+Enter")
    expect(preview.get_by_text(NOTE)).to_be_visible()
    page.wait_for_selector(IDLE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    file = tmp_path / "report.html"
    download.value.save_as(file)

    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    reader = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    reader.on("pageerror", lambda error: errors.append(str(error)))
    reader.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    reader.on("request", lambda request: requests.append(request.url))
    reader.goto(file.as_uri())
    charts = reader.locator(".chart")
    for chart in charts.all():
        expect(chart.locator(".main-svg").first).to_be_visible()
    assert charts.count() >= 2
    assert reader.locator(".fm-bars").count() >= 3
    expect(reader.get_by_text(NOTE)).to_be_visible()
    assert "hiring" in reader.title()
    reader.set_viewport_size({"width": 390, "height": 844})
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert reader.evaluate(beyond) == 0
    reader.emulate_media(media="print")
    paper = 703  # A4 within the margins of the sheet, in pixels.
    reader.set_viewport_size({"width": paper, "height": 900})
    assert all((chart.bounding_box() or {})["width"] <= paper for chart in charts.all())
    assert sheets(reader) <= 6
    assert not errors
    assert requests == [file.as_uri()]
    context.close()
