"""What sections of the report hold."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fairmoe.report import Cover, make_report, to_json
from fairmoe.report.blocks import Chart, Folded, Grid, Picture, Points, Text
from fairmoe.report.findings import find
from fairmoe.report.front_page import front_page
from fairmoe.report.origin import gap_origin
from fairmoe.report.routing import routing
from fairmoe.report.sections import MOST_TOLD, attention, data, groups, scores
from fairmoe.runs import Cutoffs
from fairmoe.sentences.gaps import opportunity_of_the_bad
from fairmoe.sentences.reviews import gaps_of_the_bad
from fairmoe.sentences.small_groups import made_in_training


@pytest.mark.parametrize(("weights", "drawn"), [((0, 0, 1), 0), ((0, 0.1, 0.9), 1)])
def test_weights_by_group_are_drawn_unless_one_expert_has_them_all(demo_run, weights, drawn):
    run = demo_run[0]
    test = run.splits["test"]
    gate = np.tile(np.array(weights, dtype=np.float32), (len(test.rows), 1))
    routed = replace(run, splits={**run.splits, "test": replace(test, gate=gate)})
    blocks = routing(find(routed)).blocks
    assert sum("fm-bars" in getattr(block, "markup", "") for block in blocks) == drawn


def test_as_many_columns_are_told_of_as_are_drawn(demo_run):
    (chart,) = [each for each in attention(find(*demo_run)).blocks if isinstance(each, Chart)]
    drawn = len(json.loads(chart.spec)["layout"]["yaxis"]["tickvals"])
    assert f"Drawn are up to {drawn} columns and 8 groups." in chart.source


def told_under(section, lead):
    return [
        block.text for block in section.blocks if isinstance(block, Text) and block.lead == lead
    ]


def test_the_first_page_says_what_gets_worse(run_of):
    # Of four who should not be hired the mixture hires three, the utility expert one.
    proba = {"utility": [0.9, 0.1, 0.1, 0.1, 0.9, 0.9], "mixture": [0.9, 0.9, 0.9, 0.1, 0.9, 0.9]}
    run = run_of([0, 0, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1], proba)
    (told,) = told_under(front_page(find(run)), "What gets worse.")
    assert told == (
        "Of 100 people labelled “not hired”, 75 wrongly get “hired” (plain model 25; could be "
        "chance)."
    )
    turned = run_of([0, 0, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1], {"mixture": proba["utility"]})
    (told,) = told_under(front_page(find(turned)), "What gets worse.")
    assert told == (
        "Nothing that is counted here. Of 100 people labelled “not hired”, 25 wrongly get "
        "“hired”, as with the plain model."
    )


def test_nothing_is_called_worse_unless_the_outcome_is_good_or_bad(demo_run):
    run = demo_run[0]
    neither = replace(
        run, roles=replace(run.roles, target=replace(run.roles.target, outcome="neither"))
    )
    assert told_under(front_page(find(neither)), "What gets worse.") == []


def test_why_begins_with_the_columns_that_the_gap_comes_through(demo_run):
    found = find(*demo_run)
    section = attention(found)
    (told,) = told_under(section, "Where the gap comes from.")
    assert told.startswith("With the plain model, ")
    assert "With the mixture, " in told
    (picture,) = [block for block in section.blocks if isinstance(block, Picture)]
    assert picture.markup.count('class="head"') == 2
    assert "All columns together" in picture.markup
    assert len(found.origin.drawn.parts) == 6
    assert attention(find(demo_run[0])).blocks[0].text.startswith("Not told here")


def test_people_are_told_of_in_place_of_raw_values(demo_run):
    run, labelled = demo_run
    found = find(replace(run, roles=replace(run.roles, group_names=())), labelled)
    section = attention(found)
    (told,) = told_under(section, "What the model relies on.")
    assert told.startswith("The mixture relies most for people with sex = female on ")
    (chart,) = (block for block in section.blocks if isinstance(block, Chart))
    assert "for people with sex = female" in chart.takeaway
    (lead,) = (block.points[0] for block in section.blocks if isinstance(block, Points))
    assert lead.startswith("The model relies on the same columns for people with sex = female as ")
    assert "for people with sex = male" in lead
    rates = [block.takeaway for block in groups(found).blocks if isinstance(block, Picture)]
    assert "goes most often to people with sex = male" in rates[-1]


def test_a_side_that_is_made_of_small_groups_is_explained(demo_run):
    run, labelled = demo_run
    one, other = run.data.groups.items()
    groups = dict([one, ("smaller groups", other[1])])
    run = replace(
        run,
        data=replace(run.data, groups=groups),
        roles=replace(run.roles, merge_small=3000),
    )
    found = find(run, replace(labelled, group_names=tuple(groups), roles=run.roles))
    (told,) = told_under(attention(found), "Where the gap comes from.")
    assert "people in smaller groups" in told
    assert told.endswith(made_in_training("smaller groups", 3000))


def test_of_a_group_of_one_row_no_picture_is_drawn(demo_run):
    run, labelled = demo_run
    origin = find(run, labelled).origin
    lone = replace(origin.drawn, totals=origin.drawn.totals.assign(low=np.nan))
    unknown = replace(origin, drawn=lone, sources=replace(origin.sources, totals=lone.totals))
    (told,) = gap_origin(replace(find(run, labelled), origin=unknown))
    assert told.text.startswith("Insufficient data: these rows count as fewer than 30 people of ")


def test_programs_get_what_the_waterfall_shows(demo_run):
    report = make_report(*demo_run)
    origin = json.loads(to_json(report, Cover(date(2026, 11, 30))))["gap_origin"]
    assert {origin["group"], origin["compared_with"]} == {*demo_run[0].data.groups}
    parts = report.findings.origin.sources.parts
    assert list(origin["columns"]) == [*parts.index]
    assert origin["totals"]["mixture"]["difference"] == pytest.approx(
        sum(of["mixture"] for of in origin["columns"].values()), abs=1e-3
    )


def test_cutoffs_of_groups_that_are_merged_are_in_the_waterfall(demo_run):
    run, labelled = demo_run
    seldom = np.arange(len(labelled.group)) % 40
    ids = np.where(seldom < 2, 2 + seldom, labelled.group)
    names = tuple("abcd")
    variant = replace(
        run,
        data=replace(run.data, groups={n: int((ids == i).sum()) for i, n in enumerate(names)}),
        splits={name: replace(split, group=ids[split.rows]) for name, split in run.splits.items()},
        cutoffs=Cutoffs("mixture", (0.4, 0.5, 0.6, 0.7)),
    )
    rows = replace(labelled, group=ids, group_names=names)
    found = find(variant, rows, smallest_group=100)
    assert found.merged
    assert "c" in found.merged
    assert "cut-off of the group" in found.origin.sources.parts.index


@pytest.mark.parametrize(("outcome", "is_said"), [("good", False), ("bad", True)])
def test_of_whom_equal_opportunity_is_stands_where_the_positive_outcome_is_bad(
    demo_run, outcome, is_said
):
    run, _ = demo_run
    target = replace(run.roles.target, outcome=outcome)
    found = find(replace(run, roles=replace(run.roles, target=target)))
    told = [
        point for block in groups(found).blocks if block.kind == "points" for point in block.points
    ]
    of_whom = opportunity_of_the_bad(run.data.words, favourable=False).strip()
    assert (of_whom in told) == is_said


@pytest.mark.parametrize(("outcome", "said"), [("good", 0), ("bad", 1), ("neither", 0)])
def test_the_first_page_says_of_which_outcome_its_gaps_are_if_of_the_bad(demo_run, outcome, said):
    run = demo_run[0]
    target = replace(run.roles.target, outcome=outcome)
    section = front_page(find(replace(run, roles=replace(run.roles, target=target))))
    told = [gaps_of_the_bad(run.data.words, favourable=False)]
    assert told_under(section, "Of which outcome.") == said * told


def test_rates_of_few_people_have_a_mark(run_of):
    # Of 40 in b, 20 are not labelled “hired”.
    run = run_of([1, 0] * 70, [0] * 100 + [1] * 40, {"mixture": [0.9, 0.1] * 70})
    pictures = [block for block in groups(find(run)).blocks if isinstance(block, Picture)]
    assert pictures[-1].source.endswith(" * Rates of fewer than 30 people, which are not compared.")
    marked = [[cell.endswith("*") for cell in row] for row in pictures[-1].grid.rows]
    # Name, rows, labels; the rate of the outcome, of true and false positives, accuracy.
    assert marked == [[False] * 7, [False] * 4 + [True, True, False]]


def test_rates_of_a_group_of_few_people_have_a_mark_each_and_so_has_accuracy(run_of):
    run = run_of([1, 0] * 70, [0] * 120 + [1] * 20, {"mixture": [0.9, 0.1] * 70})
    pictures = [block for block in groups(find(run)).blocks if isinstance(block, Picture)]
    marked = [[cell.endswith("*") for cell in row] for row in pictures[-1].grid.rows]
    assert marked == [[False] * 7, [False] * 3 + [True] * 4]


@pytest.mark.parametrize(("many", "kind"), [(6, Grid), (7, Folded)])
def test_labels_of_more_groups_than_a_sheet_has_room_for_are_folded(run_of, many, kind):
    names = "abcdefg"[:many]
    run = run_of([1, 0] * 70, np.arange(140) % many, {"mixture": [0.9, 0.1] * 70}, names)
    last = data(find(run)).blocks[-1]
    assert isinstance(last, kind)
    grid = last.grid if isinstance(last, Folded) else last
    assert [row[0] for row in grid.rows] == list(names)


def test_points_tell_of_the_groups_that_are_largest_among_the_test_rows(demo_run):
    run, labelled = demo_run
    # Of ten rows a and b have one each, c two, d and e three.
    ids = np.repeat(np.arange(5), (1, 1, 2, 3, 3))[np.arange(len(labelled.group)) % 10]
    names = tuple("abcde")
    divided = replace(
        run,
        # By all rows a would be the largest.
        data=replace(run.data, groups=dict(zip(names, (9000, 100, 200, 300, 300), strict=True))),
        splits={name: replace(split, group=ids[split.rows]) for name, split in run.splits.items()},
    )
    found = find(divided, replace(labelled, group=ids, group_names=names))
    (points,) = (block.points for block in attention(found).blocks if isinstance(block, Points))
    told = {name for name in names for point in points if f"people with sex = {name} " in point}
    assert len(points) == MOST_TOLD
    assert told == {"c", "d", "e"}


def test_a_lead_of_the_plain_model_that_could_be_chance_is_said_to_be(demo_run, monkeypatch):
    run, labelled = demo_run
    own = run.scores["test"]
    leading = {**own["utility"], "final_score": own["mixture"]["final_score"] + 0.01}
    run = replace(run, scores={**run.scores, "test": {**own, "utility": leading}})
    monkeypatch.setattr("fairmoe.report.findings.ahead_by_chance", lambda *_: ("utility",))
    found = find(run, labelled)
    (told,) = told_under(front_page(found), "The plain model.") or [
        front_page(found).blocks[0].text
    ]
    assert "could be chance" in told
    texts = [block.text for block in scores(found).blocks if isinstance(block, Text)]
    assert any("Utility expert (could be chance)" in text for text in texts)
