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
    told = "The mixture gives “hired” least often to women (42 of 100 people) and most often to men"
    apart = replace(GAP, apart=("others", "more"))
    assert who_gets_it(apart, "hired", groups=4, brief=True) == f"{told} (51)."
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
        (replace(GAP, low=0.0), ("8.9 pp", "Could be chance (none, or up to 16.0 pp)")),
        (replace(GAP, low=0.0003), ("8.9 pp", "More than chance (0.03 to 16.0)")),
        (
            replace(GAP, low=0.0, verdict="within"),
            ("8.9 pp", "Within the tolerance (none, or up to 16.0 pp)"),
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


def harm(**rows):
    columns = ["good_label", "harmed_change", "harmed_change_low", "harmed_change_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).assign(
        harmed_model_rate=0.2
    )


def test_whom_it_happens_to_is_said_where_hardly_anything_changes():
    nothing = (-0.01, -0.1, 0.1)
    groups = harm(a=(30, *nothing), b=(50, *nothing), c=(29, *nothing), d=(31, *nothing))
    groups["harmed_model_rate"] = [0.14, 0.31, 0.9, 0.2]
    assert changed_harm(groups, "clear", "flagged") == (
        "Of 100 people labelled “clear”, about as many wrongly get “flagged” as with the plain "
        "model: in no group is the change more than chance. It happens to 31 of 100 b and to 14 of "
        "100 a."
    )
    groups["harmed_model_rate"] = [0.2, 0.201, 0.9, 0.2]
    assert changed_harm(groups, "clear", "flagged").endswith("more than chance.")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (
            harm(women=(80, -0.12, -0.2, -0.04), men=(200, 0.041, -0.01, 0.09)),
            "Of 100 women labelled “hired”, 12 fewer wrongly get “not hired” than with the plain "
            "model; of 100 men, 4 more (could be chance).",
        ),
        (
            harm(women=(80, 0.003, -0.01, 0.02), men=(200, 0.04, 0.01, 0.09)),
            "Of 100 women labelled “hired”, as many wrongly get “not hired” as with the plain "
            "model; of 100 men, 4 more.",
        ),
        (
            harm(women=(80, 0.003, -0.01, 0.02), men=(200, 0.0, 0.0, 0.0)),
            "Of 100 people labelled “hired”, as many wrongly get “not hired” as with the plain "
            "model, in every group.",
        ),
        (
            harm(women=(0, math.nan, math.nan, math.nan)),
            "Nobody in these rows has the label “hired”.",
        ),
        (
            harm(
                a=(9, 0.1, 0.01, 0.2),
                b=(9, 0.02, 0.01, 0.2),
                c=(9, -0.3, -0.4, -0.2),
                d=(9, 0.2, 0.1, 0.3),
                e=(0, math.nan, math.nan, math.nan),
                f=(9, 0.9, -0.1, 1.0),
            ),
            "Of 100 a labelled “hired”, 10 more wrongly get “not hired” than with the plain model; "
            "of 100 c, 30 fewer; of 100 d, 20 more. In the remaining groups less changes, or it "
            "could be chance.",
        ),
        (
            harm(a=(9, 0.1, -0.1, 0.2), b=(9, 0.2, -0.1, 0.3), c=(9, -0.3, -0.4, 0.2)),
            "Of 100 people labelled “hired”, about as many wrongly get “not hired” as with the "
            "plain model: in no group is the change more than chance.",
        ),
        (
            harm(a=(90, -0.1, -0.2, -0.01), b=(55, 0.109, -0.01, 0.22), c=(90, 0.02, -0.1, 0.1)),
            "Of 100 a labelled “hired”, 10 fewer wrongly get “not hired” than with the plain "
            "model; of 100 b, 11 more (could be chance). In the remaining groups less changes, or "
            "it could be chance.",
        ),
        (
            harm(
                a=(90, -0.1, -0.2, -0.01),
                b=(90, -0.2, -0.3, -0.1),
                c=(90, -0.3, -0.4, -0.2),
                d=(30, 0.02, -0.1, 0.2),
                e=(29, 0.4, -0.1, 0.6),
            ),
            "Of 100 a labelled “hired”, 10 fewer wrongly get “not hired” than with the plain "
            "model; of 100 b, 20 fewer; of 100 c, 30 fewer; of 100 d, 2 more (could be chance). In "
            "the remaining groups less changes, or it could be chance.",
        ),
        (
            harm(a=(90, 0.004, -0.1, 0.2), b=(90, 0.006, -0.1, 0.3), c=(90, -0.3, -0.4, 0.2)),
            "Of 100 b labelled “hired”, 1 more wrongly gets “not hired” than with the plain model "
            "(could be chance). In the remaining groups less changes, or it could be chance.",
        ),
        (
            harm(a=(90, 0.004, -0.1, 0.2), b=(90, -0.2, -0.1, 0.3), c=(90, -0.3, -0.4, 0.2)),
            "Of 100 people labelled “hired”, about as many wrongly get “not hired” as with the "
            "plain model: in no group is the change more than chance.",
        ),
    ],
)
def test_whose_lot_changes(groups, told):
    assert changed_harm(groups, "hired", "not hired") == told
    beside = changed_harm(groups, "hired", "not hired", plain="the score “x”")
    assert beside == told.replace("the plain model", "the score “x”")


