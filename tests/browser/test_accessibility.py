"""What a screen reader, a keyboard and a weak eye meet on every page."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from fairmoe.data.demo import demo_csv
from fairmoe.ui.frame.pages import HOME, PAGES
from tests.browser.driving import IDLE, TRAINED, TRAINED_EPOCHS, heading, train_on_the_demo

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
STREAMLITS_OWN = {
    # A locked page's link is inactive, which the guideline exempts, but not marked as such.
    "color-contrast": "[data-testid=stPageLink-NavLink][disabled], "
    # A chosen segment and the value of a slider are written in the primary colour, and buttons in
    # white on it; in the dark no colour does 4.5:1 for both. A segment has a border, too.
    "[data-testid^=stBaseButton-segmented], [data-selected], [data-testid=stSlider]",
    # A formula wider than its column scrolls; browsers give it the focus, but it has no tabindex.
    "scrollable-region-focusable": ".katex-display",
}
"""Rules that elements drawn by Streamlit break, and these elements."""

IS_WITHIN = "([target, own]) => document.querySelector(target)?.closest(own) !== null"


EVERYTHING: dict[str, list[str]] = {}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What another theme can break."""


def grave_violations(page: Page, rules: dict[str, list[str]], part: str | None = None) -> list[str]:
    """Return the grave violations of a page, or of parts of it, that are not Streamlit's own."""
    page.wait_for_selector(IDLE)
    found = []
    options = rules | {"resultTypes": ["violations"]}
    for violation in Axe().run(page, context=part, options=options).response["violations"]:
        own = STREAMLITS_OWN.get(violation["id"])
        for node in violation["nodes"]:
            target = node["target"][-1]
            if violation["impact"] not in GRAVE:
                continue
            if own is None or not page.evaluate(IS_WITHIN, [target, own]):
                found.append(f"{violation['id']} at {target}: {node['html'][:300]}")
    return found


