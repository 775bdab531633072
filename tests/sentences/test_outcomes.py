"""What a model decides about each group, word by word, from counts made by hand."""

import pandas as pd
import pytest

from fairmoe.sentences.outcomes import (
    calibration_takeaway,
    cells_in_words,
    confusion_takeaway,
    file_keeps_positive,
    rates_takeaway,
    roc_takeaway,
)

WORDS = ("hired", "not hired")


def aucs(**groups):
    return pd.DataFrame.from_dict(groups, orient="index", columns=["auc", "auc_low", "auc_high"])


def test_where_rows_are_ranked_best_and_worst():
    assert roc_takeaway(aucs(a=[0.8, 0.7, 0.9], b=[0.9, 0.85, 0.95]), WORDS) == (
        "Someone labelled “hired” is ranked above someone labelled “not hired” of the same group "
        "most often for b (90.0%, interval 85.0% to 95.0%), least often for a (80.0%, interval "
        "70.0% to 90.0%); 50% would be chance."
    )


def test_groups_that_are_ranked_alike_are_said_to():
    assert roc_takeaway(aucs(a=[0.8261, 0.8, 0.85], b=[0.8264, 0.8, 0.85]), WORDS) == (
        "Someone labelled “hired” is ranked above someone labelled “not hired” of the same group "
        "equally often in all: b (82.6%, interval 80.0% to 85.0%); 50% would be chance."
    )


def test_one_curve_and_none():
    unknown = [float("nan")] * 3
    assert roc_takeaway(aucs(a=[0.8, 0.7, 0.9], b=unknown), WORDS) == (
        "Someone labelled “hired” is ranked above someone labelled “not hired” in a (80.0%, "
        "interval 70.0% to 90.0%) of the pairs."
    )
    assert roc_takeaway(aucs(a=unknown), WORDS) == (
        "No group has enough positive and negative rows for a curve."
    )


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ({"a": 0.05}, "5.0 pp for a apart on average"),
        ({"a": 0.05, "b": 0.11}, "11.0 pp for b and 5.0 pp for a apart on average"),
        (
            {"a": 0.05, "b": 0.11, "c": 0.07},
            "11.0 pp for b and 5.0 pp for a apart on average, the largest and the smallest of 3 "
            "groups",
        ),
    ],
)
def test_how_far_probabilities_lie_from_outcomes(errors, told):
    assert calibration_takeaway(pd.Series(errors)) == (
        f"Probability and outcome lie {told}; chance alone makes this larger in small groups."
    )


def test_no_rows_are_said():
    assert calibration_takeaway(pd.Series({"a": float("nan")})) == "No group has rows."
    assert confusion_takeaway(cells(a=[0, 0, 0, 0]), WORDS, favourable=True) == "No group has rows."


def cells(**groups):
    columns = ["true_positive", "false_negative", "true_negative", "false_positive"]
    return pd.DataFrame.from_dict(groups, orient="index", columns=columns)


def test_for_whom_the_model_errs_most_often():
    assert confusion_takeaway(
        cells(a=[6, 4, 9, 1], b=[9, 1, 2000, 3000]), WORDS, favourable=True
    ) == (
        "Of those whose label is “hired”, wrongly “not hired” most often: a (40.0% of 10 "
        "rows). Of those whose label is “not hired”, wrongly “hired” most often: b (60.0% "
        "of 5,000 rows)."
    )


def test_equal_errors_and_those_that_cannot_be_made():
    assert confusion_takeaway(cells(a=[6, 4, 0, 0], b=[3, 2, 0, 0]), WORDS, favourable=True) == (
        "Of those whose label is “hired”, wrongly “not hired” equally often in all groups (40.0%)."
    )


def test_who_is_predicted_positive_most_and_least_often():
    rates = pd.DataFrame({"selection_rate": [0.25, 0.5], "n": [1000, 800]}, ["a", "b"])
    assert rates_takeaway(rates, WORDS, favourable=True, apart=()) == (
        "“hired” goes most often to b (50.0% of 800), least often to a (25.0% of 1,000): 25.0 pp "
        "apart."
    )
    told = rates_takeaway(rates, ("x", "y"), favourable=None, apart=(), people={"b": "women"})
    assert told.startswith("“x” goes most often to women (")
    # Of a bad outcome, who gets the good one is told.
    assert rates_takeaway(rates, ("accused", "let go"), favourable=False, apart=()) == (
        "“let go” goes most often to a (75.0% of 1,000), least often to b (50.0% of 800): 25.0 pp "
        "apart."
    )
    alike = rates.assign(selection_rate=1.0)
    told = rates_takeaway(alike, WORDS, favourable=True, apart=())
    assert told == "“hired” goes equally often to all groups (100.0%)."


def test_groups_that_are_not_compared_are_no_end_of_a_gap():
    rates = pd.DataFrame({"selection_rate": [0.25, 0.5, 1.0], "n": [1000, 800, 40]}, list("abc"))
    # By their weights 40 people may count as fewer than 30.
    assert rates_takeaway(rates, WORDS, favourable=True, apart=("c",)) == (
        "Of the groups that are compared, “hired” goes most often to b (50.0% of 800), least often "
        "to a (25.0% of 1,000): 25.0 pp apart."
    )
    few = rates.loc[["a", "c"]]
    assert rates_takeaway(few, WORDS, favourable=True, apart=("c",)) == (
        "“hired” goes most often to c (100.0% of 40), least often to a (25.0% of 1,000); fewer "
        "than two groups can be compared, so this tells no gap."
    )
    alike = rates.assign(selection_rate=[0.5, 0.5, 1.0])
    told = rates_takeaway(alike, WORDS, favourable=True, apart=("c",))
    assert told == "Of the groups that are compared, “hired” goes equally often to all (50.0%)."
    gone = few.assign(selection_rate=[0.5, float("nan")], n=[1000, 0])
    told = rates_takeaway(gone, WORDS, favourable=True, apart=("c",))
    assert told == "“hired” goes equally often to all with people here (50.0%)."


def test_who_is_wrongly_denied_the_good_outcome_is_told_first():
    told = confusion_takeaway(
        cells(a=[6, 4, 9, 1], b=[9, 1, 3, 1]), ("accused", "let go"), favourable=False
    )
    assert told.startswith(
        "Of those whose label is “let go”, wrongly “accused” most often: b (25.0% of 4 rows)."
    )
    assert cells_in_words(("accused", "let go"))["true_negative"] == "rightly “let go”"
    assert cells_in_words(WORDS)["true_positive"] == "rightly “hired”"


def test_a_file_that_keeps_the_positive_outcome_says_so():
    assert file_keeps_positive(("reoffends", "does not")) == (
        "The table is of “does not”; the file is of “reoffends”, the positive outcome (1)."
    )
