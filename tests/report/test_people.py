"""What the report says of people, word by word, from counts made by hand."""

from dataclasses import replace

import pytest

from fairmoe.report.people import account_grid, good_and_bad
from fairmoe.sentences.people import changes_for_people

YES, NO = 0.9, 0.1


@pytest.fixture
def run(run_of):
    # Of four in a, three should be hired: the utility expert hires the first, the mixture the
    # second and the fourth. Of three in b, nobody should be, and the mixture takes one off.
    utility = [YES, NO, NO, NO, YES, NO, NO]
    mixture = [NO, YES, NO, YES, NO, NO, NO]
    y, group = [1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]
    return run_of(y, group, {"mixture": mixture, "utility": utility})


def with_outcome(run, outcome):
    return replace(run, roles=replace(run.roles, target=replace(run.roles.target, outcome=outcome)))


def test_changes_are_told_in_people(run):
    assert changes_for_people(run.account().everyone, *good_and_bad(run)) == (
        "Of 7 people in the test rows the mixture gives the outcome “hired” to 2, the utility "
        "expert to 2. For 2 people the mixture changes “not hired” to “hired”, for 2 the reverse; "
        "the label agrees with 2 of 4 changes. Of 100 people whose label is “hired”, the "
        "mixture wrongly gives “not hired” to 66.7, the utility expert to 66.7."
    )


def test_of_a_bad_outcome_the_other_is_the_good_one(run):
    bad = with_outcome(run, "bad")
    assert good_and_bad(run) == ("hired", "not hired")
    assert good_and_bad(bad) == ("not hired", "hired")
    assert changes_for_people(bad.account().everyone, *good_and_bad(bad)) == (
        "Of 7 people in the test rows the mixture gives the outcome “not hired” to 5, the utility "
        "expert to 5. For 2 people the mixture changes “hired” to “not hired”, for 2 the reverse; "
        "the label agrees with 2 of 4 changes. Of 100 people whose label is “not hired”, the "
        "mixture wrongly gives “hired” to 25.0, the utility expert to 25.0."
    )


def test_where_nobody_has_the_good_label_nobody_is_wrongly_denied_it(run_of):
    run = run_of([0, 0], [0, 1], {"mixture": [YES, NO], "utility": [NO, NO]})
    told = changes_for_people(run.account().everyone, *good_and_bad(run))
    assert told.endswith("the label agrees with 0 of 1 change.")


def test_no_change_is_said(run):
    told = changes_for_people(run.account("utility").everyone, *good_and_bad(run))
    assert told.endswith("the utility expert to 2. Both decide alike for everyone.")


def test_the_table_has_each_group_and_everyone(run):
    rows = account_grid(run, run.account()).rows
    assert [row[0] for row in rows] == ["a", "b", "Everyone"]
    assert rows[0][1:5] == ("4", "3", "1", "2")
    assert rows[0][5] == "66.7 (20.8 to 93.9)"
    assert rows[0][7:] == ("2", "1", "1", "0")
    assert rows[1][5:7] == ("insufficient data", "insufficient data")
    assert rows[1][7:] == ("0", "0", "1", "1")
    assert rows[2][1:5] == ("7", "3", "2", "2")
