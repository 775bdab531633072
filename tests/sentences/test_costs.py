"""What the mixture scores beside others, word by word."""

import math

import pandas as pd
import pytest

from fairmoe.names import METRICS
from fairmoe.sentences.costs import (
    ahead_of_mixture,
    cost,
    how_sure,
    other_decisions,
    others_ahead,
    parity_otherwise,
    scores_takeaway,
    simpler_is_better,
)


def scores(**models):
    """Return scores of models in the order of utility, result gap, procedure gap and final."""
    names = ["utility", "f_res", "f_proc", "final_score"]
    table = pd.DataFrame.from_dict(models, orient="index", columns=names)
    return table.reindex(columns=list(METRICS))


def test_costs_name_what_is_higher_lower_and_the_same():
    table = scores(mixture=[0.7, 0.05, 0.03, 0.62], utility=[0.72, 0.01, 0.03, 0.68])
    assert cost(table, "utility") == (
        "Against the utility expert, the mixture has a lower utility (70.0% against 72.0%), a "
        "higher result gap (5.0 pp against 1.0 pp) and the same procedure gap (3.0 pp against "
        "3.0 pp)."
    )


@pytest.mark.parametrize(
    ("mixture", "utility", "told"),
    [
        (
            (0.308, 0.328),
            (0.297, 0.344),
            " Of the two gaps in the result gap, demographic parity is lower (32.8 pp against "
            "34.4 pp).",
        ),
        (
            (0.297, 0.344),
            (0.308, 0.328),
            " Of the two gaps in the result gap, demographic parity is higher (34.4 pp against "
            "32.8 pp).",
        ),
        ((0.308, 0.344), (0.297, 0.328), ""),
        ((0.308, 0.3441), (0.297, 0.3444), ""),
        ((0.308, math.nan), (0.297, 0.3444), ""),
    ],
)
def test_that_demographic_parity_goes_the_other_way_is_said(mixture, utility, told):
    table = pd.DataFrame([mixture, utility], ["mixture", "utility"], ["f_res", "dp"])
    assert parity_otherwise(table, "utility") == told


def test_costs_name_what_cannot_be_compared():
    table = scores(mixture=[0.72, 0.01, math.nan, math.nan], logistic=[0.7, 0.05, 0.1, 0.5])
    assert cost(table, "logistic") == (
        "Against the logistic regression, the mixture has a higher utility (72.0% against 70.0%), "
        "a lower result gap (1.0 pp against 5.0 pp) and a procedure gap that cannot be compared "
        "(insufficient data)."
    )


def test_decisions_that_differ_are_counted():
    assert other_decisions("utility", differ=1234, won=700, rows=5000) == (
        "The mixture and the utility expert decide differently on 1,234 of 5,000 rows; on 700 of "
        "these the mixture is right."
    )
    assert other_decisions("logistic", differ=0, won=0, rows=5000) == (
        "The mixture and the logistic regression decide alike on all 5,000 rows."
    )


def test_a_score_has_an_interval():
    assert how_sure(0.8123, (0.78, 0.8409), 1500) == (
        "These are the scores of one split and one seed. On 1,500 rows the accuracy of the mixture "
        "(81.2%) has a 95% interval of 78.0 to 84.1%. The gaps are less certain still, because "
        "they rest on parts of these rows. Do not rank models by smaller differences without more "
        "seeds and splits."
    )


def test_models_that_read_higher_are_named():
    table = scores(
        mixture=[0, 0, 0, 0.6], result=[0, 0, 0, 0.601], uniform=[0, 0, 0, 0.6004],
        constant=[0, 0, 0, 0.7], logistic=[0, 0, 0, 0.5],
    )  # fmt: skip
    assert ahead_of_mixture(table) == (
        "Higher in final score than the mixture: Result expert and Constant."
    )
    assert ahead_of_mixture(table.drop(index=["result", "constant"])) == ""
    assert ahead_of_mixture(table, ["result", "utility"]) == (
        "Higher in final score than the mixture: Result expert (could be chance) and Constant."
    )


def others(**rows):
    columns = ["final_score", "gap", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


MIXTURE = (0.5, 0.1, 0.0, 0.0)
PLAIN = {"utility": "the plain model", "existing": "the score “x”"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({"utility": (0.4, 0.2, -0.2, -0.05)}, ""),
        ({"utility": (0.5004, 0.0997, -0.2, 0.1)}, ""),
        (
            {"utility": (0.52, 0.2, -0.2, -0.05)},
            "the plain model has a higher final score (utility minus both gaps: 52.0; the mixture "
            "50.0).",
        ),
        (
            {"utility": (0.52, 0.2, -0.2, -0.05), "result": (0.6, 0.04, 0.01, 0.09)},
            "the plain model and the result expert have a higher final score (utility minus "
            "both gaps: 52.0 and 60.0; the "
            "mixture 50.0); the result expert has a smaller gap (4.0 pp; the mixture 10.0).",
        ),
        (
            {"utility": (0.52, 0.05, -0.02, 0.08), "result": (0.6, 0.04, -0.01, 0.09)},
            "the plain model and the result expert have a higher final score (utility minus "
            "both gaps: 52.0 and 60.0; the "
            "mixture 50.0) and a smaller gap (5.0 and 4.0 pp; the mixture 10.0; could be chance).",
        ),
        (
            {"result": (0.4, 0.04, 0.01, 0.09), "existing": (math.nan, 0.09, -0.02, 0.04)},
            "the result expert has a smaller gap (4.0 pp; the mixture 10.0); the score “x” has a "
            "smaller gap (9.0 pp; the mixture 10.0; could be chance).",
        ),
        (
            {"result": (0.4, 0.08, -0.01, 0.05), "existing": (math.nan, 0.09, -0.02, 0.04)},
            "the result expert and the score “x” have a smaller gap (8.0 and 9.0 pp; the mixture "
            "10.0; could be chance).",
        ),
        (
            {"uniform": (0.55, 0.2, -0.2, -0.05), "logistic": (0.6, 0.2, -0.2, -0.05)},
            "the mixture with equal weights and the logistic regression have a higher final score "
            "(utility minus both gaps: 55.0 and 60.0; the mixture 50.0).",
        ),
        ({"utility": (math.nan, math.nan, math.nan, math.nan)}, ""),
    ],
)
def test_where_another_model_is_ahead_of_the_mixture(rows, told):
    assert others_ahead(others(mixture=MIXTURE, **rows), PLAIN) == told