def walk(page: Page, rules: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the grave violations of each page that a link leads to, and of its tabs."""
    found = {}
    links = page.get_by_test_id("stSidebar")
    for entry in PAGES.values():
        links.get_by_role("link", name=entry.label, exact=True).click()
        page.get_by_role("heading", name=entry.title, exact=True).wait_for()
        found[entry.label] = grave_violations(page, rules)
        for tab in page.get_by_role("tab").all()[1:]:
            tab.click()
            page.wait_for_selector(IDLE)
            name = f"{entry.label}, {tab.inner_text()}"
            found[name] = grave_violations(page, rules, "[data-testid=stTabs]")
    return found


def darken(page: Page) -> None:
    """Change to the dark theme; pages that are shown from then on are drawn in it."""
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    tab = new_page()
    tab.set_default_timeout(TRAINED)
    return tab


def address(path: str) -> str:
    return "" if path == HOME else path.removeprefix("pages/").removesuffix(".py")


def test_no_page_without_data_has_a_grave_violation(page: Page, server: str):
    found = {}
    for rules in (EVERYTHING, COLOURS):
        for path, entry in PAGES.items():
            page.goto(f"{server}/{address(path)}")
            page.get_by_role("heading", name=entry.title, exact=True).wait_for()
            found[entry.label, *rules] = grave_violations(page, rules)
        darken(page)
    assert not any(found.values()), found


def test_no_page_with_a_trained_demo_has_a_grave_violation(page: Page, server: str):
    train_on_the_demo(page, server)
    light = walk(page, EVERYTHING)
    assert len(light) > 2 * len(PAGES)
    assert not any(light.values()), light
    darken(page)
    dark = walk(page, COLOURS)
    assert dark.keys() == light.keys()
    assert not any(dark.values()), dark


PHONE = {"width": 390, "height": 844}
MAIN_JOB = ("Data", "Train", "Result", "Trade-off", "Report")
BEYOND = "main => main.scrollWidth - main.clientWidth"
"""How far a page can be moved sideways, in pixels."""


def test_on_a_phone_no_page_of_the_main_job_has_a_grave_violation(page: Page, server: str):
    page.set_viewport_size(PHONE)
    page.goto(server)
    main = page.get_by_test_id("stMain")
    heading(page, PAGES[HOME].title).wait_for()
    found = {"Home": grave_violations(page, EVERYTHING)}
    wide = {"Home": main.evaluate(BEYOND)}
    page.get_by_role("button", name="Try the demo").click()
    heading(page, "Result").wait_for()
    for label in MAIN_JOB:
        # A page that has just come closes the menu once.
        page.wait_for_selector(IDLE)
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebar").get_by_role("link", name=label, exact=True).click()
        heading(page, label).wait_for()
        found[label] = grave_violations(page, EVERYTHING)
        wide[label] = main.evaluate(BEYOND)
    assert not any(found.values()), found
    assert not any(wide.values()), wide


SOME_LINES = 3000


def tab_to(wanted: Locator) -> None:
    """Press the tab key until an element has the focus."""
    wanted.wait_for(timeout=TRAINED)
    wanted.page.wait_for_selector(IDLE)
    for _ in range(120):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        wanted.page.keyboard.press("Tab")
    pytest.fail(f"the tab key does not reach {wanted}")


def bring_a_table_by_keys(page: Page) -> None:
    """Upload a table and say what is predicted and who is compared, without a mouse."""
    lines = demo_csv().splitlines(keepends=True)[:SOME_LINES]
    # Asked for only when the key is pressed, the browser now and then begins to tell of a chooser
    # too late.
    page.on("filechooser", lambda _: None)
    # A page that is still drawn may take the button away before its key is heard.
    page.wait_for_selector(IDLE)
    tab_to(page.get_by_test_id("stFileUploaderDropzone").locator("button"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(
        {"name": "applicants.csv", "mimeType": "text/csv", "buffer": b"".join(lines)}
    )
    heading(page, "applicants.csv").wait_for()
    for label, column in (("Target column", "hired"), ("Sensitive column", "sex")):
        tab_to(page.get_by_role("combobox", name=re.compile(f"^(Selected .*)?{label}")))
        page.keyboard.type(column)
        page.get_by_role("option", name=column, exact=True).wait_for()
        page.keyboard.press("Enter")
        page.wait_for_selector(IDLE)
    tab_to(page.get_by_role("radio", name="Good", exact=True))
    page.keyboard.press("Space")
    page.wait_for_selector(IDLE)


def test_the_main_job_is_done_with_the_keyboard_alone(page: Page, server: str):
    keyboard = page.keyboard
    page.set_default_timeout(TRAINED)
    page.goto(f"{server}/data")
    bring_a_table_by_keys(page)
    tab_to(page.get_by_label("Positive outcome in words"))
    keyboard.press("Control+a")
    keyboard.type("taken on")
    keyboard.press("Enter")
    page.wait_for_selector(IDLE)
    tab_to(page.get_by_role("button", name="Continue to training"))
    keyboard.press("Enter")
    tab_to(page.get_by_role("slider", name="Fairness weight"))
    keyboard.press("ArrowRight")
    expect(page.get_by_text("Your own mix of the four fairness weights.")).to_be_visible()
    tab_to(page.locator("summary").filter(has_text="Advanced"))
    keyboard.press("Enter")
    tab_to(page.get_by_role("tab", name="Fairness weights"))
    for _ in range(2):
        keyboard.press("ArrowRight")
    keyboard.press("Enter")
    tab_to(page.get_by_label("Epochs", exact=True))
    keyboard.type(str(TRAINED_EPOCHS))
    keyboard.press("Enter")
    page.wait_for_selector(IDLE)
    tab_to(page.locator(".st-key-train button"))
    keyboard.press("Enter")
    expect(page.get_by_text("“taken on”").first).to_be_visible()
    models = page.get_by_test_id("stMain").get_by_role("link", name="Experts", exact=True)
    tab_to(models)
    expect(models).to_have_css("outline-style", "solid")
    keyboard.press("Enter")
    tab_to(page.get_by_role("radio", name="Test", exact=True))
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    expect(page.get_by_text("validation rows, seed 0").first).to_be_visible()
    assert page.url.lower().endswith("split=validation")
    tab_to(page.get_by_role("link", name="Trade-off", exact=True).first)
    keyboard.press("Enter")
    heading(page, "Trade-off").wait_for()
    tab_to(page.get_by_role("link", name="Report", exact=True))
    keyboard.press("Enter")
    tab_to(page.get_by_role("button", name="Download the report"))
    with page.expect_download() as download:
        keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".html")
