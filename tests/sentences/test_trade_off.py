"""What runs give and take, word by word."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.trade_off import (
    better_on_both,
    chosen_point,
    front_takeaway,
    harder_experts,
    line_explained,
    models_takeaway,
    next_smaller,
    not_on_chart,
    outside,
    runs_takeaway,
    settings_reading,
    tradeoff_takeaway,
    wish_missed,
)


def points(*runs):
    return pd.DataFrame(runs, columns=["label", "gap", "utility", "on_front"])


LOW, HIGH = ("λ 1", 0.05, 0.7, True), ("λ 0", 0.15, 0.8, True)
BEATEN = ("λ 2", 0.2, 0.6, False)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        (
            (LOW, BEATEN, HIGH),
            "Of 3 runs, 2 are Pareto-optimal on the validation rows; on the test rows they reach "
            "from 70.0% utility at 5.0 pp (λ 1) to 80.0% utility at 15.0 pp (λ 0).",
        ),
        (
            (LOW, BEATEN),
            "Of 2 runs, 1 is Pareto-optimal on the validation rows; on the test rows it stands at "
            "70.0% utility at 5.0 pp (λ 1).",
        ),
        (
            (LOW, ("λ 0", 0.15, 0.6, True)),
            "Of 2 runs, 2 are Pareto-optimal on the validation rows; of these the one with the "
            "smallest result gap on the test rows, 70.0% utility at 5.0 pp (λ 1), has the highest "
            "utility too.",
        ),
        (
            (("λ 0", math.nan, 0.6, True), BEATEN),
            "No run has scores that can be estimated.",
        ),
    ],
)
def test_which_runs_are_pareto_optimal_and_where_they_end(runs, told):
    assert tradeoff_takeaway(points(*runs), "f_res") == told


def means(*settings):
    return pd.DataFrame(settings, columns=["label", "gap", "gap_sd", "runs"])


def test_settings_that_differ_by_more_than_seeds():
    told = (
        "The mean gap reaches from 2.0 pp (λ 1) to 12.0 pp (λ 0); seeds of one setting differ by "
        "{} pp (one standard deviation)."
    )
    sure = means(("λ 0", 0.12, 0.02, 2), ("λ 1", 0.02, 0.02, 2))
    assert settings_reading(sure) == told.format("2.0")
    # Two means of two seeds each differ by chance by as much as one seed.
    unsure = means(("λ 0", 0.12, 0.06, 2), ("λ 1", 0.02, 0.06, 2))
    assert settings_reading(unsure) == (
        f"{told.format('6.0')} So far these settings cannot be told from chance: take more seeds."
    )
    assert settings_reading(sure[:1]) == ""


def test_baselines_beyond_the_axes():
    table = pd.DataFrame({"gap": [0.0, 0.1], "utility": [0.3, 0.8]}, index=["constant", "logistic"])
    assert outside(table) == "The constant predictor: 30.0% utility at 0.0 pp."


def test_models_without_reasons_have_no_place_and_are_named():
    assert not_on_chart(["Existing model"]) == (
        "Not drawn: Existing model. A model of which only the answers are known has no reasons "
        "that could be compared, so there is no procedure gap to show."
    )


def test_which_run_has_the_best_of_each():
    table = pd.DataFrame(
        {
            "utility": [0.7, 0.8, 0.6, 0.9],
            "f_res": [0.1, 0.3, 0.02, math.nan],
            "f_proc": [0.0, 0.0, 0.02, 0.1],
            "final_score": [0.6, 0.5, 0.56, math.nan],
        },
        ["a", "b", "c", "d"],
    )
    assert runs_takeaway(table) == (
        "Of 4 runs, highest final score: a, highest utility: b, smallest gaps: c."
    )
    assert runs_takeaway(table[3:]) == "No run has scores that can be estimated."


def models(**places):
    return pd.DataFrame.from_dict(places, orient="index", columns=["gap", "utility", "on_front"])


def test_the_models_that_none_beats_are_named_the_smallest_gap_first():
    both = models(utility=[0.15, 0.8, True], mixture=[0.05, 0.7, True], constant=[0.0, 0.3, False])
    assert models_takeaway(both, "f_res") == (
        "No model without an alarm beats these in both utility and result gap on the test rows: "
        "the mixture (70.0%, 5.0 pp) and the utility expert (80.0%, 15.0 pp)."
    )
    one = models(utility=[0.15, 0.7, False], mixture=[0.05, 0.8, True])
    assert models_takeaway(one, "f_res") == (
        "No model without an alarm has a higher utility or a smaller result gap on the test rows "
        "than the mixture (80.0%, 5.0 pp)."
    )
    assert models_takeaway(models(mixture=[math.nan, 0.8, False]), "f_res") == (
        "No model has scores that can be estimated."
    )


def test_a_chosen_point_says_what_holds_on_test_rows():
    told = chosen_point(2, "DP", gap=(0.175, 0.078), accuracy=(0.848, 0.834))
    assert told == (
        "Chosen on the validation rows: fairness counts 2 times. On the test rows DP is "
        "7.8 pp, where the utility expert has 17.5 pp; accuracy is 83.4%, where it has 84.8%."
    )
    once = chosen_point(1, "DP", gap=(0.175, 0.078), accuracy=(0.848, 0.834))
    assert once.startswith("Chosen on the validation rows: fairness counts once. On")
    never = chosen_point(0, "DP", gap=(0.175, 0.175), accuracy=(0.848, 0.848))
    assert never == (
        "Chosen on the validation rows: fairness does not count. That gains nothing: on the test "
        "rows DP is 17.5 pp, and the utility expert has 17.5 pp; accuracy is 84.8%, where it has "
        "84.8%."
    )
    worse = chosen_point(2, "DP", gap=(0.175, 0.18), accuracy=(0.848, 0.85))
    assert "fairness counts 2 times. That gains nothing: on the test rows DP is 18.0 pp" in worse
    little = chosen_point(2, "DP", gap=(0.175, 0.174), accuracy=(0.848, 0.85))
    assert "That gains nothing" not in little


def test_a_wish_that_the_test_rows_miss_is_said_to_be_missed():
    assert wish_missed("DP gap", wished=0.05, found=0.053) == (
        " The wish is kept on the validation rows and missed on the test rows: DP gap is 5.3 pp, "
        "not 5.0 or less."
    )
    assert wish_missed("DP gap", wished=0.05, found=0.05) == ""
    assert wish_missed("DP gap", wished=0.05, found=0.02) == ""


def test_what_the_next_smaller_gap_costs():
    assert next_smaller("DP gap", 0.0136) == (
        " On the validation rows the next smaller DP gap costs 1.4 pp of accuracy."
    )
    assert next_smaller("DP gap", None) == " No point has a smaller DP gap on the validation rows."


def test_the_line_of_a_front_is_explained_where_there_is_one():
    points = points_of_a_front(on_front=[True, False, True])
    assert line_explained(points) == (
        " The blue line joins the 2 of 3 mixtures that no other beats in both accuracy and gap on "
        "these rows."
    )
    assert line_explained(points.assign(alarming=[False, True, False])) == (
        " The blue line joins the 2 of 3 mixtures that no other without an alarm beats in both "
        "accuracy and gap on these rows."
    )
    assert line_explained(points.assign(on_front=[True, False, False])) == ""


def test_mixtures_with_a_harder_expert_are_named_and_why_they_have_it():
    assert harder_experts(points_of_a_front(harder=[1.0, 1.0, 1.0])) == ""
    assert harder_experts(points_of_a_front(harder=[1.0, 1.0, 10.0])) == (
        " The mixture of weight 8 has a result expert that counts the gaps 10 times as much: with "
        "it the far end did better on the validation rows, which could be chance."
    )
    assert harder_experts(points_of_a_front(weight=[1.0, 6.0, 8.0], harder=[1.0, 10.0, 10.0])) == (
        " The mixtures of weights 6 and 8 have a result expert that counts the gaps 10 times as "
        "much: with it the far end did better on the validation rows, which could be chance."
    )


def test_a_model_that_is_better_on_both_axes_is_named():
    beside = pd.DataFrame(
        {"gap": [0.25, 0.09], "accuracy": [0.86, 0.85]}, index=["utility", "logistic"]
    )
    assert better_on_both(points_of_a_front(), beside) == (
        " The logistic regression has a smaller gap and a higher accuracy than the mixture shown: "
        "9.0 pp at 85.0% accuracy."
    )
    # 9.98 pp and 84.02% are told as 10.0 and 84.0.
    for gap, accuracy in ((0.1, 0.85), (0.09, 0.84), (0.11, 0.83), (0.0998, 0.85), (0.09, 0.8402)):
        other = beside.assign(gap=[0.25, gap], accuracy=[0.86, accuracy])
        assert better_on_both(points_of_a_front(), other) == ""


def points_of_a_front(**changes):
    points = pd.DataFrame(
        {
            "weight": [0.0, 1.0, 8.0],
            "gap": [0.2, 0.1, 0.02],
            "accuracy": [0.85, 0.84, 0.8],
            "alarming": [False, False, False],
            "shown": [False, True, False],
        },
        index=list("abc"),
    )
    return points.assign(**changes)


PLAIN = pd.Series({"gap": 0.25, "accuracy": 0.86})


def test_a_front_says_what_the_point_shown_gives_and_how_far_it_goes():
    assert front_takeaway(points_of_a_front(), PLAIN, "DP") == (
        "DP on the test rows: 25.0 pp at 86.0% accuracy for the utility expert, 10.0 pp at 84.0% "
        "accuracy for the mixture shown. The smallest gap of these mixtures is 2.0 pp at 80.0% "
        "accuracy, where fairness counts 8 times."
    )
    last = points_of_a_front(shown=[False, False, True])
    assert front_takeaway(last, PLAIN, "DP").endswith(
        "2.0 pp at 80.0% accuracy for the mixture shown. None of these mixtures has a smaller gap."
    )
    alarming = points_of_a_front(alarming=[False, False, True])
    assert front_takeaway(alarming, PLAIN, "DP").endswith(
        "None of these mixtures without an alarm has a smaller gap."
    )
    first = points_of_a_front(alarming=[False, False, True], shown=[True, False, False])
    assert front_takeaway(first, PLAIN, "DP").endswith(
        "The smallest gap of these mixtures without an alarm is 10.0 pp at 84.0% accuracy, where "
        "fairness counts once."
    )
    as_small = points_of_a_front(gap=[0.2, 0.1, 0.1])
    told = front_takeaway(as_small, PLAIN, "DP")
    assert told.endswith("None of these mixtures has a smaller gap.")
    once = points_of_a_front(shown=[True, False, False], gap=[0.2, 0.1, 0.2])
    assert front_takeaway(once, PLAIN, "DP").endswith(
        "The smallest gap of these mixtures is 10.0 pp at 84.0% accuracy, where fairness counts "
        "once."
    )
    never = once.assign(weight=0.0)
    assert front_takeaway(never, PLAIN, "DP").endswith("accuracy, where fairness does not count.")
    nothing = points_of_a_front(gap=float("nan"))
    assert front_takeaway(nothing, PLAIN, "DP") == (
        "The gap of these mixtures cannot be estimated, or all of them raise an alarm."
    )
