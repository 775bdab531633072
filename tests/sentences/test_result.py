import math
from dataclasses import replace

import pandas as pd
import pytest

from fairmoe.metrics import OutcomeGap, account_in_people
from fairmoe.sentences.result import (
    LABELS_MEASURE,
    changed_harm,
    cost_in_people,
    gap_in_words,
    who_gets_it,
)
from tests.sentences.harmed import harm

GAP = OutcomeGap(0.089, 0.017, 0.16, "men", "women", 0.511, 0.422, (), None)
NONE = OutcomeGap(math.nan, math.nan, math.nan, "", "", math.nan, math.nan, ("a", "b"), None)


@pytest.mark.parametrize(
    ("gap", "groups", "told"),
    [
        (
            GAP,
            2,
            "The mixture gives “hired” less often to women than to men: 42 against 51 of 100 "
            "people.",
        ),
        (
            replace(GAP, low=0.0),
            2,
            "The mixture gives “hired” less often to women than to men: 42 against 51 of 100 "
            "people. This could be chance.",
        ),
        (
            replace(GAP, apart=("others",)),
            3,
            "The mixture gives “hired” least often to women (42 of 100 people) and most often to "
            "men (51). Groups of fewer than 30 people are not compared: others.",
        ),
        (
            replace(GAP, value=0.0, low=0.0, least_rate=0.511),
            2,
            "The mixture gives “hired” to 51 of 100 people of each group.",
        ),
        (
            NONE,
            2,
            "The groups cannot be compared. Groups of fewer than 30 people are not compared: a and "
            "b.",
        ),
        (
            replace(NONE, weighted=True),
            2,
            "The groups cannot be compared. Groups that count, by their weights, as fewer than 30 "
            "people are not compared: a and b.",
        ),
    ],
)
def test_who_gets_the_outcome_less_often(gap, groups, told):
    assert who_gets_it(gap, "hired", groups=groups) == told
    by_score = who_gets_it(gap, "hired", groups=groups, model="the score “x”")
    assert by_score == told.replace("The mixture", "The score “x”")


def test_groups_that_are_not_compared_are_left_to_the_numbers_in_brief():
    apart = replace(GAP, apart=("others", "more"))
    assert who_gets_it(apart, "hired", groups=4, brief=True) == (
        "Of the groups compared, the mixture gives “hired” least often to women (42 of 100 people) "
        "and most often to men (51)."
    )
    alike = replace(apart, value=0.0, low=0.0, least_rate=0.511)
    assert who_gets_it(alike, "hired", groups=4, brief=True) == (
        "Of the groups compared, the mixture gives “hired” to 51 of 100 people of each."
    )
    all_compared = who_gets_it(GAP, "hired", groups=3)
    assert who_gets_it(GAP, "hired", groups=3, brief=True) == all_compared
    # Where nothing is compared, that is why.
    assert who_gets_it(NONE, "hired", groups=2, brief=True) == who_gets_it(NONE, "hired", groups=2)


def test_a_gap_among_those_who_have_the_label_says_so():
    told = "The mixture gives “hired” less often to women than to men: 42 against 51 of 100 people"
    assert who_gets_it(GAP, "hired", groups=2, among_labelled=True) == f"{told} labelled “hired”."
    few = who_gets_it(NONE, "hired", groups=2, among_labelled=True)
    assert few == (
        "The groups cannot be compared. Groups of fewer than 30 people labelled “hired” are not "
        "compared: a and b."
    )


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (GAP, ("8.9 pp", "More than chance (1.7 to 16.0)")),
        (replace(GAP, low=0.0), ("8.9 pp", "Could be chance (none to 16.0 pp)")),
        (replace(GAP, low=0.0003), ("8.9 pp", "More than chance (0.03 to 16.0)")),
        (
            replace(GAP, low=0.0, verdict="within"),
            ("8.9 pp", "Within the tolerance (none to 16.0 pp)"),
        ),
        (replace(GAP, verdict="within"), ("8.9 pp", "Within the tolerance (1.7 to 16.0)")),
        (
            replace(GAP, verdict="cannot be told"),
            ("8.9 pp", "Cannot be told: the interval contains the tolerance (1.7 to 16.0)"),
        ),
        (NONE, ("–", "insufficient data")),
    ],
)
def test_a_gap_has_a_verdict(gap, told):
    assert gap_in_words(gap) == told


def test_an_interval_that_nearly_touches_the_tolerance_is_seen_not_to():
    gap = replace(GAP, low=0.0301, high=0.0504, verdict="cannot be told")
    assert (
        gap_in_words(gap, 0.05)[1]
        == "Cannot be told: the interval contains the tolerance (3.0 to 5.04)"
    )
    assert (
        gap_in_words(gap, 0.03)[1]
        == "Cannot be told: the interval contains the tolerance (3.01 to 5.0)"
    )
    assert gap_in_words(replace(gap, high=0.05), 0.05)[1].endswith("(3.0 to 5.0)")


def account(true, plain, pred, group):
    made = account_in_people(
        true, plain, pred, group=group, group_names=["women", "men"], favourable=True
    )
    return made.groups, made.everyone


