"""A review that is handed over: opened without its table, given the table, saved with it."""

from playwright.sync_api import expect

from fairmoe.runs import Project, ProjectRun, load_project, write_project
from tests.browser.driving import IDLE, heading


def test_a_project_is_opened_given_its_table_and_saved_with_it(
    new_page, server, demo_run, demo_file, tmp_path
):
    run, _ = demo_run
    content = write_project(Project((ProjectRun(run, "Theirs"),), 0))
    page = new_page()
    page.goto(server)
    page.get_by_role("button", name="Open a project").click()
    give(page, "theirs.fairmoe", content)
    expect(heading(page, "Result")).to_be_visible()
    page.get_by_role("link", name="Attention", exact=True).first.click()
    expect(page.get_by_text("This needs the rows")).to_be_visible()
    page.get_by_role("button", name="Give the table").click()
    give(page, "any name.csv", demo_file)
    expect(page.get_by_text("This needs the rows")).to_have_count(0)
    page.wait_for_selector(IDLE)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name="Project").click()
    page.get_by_text("With the table").click()
    expect(page.get_by_text("whoever gets it can read every cell")).to_be_visible()
    page.wait_for_selector(IDLE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the project").click()
    download.value.save_as(tmp_path / "saved.fairmoe")
    assert download.value.suggested_filename == "demo_hiring.fairmoe"
    saved = load_project(tmp_path / "saved.fairmoe")
    assert saved.table.content == demo_file
    assert (saved.runs[0].name, saved.runs[0].run.run_id) == ("Theirs", run.run_id)


def give(page, name, content):
    page.locator("input[type=file]").last.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
