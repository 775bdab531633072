"""The first page of a report: what a reviewer asks first."""

from dataclasses import replace

import pytest

from fairmoe.analysis.open_points import gets_surely_worse, what_is_open
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.report import make_report
from fairmoe.report.blocks import Text
from fairmoe.sentences.front_page import JUSTIFIED, NO_ALARM
from fairmoe.sentences.open_points import ALARM_RAISED

pytestmark = pytest.mark.slow


def test_it_answers_what_a_reviewer_asks_first(demo_run):
    first = make_report(*demo_run).sections[0]
    leads = [block.lead for block in first.blocks if block.kind == "text" and block.lead]
    assert leads == [
        "May this be relied on?",
        "The question.",
        "Alarms.",
        "What changes for people.",
        "The aim.",
        "What gets worse.",
    ]
    assert first.blocks[0].text == (
        "Not yet: 2 points are open before anyone relies on this. No tolerance was set, so no gap "
        "has a verdict. All rests on one training: other seeds may give other figures."
    )
    assert first.blocks[-1].text == JUSTIFIED
    assert [block.kind for block in first.blocks].count("chart") == 1
    tables = [block.caption for block in first.blocks if block.kind == "grid"]
    assert tables[0].startswith("How many people get “hired”")
    assert tables[1].startswith("Gaps between groups")


def test_the_report_and_the_pages_find_the_same_points_open(run_of):
    calm = run_of([1, 0] * 50, [0] * 50 + [1] * 50, {"mixture": [0.9, 0.1] * 50})
    alarming = run_of(
        [1, 0] * 50, [0] * 50 + [1] * 50, {"mixture": [0.9] * 100, "utility": [0.9, 0.1] * 50}
    )
    for run, alarmed in ((calm, False), (alarming, True)):
        for tolerance in (None, 0.05):
            told = what_is_open(run, tolerance=tolerance)
            assert told == make_report(run, tolerance=tolerance).open_points
            assert (ALARM_RAISED in told) == alarmed


def test_it_says_whether_the_mixture_narrows_the_gap(run_of):
    # Of the first group all are hired by the mixture, and half by the utility expert.
    group, half = [0] * 50 + [1] * 50, [0.9, 0.1] * 50
    larger = run_of([1, 0] * 50, group, {"mixture": [0.9] * 50 + half[:50], "utility": half})
    smaller = run_of([1, 0] * 50, group, {"mixture": half, "utility": [0.9] * 50 + half[:50]})

    def told(run):
        blocks = make_report(run).sections[0].blocks
        return {block.lead: block.text for block in blocks if block.kind == "text"}

    missed, met = told(larger), told(smaller)
    # What the first answer names as the gravest is not said again.
    assert (
        "The gravest: The demographic parity gap got larger: 0.0 pp with the plain model, "
        "50.0 pp with the mixture. " in missed["May this be relied on?"]
    )
    assert "The aim." not in missed
    assert met["The aim."] == (
        "The demographic parity gap got smaller: 50.0 pp with the plain model, 0.0 pp "
        "with the mixture."
    )


def test_what_the_first_answer_names_is_said_once(run_of):
    group, half = [0] * 50 + [1] * 50, [0.9, 0.1] * 50
    run = run_of([1, 0] * 50, group, {"mixture": [0.9] * 50 + half[:50], "utility": half})
    scores = {model: {**of, "final_score": 0.5} for model, of in run.scores["test"].items()}
    scores["utility"]["final_score"] = 0.6
    report = make_report(replace(run, scores={**run.scores, "test": scores}))
    first, *rest = (block for block in report.sections[0].blocks if block.kind == "text")
    aim, ahead, worse, tolerance, *_ = report.open_points
    assert worse == "Of 100 people labelled “not hired”, 50 wrongly get “hired” (plain model 0)."
    assert aim in first.text
    assert [told for told in (aim, ahead, tolerance) for text in rest if told == text.text] == [
        ahead,
        tolerance,
    ]


def test_what_gets_worse_is_told_once_with_where_it_stands(run_of):
    group, half = [0] * 50 + [1] * 50, [0.9, 0.1] * 50
    # Of the first group all who are not to be hired are, of the second none.
    run = run_of([1, 0] * 50, group, {"mixture": [0.9] * 50 + half[50:], "utility": half})
    report = make_report(run, tolerance=1)
    worse = gets_surely_worse(run)
    assert report.open_points[0] == worse
    first, *rest = (block for block in report.sections[0].blocks if block.kind == "text")
    assert first.text.startswith(
        "Not yet: 4 points are open before anyone relies on this. The gravest: Something gets "
        "worse by more than chance: see “What gets worse”. 2 others stand below on this page."
    )
    assert worse not in first.text
    assert [block.lead for block in rest if block.text.startswith(worse[:-1])] == [
        "What gets worse."
    ]


