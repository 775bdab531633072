"""What an alarm says, word by word."""

import pytest

from fairmoe.sentences.alarms import ALARM_MEANS, OTHERS_RAISE_ONE, alarm_alone, alarms_in_words

WORDS = ("reoffends", "does not")
ALARM = {
    "inaccurate": True,
    "lopsided": True,
    "harmful": True,
    "accuracy": 0.49,
    "constant_accuracy": 0.55,
    "predicted_rate": 0.93,
    "true_rate": 0.45,
    "harm": 0.9,
    "plain_harm": 0.24,
    "gap": 0.02,
    "plain_gap": 0.25,
}


def told(model="mixture", *, words=WORDS, favourable=False, **changes):
    (found,) = alarms_in_words({model: ALARM | changes}, words=words, favourable=favourable)
    return found


def test_everyone_called_a_reoffender():
    assert told() == (
        "More equal because everyone is treated worse: the mixture. Its gap is smaller, not gone: "
        "2.0 pp (utility expert 25.0). It gives “reoffends” to 93.0% of "
        "the people, of whom 45.0% have it as their label. It is right about 49.0% of them, the "
        "same answer for all about 55.0%. Of those labelled “does not”, 90.0% wrongly get "
        "“reoffends” (utility expert 24.0%), more in every group."
    )


def test_only_harm_in_every_group_is_said_to_be():
    assert told(harmful=False).endswith("90.0% wrongly get “reoffends” (utility expert 24.0%).")


def test_a_good_outcome_that_hardly_anyone_gets():
    words = told("result", words=("hired", "not hired"), favourable=True, inaccurate=False)
    assert words == (
        "More equal because everyone is treated worse: the result expert. Its gap is smaller, not "
        "gone: 2.0 pp (utility expert 25.0). It gives “hired” to 93.0% of "
        "the people, of whom 45.0% have it as their label. Of those labelled “hired”, 90.0% "
        "wrongly get “not hired” (utility expert 24.0%), more in every group."
    )


@pytest.mark.parametrize(
    ("fault", "heading", "expected"),
    [
        (
            "inaccurate",
            "Less accurate than the same answer for all",
            "It is right about 49.0% of them, the same answer for all about 55.0%.",
        ),
        (
            "lopsided",
            "The same answer goes to far too many",
            "It gives “reoffends” to 93.0% of the people, of whom 45.0% have it as their label.",
        ),
    ],
)
def test_where_the_outcome_is_not_told_nobody_is_called_harmed(fault, heading, expected):
    nothing = dict.fromkeys(("inaccurate", "lopsided", "harmful"), False)
    nothing |= dict.fromkeys(("harm", "plain_harm"))
    assert told(favourable=None, **nothing | {fault: True}) == f"{heading}: the mixture. {expected}"


@pytest.mark.parametrize(
    ("gap", "is_told"), [(0.18, True), (0.01, True), (0.0, False), (0.25, False), (None, False)]
)
def test_a_gap_that_is_smaller_and_not_gone_is_told(gap, is_told):
    left = f"Its gap is smaller, not gone: {100 * (gap or 0):.1f} pp (utility expert 25.0)."
    assert (left in told(gap=gap)) == is_told
    assert told(gap=gap).startswith("More equal because everyone") == is_told


def test_one_text_for_each_model_and_none_without_an_alarm():
    models = {"mixture": ALARM, "result": ALARM}
    assert len(alarms_in_words(models, words=WORDS, favourable=False)) == 2
    assert alarms_in_words({}, words=WORDS, favourable=False) == ()


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({}, "More equal because everyone is treated worse"),
        ({"gap": 0.01}, "More equal because everyone is treated worse"),
        ({"gap": 0.009}, "Equal because everyone is treated worse"),
        ({"gap": 0.0}, "Equal because everyone is treated worse"),
        ({"gap": 0.25}, "Everyone is treated worse"),
        ({"gap": 0.245}, "Everyone is treated worse"),
        ({"gap": 0.235}, "More equal because everyone is treated worse"),
        ({"gap": None, "plain_gap": None}, "Everyone is treated worse"),
        ({"harm": 0.24, "harmful": False}, "The same answer goes to far too many"),
        ({"gap": 0.3, "harmful": False}, "The same answer goes to far too many"),
        (
            {"gap": 0.3, "harmful": False, "lopsided": False},
            "Less accurate than the same answer for all",
        ),
        # More people are harmed in all, and not more of each group.
        ({"harmful": False}, "The same answer goes to far too many"),
        ({"harm": None, "plain_harm": None, "harmful": False}, "The same answer goes to far too"),
    ],
)
def test_equality_is_claimed_only_where_the_gap_is_gone_and_each_group_is_harmed(changes, heading):
    assert told(**changes).startswith(heading)


def test_decisions_beside_no_plain_model_are_measured_by_one_answer_for_all():
    assert alarm_alone("the score “x”", ALARM, words=WORDS) == (
        "The same answer goes to far too many: the score “x”. It gives “reoffends” to 93.0% of the "
        "people, of whom 45.0% have it as their label. It is right about 49.0% of them, the same "
        "answer for all about 55.0%."
    )
    assert alarm_alone("the score “x”", ALARM | {"lopsided": False}, words=WORDS) == (
        "Less accurate than the same answer for all: the score “x”. It is right about 49.0% of "
        "them, the same answer for all about 55.0%."
    )


def test_where_one_answer_is_rare_the_other_is_not_called_too_frequent():
    rare = ALARM | {"harmful": False, "predicted_rate": 0.04, "true_rate": 0.1}
    (told,) = alarms_in_words({"mixture": rare}, words=WORDS, favourable=None)
    assert told.startswith("One of the answers goes to far too few: the mixture. It gives")
    assert alarm_alone(
        "the score “x”", rare | {"predicted_rate": 0.96, "true_rate": 0.9}, words=WORDS
    ).startswith("One of the answers goes to far too few: the score “x”.")


def test_a_mark_alone_says_what_it_may_mean():
    assert ALARM_MEANS == (
        "No choice: it harms more people in every group, is less accurate than the same answer "
        "for all, or gives an answer to far too many or too few."
    )


def test_alarms_of_other_models_are_not_taken_for_the_mixtures():
    assert OTHERS_RAISE_ONE == {
        True: "The mixture is not alone in raising an alarm. Other models that do:",
        False: "The mixture raises no alarm. Other models do:",
    }
