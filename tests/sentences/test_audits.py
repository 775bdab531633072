import math

import pandas as pd
import pytest

from fairmoe.data import Existing
from fairmoe.metrics import account_in_people
from fairmoe.sentences.audits import (
    CHANGES_DATA,
    DECISIONS_COMPARED,
    EXISTING_ASKED,
    LEARNT_FROM,
    MEANING_UNKNOWN,
    NO_PROBABILITY,
    OTHER_TASK,
    changes_beside,
    copied_as_features,
    existing_in_words,
    existing_model,
    existing_said,
    harm_beside,
    harm_gap,
    how_it_decides,
    left_out_of_features,
    may_be_existing,
    may_go_the_other_way,
    mixture_saw_it,
    only_feature,
    rows_without,
    today_in_words,
    why_not_of,
    wrongly_in_people,
)

WORDS = ("hired", "not hired")
SCORE = Existing("risk", 4.0, rises=False)


def account(*groups, plain=None):
    """Count groups of (labelled good and refused, labelled good and given, labelled bad)."""
    y, pred, group = [], [], []
    for place, (refused, given, bad) in enumerate(groups):
        y += [1] * (refused + given) + [0] * bad
        pred += [0] * refused + [1] * given + [0] * bad
        group += [place] * (refused + given + bad)
    names = ["women", "men", "others", "more"][: len(groups)]
    return account_in_people(
        y, pred if plain is None else plain, pred, group=group, group_names=names, favourable=True
    )


@pytest.mark.parametrize(
    ("existing", "name", "how"),
    [
        (
            Existing("risk", 4.0),
            "the score “risk”",
            "The score “risk” gives “hired” above 4, or else “not hired”.",
        ),
        (
            SCORE,
            "the score “risk”",
            "The score “risk” gives “not hired” above 4, or else “hired”.",
        ),
        (
            Existing("said", positive=("yes", "maybe")),
            "the decision “said”",
            "The decision “said” gives “hired” where it is “yes” and “maybe”, or else “not hired”.",
        ),
    ],
)
def test_what_decides_and_how(existing, name, how):
    assert existing_in_words(existing) == name
    assert how_it_decides(existing, WORDS) == how


def test_a_column_is_left_out_of_the_features_with_a_reason():
    assert left_out_of_features("risk") == (
        "“risk” is left out of the features: a model that sees another model's answer copies it."
    )
    assert CHANGES_DATA == (
        "Data and the next training follow this; target and sensitive columns stay."
    )
    too = left_out_of_features("risk", ["level"])
    assert too.endswith("copies it. So is level: the same in other words.")
    assert left_out_of_features("risk", ["a", "b"]).endswith(
        " So are a and b: the same in other words."
    )
    assert only_feature("risk") == (
        "“risk” is the only feature. A model that sees another model's answer copies it, so there "
        "is nothing here to train on."
    )
    assert mixture_saw_it("risk") == (
        "This mixture had “risk” among its features, so it may copy it. Train again: it is left "
        "out now."
    )


def test_columns_are_named_that_are_called_like_a_score():
    assert may_be_existing([]) == (
        "No column is called like a score or decision. If there is none, leave this empty."
    )
    assert may_be_existing(["risk"]) == "By its name, this may be a score or decision: risk."
    assert (
        may_be_existing(["risk", "proba"])
        == "By their names, these may be scores or decisions: risk and proba."
    )


def test_features_that_are_called_like_another_models_answer():
    assert copied_as_features(["decile"]) == (
        "By its name, decile may be another model's answer, which a model that sees it copies. If "
        "it is what you use today, name it; if not, it stays a feature."
    )
    assert copied_as_features(["risk", "proba"]) == (
        "By their names, risk and proba may be another model's answers, which a model that sees "
        "them copies. If one is what you use today, name it; if not, they stay features."
    )