def test_a_lead_in_the_final_score_that_could_be_chance_is_said_to_be():
    rows = others(mixture=MIXTURE, utility=(0.52, 0.2, -0.2, -0.05), result=(0.6, 0.04, 0.01, 0.09))
    assert others_ahead(rows, PLAIN, chance=["utility"]) == (
        "the result expert has a higher final score (utility minus both gaps: 60.0; the mixture "
        "50.0) and a smaller gap (4.0 pp; the mixture 10.0); the plain model has a higher final "
        "score (utility minus both gaps: 52.0; the mixture 50.0; could be chance)."
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            {
                "utility": (0.52, 0.05, -0.02, 0.08),
                "result": (0.6, 0.04, -0.01, 0.09),
                "logistic": (0.55, 0.09, -0.01, 0.09),
            },
            "the result expert has a higher final score (utility minus both gaps: 60.0; the "
            "mixture 50.0) and a smaller gap "
            "(4.0 pp; the mixture 10.0; could be chance); 2 more are ahead of the mixture too.",
        ),
        # Of gaps one that surely is smaller comes first.
        (
            {"result": (0.4, 0.08, 0.01, 0.05), "existing": (math.nan, 0.04, -0.02, 0.1)},
            "the result expert has a smaller gap (8.0 pp; the mixture 10.0); 1 more is ahead of "
            "the mixture too.",
        ),
        ({"result": (0.4, 0.2, -0.2, -0.05)}, ""),
    ],
)
def test_in_brief_the_best_is_named_and_the_others_are_counted(rows, told):
    assert others_ahead(others(mixture=MIXTURE, **rows), PLAIN, brief=True) == told


def test_one_answer_for_all_that_scores_higher_is_told_of():
    rows = others(mixture=MIXTURE, result=(0.6, 0.2, -0.2, -0.05))
    assert others_ahead(rows, PLAIN, constant=0.552) == (
        "the result expert has a higher final score (utility minus both gaps: 60.0; the mixture "
        "50.0); the same answer for "
        "all has a higher final score too (55.2), for it has no gaps."
    )
    alone = others(mixture=MIXTURE)
    assert others_ahead(alone, PLAIN, constant=0.552) == (
        "the same answer for all has a higher final score (utility minus both gaps: 55.2; the "
        "mixture 50.0), for it has no "
        "gaps."
    )
    assert others_ahead(alone, PLAIN, constant=0.5) == ""


def test_a_simpler_model_that_is_more_accurate_than_the_plain_one_is_told_of():
    assert simpler_is_better(0.663, 0.676) == (
        "The logistic regression is more accurate than the plain model (67.6% against 66.3%)."
    )
    assert simpler_is_better(0.75, 0.792, chance="could be chance") == (
        "The logistic regression is more accurate than the plain model (79.2% against 75.0%; could "
        "be chance)."
    )
    assert simpler_is_better(0.663, 0.667) == ""
    assert simpler_is_better(0.676, 0.663) == ""
    assert simpler_is_better(math.nan, 0.663) == simpler_is_better(0.663, math.nan) == ""


def test_a_score_that_counts_small_groups_says_so():
    rows = others(mixture=MIXTURE, result=(0.6, 0.2, -0.2, -0.05))
    assert others_ahead(rows, PLAIN, small=True) == (
        "the result expert has a higher final score (utility minus both gaps: 60.0; the mixture "
        "50.0, small groups counted)."
    )


def test_where_the_mixture_has_no_gap_that_can_be_told_no_other_is_smaller():
    rows = others(mixture=(0.5, math.nan, 0.0, 0.0), utility=(0.4, 0.2, -0.2, 0.1))
    assert others_ahead(rows, PLAIN) == ""


def test_the_mixture_stands_beside_the_utility_expert():
    table = scores(mixture=[0.7, 0.05, 0.03, 0.62], utility=[0.72, 0.15, math.nan, math.nan])
    assert scores_takeaway(table) == (
        "Mixture against utility expert: utility 70.0% against 72.0%, result gap 5.0 pp against "
        "15.0 pp, procedure gap 3.0 pp against insufficient data, final score 62.0 against "
        "insufficient data."
    )
    neither = scores(mixture=[0.7, math.nan, 0.03, 0.62], utility=[0.72, math.nan, 0.03, 0.68])
    assert scores_takeaway(neither) == (
        "Mixture against utility expert: utility 70.0% against 72.0%, procedure gap 3.0 pp against "
        "3.0 pp, final score 62.0 against 68.0. The result gap cannot be told: insufficient data."
    )
