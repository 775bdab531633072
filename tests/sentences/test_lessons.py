"""What each lesson shows, word by word, from numbers made by hand."""

import math

import pandas as pd
import pytest

from fairmoe.figures.lessons.gate import ESTIMATORS
from fairmoe.sentences.lessons import (
    BIAS_EXPLAINED,
    attention_takeaway,
    balance_takeaway,
    chance_takeaway,
    constant_takeaway,
    criteria_takeaway,
    experts_takeaway,
    gradient_takeaway,
    outcome_weight_takeaway,
    reversal_takeaway,
)

AT_BOTH = pd.DataFrame(
    {
        "strength": [0.0, 0.0, 3.0, 3.0],
        "utility": [0.8, 0.82, 0.7, 0.74],
        "dp": [0.2, 0.22, 0.05, 0.07],
        "eo": [0.1, 0.1, 0.04, 0.02],
        "f_res": [0.15, 0.16, 0.045, 0.045],
        "att_jsd": [0.01, 0.02, 0.004, 0.002],
        "told": [0.9, 0.92, 0.6, 0.64],
    }
)


def test_how_far_attention_lies_apart():
    shares = pd.DataFrame(
        {
            "column": ["x", "x", "y", "y"],
            "group": ["a", "b", "a", "b"],
            "attention": [0.6, 0.4, 0.1, 0.15],
        }
    )
    end = (
        ". The groups differ most in x: 40.0 and 60.0% of the attention. Utility is {}, the DP "
        "gap {}."
    )
    assert attention_takeaway(shares, AT_BOTH, 3.0) == (
        "With λ attention = 3 the divergence is 0.30% (0.20 to 0.40), against 1.50 at 0"
        + end.format("72.0% (70.0 to 74.0)", "6.0 pp (5.0 to 7.0)")
    )
    assert attention_takeaway(shares, AT_BOTH, 0.0) == (
        "With λ attention = 0 the divergence is 1.50% (1.00 to 2.00)"
        + end.format("81.0% (80.0 to 82.0)", "21.0 pp (20.0 to 22.0)")
    )


def test_how_often_chance_reaches_a_limit():
    gaps = pd.DataFrame({"gap": [0.05, 0.1 - 1e-12, 0.2, 0.15]})
    assert chance_takeaway(gaps, 0.1, smaller=1000, false_alarms=0.04) == (
        "With 1,000 rows in the smaller group, equal treatment shows a gap of 10 pp or more in "
        "75.0% of the tables. The mean gap is 12.5 pp. A permutation test at 5% calls 4.0% of the "
        "tables unequal."
    )


@pytest.mark.parametrize(
    ("mixture", "verdict"),
    [
        ((0.7, 0.8), "75.0 (70.0 to 80.0): the mixture is ahead with every seed."),
        ((0.5, 0.7), "60.0 (50.0 to 70.0): the mixture is ahead with 1 of 2 seeds."),
        ((0.5, 0.6), "55.0 (50.0 to 60.0): the constant is ahead of every seed."),
    ],
)
def test_who_wins_at_a_base_rate(mixture, verdict):
    scores = pd.DataFrame(
        {
            "base_rate": [0.9, 0.9, 0.9, 0.5],
            "model": ["mixture", "mixture", "constant", "constant"],
            "final_score": [*mixture, 0.6, 0.9],
        }
    )
    assert constant_takeaway(scores, 0.9) == (
        f"At a base rate of 90% the constant scores 60.0 and the mixture {verdict}"
    )


def test_what_a_rule_leaves_of_the_gaps():
    rates = pd.DataFrame(
        {
            "base_rate": [0.5, 0.3],
            "selection_rate": [0.4, 0.35],
            "true_positive_rate": [0.7, 0.8],
            "selected": [800, 350],
            "n": [2000, 1000],
        }
    )
    assert criteria_takeaway(rates) == (
        "The labels of the groups differ by 20.0 pp. This rule hires 1,150 of 3,000 people and "
        "leaves a DP gap of 5.0 pp and an EO gap of 10.0 pp."
    )


def test_what_an_expert_does_beside_the_utility_expert():
    scores = pd.DataFrame(
        {
            "model": ["utility", "result"],
            "utility": [0.8, 0.7],
            "dp": [0.2, 0.05],
            "eo": [0.1, 0.02],
            "att_jsd": [0.015, 0.0125],
        }
    )
    assert experts_takeaway(scores, "result") == (
        "The result expert, against the means of the utility expert: Utility 70.0% against 80.0; "
        "DP gap 5.0 pp against 20.0; EO gap 2.0 pp against 10.0; Attention distance 1.25 "
        "against 1.50."
    )
    assert experts_takeaway(scores, "utility") == (
        "The utility expert: Utility 80.0%; DP gap 20.0 pp; EO gap 10.0 pp; Attention distance "
        "1.50."
    )


