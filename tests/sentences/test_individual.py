"""What the models say of one person, word by word."""

import pandas as pd
import pytest

from fairmoe.names import EXPERTS
from fairmoe.sentences.individual import (
    CHANGES_ARE_NO_ADVICE,
    CHANGES_ASKED,
    changes_takeaway,
    close_call_told,
    columns_not_shown,
    opened_on,
    opinions_takeaway,
    reasons_question,
    reasons_takeaway,
    swap_takeaway,
    where_in_list,
)


@pytest.mark.parametrize(
    ("mixture", "told"),
    [
        (
            0.6,
            "60.0%, so it decides “hired”; alone, the result expert and the procedural expert "
            "would decide otherwise.",
        ),
        (
            0.5,
            "exactly 50%, and “hired” needs more: so it decides “not hired”; alone, the utility "
            "expert would decide otherwise.",
        ),
        (
            0.5003,
            "50.03%, so it decides “hired”; alone, the result expert and the procedural expert "
            "would decide otherwise.",
        ),
    ],
)
def test_what_the_mixture_decides_and_who_would_decide_otherwise(mixture, told):
    said = pd.Series({"mixture": mixture, "utility": 0.7, "result": 0.5, "procedural": 0.1})
    assert opinions_takeaway(said, ("hired", "not hired")) == (
        f"The mixture gives “hired” a probability of {told}"
    )


@pytest.mark.parametrize(
    ("mixture", "told"),
    [
        (0.6, "40.0%, so it decides “reoffends”"),
        (0.4, "60.0%, so it decides “does not reoffend”"),
        (0.5, "exactly 50%, and “reoffends” needs more: so it decides “does not reoffend”"),
        (0.49998, "just over 50%, so it decides “does not reoffend”"),
        (0.50003, "just under 50%, so it decides “reoffends”"),
    ],
)
def test_where_the_positive_outcome_is_bad_the_good_one_is_told_of(mixture, told):
    said = pd.Series({"mixture": mixture, **dict.fromkeys(EXPERTS, mixture)})
    assert opinions_takeaway(said, ("reoffends", "does not reoffend"), turned=True) == (
        f"The mixture gives “does not reoffend” a probability of {told}."
    )


def test_a_probability_has_as_many_digits_as_are_asked_for():
    said = pd.Series({"mixture": 0.8123, "utility": 0.7, "result": 0.6, "procedural": 0.9})
    assert "a probability of 81.23%, so" in opinions_takeaway(said, ("yes", "no"), digits=2)


def test_experts_who_agree_are_not_named():
    said = pd.Series({"mixture": 0.8, "utility": 0.7, "result": 0.6, "procedural": 0.9})
    assert opinions_takeaway(said, ("hired", "not hired")) == (
        "The mixture gives “hired” a probability of 80.0%, so it decides “hired”."
    )


@pytest.mark.parametrize(
    ("pushes", "told"),
    [
        (
            [0.5, 0.9, -0.4, -0.1],
            "b speaks most for it (+0.90 log-odds), c speaks most against it (−0.40 log-odds).",
        ),
        ([0.5, 0.9, 0.0, 0.0], "b speaks most for it (+0.90 log-odds)."),
        ([-0.5, -0.9, 0.0, 0.0], "b speaks most against it (−0.90 log-odds)."),
        (
            [0.004, -0.0049, 0.0, 0.0],
            "No column moves the mixture noticeably away from the baseline row.",
        ),
    ],
)
def test_what_speaks_for_and_what_against(pushes, told):
    assert reasons_takeaway(pd.DataFrame({"mixture": pushes}, list("abcd"))) == told


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([0.55, 0.35], "15.0 pp; the decision changes with 1 other value."),
        ([0.55, 0.65], "25.0 pp; the decision changes with 2 other values."),
        ([0.45, 0.35], "5.0 pp; the decision changes with no other values."),
    ],
)
def test_how_far_the_sensitive_value_moves_the_answer(others, told):
    assert swap_takeaway(pd.DataFrame({"mixture": [0.4, *others]})) == (
        "With another sensitive value and all else the same, the probability moves by up to " + told
    )


def test_the_smallest_change():
    assert CHANGES_ASKED == "What is the smallest change that would give another decision?"
    assert CHANGES_ARE_NO_ADVICE == (
        "Changes show what this model reacts to; they are no advice. One that ought not to help, "
        "such as one more offence, shows a fault of the model."
    )
    changes = pd.DataFrame({"change": ["age 30 → 41", "pay 1 → 2"], "proba": [0.512, 0.6]})
    assert changes_takeaway(changes) == (
        "The smallest found: age 30 → 41; the probability is then 51.2%."
    )
    close = changes_takeaway(changes.assign(proba=0.5004))
    assert close.endswith("the probability is then 50.04%.")


def test_a_close_call_counts_those_who_are_as_close():
    assert close_call_told(137, 1056, kind="test", threshold=0.5) == (
        "A close call: 137 of 1,056 test rows lie within 1 pp of 50%."
    )
    assert close_call_told(1, 1056, kind="validation", threshold=0.432, own=True) == (
        "A close call: 1 of 1,056 validation rows lies within 1 pp of 43.2%, the cut-off of this "
        "run."
    )
    assert close_call_told(12, 480, kind="test", threshold=0.4325, group="women", own=True) == (
        "A close call: 12 of 480 test rows of women lie within 1 pp of 43.2%, the cut-off of this "
        "run for women."
    )


def test_columns_for_which_the_list_has_no_room_are_counted():
    assert columns_not_shown(0) == ""
    assert columns_not_shown(1) == " 1 more column is shown by the eye above the list."
    assert columns_not_shown(12) == " 12 more columns are shown by the eye above the list."


def test_on_whom_the_page_opens_and_what_it_asks():
    assert opened_on("women", "not hired", is_refused=True, is_wrong=True) == (
        "Opens on the closest call among women who wrongly get “not hired”."
    )
    assert opened_on("women", "not hired", is_refused=True, is_wrong=False) == (
        "Opens on the closest call among women who get “not hired”."
    )
    assert where_in_list("row 5,191", "row 7", is_listed=True) == (
        "The list begins with row 7, on which it opened; all others follow in order."
    )
    assert where_in_list("row 5,191", "", is_listed=True) == ""
    assert where_in_list("row 5,191", "", is_listed=False) == (
        "Below is row 5,191, which is not in the list as it is filtered."
    )
    assert opened_on("women", "hired", is_refused=False, is_wrong=False) == (
        "Opens on the closest call of all: “hired”."
    )
    assert reasons_question("“hired”") == "Which values speak for “hired”, and which against?"