def test_in_brief_one_change_stands_beside_the_one_that_harms_most():
    of_many = harm(
        a=(90, -0.1, -0.2, -0.01),
        b=(90, -0.3, -0.4, -0.2),
        c=(55, 0.109, -0.01, 0.22),
        d=(90, 0.02, -0.1, 0.1),
    )
    assert changed_harm(of_many, "hired", "not hired", brief=True) == (
        "Of 100 b labelled “hired”, 30 fewer wrongly get “not hired” than with the plain model; of "
        "100 c, 11 more (could be chance)."
    )
    of_two = of_many.loc[["a", "d"]]
    in_full = changed_harm(of_two, "hired", "not hired")
    assert changed_harm(of_two, "hired", "not hired", brief=True) == in_full


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
            "2 fewer mistakes; 4 decisions change.",
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
            "mistakes; 2 decisions change.",
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
    assert cost_in_people(groups, everyone, "hired") == told
    beside = cost_in_people(groups, everyone, "hired", plain="the score “x”")
    assert beside == told.replace("the plain model", "the score “x”")


def test_many_people_are_told_with_their_thousands():
    everyone = [1] * 2400
    groups, of_all = account(everyone, [0] * 2400, everyone, [0] * 1200 + [1] * 1200)
    assert cost_in_people(groups, of_all, "hired") == (
        "Against the plain model, of 2,400 people: 1,200 more women and 1,200 more men get "
        "“hired”, with 2,400 fewer mistakes; 2,400 decisions change."
    )


def test_raw_values_make_english_wherever_people_are_counted():
    people = {"women": "people with sex = f", "men": "people in smaller groups"}
    groups, everyone = account(
        [1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]
    )
    assert cost_in_people(groups.rename(index=people), everyone, "hired") == (
        "Against the plain model, of 6 people: 3 more people with sex = f and 1 fewer in smaller "
        "groups get “hired”, with 2 fewer mistakes; 4 decisions change."
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
    told = cost_in_people(groups, everyone, "hired")
    assert told.startswith(f"Against the plain model, of 500 people: 5 more a, 4 fewer b{rest} get")


def test_in_brief_the_group_is_named_in_which_most_changes():
    names = list("abc")
    groups = pd.DataFrame({"good_plain": 10, "good_model": [15, 3, 11]}, index=names)
    everyone = pd.Series({"n": 500.0, "better": 9, "worse": 9, "better_right": 5, "worse_right": 2})
    assert cost_in_people(groups, everyone, "hired", brief=True).startswith(
        "Against the plain model, of 500 people: 7 fewer b and 6 more people in the remaining "
    )
    told = cost_in_people(groups[:2], everyone, "hired", brief=True)
    assert told == cost_in_people(groups[:2], everyone, "hired")


def test_labels_have_no_gap_among_those_whose_label_is_good():
    assert LABELS_MEASURE == ("–", "the labels are the measure")
