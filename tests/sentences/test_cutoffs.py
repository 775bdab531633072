"""What is said of cut-offs, word by word."""

import math

import pytest

from fairmoe.sentences.cutoffs import (
    BY_GROUP_MAY_BE_UNLAWFUL,
    CHOSEN_AND_SHOWN,
    SHOWN_AS_TRAINED,
    cutoffs_in_words,
    decisions_of_variant,
    effect_of_cutoffs,
    simple_or_mixture,
)

BEFORE = {"n": 1000, "good": 400, "accuracy": 0.8, "gap": 0.1, "cost": 20.0, "harm": 0.1}
AFTER = {"n": 1000, "good": 420, "accuracy": 0.79, "gap": 0.012, "cost": 21.0, "harm": 0.12}


def test_cutoffs_are_named():
    assert cutoffs_in_words(["a", "b"], [0.5, 0.5], "refused") == (
        "One cut-off for all, in the probability of “refused”: 0.500."
    )
    assert cutoffs_in_words(["a", "b"], [0.5, 0.4], "refused") == (
        "A cut-off for each group, in the probability of “refused”: a 0.500 and b 0.400."
    )
    assert cutoffs_in_words(["a", "the others"], [0.5, None], "refused") == (
        "A cut-off for each group, in the probability of “refused”: a 0.500 and the others (one "
        "for each of them)."
    )


def test_the_effect_stands_beside_what_was_trained():
    told = (
        "With these cut-offs “hired” goes to 420 of 1,000 people (as trained 400), 79.0% of the "
        "decisions agree with the label (80.0%), the groups are 1.2 pp apart (10.0), and wrong "
        "decisions cost 21.0 by 100 people (20.0)."
    )
    harm = " Of 100 people whose label is “hired”, “not hired” wrongly goes to 12.0 (10.0)."
    words = ("hired", "not hired")
    assert effect_of_cutoffs(BEFORE, AFTER, *words) == told + harm
    assert effect_of_cutoffs(BEFORE, AFTER | {"harm": float("nan")}, *words) == told
    assert effect_of_cutoffs(BEFORE, BEFORE, *words) == (
        "These cut-offs decide as the model was trained to."
    )


@pytest.mark.parametrize(
    ("ends", "interval", "verdict"),
    [
        (
            (0.001, 0.03),
            "+0.1 to +3.0",
            "Where the law allows thresholds by group and only outcomes matter, the simple tool is "
            "the better one here.",
        ),
        ((-0.03, -0.001), "−3.0 to −0.1", "The mixture is the better one here."),
        (
            (0.0, 0.03),
            "0.0 to +3.0",
            "Neither is clearly better. The simple tool is easier to explain; the mixture needs no "
            "threshold by group.",
        ),
        (
            (-0.03, 0.0),
            "−3.0 to 0.0",
            "Neither is clearly better. The simple tool is easier to explain; the mixture needs no "
            "threshold by group.",
        ),
    ],
)
def test_the_simple_tool_is_called_better_where_it_clearly_is(ends, interval, verdict):
    told = simple_or_mixture((0.84, 0.012), (0.82, 0.03), (0.02, *ends))
    assert told == (
        "With thresholds by group, chosen for a gap of at most the mixture's, the utility expert "
        "alone is right about 84.0% of the people at a gap of 1.2 pp; the mixture as trained about "
        f"82.0% at 3.0 pp. The difference in accuracy is +2.0 pp ({interval}). {verdict}"
    )


def test_of_too_few_people_no_gap_of_cutoffs_is_told():
    nan = math.nan
    told = simple_or_mixture((0.84, nan), (0.82, nan), (0.02, -0.01, 0.05))
    assert told == (
        "Whether thresholds by group do as well as the mixture cannot be told: fewer than two "
        "groups have enough people to be compared."
    )
    before = {"n": 24, "good": 9, "accuracy": 0.8, "gap": nan, "cost": 20.0, "harm": nan}
    assert effect_of_cutoffs(before, before, "hired", "not hired") == (
        "These cut-offs decide as the model was trained to."
    )
    assert effect_of_cutoffs(before, {**before, "good": 12}, "hired", "not hired") == (
        "With these cut-offs “hired” goes to 12 of 24 people (as trained 9), 80.0% of the "
        "decisions agree with the label (80.0%), no two groups have enough people to be compared, "
        "and wrong decisions cost 20.0 by 100 people (20.0)."
    )


def test_what_the_page_warns_of():
    assert BY_GROUP_MAY_BE_UNLAWFUL.format(positive="hired", other="not hired") == (
        "These cut-offs treat people by their group: of two people with the same score one may get "
        "“hired” and the other “not hired”. That may be unlawful where the decision is made. Ask "
        "before you use them."
    )
    assert CHOSEN_AND_SHOWN.format(split="test") == (
        "Cut-offs are chosen on the validation rows; all figures here are of the test rows."
    )
    assert SHOWN_AS_TRAINED == (
        "This run is a variant with cut-offs of its own. Lists of people, and whom a page opens "
        "on, follow its decisions: probabilities there are moved, so that it decides at one half. "
        "All else on this page shows the models as trained, before the cut-offs."
    )


def test_a_variant_says_how_it_decides_and_that_it_goes_by_group():
    words = ("hired", "not hired")
    one = (
        "The decisions of this run begin at cut-offs of its own. One cut-off for all, in the "
        "probability of “hired”: 0.400."
    )
    assert decisions_of_variant(["a", "b"], [0.4, 0.4], words) == one
    each = decisions_of_variant(["a", "b"], [0.4, 0.5], words)
    assert each == (
        "The decisions of this run begin at cut-offs of its own. A cut-off for each group, in the "
        "probability of “hired”: a 0.400 and b 0.500. "
        f"{BY_GROUP_MAY_BE_UNLAWFUL.format(positive='hired', other='not hired')}"
    )
