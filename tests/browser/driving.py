"""What a user does in the app, step by step."""

import re

from playwright.sync_api import Locator, Page, TimeoutError, expect

IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
TRAINED = 180_000
LISTED = 10_000
TRAINED_EPOCHS = 8

PLACES_OF_POINTS = """chart => {
  const corner = chart.getBoundingClientRect()
  const middle = box => [box.x + box.width / 2 - corner.x, box.y + box.height / 2 - corner.y]
  return Object.fromEntries(
    [...chart.querySelectorAll('.scatterlayer .point')]
      .filter(node => node.__data__.data !== undefined)
      .map(node => [node.__data__.data, middle(node.getBoundingClientRect())])
  )
}"""


def begin_training(page: Page, epochs: int) -> None:
    """Train from the Train page, for a few epochs."""
    page.wait_for_selector(IDLE)
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_role("tab", name="Schedule").click()
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Enter")
    page.wait_for_selector(IDLE)
    # A number beyond its limits is not taken.
    expect(field).to_have_value(str(epochs))
    page.keyboard.press("Control+Enter")


def train_on_the_demo(page: Page, server: str) -> None:
    """Load the demo data and train on them; ends at the result of the new run."""
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    page.get_by_role("button", name="Continue to training").click()
    begin_training(page, TRAINED_EPOCHS)
    heading(page, "Result").wait_for(timeout=TRAINED)
    page.wait_for_selector(IDLE)


def shown_run(page: Page) -> Locator:
    """Return the list in which the shown run is chosen; it is there once there are two runs."""
    return page.get_by_role("combobox", name=re.compile("Run shown on all pages$"))


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list."""
    box = page.get_by_role("combobox", name=re.compile(f"^(Selected .*)?{label}"))
    listed = page.get_by_role("option", name=option, exact=True)
    box.click()
    try:
        listed.wait_for(timeout=LISTED)
    except TimeoutError:
        # A script that ended meanwhile drew the field anew, and closed its list.
        box.click()
    listed.click()
    page.wait_for_selector(IDLE)


def upload(page: Page, name: str, content: bytes) -> None:
    """Give a file to the page's upload field."""
    page.wait_for_selector(IDLE)
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def heading(page: Page, text: str) -> Locator:
    """Return the heading of these words."""
    return page.get_by_role("heading", name=text, exact=True)


def places_of_points(chart: Locator) -> dict[str, tuple[float, float]]:
    """Return where a chart's points are, from its corner, by what they stand for.

    Of points that stand for the same, the last one drawn counts.
    """
    return {name: (x, y) for name, (x, y) in chart.evaluate(PLACES_OF_POINTS).items()}


def click_point(chart: Locator, place: tuple[float, float]) -> None:
    """Click into a chart once it has come to rest, as elements above it open and close."""
    position = {"x": place[0], "y": place[1]}
    chart.hover(position=position)
    chart.click(position=position)