def test_what_to_beware_of_and_what_is_missing():
    assert LEARNT_FROM == (
        "Where the score was learnt from some of these rows, it looks better here than it is on "
        "new ones."
    )
    assert MEANING_UNKNOWN.format(outcome="hired") == (
        "Say on Data whether the outcome “hired” is good or bad for the person; then this page "
        "counts who is wrongly given the bad one."
    )
    assert OTHER_TASK == (
        "The run that is shown predicts another target, or compares other groups, so its mixture "
        "cannot stand beside this."
    )


def test_rows_without_a_score_are_counted():
    assert rows_without(0, "risk") == ""
    assert rows_without(1, "risk") == "1 row has no “risk” and is left out."
    assert rows_without(1200, "risk") == "1,200 rows have no “risk” and are left out."


def test_who_is_wrongly_given_the_bad_outcome_the_most_first():
    told = wrongly_in_people(
        account((10, 30, 5), (20, 20, 0)).groups, *WORDS, model="the score “risk”"
    )
    assert told == (
        "Of 100 people labelled “hired”, the score “risk” wrongly gives “not hired” to 50 men (20 "
        "of 40) and 25 women (10 of 40)."
    )


def test_of_many_groups_three_are_named_and_small_ones_never():
    groups = account((10, 30, 5), (20, 20, 0), (5, 35, 0), (4, 36, 0)).groups
    told = wrongly_in_people(groups, *WORDS, model="it")
    assert told == (
        "Of 100 people labelled “hired”, it wrongly gives “not hired” to 50 men (20 of 40), 25 "
        "women (10 of 40) and 12 others (5 of 40). For the other groups it is no more."
    )
    few = wrongly_in_people(account((10, 30, 5), (29, 0, 50)).groups, *WORDS, model="it")
    assert few.endswith("to 25 women (10 of 40).")
    none = account((1, 2, 9), (1, 2, 9)).groups
    for said in (wrongly_in_people(none, *WORDS, model="it"), harm_beside(none, *WORDS)):
        assert said == "Too few people of any group have the label “hired”."


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ((0.2, 0.1, 0.3, None), "by 20.0 pp (10.0 to 30.0): more than chance."),
        ((0.2, 0.0, 0.3, None), "by 20.0 pp (0.0 to 30.0): which could be chance."),
        ((0.2, 0.1, 0.3, "exceeds"), "by 20.0 pp (10.0 to 30.0): exceeds the tolerance."),
        ((0.2, 0.1, 0.3, "within"), "by 20.0 pp (10.0 to 30.0): within the tolerance."),
    ],
)
def test_how_far_groups_differ_in_that(row, told):
    series = pd.Series(dict(zip(("value", "low", "high", "verdict"), row, strict=True)))
    assert harm_gap(series) == f"The groups differ in this {told}"


def test_groups_of_too_few_are_not_compared_in_that():
    row = pd.Series({"value": math.nan, "low": math.nan, "high": math.nan, "verdict": None})
    assert harm_gap(row) == "Too few people have that label for the groups to be compared in this."


def beside(changes):
    """Return the account of 40 women and 40 men of whom a mixture decides otherwise than today."""
    label = [1] * 80
    today = [0] * 20 + [1] * 20 + [0] * 10 + [1] * 30
    mixture = list(today)
    for row in changes:
        mixture[row] = 1 - mixture[row]
    return account_in_people(
        label,
        today,
        mixture,
        group=[0] * 40 + [1] * 40,
        group_names=["women", "men"],
        favourable=True,
    )


