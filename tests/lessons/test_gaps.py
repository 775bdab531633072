"""Lessons 1, 8 and 9: gaps that rules, constants and chance leave."""

import numpy as np
import pytest

from fairmoe.figures.lessons.criteria import RULES
from fairmoe.lessons.chance import LEVEL, TESTED
from fairmoe.lessons.constant import ROWS, with_base_rate
from fairmoe.lessons.criteria import decide
from tests.lessons.shared import result_of

SCORE = np.array([0.9, 0.8, 0.7, 0.3, 0.6, 0.4, 0.2, 0.1])
Y = np.array([1, 1, 0, 0, 0, 1, 0, 1])
GROUP = np.repeat([0, 1], 4)


@pytest.mark.parametrize(
    ("rule", "approved"),
    [
        # four scores are above one half: three of the first group, one of the second
        ("one", [0, 1, 2, 4]),
        # two of each group
        ("approval", [0, 1, 4, 5]),
        # one of two positives of each group takes one row and two rows: nearest to four in all
        ("opportunity", [0, 4, 5]),
    ],
)
def test_each_rule_by_hand(rule, approved):
    assert np.flatnonzero(decide(SCORE, Y, GROUP, rule)).tolist() == approved


def gap(rates, column):
    return rates.groupby(["bias", "rule"])[column].agg(np.ptp).unstack()


def test_each_rule_closes_its_own_gap_with_as_many_approvals():
    rates = result_of("criteria")
    # As the lesson and the words beside the picture call them.
    assert set(rates["group"]) == {"women", "men"}
    approved = rates.groupby(["bias", "rule"])["selected"].sum().unstack()
    assert (approved.sub(approved["one"], axis=0).abs() <= 6).all(axis=None)
    assert (gap(rates, "selection_rate")["approval"] < 0.002).all()
    assert (gap(rates, "true_positive_rate")["opportunity"] < 0.006).all()


def test_the_gaps_conflict_if_base_rates_differ_and_not_if_they_are_equal():
    rates = result_of("criteria")
    parity = gap(rates, "selection_rate")["opportunity"]
    opportunity = gap(rates, "true_positive_rate")["approval"]
    assert parity[1.7] > 0.05
    assert opportunity[1.7] > 0.05
    assert parity[0.0] < 0.03
    assert opportunity[0.0] < 0.03
    assert gap(rates, "base_rate")["one"].is_monotonic_increasing
    assert set(rates["rule"]) == set(RULES)


def test_applicants_have_the_base_rate_asked_for():
    frame = with_base_rate(0.3)
    assert len(frame) == ROWS
    assert (frame["hired"] == "yes").sum() == round(0.3 * ROWS)


@pytest.mark.slow
def test_the_score_of_a_constant_by_hand():
    scores = result_of("constant")
    constant = scores[scores["model"] == "constant"].set_index("base_rate")
    # all positive: ACC 0.7, F1 1.4 / 1.7, AUC 0.5; all negative: ACC 0.7, F1 0, AUC 0.5
    assert constant.loc[0.7, "final_score"] == pytest.approx((0.7 + 1.4 / 1.7 + 0.5) / 3, abs=2e-3)
    assert constant.loc[0.3, "final_score"] == pytest.approx((0.7 + 0 + 0.5) / 3, abs=2e-3)
    assert (constant[["f_res", "f_proc"]] < 1e-12).all(axis=None)


@pytest.mark.slow
def test_the_constant_wins_where_most_are_positive_and_loses_at_one_half():
    final = result_of("constant").set_index(["base_rate", "model"])["final_score"]
    assert final[0.7, "mixture"].mean() < final[0.7, "constant"].mean()
    assert final[0.5, "mixture"].mean() > final[0.5, "constant"].mean() + 0.02


@pytest.mark.slow
def test_gaps_by_chance_are_as_large_as_theory_says():
    gaps, alarms = result_of("chance")
    for row in alarms.itertuples():
        measured = gaps.loc[gaps["rows"] == row.rows, "gap"]
        # the demo without bias hires p of the people; a difference of two means of p (1 - p)
        variance = 0.55 * 0.45 * (1 / row.smaller + 1 / (row.rows - row.smaller))
        assert measured.mean() == pytest.approx(np.sqrt(2 / np.pi * variance), rel=0.08)


@pytest.mark.slow
def test_a_permutation_test_keeps_its_level_at_every_size():
    _, alarms = result_of("chance")
    error = np.sqrt(LEVEL * (1 - LEVEL) / TESTED)
    assert (alarms["false_alarms"] < LEVEL + 4 * error).all()
    assert alarms["false_alarms"].mean() > 0.02
