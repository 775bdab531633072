"""What leaves tells of no group of a few people."""

import dataclasses
import datetime
import io
import json
import re

import numpy as np
import pandas as pd
import pytest

from fairmoe.report import Cover, make_report, to_card, to_csv, to_html, to_json
from fairmoe.report.blocks import Text
from fairmoe.runs import SCORED_SPLITS, Cutoffs, SweepScores
from fairmoe.sentences.cautions import counted_as_one, merged_groups
from tests.report.conftest import run_maker

COVER = Cover(datetime.date(2026, 11, 29))
NOTE = merged_groups(("seldom", "rarely"), 10)
IN_SHORT = counted_as_one(("seldom", "rarely"), "smaller groups", 10, 3)


@pytest.fixture(scope="module")
def made(demo_run):
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2, 3], [120, 7, 140, 8])
    y = rng.integers(0, 2, len(group))
    proba = {"mixture": rng.random(len(group)), "utility": rng.random(len(group))}
    run = run_maker(demo_run[0])(y, group, proba, ["often", "seldom", "usual", "rarely"])
    return make_report(run, smallest_group=10, sweep=sweep_of(run))


def sweep_of(run):
    """Return two runs on the rows of a run, whose groups are as they are in the table."""
    scores = np.random.default_rng(1).random((5, 2, 12))
    return SweepScores(
        data=run.data,
        roles=run.roles,
        test_rows=len(run.splits["test"].y_true),
        settings=tuple(run.settings.replace(lambda_fair=value) for value in (0.0, 10.0)),
        run_ids=("one", "other"),
        scores=dict.fromkeys(SCORED_SPLITS, scores),
        alarming=dict.fromkeys(SCORED_SPLITS, np.zeros((5, 2), bool)),
        computed=2,
        seconds=1.0,
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda made: to_html(made, COVER, ("groups", "limits", "ll144", "data")),
        lambda made: to_card(made, COVER),
        lambda made: to_json(made, COVER),
    ],
)
def test_small_groups_are_named_in_a_note_and_nowhere_else(made, write):
    text = write(made)
    assert "smaller groups" in text
    left = text.replace(NOTE, "").replace(IN_SHORT, "")
    left = re.sub(r'"merged_groups": \[[^\]]*\]', "", left)
    assert "seldom" not in left
    assert "rarely" not in left
    assert len(left) < len(text)


def test_tables_for_programs_count_small_groups_as_one(made):
    table = pd.read_csv(io.StringIO(to_csv(made)))
    assert set(table["group"].dropna()) == {"often", "usual", "smaller groups"}
    note = table.iloc[0]
    assert (note["kind"], note["measure"], note["value"], note["n"]) == (
        "note",
        "groups merged",
        2,
        10,
    )
    document = json.loads(to_json(made, COVER))
    assert document["merged_groups"] == ["seldom", "rarely"]
    assert document["run"]["data"]["groups"]["smaller groups"] == 45
    assert document["sweep"]["data"]["groups"] == document["run"]["data"]["groups"]
    assert [run["run_id"] for run in document["sweep"]["runs"]] == ["one", "other"]
    assert document["limits"][0] == NOTE


def test_the_first_page_says_beside_the_gaps_which_groups_are_one_and_why(made):
    blocks = made.sections[0].blocks
    (at,) = [i for i, block in enumerate(blocks) if block == Text(IN_SHORT, "Merged groups.")]
    assert blocks[at + 1].caption == "Gaps between groups, with 95% intervals"
    whole = make_report(made.findings.run, smallest_group=0)
    labels = [block.lead for block in whole.sections[0].blocks if isinstance(block, Text)]
    assert "Merged groups." not in labels


def test_the_local_law_table_counts_small_groups_as_one(made):
    (section,) = [section for section in made.sections if section.key == "ll144"]
    grid = section.blocks[1]
    assert [row[0] for row in grid.rows] == ["often", "usual", "smaller groups"]
    assert grid.rows[2][1] == "15"


def test_who_may_see_all_groups_gets_them(made):
    run = make_report(made.findings.run, smallest_group=0).findings
    assert run.merged == ()


@pytest.mark.parametrize(
    ("own", "told", "kept"),
    [
        (0.4, "often 0.100, usual 0.300 and smaller groups (one for each of them)", None),
        (0.2, "often 0.100, usual 0.300 and smaller groups 0.200", 0.2),
    ],
)
def test_a_variant_tells_cutoffs_of_the_groups_that_it_tells_of(demo_run, own, told, kept):
    group = np.repeat([0, 1, 2, 3], [120, 7, 140, 8])
    y = np.arange(len(group)) % 2
    names = ["often", "seldom", "usual", "rarely"]
    proba = {"mixture": np.linspace(0.1, 0.9, len(group))}
    variant = dataclasses.replace(
        run_maker(demo_run[0])(y, group, proba, names),
        cutoffs=Cutoffs("mixture", (0.1, 0.2, 0.3, own)),
    )
    made = make_report(variant, smallest_group=10)
    assert f"A cut-off for each group, in the probability of “hired”: {told}." in to_card(
        made, COVER
    )
    document = json.loads(to_json(made, COVER))
    assert list(document["run"]["data"]["groups"]) == ["often", "usual", "smaller groups"]
    assert document["run"]["cutoffs"]["thresholds"] == [0.1, 0.3, kept]
    whole = json.loads(to_json(make_report(variant), COVER))
    assert whole["run"]["cutoffs"]["thresholds"] == [0.1, 0.2, 0.3, own]
