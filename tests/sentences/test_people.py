"""What a model changes for people, word by word."""

import pandas as pd
import pytest

from fairmoe.names import PLAIN_MODEL
from fairmoe.sentences.people import (
    MEANING_ASKED,
    MEANING_CHANGES,
    PLAIN_MODEL_NAMED,
    changes_for_people,
    harm_takeaway,
    of_hundred_takeaway,
)

COUNTS = {
    "n": 1200, "good_model": 500, "good_plain": 480, "better": 30, "worse": 10,
    "better_right": 20, "worse_right": 4, "good_label": 520,
    "harmed_model_rate": 0.061, "harmed_plain_rate": 0.1,
}  # fmt: skip
GIVEN = (
    "Of 1,200 people in the test rows the mixture gives the outcome “hired” to 500, the utility "
    "expert to 480."
)
CHANGED = (
    "For 30 people the mixture changes “not hired” to “hired”, for 10 the reverse; the label "
    "agrees with 24 of 40 changes, so it makes 8 fewer mistakes."
)
WRONGLY = (
    "Of 100 people whose label is “hired”, the mixture wrongly gives “not hired” to 6.1, the "
    "utility expert to 10.0."
)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, f"{GIVEN} {CHANGED} {WRONGLY}"),
        ({"better": 0, "worse": 0}, f"{GIVEN} Both decide alike for everyone."),
        ({"good_label": 0}, f"{GIVEN} {CHANGED}"),
        (
            {"better": 0, "worse": 1, "better_right": 0, "worse_right": 0, "good_label": 0},
            f"{GIVEN} For 0 people the mixture changes “not hired” to “hired”, for 1 the reverse; "
            "the label agrees with 0 of 1 change, so it makes 1 more mistake.",
        ),
        (
            {"n": 1, "better": 1, "worse": 0, "better_right": 1, "worse_right": 0, "good_label": 0},
            f"{GIVEN.replace('1,200 people', '1 person')} For 1 person the mixture changes “not "
            "hired” to “hired”, for 0 the reverse; the label agrees with 1 of 1 change, so it "
            "makes 1 fewer mistake.",
        ),
    ],
)
def test_changes_are_told_in_people(counts, told):
    of = pd.Series(COUNTS | counts)
    assert changes_for_people(of, "hired", "not hired") == told
    beside = changes_for_people(of, "hired", "not hired", plain="the score “x”")
    assert beside == told.replace("the utility expert", "the score “x”")
    named = changes_for_people(of, "hired", "not hired", plain=PLAIN_MODEL, first=PLAIN_MODEL_NAMED)
    first = told.replace("the utility expert", "the plain model (the utility expert alone)", 1)
    assert named == first.replace("the utility expert to", "the plain model to")


def test_of_outcomes_that_are_neither_good_nor_bad_no_harm_is_told():
    told = changes_for_people(pd.Series(COUNTS), "hired", "not hired", is_told=False)
    assert told == f"{GIVEN} {CHANGED}"


def groups(**rows):
    names = ["n", "good_label", "good_model_rate", "good_plain_rate", "harmed_model_rate"]
    names += ["harmed_plain_rate", "harmed_change_low", "harmed_change_high"]
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=names)


WOMEN = (100, 40, 0.451, 0.409, 0.06, 0.1, -0.07, -0.01)
MEN = (90, 50, 0.5, 0.52, 0.2, 0.15, 0.01, 0.09)
OTHERS = (30, 9, 0.5, 0.5, 0.2, 0.2, -0.1, 0.1)
NOBODY = (0, 0, *[float("nan")] * 6)
AMONG = "Among people whose label is “hired”, the mixture wrongly gives “not hired” to"


def test_hundred_people_of_each_group_are_told():
    assert of_hundred_takeaway(groups(women=WOMEN, men=MEN, nobody=NOBODY), "hired") == (
        "Of 100 people in each group the mixture gives “hired” to (in brackets the utility "
        "expert): women 45 (41) and men 50 (52)."
    )
    assert of_hundred_takeaway(groups(nobody=NOBODY), "hired") == "No group has rows."


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            {"women": WOMEN, "men": MEN, "others": OTHERS},
            f"{AMONG} more men (20.0 against 15.0 of 100) and fewer women (6.0 "
            "against 10.0 of 100) than the utility expert, beyond the 95% interval of each change.",
        ),
        (
            {"women": WOMEN},
            f"{AMONG} fewer women (6.0 against 10.0 of 100) than the utility expert, "
            "beyond the 95% interval of each change.",
        ),
        (
            {"others": OTHERS, "nobody": NOBODY},
            f"{AMONG} about as many people of each group as the utility expert.",
        ),
        (
            {"a": (*OTHERS[:6], 0.0, 0.1), "b": (*OTHERS[:6], -0.1, 0.0)},
            f"{AMONG} about as many people of each group as the utility expert.",
        ),
    ],
)
def test_who_is_clearly_harmed_more_or_less_often_is_named(rows, told):
    of = groups(**rows)
    assert harm_takeaway(of, "hired", "not hired") == told
    beside = harm_takeaway(of, "hired", "not hired", plain="the score “x”")
    assert beside == told.replace("the utility expert", "the score “x”")


def test_the_meaning_of_an_outcome_is_asked():
    assert MEANING_ASKED.format(outcome="hired") == (
        "Is the outcome “hired” good or bad for the person? With an answer, the page counts who is "
        "wrongly denied the good outcome."
    )
    assert MEANING_CHANGES == (
        "The answer changes what is said of this run, not what was trained. A training that begins "
        "with an answer refuses models that harm every group, so its mixture may be another."
    )