@pytest.mark.parametrize(
    ("true", "plain", "pred", "told"),
    [
        (
            [1, 1, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0],
            [1, 1, 1, 0, 0, 0],
            "Against the plain model, of 6 people: 3 more women and 1 fewer man get “hired”, with "
            "2 fewer mistakes; 4 decisions change, 1 of them to “not hired”.",
        ),
        (
            [0, 0, 0, 1, 1, 1],
            [0, 0, 0, 1, 1, 1],
            [1, 0, 0, 1, 1, 1],
            "Against the plain model, of 6 people: 1 more woman gets “hired”, with 1 more mistake; "
            "1 decision changes.",
        ),
        (
            [1, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0],
            "Against the plain model, of 6 people: as many of each group get “hired”, with 2 more "
            "mistakes; 2 decisions change, 1 of them to “not hired”.",
        ),
        (
            [1, 0, 0, 0, 0, 0],
            [1, 1, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            "Against the plain model, of 6 people: 2 fewer women get “hired”, with as many "
            "mistakes; 2 decisions change, all to “not hired”.",
        ),
        (
            [1, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            "Against the plain model, of 6 people: 1 fewer woman gets “hired”, with 1 more "
            "mistake; 1 decision changes, to “not hired”.",
        ),
        (
            [1, 0, 0, 0, 0, 0],
            [1, 0, 1, 0, 0, 0],
            [1, 0, 1, 0, 0, 0],
            "The mixture decides like the plain model for everyone, so it costs nobody anything.",
        ),
    ],
)
def test_what_it_costs_in_people(true, plain, pred, told):
    groups, everyone = account(true, plain, pred, [0, 0, 0, 1, 1, 1])
    assert cost_in_people(groups, everyone, "hired", "not hired") == told
    beside = cost_in_people(groups, everyone, "hired", "not hired", plain="the score “x”")
    assert beside == told.replace("the plain model", "the score “x”")


def test_many_people_are_told_with_their_thousands():
    everyone = [1] * 2400
    groups, of_all = account(everyone, [0] * 2400, everyone, [0] * 1200 + [1] * 1200)
    assert cost_in_people(groups, of_all, "hired", "not hired") == (
        "Against the plain model, of 2,400 people: 1,200 more women and 1,200 more men get "
        "“hired”, with 2,400 fewer mistakes; 2,400 decisions change."
    )


def test_raw_values_make_english_wherever_people_are_counted():
    people = {"women": "people with sex = f", "men": "people in smaller groups"}
    groups, everyone = account(
        [1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]
    )
    assert cost_in_people(groups.rename(index=people), everyone, "hired", "not hired") == (
        "Against the plain model, of 6 people: 3 more people with sex = f and 1 fewer in smaller "
        "groups get “hired”, with 2 fewer mistakes; 4 decisions change, 1 of them to “not hired”."
    )
    changed = harm(women=(80, -0.12, -0.2, -0.04), men=(200, 0.01, -0.01, 0.09))
    assert changed_harm(changed.rename(index=people), "hired", "not hired") == (
        "Of 100 people with sex = f labelled “hired”, 12 fewer wrongly get “not hired” than with "
        "the plain model; of 100 in smaller groups, 1 more (could be chance)."
    )


@pytest.mark.parametrize(
    ("of_d", "of_e", "rest"),
    [
        (1, 0, ", 3 more c and 1 more person in the remaining groups"),
        (2, 0, ", 3 more c and 2 more people in the remaining groups"),
        (1, -1, ", 3 more c and as many people in the remaining groups"),
        (0, 0, " and 3 more c"),
    ],
)
def test_of_many_groups_none_is_dropped_without_a_word(of_d, of_e, rest):
    names = list("abcde")
    changes = pd.Series([5, -4, 3, of_d, of_e], index=names)
    groups = pd.DataFrame({"good_plain": 10, "good_model": 10 + changes}, index=names)
    everyone = pd.Series({"n": 500.0, "better": 9, "worse": 5, "better_right": 5, "worse_right": 2})
    told = cost_in_people(groups, everyone, "hired", "not hired")
    assert told.startswith(f"Against the plain model, of 500 people: 5 more a, 4 fewer b{rest} get")


def test_in_brief_the_group_is_named_in_which_most_changes():
    names = list("abc")
    groups = pd.DataFrame({"good_plain": 10, "good_model": [15, 3, 11]}, index=names)
    everyone = pd.Series({"n": 500.0, "better": 9, "worse": 9, "better_right": 5, "worse_right": 2})
    assert cost_in_people(groups, everyone, "hired", "not hired", brief=True).startswith(
        "Against the plain model, of 500 people: 7 fewer b and 6 more people in the remaining "
    )
    told = cost_in_people(groups[:2], everyone, "hired", "not hired", brief=True)
    assert told == cost_in_people(groups[:2], everyone, "hired", "not hired")


def test_labels_have_no_gap_among_those_whose_label_is_good():
    assert LABELS_MEASURE == ("–", "the labels are the measure")