def test_beside_the_mixture_changes_are_counted_for_better_and_worse():
    everyone = beside([*range(15), 50]).everyone
    told = changes_beside(everyone, *WORDS, model="the score “risk”", is_told=True)
    assert told == (
        "On the same 80 test rows the mixture decides otherwise than the score “risk” for 16 "
        "people: 15 get “hired” in place of “not hired”, which is better for them, 1 the reverse, "
        "which is worse. The label agrees with 15 of these changes."
    )
    told = changes_beside(everyone, *WORDS, model="it", is_told=False)
    assert told == (
        "On the same 80 test rows the mixture decides otherwise than it for 16 people: 15 get "
        "“hired” in place of “not hired”, 1 the reverse. The label agrees with 15 of these changes."
    )
    assert changes_beside(beside([]).everyone, *WORDS, model="it", is_told=True) == (
        "On the same 80 test rows the mixture decides like it for everyone."
    )
    assert "than it for 1 person: 1 gets “hired” in place of" in changes_beside(
        beside([0]).everyone, *WORDS, model="it", is_told=True
    )


def test_raw_values_make_english_wherever_people_are_counted():
    people = {"women": "people with sex = f", "men": "people with sex = m"}
    of = account((10, 30, 5), (20, 20, 0)).groups.rename(index=people)
    assert wrongly_in_people(of, *WORDS, model="it") == (
        "Of 100 people labelled “hired”, it wrongly gives “not hired” to 50 people with sex = m "
        "(20 of 40) and 25 with sex = f (10 of 40)."
    )
    both = harm_beside(beside([*range(15), 50]).groups.rename(index=people), *WORDS)
    assert "50 and 12 of 100 people with sex = f and 25 and 28 of 100 with sex = m" in both


def test_a_gap_is_not_explained_of_what_only_answers():
    assert why_not_of(Existing("risk", 4.0)) == (
        "This stands beside the plain model: of the score “risk” only the answers are known, and "
        "not through which columns they come."
    )
    assert DECISIONS_COMPARED == "These decisions are compared with the mixture's."


def test_harm_is_told_today_and_with_the_mixture():
    assert harm_beside(beside([*range(15), 50]).groups, *WORDS) == (
        "Of those labelled “hired”, today and with the mixture, “not hired” wrongly goes to 50 and "
        "12 of 100 women and 25 and 28 of 100 men (the change could be chance)."
    )
    many = account((10, 30, 5), (20, 20, 0), (5, 35, 0), (4, 36, 0)).groups
    assert harm_beside(many, *WORDS).endswith(" In the other groups the change is no larger.")
    assert "25 and 25 of 100 men." in harm_beside(beside(range(15)).groups, *WORDS)


def test_what_the_existing_model_of_a_run_is():
    assert existing_model(Existing("risk", 4.0), WORDS) == (
        "Existing model: The score “risk” gives “hired” above 4, or else “not hired”. Of it only "
        "the answers are known, so scores of its reasons are not estimable, and of the score only "
        "the order is used."
    )
    assert existing_model(Existing("said", positive=("yes",)), WORDS) == (
        "Existing model: The decision “said” gives “hired” where it is “yes”, or else “not hired”. "
        "Of it only the answers are known, so scores of its reasons are not estimable."
    )
    assert today_in_words(SCORE) == "Your score today"
    assert today_in_words(Existing("said", positive=("yes",))) == "Your decision today"


def test_what_it_said_of_one_person():
    assert existing_said(SCORE, "7", "not hired") == (
        "The score “risk” of this person is 7: “not hired”."
    )


def test_it_is_asked_for_what_is_in_use():
    assert EXISTING_ASKED == "Is there a score or decision of the model that you use today?"


def test_why_there_is_no_calibration_of_an_order():
    assert NO_PROBABILITY == (
        "Of the existing score only the order is kept with the run, so there are no probabilities "
        "to compare with the labels. If it is one, Audit says how well it is calibrated."
    )


def test_a_score_that_ranks_the_wrong_way_round():
    assert may_go_the_other_way("risk", "hired", falling=False) == (
        "Careful: people with a higher “risk” have the label “hired” less often. If a lower one "
        "speaks for it, add --falling."
    )
    assert may_go_the_other_way("risk", "hired", falling=True) == (
        "Careful: people with a lower “risk” have the label “hired” less often. If a higher one "
        "speaks for it, leave out --falling."
    )