def test_where_estimates_of_a_gradient_lie():
    width = {"plain": 0.4, "baseline": 0.3, "rollouts": 0.2, "counterfactual": 0.1, "blind": 0.9}
    estimates = pd.DataFrame(
        [(name, 0.2 + way * width[name]) for name in ESTIMATORS for way in (-1, 0, 1)],
        columns=["estimator", "estimate"],
    )
    assert gradient_takeaway(estimates, 0.25) == (
        "The truth is 0.250. Estimates scatter most with “REINFORCE, one routing, no baseline” "
        "(standard deviation 0.400) and least with “Rao-Blackwellised: every row's choices summed” "
        "(0.100). Where the reward ignores the actions, they average 0.200."
    )


def test_how_even_the_use_is():
    usage = pd.DataFrame({"seed": [0, 0, 1, 1], "weight": [0.2, 0.6, 0.3, 0.5]})
    usage["expert"] = ["result", "utility"] * 2
    certainty = pd.DataFrame({"seed": [0, 0, 1], "largest": [0.7, 0.9, 0.5]})
    assert balance_takeaway(usage, certainty) == (
        "The experts are used unevenly, and about single rows the gate is fairly certain. In one "
        "training the most used expert has 55% of the weight and the least used 25%, in the mean "
        "of the seeds. The largest weight of a row is 60% on average (50% to 70% by seed)."
    )


def test_that_another_expert_is_used_most_with_another_seed_is_said():
    usage = pd.DataFrame({"seed": [0, 0, 1, 1], "weight": [0.2, 0.6, 0.5, 0.3]})
    usage["expert"] = ["result", "utility"] * 2
    certainty = pd.DataFrame({"seed": [0, 1], "largest": [0.7, 0.9]})
    assert balance_takeaway(usage, certainty) == (
        "The experts are used unevenly, and about single rows the gate is certain. In one training "
        "the most used expert has 55% of the weight and the least used 25%, in the mean of the "
        "seeds. It is not the same expert with every seed: the map, which shows means over the "
        "seeds, gives no expert more than 45%. The largest weight of a row is 80% on average (70% "
        "to 90% by seed)."
    )
    even = usage.assign(weight=[0.45, 0.55, 0.5, 0.5])
    undecided = certainty.assign(largest=0.4)
    assert balance_takeaway(even, undecided).startswith(
        "The experts are used evenly, and about single rows the gate is undecided."
    )


def test_what_the_weight_of_the_outcome_gaps_does():
    assert outcome_weight_takeaway(AT_BOTH, 3.0) == (
        "With λ fair = 3 in the place of 0, in the mean of the seeds, the DP gap falls from 21.0 "
        "to 6.0 pp (5.0 to 7.0) and the EO gap falls from 10.0 to 3.0 pp (2.0 to 4.0); their mean "
        "falls from 15.5 to 4.5 pp (4.5 to 4.5); utility falls from 81.0 to 72.0% (70.0 to 74.0)."
    )
    traded = AT_BOTH.assign(eo=[0.1, 0.1, 0.18, 0.22], utility=[0.8, 0.8, 0.8, 0.8])
    told = outcome_weight_takeaway(traded, 3.0)
    assert "and the EO gap rises from 10.0 to 20.0 pp (18.0 to 22.0)" in told
    assert told.endswith("utility stays at 80.0% (80.0 to 80.0). One gap is traded for the other.")
    # What stays, as told, is traded for nothing.
    hardly = AT_BOTH.assign(eo=[0.1, 0.1, 0.1001, 0.1001])
    assert "the EO gap stays at 10.0 pp" in outcome_weight_takeaway(hardly, 3.0)
    assert "traded" not in outcome_weight_takeaway(hardly, 3.0)
    assert outcome_weight_takeaway(AT_BOTH, 0.0).startswith(
        "With λ fair = 0, in the mean of the seeds: the DP gap 21.0 pp (20.0 to 22.0); the EO gap"
    )


def test_what_adversaries_do_to_a_probe():
    columns = pd.DataFrame({"strength": [math.nan], "told": [0.95]})
    scores = pd.concat([AT_BOTH, columns])
    assert reversal_takeaway(scores, 3.0) == (
        "With λ adv = 3 the probe reaches an AUC of 62.0% (60.0 to 64.0), against 91.0 without "
        "adversaries and 95.0 from the columns themselves. Utility is 72.0% (70.0 to 74.0), the DP "
        "gap 6.0 pp (5.0 to 7.0), the EO gap 3.0 pp (2.0 to 4.0)."
    )
    assert reversal_takeaway(scores, 0.0).startswith(
        "With λ adv = 0 the probe reaches an AUC of 91.0% (90.0 to 92.0) and 95.0 from the columns"
    )


def test_what_a_bias_in_log_odds_is():
    for log_odds, percent in ((1.7, 15), (0.5, 38)):
        assert round(100 / (1 + math.exp(log_odds))) == percent
        assert f"{log_odds:g}" in BIAS_EXPLAINED
        assert f"{percent}%" in BIAS_EXPLAINED
