"""What a reload, a second tab and another browser find of a session."""

from playwright.sync_api import expect

from tests.browser.driving import IDLE, TRAINED, begin_training, heading


def test_a_reload_in_the_middle_of_a_training_loses_nothing(new_page, server):
    page = new_page()
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    page.get_by_role("button", name="Continue to training").click()
    begin_training(page, 400)
    cancel = page.get_by_role("button", name="Cancel")
    cancel.wait_for()
    page.reload()
    cancel.wait_for()
    other = new_page()
    other.goto(page.url)
    expect(other.get_by_text("belongs to another browser")).to_be_visible()
    expect(other.get_by_text("Load data first").first).to_be_visible()
    heading(page, "Result").wait_for(timeout=TRAINED)
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(heading(tab, "Result")).to_be_visible()
    tab.wait_for_selector(IDLE)
    tab.get_by_role("button", name="Forget my data").click()
    tab.get_by_role("button", name="Forget all of it").click()
    expect(tab.get_by_text("Load data first").first).to_be_visible()
    assert "session" not in tab.url
    page.reload()
    expect(page.get_by_text("The session of this address has ended")).to_be_visible()
