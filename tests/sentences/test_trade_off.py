"""What runs give and take, word by word."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.trade_off import (
    DIAL_EXPLAINED,
    ROWS_UNKNOWN,
    gap_missed,
    models_takeaway,
    not_on_chart,
    outside,
    runs_takeaway,
    settings_reading,
    tradeoff_takeaway,
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
            "Of 3 runs, 2 are Pareto-optimal (no other is better in both) on the validation rows; "
            "on the test rows they reach "
            "from 70.0% utility at 5.0 pp (λ 1) to 80.0% utility at 15.0 pp (λ 0).",
        ),
        (
            (LOW, BEATEN),
            "Of 2 runs, 1 is Pareto-optimal (no other is better in both) on the validation rows; "
            "on the test rows it stands at "
            "70.0% utility at 5.0 pp (λ 1).",
        ),
        (
            (LOW, ("λ 0", 0.15, 0.6, True)),
            "Of 2 runs, 2 are Pareto-optimal (no other is better in both) on the validation rows; "
            "of these the one with the "
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


def test_what_the_dial_turns_and_what_the_weights_of_train_are():
    assert DIAL_EXPLAINED == (
        "How much the gate counts the gaps; the fairness weights on Train are what the experts are "
        "trained with. 0 is utility alone; at 1 a point of the result gap or of the procedure gap "
        "counts as much as a point of utility. All pages follow. The mixtures were chosen on other "
        "rows than those shown, and by several gaps at once: so more need not make each gap "
        "smaller."
    )


def test_why_points_that_keep_to_a_gap_on_the_test_rows_are_not_offered():
    assert gap_missed("DP gap", [], wished=0.03, is_one_offered=True) == ""
    assert gap_missed("DP gap", [0.041, 0.06], wished=0.03, is_one_offered=True) == (
        "On the test rows, which the chart shows, 2 other points keep to this and are more "
        "accurate. On the validation rows, by which points are chosen, their DP gap is 4.1 pp or "
        "more, so they are not offered. "
    )
    assert gap_missed("DP gap", [0.041], wished=0.03, is_one_offered=False) == (
        "On the test rows, which the chart shows, 1 point keeps to this. On the validation rows, "
        "by which points are chosen, its DP gap is 4.1 pp, so it is not offered. "
    )


def test_of_what_an_earlier_version_kept_rows_are_not_known():
    assert ROWS_UNKNOWN == (
        "These runs were kept by an earlier version: it is not known whether their test rows are "
        "those of the models beside them."
    )
