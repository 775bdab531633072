"""What a model changes for people, word by word."""

import pandas as pd
import pytest

from fairmoe.sentences.people import changes_for_people

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
    "agrees with 24 of 40 changes."
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
            "the label agrees with 0 of 1 change.",
        ),
    ],
)
def test_changes_are_told_in_people(counts, told):
    assert changes_for_people(pd.Series(COUNTS | counts), "hired", "not hired") == told
