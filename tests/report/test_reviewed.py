"""What the report says for a reviewer, from counts made by hand."""

from dataclasses import replace

import pytest

from fairmoe.report.findings import find
from fairmoe.report.reviewed import gaps_reviewed, ratios_reviewed, reviewed

YES, NO = 0.9, 0.1


@pytest.fixture
def run(run_of):
    # Of 400 in a, 240 are predicted positive; of 100 in b, 20; of 20 in c, all.
    said = [YES] * 240 + [NO] * 160 + [YES] * 20 + [NO] * 80 + [YES] * 20
    y, group = [1, 0] * 260, [0] * 400 + [1] * 100 + [2] * 20
    return run_of(y, group, {"mixture": said}, names=("a", "b", "c"))


def test_the_farthest_group_is_named_and_the_small_one_stands_apart(run):
    text = reviewed(find(run))[0].text
    assert text.startswith(
        "Clearly different from people with sex = a: people with sex = b (20.0% given “hired”, "
        "against 60.0%: −40.0 pp, p < 0.001; 20.0% given “hired” of those with the label “hired”, "
    )
    assert text.count("people with sex = b (") == 1
    assert text.endswith("Too few people to be judged: c; in some rates b.")


def test_gaps_have_intervals_and_with_a_tolerance_verdicts(run):
    without = gaps_reviewed(find(run))
    assert without.columns == (
        "Gap between groups",
        "Share that is compared",
        "Mixture",
        "Plain model",
    )
    assert without.rows[0][:3] == (
        "Demographic parity difference",
        "of all people, the share given “hired”",
        "40.0 pp (29.9 to 48.1)",
    )
    assert without.words
    told = gaps_reviewed(find(run, tolerance=0.05))
    assert told.columns[4] == "Mixture, at most 5 pp"
    assert told.rows[0][4] == "exceeds the tolerance"
    assert told.rows[2][4] == "exceeds the tolerance"
    within = gaps_reviewed(find(run, tolerance=0.9))
    assert within.rows[0][4] == "within the tolerance"
    unclear = gaps_reviewed(find(run, tolerance=0.4))
    assert unclear.rows[0][4] == "cannot be told: the interval contains the tolerance"


def test_ratios_are_of_the_good_outcome_by_its_name(run):
    grid = ratios_reviewed(find(run))
    assert grid.caption.startswith("How often the mixture gives “hired”")
    assert grid.columns[4] == "Of the rate of a"
    assert grid.rows[0] == ("a", "400", "60.0%", "100.0%", "reference")
    assert grid.rows[1][:4] == ("b", "100", "20.0%", "33.3%")
    assert grid.rows[1][4].startswith("33.3% (")
    bad = replace(run, roles=replace(run.roles, target=replace(run.roles.target, outcome="bad")))
    turned = ratios_reviewed(find(bad, reference="b"))
    assert turned.caption.startswith("How often the mixture gives “not hired”")
    assert turned.rows[0][:4] == ("a", "400", "40.0%", "50.0%")
    assert turned.rows[1][4] == "reference"
