import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import IDLE, TRAINED, begin_training, choose, heading, upload

pytestmark = pytest.mark.browser

NASTY = "**age** <img src=x onerror=alert(1)> :smile: $x$"


def test_a_real_table_is_uploaded_trained_on_and_scored(page: Page, server: str, real_data):
    page.goto(f"{server}/data")
    content = real_data("german_data_credit.csv").read_bytes()
    upload(page, "german_data_credit.csv", content)
    expect(heading(page, "german_data_credit.csv")).to_be_visible()
    choose(page, "Target column", "class-label")
    choose(page, "Sensitive column", "sex")
    expect(page.get_by_text("2 groups of 310 to 690 rows")).to_be_visible()
    page.get_by_role("button", name="Continue to training").click()
    expect(page.get_by_text("compares 2 groups by sex")).to_be_visible()
    begin_training(page, epochs=8)
    heading(page, "Result").wait_for(timeout=TRAINED)
    gaps = page.get_by_role("row").filter(has_text="Gap")
    expect(gaps).to_contain_text(re.compile(r"(\d+\.\d pp.*){3}"))
    page.get_by_test_id("stMain").get_by_role("link", name="Experts", exact=True).click()
    expect(heading(page, "Experts")).to_be_visible()
    expect(page.get_by_text("Mixture against utility expert: accuracy")).to_be_visible()
    expect(page.get_by_text("200 test rows, seed 0").first).to_be_visible()
    # What is opened while a script still draws may be drawn closed once more.
    page.wait_for_selector(IDLE)
    page.locator("summary").filter(has_text="Numbers").first.click()
    save = page.get_by_role("button", name="Table as CSV").first
    save.wait_for()
    # Nor is a file made for a button that is drawn anew meanwhile.
    page.wait_for_selector(IDLE)
    with page.expect_download() as download:
        save.click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("model,final_score,utility,acc")
    assert [line.split(",")[0] for line in lines[1:]][:2] == ["mixture", "utility"]


def test_a_run_is_at_hand_for_tests_of_its_pages(trained: Page):
    trained.get_by_role("link", name="Experts", exact=True).first.click()
    expect(heading(trained, "Experts")).to_be_visible()
    expect(trained.get_by_text("Mixture against utility expert: accuracy")).to_be_visible()


def test_one_click_leads_from_home_to_the_demo_as_it_was_trained(page: Page, server: str):
    page.goto(server)
    page.get_by_role("button", name="Try the demo").click()
    heading(page, "Result").wait_for()
    told = "12 fewer wrongly get “not hired” than with the plain model; of 100 men, 1 more"
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("of 100 “hired”"))).to_have_count(6)
    page.get_by_role("link", name="Experts", exact=True).first.click()
    expect(page.get_by_text("Mixture against utility expert: accuracy")).to_be_visible()
    expect(page.get_by_text("Which model is useful")).to_be_visible()


def test_what_tabs_write_into_the_address_is_in_nobodys_way(page: Page, server: str):
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    page.get_by_role("tab", name="Missing values").click()
    expect(page).to_have_url(re.compile("data-part="))
    page.get_by_role("button", name="Continue to training").click()
    expect(heading(page, "Train")).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("tab", name="Missing values").click()
    expect(page).to_have_url(re.compile("data-part="))
    page.get_by_role("button", name="Forget my data").click()
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_text("Load a table", exact=True)).to_be_visible()
    expect(page.get_by_text("Sorry, something went wrong")).to_have_count(0)


def test_the_menu_of_a_phone_closes_after_a_choice(page: Page, server: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server)
    menu = page.get_by_test_id("stSidebar")
    expect(menu).to_have_attribute("data-collapsed", "true")
    # The last is shown already.
    for name in ("Learn", "Data", "Data"):
        page.wait_for_selector(IDLE)
        page.get_by_test_id("stExpandSidebarButton").click()
        menu.get_by_role("link", name=name, exact=True).click()
        expect(heading(page, name)).to_be_visible()
        expect(menu).to_have_attribute("data-collapsed", "true")


def test_a_training_goes_on_behind_other_pages_and_can_be_cancelled(
    page: Page, server: str, server_log: Path
):
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    page.get_by_role("button", name="Continue to training").click()
    expect(page.get_by_text("predicts “hired” (hired = yes)")).to_be_visible()
    begin_training(page, epochs=100_000)
    page.get_by_text(re.compile("Step . of 5")).wait_for(timeout=TRAINED)
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_role("link", name="See how it goes")).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Training was cancelled; nothing of it was kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=False).last).to_be_enabled()
    assert hosts <= {"127.0.0.1", None}
    assert "10001" not in server_log.read_text()


def test_a_bad_file_is_one_sentence_and_the_table_before_stays(page: Page, server: str):
    page.goto(f"{server}/data")
    page.get_by_role("button", name="Use the demo data").click()
    expect(heading(page, "demo_hiring.csv")).to_be_visible()
    page.get_by_text("Load another table").click()
    upload(page, "broken.csv", b"a,b\n1,2\n3,4,5\n")
    expect(page.get_by_role("alert")).to_contain_text("row 3 has 3")
    expect(heading(page, "demo_hiring.csv")).to_be_visible()
    expect(page.get_by_role("button", name="Continue to training")).to_be_enabled()


def test_names_and_values_are_text_and_not_markup(page: Page, server: str):
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    rows = "".join(f"{20 + i % 40},<b>{'fm'[i % 2]}</b>,{i % 3 % 2}\n" for i in range(120))
    page.goto(f"{server}/data")
    upload(page, "<u>people</u>.csv", f"{NASTY},group,hired\n{rows}".encode())
    expect(heading(page, "<u>people</u>.csv")).to_be_visible()
    choose(page, "Sensitive column", "group")
    expect(page.locator("svg").get_by_text("<b>f</b>").first).to_be_visible()
    choose(page, "Crossed with", NASTY)
    shown = page.get_by_text(re.compile("^Cut “")).first.inner_text()
    assert shown.replace("\u2060", "") == f"Cut “{NASTY}” at"
    assert page.locator("img[src=x]").count() == 0
    assert not dialogs
    query = urlsplit(page.url).query
    assert re.fullmatch(r"session=[\w-]{32}", query)


@pytest.mark.parametrize(
    ("path", "title"), [("data", "Data"), ("train", "Train"), ("experts", "Experts")]
)
def test_the_first_request_of_a_fresh_server_may_be_any_page(
    page: Page, fresh_server: str, path: str, title: str
):
    page.goto(f"{fresh_server}/{path}")
    expect(heading(page, title)).to_be_visible()
    links = page.get_by_test_id("stSidebar").get_by_test_id("stPageLink")
    expect(links).to_contain_text(["Home", "Data", "Train", "Experts"])
    if path != "data":
        expect(page.get_by_text("Nothing to see here yet. Load data first.")).to_be_visible()
        page.get_by_role("link", name="Go to Data").click()
        expect(heading(page, "Data")).to_be_visible()


def test_two_users_see_their_own_data_only(new_page: Callable[[], Page], server: str):
    ann, bob = new_page(), new_page()
    ann.goto(f"{server}/data")
    ann.get_by_role("button", name="Use the demo data").click()
    expect(heading(ann, "demo_hiring.csv")).to_be_visible()
    bob.goto(f"{server}/data")
    expect(bob.get_by_text("Load a table").first).to_be_visible()
    expect(heading(bob, "demo_hiring.csv")).to_have_count(0)
