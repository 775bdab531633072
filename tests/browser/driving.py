"""What a user does in the app, step by step."""

import re

from playwright.sync_api import Locator, Page

IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
TRAINED = 180_000
TRAINED_EPOCHS = 8


def begin_training(page: Page, epochs: int) -> None:
    """Train from the Train page, for a few epochs."""
    page.get_by_text("Other settings").click()
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Enter")
    page.wait_for_selector(IDLE)
    page.keyboard.press("Control+Enter")


def train_on_the_demo(page: Page, server: str) -> None:
    """Load the demo data and train on them; ends at the Train page with the new run."""
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    page.get_by_role("button", name="Continue to training").click()
    begin_training(page, TRAINED_EPOCHS)
    page.get_by_role("button", name="See the experts").wait_for(timeout=TRAINED)
    page.wait_for_selector(IDLE)


def shown_run(page: Page) -> Locator:
    """Return the list in which the shown run is chosen; it is there once there are two runs."""
    return page.get_by_role("combobox", name=re.compile("Run shown on all pages$"))
