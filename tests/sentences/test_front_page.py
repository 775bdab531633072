"""What stands on the first page of a report, word by word."""

import pandas as pd

from fairmoe.names import GAP_MEASURES
from fairmoe.sentences.front_page import (
    JUSTIFIED,
    NO_ALARM,
    nobody_is_better_off,
    outcomes_takeaway,
    question,
    verdicts_in_words,
)
from fairmoe.sentences.open_points import TOLERANCE_NOT_SET


def test_the_question_names_the_outcome_the_groups_and_the_rows():
    assert question("hired", ["sex", "race"], rows=1200, name="people.csv") == (
        "Who gets the outcome “hired”, and does that differ by sex and race? The mixture is "
        "compared with the plain model (the utility expert alone), which is trained for accuracy "
        "only. All figures are of 1,200 test rows of people.csv, which no model learnt from."
    )
    assert "test rows of the table, which" in question("hired", ["sex"], rows=9, name="")


def test_nobody_is_better_off_without_a_meaning():
    assert nobody_is_better_off("red", told=True) == (
        "“red” is neither good nor bad for the person, so no change is called better or worse."
    )
    assert nobody_is_better_off("red", told=False) == (
        "Whether “red” is good or bad for the person was not told, so no change is called better "
        "or worse."
    )


def test_verdicts_are_listed_the_exceeded_first():
    said = ["within", "exceeds", "cannot be told", "within", "exceeds"]
    differences = pd.DataFrame({"verdict": said, "value": 0.1}, index=list(GAP_MEASURES))
    assert verdicts_in_words(differences, 0.05) == (
        "The reviewer accepts a gap of up to 5 pp. Exceeded by: equal opportunity difference and "
        "predictive parity difference. Within it: demographic parity difference and equalized odds "
        "difference. Cannot be told, for the interval contains it: false positive rate "
        "difference."
    )
    # Without an interval there is nothing that contains it.
    assert verdicts_in_words(differences.iloc[2:3].assign(value=float("nan")), 0.05).endswith(
        "up to 5 pp. Cannot be estimated: false positive rate difference."
    )
    assert verdicts_in_words(differences, None) == TOLERANCE_NOT_SET
    assert verdicts_in_words(differences.iloc[:1], 0.125) == (
        "The reviewer accepts a gap of up to 12.5 pp. Within it: demographic parity difference."
    )


def test_the_groups_with_the_most_and_the_least_are_named():
    rates = {"good_model_rate": [0.2, 0.5, 0.3], "good_label_rate": [0.25, 0.45, 0.3]}
    groups = pd.DataFrame(rates, index=["a", "b", "c"])
    people = {"a": "women", "b": "men", "c": "c"}
    assert outcomes_takeaway(groups, "hired", apart=(), people=people) == (
        "The mixture gives “hired” most often to men (50.0%; by label 45.0%) and least often to "
        "women (20.0%; by label 25.0%)."
    )
    assert outcomes_takeaway(groups, "hired", apart=("a",), people=people) == (
        "Of the groups that are compared, the mixture gives “hired” most often to men (50.0%; by "
        "label 45.0%) and least often to c (30.0%; by label 30.0%)."
    )
    # Where no two are compared, all are told of.
    told = outcomes_takeaway(groups, "hired", apart=("a", "c"), people=people)
    assert "least often to women (20.0%" in told


def test_what_is_always_said():
    assert NO_ALARM == (
        "None: nothing on the test rows shows that the mixture closes gaps by treating everyone "
        "worse."
    )
    assert TOLERANCE_NOT_SET == "No tolerance was set, so no gap has a verdict."
    assert JUSTIFIED == (
        "Figures take the labels as they are; they measure differences and do not judge whether "
        "these are justified."
    )
