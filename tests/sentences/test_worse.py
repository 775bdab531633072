"""What a mixture makes worse, word by word."""

import pandas as pd

from fairmoe.sentences.worse import what_got_worse, wrongly_given_it

GROUPS = pd.DataFrame(
    {
        "n": [100, 100],
        "good_label": [40, 60],
        "good_plain": [40, 60],
        "good_model": [60, 60],
        "harmed_plain": [10, 15],
        "harmed_model": [5, 15],
    },
    index=["women", "men"],
)


def test_who_wrongly_gets_it_and_what_differs_more():
    # women: 10 of 60 wrongly before, 25 now; men: 15 of 40. Right of those hired: 30 of 40 and 45
    # of 60 before, 35 of 60 and 45 of 60 now. Denied: 10 of 40 and 15 of 60; now 5 of 40.
    assert what_got_worse(GROUPS, "hired", "not hired", favourable=True) == (
        "of 100 people labelled “not hired”, 40 wrongly get “hired” (plain model 25); groups "
        "differ more in who is wrongly denied it (equal opportunity: 12.5 pp, plain model 0.0) "
        "and in how often “hired” is right (predictive parity: 16.7 pp, plain model 0.0)."
    )


def test_a_larger_gap_in_who_gets_it_is_told():
    worse = GROUPS.assign(good_model=[40, 75], harmed_model=[10, 0])
    assert what_got_worse(worse, "hired", "not hired", favourable=True).startswith(
        "groups differ more in who gets it (demographic parity: 35.0 pp, plain model 20.0) and in "
        "who is wrongly denied it"
    )


def test_another_model_can_stand_in_the_place_of_the_plain_one():
    told = what_got_worse(GROUPS, "hired", "not hired", favourable=True)
    beside = what_got_worse(GROUPS, "hired", "not hired", favourable=True, plain="score “x”")
    assert beside == told.replace("plain model", "score “x”")
    told = wrongly_given_it(GROUPS, "hired", "not hired")
    beside = wrongly_given_it(GROUPS, "hired", "not hired", plain="score “x”")
    assert beside == told.replace("plain model", "score “x”")


def test_terms_are_of_the_positive_class_alone():
    assert what_got_worse(GROUPS, "does not reoffend", "reoffends", favourable=False) == (
        "of 100 people labelled “reoffends”, 40 wrongly get “does not reoffend” (plain model 25); "
        "groups differ more in who is wrongly denied it (12.5 pp, plain model 0.0) and in how "
        "often “does not reoffend” is right (16.7 pp, plain model 0.0)."
    )


def test_nothing_worse_few_people_and_no_label():
    same = GROUPS.assign(good_model=GROUPS["good_plain"], harmed_model=GROUPS["harmed_plain"])
    assert what_got_worse(same, "hired", "not hired", favourable=True) == ""
    assert wrongly_given_it(same, "hired", "not hired") == (
        "Of 100 people labelled “not hired”, 25 wrongly get “hired” (plain model 25)."
    )
    assert what_got_worse(GROUPS // 4, "hired", "not hired", favourable=True) == (
        "of 100 people labelled “not hired”, 36 wrongly get “hired” (plain model 20)."
    )
    without = GROUPS.assign(n=GROUPS["good_label"])
    assert what_got_worse(without, "hired", "not hired", favourable=True) == ""
    assert wrongly_given_it(without, "hired", "not hired") == (
        "Nobody in these rows has the label “not hired”."
    )


def test_only_groups_that_are_large_enough_with_both_models_are_compared():
    # “hired” is right for 30 of 60 and for 24 of 29 before, for 30 of 60 and 25 of 31 now.
    groups = pd.DataFrame(
        {
            "n": [200, 200],
            "good_label": [60, 60],
            "good_plain": [60, 29],
            "good_model": [60, 31],
            "harmed_plain": [30, 36],
            "harmed_model": [30, 35],
        },
        index=["women", "men"],
    )
    assert "differ" not in what_got_worse(groups, "hired", "not hired", favourable=True)