def test_a_doubtful_aim_is_told_once_and_no_success(run_of):
    group = [0] * 50 + [1] * 50
    plain = [0.9] * 50 + [0.9, 0.1] * 25
    run = run_of([1, 0] * 50, group, {"mixture": [0.9] * 49 + [0.1] + plain[50:], "utility": plain})
    blocks = make_report(run).sections[0].blocks
    told = {block.lead: block.text for block in blocks if block.kind == "text"}
    assert (
        "The gravest: It is not shown that the demographic parity gap got smaller: 50.0 pp with "
        "the plain model, 48.0 pp with the mixture, which could be chance. "
    ) in told["May this be relied on?"]
    assert "The aim." not in told


def test_many_close_calls_stand_on_the_first_page(run_of):
    group, half = [0] * 50 + [1] * 50, [0.505, 0.1] * 50
    run = run_of([1, 0] * 50, group, {"mixture": half, "utility": half})
    report = make_report(run)
    told = {block.lead: block.text for block in report.sections[0].blocks if block.kind == "text"}
    close = (
        "50 of 100 test rows are close calls, within 1 pp of 50%: another training may decide "
        "otherwise about them."
    )
    assert told["Close calls."] == close
    assert close in report.open_points
    assert close in what_is_open(run)


def test_the_plain_model_has_one_name_on_the_first_page(run_of):
    group, half = [0] * 50 + [1] * 50, [0.9, 0.1] * 50
    run = run_of([1, 0] * 50, group, {"mixture": half, "utility": [0.9] * 50 + half[:50]})
    page = repr(make_report(run).sections[0].blocks).lower()
    assert page.count("utility expert") == 1
    assert "the plain model (the utility expert alone)" in page


def test_the_chart_tells_of_the_groups_that_are_compared(run_of):
    # Of 20 people in c nobody is hired: too few for a gap.
    said = [0.9] * 60 + [0.1] * 40 + [0.9] * 20 + [0.1] * 80 + [0.1] * 20
    run = run_of([1, 0] * 110, [0] * 100 + [1] * 100 + [2] * 20, {"mixture": said}, ("a", "b", "c"))
    (chart,) = (block for block in make_report(run).sections[0].blocks if block.kind == "chart")
    assert chart.takeaway == (
        "Of the groups that are compared, the mixture gives “hired” most often to people with "
        "sex = a (60.0%; by label 50.0%) and least often to people with sex = b (20.0%; by label "
        "50.0%)."
    )


def test_it_says_that_the_plain_model_scores_higher(demo_run):
    run = demo_run[0]
    scores = {model: {**of, "final_score": 0.5} for model, of in run.scores["test"].items()}
    scores["utility"]["final_score"] = 0.6
    first = make_report(replace(run, scores={**run.scores, "test": scores})).sections[0]
    of_score = "(utility minus both gaps: 60.0; the mixture 50.0)"
    told = f"The plain model has a higher final score {of_score}."
    assert f"The gravest: {told} 1 other stands below" in first.blocks[0].text
    assert Text(told, "The plain model.") not in first.blocks


def test_it_says_who_was_merged_before_the_training(demo_run):
    run, labelled = demo_run
    first, second = labelled.group_names
    groups = {first: 1, SMALL_GROUPS: 1}
    roles = replace(labelled.roles, merge_small=9000)
    merged = replace(run, data=replace(run.data, groups=groups), roles=roles)
    found = make_report(merged, replace(labelled, group_names=tuple(groups), roles=roles))
    told = [block.text for block in found.sections[0].blocks if block.kind == "text"]
    assert f"“{SMALL_GROUPS}” is {second}." in told


def test_an_alarm_takes_the_place_of_there_being_none(run_of):
    # All are hired, whom the utility expert tells apart.
    run = run_of(
        [1, 0] * 50, [0] * 50 + [1] * 50, {"mixture": [0.9] * 100, "utility": [0.9, 0.1] * 50}
    )
    first = make_report(run).sections[0]
    assert NO_ALARM not in [block.text for block in first.blocks if block.kind == "text"]
    cautions = [block.text for block in first.blocks if block.kind == "caution"]
    assert cautions[0].startswith("The same answer goes to far too many: the mixture.")
