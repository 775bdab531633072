"""Projects on the server's disk, as `fairmoe app --store DIR` keeps them."""

import sys

from playwright.sync_api import expect

from tests.browser.conftest import ENVIRONMENT, ROOT
from tests.browser.driving import IDLE, heading
from tests.browser.serving import serving


def test_a_project_is_saved_listed_opened_renamed_and_deleted(new_page, tmp_path):
    folder = tmp_path / "store"
    command = [sys.executable, "-m", "fairmoe", "app", "--workers", "0", "--store", str(folder)]
    with serving(command, tmp_path / "log.txt", cwd=ROOT, env=ENVIRONMENT) as server:
        page = new_page()
        page.goto(server)
        page.get_by_role("button", name="Try the demo").click()
        heading(page, "Result").wait_for()
        page.wait_for_selector(IDLE)
        page.get_by_test_id("stSidebar").get_by_role("button", name="Project").click()
        name = page.get_by_label("Save on this server as")
        name.fill("Ours *1*")
        name.press("Enter")
        page.wait_for_selector(IDLE)
        page.get_by_role("button", name="Save on this server").click()
        expect(page.get_by_text("Saved on this server.")).to_be_visible()
        assert len(list(folder.glob("*.fairmoe"))) == 1

        other = new_page()
        other.goto(server)
        expect(heading(other, "Projects on this server")).to_be_visible()
        expect(other.get_by_text("Ours *1*", exact=True)).to_be_visible()
        expect(other.get_by_text("1 run, without the table demo_hiring.csv")).to_be_visible()
        other.get_by_role("button", name="Open", exact=True).click()
        heading(other, "Result").wait_for()
        other.wait_for_selector(IDLE)
        other.get_by_role("link", name="Home", exact=True).click()
        heading(other, "Projects on this server").wait_for()
        other.wait_for_selector(IDLE)
        other.get_by_role("button", name="Edit").click()
        field = other.get_by_label("Name", exact=True)
        field.fill("Theirs")
        field.press("Enter")
        expect(other.get_by_text("Theirs", exact=True)).to_be_visible()
        other.wait_for_selector(IDLE)
        other.keyboard.press("Escape")
        other.get_by_role("button", name="Edit").click()
        other.get_by_role("button", name="Delete Theirs").click()
        expect(other.get_by_text("None yet.")).to_be_visible()
        assert not list(folder.glob("*.fairmoe"))
