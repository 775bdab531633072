"""What the report says of people, word by word, from counts made by hand."""

from dataclasses import replace

import pytest

from fairmoe.report.people import decisions_grid, harm_grid
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
    assert changes_for_people(run.account().everyone, *run.good_and_bad) == (
        "Of 7 people in the test rows the mixture gives the outcome “hired” to 2, the utility "
        "expert to 2. For 2 people the mixture changes “not hired” to “hired”, for 2 the reverse; "
        "the label agrees with 2 of 4 changes, so it makes as many mistakes. Of 100 people whose "
        "label is “hired”, the mixture wrongly gives “not hired” to 66.7, the utility expert "
        "to 66.7."
    )


def test_of_a_bad_outcome_the_other_is_the_good_one(run):
    bad = with_outcome(run, "bad")
    assert run.good_and_bad == ("hired", "not hired")
    assert bad.good_and_bad == ("not hired", "hired")
    assert changes_for_people(bad.account().everyone, *bad.good_and_bad) == (
        "Of 7 people in the test rows the mixture gives the outcome “not hired” to 5, the utility "
        "expert to 5. For 2 people the mixture changes “hired” to “not hired”, for 2 the reverse; "
        "the label agrees with 2 of 4 changes, so it makes as many mistakes. Of 100 people whose "
        "label is “not hired”, the mixture wrongly gives “hired” to 25.0, the utility expert to "
        "25.0."
    )


def test_where_nobody_has_the_good_label_nobody_is_wrongly_denied_it(run_of):
    run = run_of([0, 0], [0, 1], {"mixture": [YES, NO], "utility": [NO, NO]})
    told = changes_for_people(run.account().everyone, *run.good_and_bad)
    assert told.endswith("the label agrees with 0 of 1 change, so it makes 1 more mistake.")


def test_no_change_is_said(run):
    told = changes_for_people(run.account("utility").everyone, *run.good_and_bad)
    assert told.endswith("the utility expert to 2. Both decide alike for everyone.")


def test_decisions_are_counted_for_each_group_and_everyone(run):
    grid = decisions_grid(run, run.account())
    assert grid.columns[-2:] == (
        "Changed to “hired” (label agrees)",
        "Changed to “not hired” (label agrees)",
    )
    assert grid.rows == (
        ("a", "4", "3 (75.0%)", "1 (25.0%)", "2 (50.0%)", "2 (1)", "1 (0)"),
        ("b", "3", "0 (0.0%)", "1 (33.3%)", "0 (0.0%)", "0 (0)", "1 (1)"),
        ("Everyone", "7", "3 (42.9%)", "2 (28.6%)", "2 (28.6%)", "2 (1)", "2 (1)"),
    )


def test_of_many_groups_the_largest_are_shown_with_everyone(run):
    grid = decisions_grid(run, run.account(), 1)
    assert [row[0] for row in grid.rows] == ["a", "Everyone"]
    assert grid.caption.endswith("changes the decision (the 1 largest of 2 groups)")


def test_harm_is_told_of_100_people_with_its_change(run_of):
    # Of 40 who should be hired the utility expert hires 30, and the mixture 4 of these no more.
    run = run_of(
        [1] * 40 + [0] * 10,
        [0] * 40 + [1] * 10,
        {
            "utility": [YES] * 30 + [NO] * 20,
            "mixture": [YES] * 26 + [NO] * 24,
        },
    )
    grid = harm_grid(run, run.account())
    assert grid.caption.startswith("Of 100 people whose label is “hired”, how many get “not hired”")
    assert grid.rows[0][:2] == ("a", "40")
    assert grid.rows[0][2].startswith("25.0 (14.2 to 40.2")
    assert grid.rows[0][3].startswith("35.0 (")
    # Four more of 40. Bonett and Price: 5 / 42 less 1 / 42 is 9.52, and 1.96 times the root of
    # (6 / 42 less its square) / 42 is 11.06.
    assert grid.rows[0][4] == "+10.0 (−1.5 to +20.6)"
    assert grid.rows[1] == ("b", "0", *["insufficient data"] * 3)
    assert grid.rows[2][0] == "Everyone"
