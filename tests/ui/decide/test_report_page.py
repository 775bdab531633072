import gc
from dataclasses import replace
from urllib.parse import SplitResult

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.names import METRICS, REPORT_SECTIONS
from fairmoe.report import DEFAULT
from fairmoe.runs import PeerScores
from fairmoe.sweep import MemoryStore
from fairmoe.ui.frame.kept import Explored
from tests.ui.parts import own_key


@pytest.fixture
def page(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/report.py").run()


def preview(page: AppTest) -> str:
    return page.get("iframe")[0].proto.srcdoc


def test_the_preview_is_the_whole_report(page, demo_run):
    assert not page.exception
    assert not page.error
    assert page.title[0].value == "Report"
    for key in {"summary", *DEFAULT} - {"awareness"}:
        assert f'<section id="{key}"' in preview(page)
    assert demo_run[0].data.sha256 in preview(page)


def test_no_report_stays_in_memory_once_it_was_shown(page):
    shown = preview(page)
    assert len(shown) > 10**6
    kept: list[SplitResult] = [each for each in gc.get_objects() if type(each) is SplitResult]
    assert not [each for each in kept if max(map(len, each)) > 10**5]


def test_sections_can_be_left_out(page):
    page.get_by_key("sections").set_value(["groups"]).run()
    assert not page.exception
    assert '<section id="groups"' in preview(page)
    assert '<section id="limits"' not in preview(page)


def test_sections_that_this_run_has_not_are_not_offered_until_there_are(page, demo_run):
    run, labelled = demo_run
    chosen = page.get_by_key("sections")
    assert "Blind or aware" not in chosen.options
    assert "Blind or aware" not in [REPORT_SECTIONS[key] for key in chosen.value]
    aware = replace(run, run_id="aware", roles=replace(run.roles, include_sensitive=True))
    page.session_state["fairmoe"].keep(aware, labelled)
    page.session_state["fairmoe"].keep(run, labelled)
    page.run()
    assert not page.exception
    assert "Blind or aware" in page.get_by_key("sections").options
    assert "awareness" in page.get_by_key("sections").value
    assert '<section id="awareness"' in preview(page)


def test_a_section_that_was_taken_out_stays_out_after_a_run_that_lacks_it(page, demo_run):
    run, labelled = demo_run
    aware = replace(run, run_id="aware", roles=replace(run.roles, include_sensitive=True))
    state, chosen = page.session_state["fairmoe"], page.get_by_key("sections").value
    state.keep(aware, labelled)
    state.keep(run, labelled)
    page.run()
    page.get_by_key("sections").set_value(chosen[1:]).run()
    assert "awareness" not in page.get_by_key("sections").value
    state.forget("aware")
    page.run()
    assert "Blind or aware" not in page.get_by_key("sections").options
    state.keep(aware, labelled)
    state.keep(run, labelled)
    page.run()
    assert "Blind or aware" in page.get_by_key("sections").options
    assert page.get_by_key("sections").value == chosen[1:]
    assert not page.exception


def test_notes_are_shown_letter_by_letter_and_belong_to_their_run(page, demo_run):
    run = demo_run[0].run_id
    page.get_by_key(f"report-notes-{run}").set_value("<script>alert(1)</script>").run()
    page.get_by_key("report-author").set_value("Ann").run()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in preview(page)
    assert "<script>alert" not in preview(page)
    assert "Ann · " in preview(page)
    page.switch_page("pages/experts.py").run()
    page.switch_page("pages/report.py").run()
    assert "&lt;script&gt;alert(1)" in preview(page)


def test_four_files_are_offered_and_the_preview_can_be_closed(page):
    labels = [button.proto.label for button in page.main.get("download_button")]
    assert labels == ["Download the report", "Model card", "JSON", "CSV"]
    page.get_by_key("preview").set_value(False).run()
    assert not page.exception
    assert not page.get("iframe")


def test_a_report_is_made_once(page, monkeypatch):
    monkeypatch.setattr("fairmoe.report.make_report", None)
    page.get_by_key("report-author").set_value("Ann").run()
    assert not page.exception
    assert not page.error


def opened(page: AppTest) -> str:
    (told,) = (each.value for each in page.warning if "open before" in each.value)
    return told.replace("\\", "")


def test_what_is_open_is_told_before_all_else_and_changes_with_the_tolerance(page):
    assert opened(page).startswith(
        "**May this be relied on?** Not yet: 2 points are open before anyone relies on this."
        "\n- No tolerance was"
    )
    page.get_by_key(own_key(page, "review-tolerance")).set_value(100.0).run()
    assert opened(page) == (
        "**May this be relied on?** Not yet: 1 point is open before anyone relies on this.\n- All "
        "rests on one training: other seeds may give other figures."
    )


def test_the_tolerance_is_that_of_the_other_pages(page):
    page.get_by_key(own_key(page, "review-tolerance")).set_value(3.0).run()
    page.switch_page("pages/result.py").run()
    assert "xceeds the tolerance" in "".join(each.proto.body for each in page.get("html"))
    page.switch_page("pages/report.py").run()
    assert page.get_by_key(own_key(page, "review-tolerance")).value == 3


def test_a_tolerance_brings_verdicts(page):
    assert "No tolerance was set" in preview(page)
    page.get_by_key(own_key(page, "review-tolerance")).set_value(5.0).run()
    assert not page.exception
    assert "The reviewer accepts a gap of up to 5" in preview(page)


def test_what_was_decided_is_signed_for_its_run(page, demo_run):
    run = demo_run[0].run_id
    page.get_by_key("report-reviewer").set_value("Ann").run()
    page.get_by_key(f"report-intended-{run}").set_value("To invite people").run()
    page.get_by_key(f"report-decision-{run}").set_value("rejected").run()
    assert not page.exception
    assert "<dd>Ann</dd>" in preview(page)
    assert "<dd>To invite people</dd>" in preview(page)
    assert "☒\u00a0Not\u00a0approved" in preview(page)


def test_the_form_of_the_law_is_there_when_asked_for(page):
    assert '<section id="ll144"' not in preview(page)
    page.get_by_key("sections").set_value(["ll144"]).run()
    assert '<section id="ll144"' in preview(page)


def test_a_front_that_was_trained_since_is_in_the_report(page, demo_run):
    run, labelled = demo_run
    front = "Mixtures of the front on the test rows"
    assert front not in preview(page)
    other = replace(run, run_id="other", settings=run.settings.replace(fairness_weight=1.0))
    page.session_state["fairmoe"].keep(run.with_front((other,)), labelled)
    page.run()
    assert not page.exception
    assert front in preview(page)


def test_fits_of_others_that_the_session_holds_are_in_the_report(page):
    state = page.session_state["fairmoe"]
    scores = dict.fromkeys(METRICS, 0.2)
    peers = (PeerScores("adversarial", 1.0, "demographic_parity", scores, scores),)
    told = "were fitted for demographic parity in 1 setting,"
    assert told not in preview(page)
    state.explored = [Explored(state.kept, MemoryStore(), peers=peers)]
    page.run()
    assert not page.exception
    assert told in preview(page)
