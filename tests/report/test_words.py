"""What a report says, against counts made by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fairmoe.metrics import PermutationTest
from fairmoe.report.findings import Attention, find
from fairmoe.report.grids import gaps_grid
from fairmoe.report.words import (
    chance,
    cost,
    gap_in_words,
    limits,
    one_class_only,
    what_it_looks_at,
    what_was_trained,
    who_is_compared,
)

YES, NO = 0.9, 0.1


@pytest.fixture
def found(run_of):
    # Of ten a, eight are predicted positive; of ten b, three. Truly positive are the first five
    # of each, of which all five and two are.
    mixture = [YES] * 8 + [NO] * 2 + [YES] * 2 + [NO] * 7 + [YES]
    utility = [YES] * 8 + [NO] * 2 + [YES] * 5 + [NO] * 5
    y = ([1] * 5 + [0] * 5) * 2
    return find(run_of(y, [0] * 10 + [1] * 10, {"mixture": mixture, "utility": utility}))


def test_the_gap_names_who_is_ahead_by_how_much_and_of_how_many(found):
    assert gap_in_words(found, "mixture", "dp").startswith(
        "The mixture predicts positive more often for a (80.0% of 10, 95% interval 49.0 to "
        "94.3%) than for b (30.0% of 10, 95% interval 10.8 to 60.3%): a is 50.0 percentage "
        "points ahead."
    )
    assert gap_in_words(found, "mixture", "eo").startswith(
        "Among those who truly are positive, the mixture predicts positive more often for a "
        "(100.0% of 5, "
    )


def test_a_gap_between_more_groups_names_the_two_ends(run_of):
    proba = [YES, YES, YES, NO, NO, NO]
    run = run_of([1, 0] * 3, [0, 0, 1, 1, 2, 2], {"mixture": proba}, names=("a", "b", "c"))
    told = gap_in_words(find(run), "mixture", "dp")
    assert "positive most often for a (100.0% of 2" in told
    assert "and least often for c (0.0% of 2" in told


def test_no_gap_and_no_estimate_are_said(run_of):
    run = run_of([1, 0, 0, 0], [0, 0, 1, 1], {"mixture": [YES, NO, YES, NO]})
    found = find(run)
    assert gap_in_words(found, "mixture", "dp") == (
        "The mixture predicts positive for 50.0% of every group: no gap."
    )
    assert gap_in_words(found, "mixture", "eo").endswith(
        "insufficient data, for some group has no positive test rows."
    )


def test_the_table_of_gaps_says_nobody_only_where_there_is_no_gap(run_of):
    run = run_of([1, 0, 0, 0], [0, 0, 1, 1], {"mixture": [YES, NO, YES, NO]})
    _, dp, ahead, _, eo, ahead_among_positives, by_chance = gaps_grid(find(run)).rows[0]
    assert (dp, ahead) == ("0.0 pp", "nobody")
    assert (eo, ahead_among_positives, by_chance) == ("insufficient data",) * 3


def test_chance_is_said_with_its_p_value(run_of):
    half = run_of([1] * 40, [0] * 20 + [1] * 20, {"mixture": [YES] * 20 + [NO] * 20})
    sure = find(half).gaps["mixture"]["dp"]
    assert chance(sure.test.p_value).endswith(
        "in fewer than 1 in 1,000 draws (p < 0.001): chance alone hardly explains it."
    )
    # Of four rows two are predicted positive, one of each group or, in 2 of 6 draws, two of one.
    one = run_of([1] * 4, [0, 0, 1, 1], {"mixture": [YES, YES, NO, NO]})
    gap = find(one).gaps["mixture"]["dp"]
    assert gap.test.p_value == pytest.approx(1 / 3, abs=0.03)
    assert "chance alone may explain it" in chance(gap.test.p_value)


def test_costs_compare_scores_and_decisions(found):
    scores = found.scores
    scores.loc["mixture", ["utility", "f_res", "f_proc"]] = [0.70, 0.05, 0.03]
    scores.loc["utility", ["utility", "f_res", "f_proc"]] = [0.72, 0.15, 0.03]
    assert cost(found, "utility") == (
        "Against the utility expert, the mixture has 2.0 percentage points lower utility (70.0% "
        "against 72.0%), 10.0 percentage points lower result gap (5.0 pp against 15.0 pp) and "
        "the same procedure gap (3.0 pp against 3.0 pp). They decide differently on 4 of 20 test "
        "rows; on 0 of these the mixture is right."
    )
    assert cost(found, "logistic").endswith("They decide alike on all 20 test rows.")


def test_rows_groups_and_the_positive_class_are_said(found):
    assert "predict hired = yes from demo_hiring.csv, a table of 60 rows" in what_was_trained(found)
    assert who_is_compared(found) == "It compares 2 groups by sex: a (30 rows) and b (30 rows)."


def test_a_model_of_one_class_is_named(run_of):
    everyone = run_of([1, 0] * 10, [0, 1] * 10, {"mixture": [YES, NO] * 10, "result": [NO] * 20})
    assert one_class_only(find(everyone)).startswith("Predicts (almost) only one class: Result exp")


def test_the_columns_looked_at_most_are_named_for_each_group():
    means = pd.DataFrame(
        {
            "column": ["x", "x", "y", "y", "z", "z", "w", "w"],
            "group": ["a", "b"] * 4,
            "mean": [0.6, 0.1, 0.2, 0.5, 0.15, 0.3, 0.05, 0.1],
        }
    )
    test = PermutationTest(0.123, 0.25, 999, np.zeros(999))
    assert what_it_looks_at(Attention(means, {}, pd.Series(dtype=float), test)) == (
        "The mixture looks most for a at x (60%), y (20%) and z (15%); for b at y (50%), "
        "z (30%) and x (10%). The groups' attention lies 12.30 points apart (0: the same for "
        "all, 100: no column in common). Groups drawn at random show a distance as large in about "
        "250 in 1,000 draws (p = 0.250): chance alone may explain it, which does not prove that "
        "there is no distance."
    )


def test_limits_name_small_groups(found):
    assert any("a: 10 rows, 5 of them positive" in limit for limit in limits(found))


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (None, "Whether being predicted positive (hired = yes) is a benefit or a burden was not"),
        ("good", "The user said that “hired” is good for the person, and “not hired” bad."),
        ("bad", "The user said that “hired” is bad for the person, and “not hired” good."),
        ("neither", "The user said that “hired” is neither good nor bad for the person."),
    ],
)
def test_limits_say_what_the_outcome_was_said_to_be(found, outcome, sentence):
    run = found.run
    target = dataclasses.replace(run.roles.target, outcome=outcome)
    roles = dataclasses.replace(run.roles, target=target)
    told = dataclasses.replace(found, run=dataclasses.replace(run, roles=roles))
    assert any(limit.startswith(sentence) for limit in limits(told))
