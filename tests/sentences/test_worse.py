"""What a mixture makes worse, word by word."""

import math

import pandas as pd

from fairmoe.sentences.worse import (
    PARITY_GAP,
    gap_before_and_after,
    gap_not_surely_smaller,
    not_shown_smaller,
    surely_worse,
    what_got_worse,
    wrongly_given_it,
)

NAMES = ("wrongly_given", "gets", "denied", "given", "right")


def changes(**rows):
    """Return rates and gaps by name: with the plain model, with the model, and the interval."""
    same = dict.fromkeys(NAMES, (0.25, 0.25, -0.1, 0.1))
    columns = ["plain", "model", "low", "high"]
    return pd.DataFrame.from_dict(same | rows, orient="index", columns=columns)


WORSE = changes(
    wrongly_given=(0.25, 0.4, 0.02, 0.28),
    denied=(0.0, 0.125, -0.01, 0.26),
    right=(0.0, 0.167, 0.001, 0.3),
)


def test_who_wrongly_gets_it_and_what_differs_more():
    assert what_got_worse(WORSE, "hired", "not hired", favourable=True) == (
        "of 100 people labelled “not hired”, 40 wrongly get “hired” (plain model 25); groups "
        "differ more in who is wrongly denied it (equal opportunity: 12.5 pp, plain model 0.0; "
        "could be chance) and in how often “hired” is right (predictive parity: 16.7 pp, plain "
        "model 0.0)."
    )


def test_one_of_a_hundred_gets_it():
    few = changes(wrongly_given=(0.0, 0.01, 0.001, 0.02))
    assert what_got_worse(few, "hired", "not hired", favourable=True) == (
        "of 100 people labelled “not hired”, 1 wrongly gets “hired” (plain model 0)."
    )


def test_a_gap_that_did_not_get_smaller_is_told():
    assert gap_not_surely_smaller(0.3204, 0.3199) == (
        "The gap did not get smaller: 32.0 pp with the plain model, 32.0 pp with the mixture."
    )
    assert gap_not_surely_smaller(0.285, 0.302, name="the utility expert") == (
        "The gap got larger: 28.5 pp with the utility expert, 30.2 pp with the mixture."
    )
    assert not gap_not_surely_smaller(0.302, 0.285)
    assert gap_not_surely_smaller(0.272, 0.226, chance="could be chance") == (
        "The gap got smaller: 27.2 pp with the plain model, 22.6 pp with the mixture (could be "
        "chance)."
    )
    assert gap_not_surely_smaller(0.165, 0.172, chance="could be chance") == (
        "The gap got larger: 16.5 pp with the plain model, 17.2 pp with the mixture (could be "
        "chance)."
    )
    assert gap_not_surely_smaller(0.272, 0.226, chance="could be chance", brief=True) == (
        "The gap got smaller (could be chance)."
    )
    assert "chance" not in gap_not_surely_smaller(0.165, 0.165, chance="could be chance")
    assert gap_before_and_after(0.302, 0.285) == (
        "The gap got smaller: 30.2 pp with the plain model, 28.5 pp with the mixture."
    )
    assert gap_not_surely_smaller(0.285, 0.302, gap=PARITY_GAP).startswith(
        "The demographic parity gap got larger: 28.5 pp"
    )
    for gaps in ((0.3204, 0.3199), (0.285, 0.302), (math.nan, 0.285), (0.285, math.nan)):
        assert gap_before_and_after(*gaps) == gap_not_surely_smaller(*gaps)
    assert not gap_not_surely_smaller(math.nan, 0.285)
    assert not gap_not_surely_smaller(0.285, math.nan)


def test_what_is_not_named_yet_is_named_once():
    gaps = changes(denied=(0.0, 0.125, 0.01, 0.26), given=(0.0, 0.1, 0.01, 0.2))
    assert what_got_worse(gaps, "hired", "not hired", favourable=False) == (
        "groups differ more in who is wrongly denied “hired” (12.5 pp, plain model 0.0) and in who "
        "wrongly gets it (10.0 pp, plain model 0.0)."
    )


def test_what_could_be_chance_is_called_so():
    unclear = changes(
        wrongly_given=(0.25, 0.4, -0.02, 0.28), gets=(0.2, 0.35, -0.01, 0.3), given=(0, 0.1, 0, 0.2)
    )
    assert what_got_worse(unclear, "hired", "not hired", favourable=True) == (
        "of 100 people labelled “not hired”, 40 wrongly get “hired” (plain model 25; could be "
        "chance); groups differ more in who gets it (demographic parity: 35.0 pp, plain model "
        "20.0; could be chance) and in who wrongly gets it (10.0 pp, plain model 0.0; could be "
        "chance)."
    )


def test_in_brief_the_gap_is_named_that_grows_most_and_surely():
    told = {"good": "hired", "bad": "not hired", "favourable": True, "brief": True}
    assert what_got_worse(WORSE, **told) == (
        "of 100 people labelled “not hired”, 40 wrongly get “hired” (plain model 25); groups "
        "differ more in how often “hired” is right (predictive parity: 16.7 pp, plain model 0.0) "
        "and in another rate."
    )
    unsure = changes(
        gets=(0.2, 0.35, -0.01, 0.3), denied=(0.2, 0.3, -0.1, 0.3), right=(0.2, 0.25, 0.01, 0.1)
    )
    assert what_got_worse(unsure, **told) == (
        "groups differ more in how often “hired” is right (predictive parity: 25.0 pp, plain model "
        "20.0) and in 2 other rates."
    )
    alone = changes(denied=(0.0, 0.125, -0.01, 0.26))
    in_full = what_got_worse(alone, "hired", "not hired", favourable=True)
    assert what_got_worse(alone, **told) == in_full


def test_another_model_can_stand_in_the_place_of_the_plain_one():
    told = what_got_worse(WORSE, "hired", "not hired", favourable=True)
    beside = what_got_worse(WORSE, "hired", "not hired", favourable=True, plain="score “x”")
    assert beside == told.replace("plain model", "score “x”")
    told = wrongly_given_it(WORSE, "hired", "not hired")
    beside = wrongly_given_it(WORSE, "hired", "not hired", plain="score “x”")
    assert beside == told.replace("plain model", "score “x”")


def test_terms_are_of_the_positive_class_alone():
    assert what_got_worse(WORSE, "does not reoffend", "reoffends", favourable=False) == (
        "of 100 people labelled “reoffends”, 40 wrongly get “does not reoffend” (plain model 25); "
        "groups differ more in who is wrongly denied it (12.5 pp, plain model 0.0; could be "
        "chance) and in how often “does not reoffend” is right (16.7 pp, plain model 0.0)."
    )


def test_nothing_worse_what_hardly_changes_and_what_is_not_known():
    nothing = (math.nan, math.nan, math.nan, math.nan)
    unknown = changes(**dict.fromkeys(NAMES, nothing))
    little = changes(gets=(0.2, 0.2099, 0.001, 0.1), denied=(0.3, 0.1, -0.3, -0.1))
    for each in (changes(), unknown, little):
        assert what_got_worse(each, "hired", "not hired", favourable=True) == ""
    assert wrongly_given_it(little, "hired", "not hired") == (
        "Of 100 people labelled “not hired”, 25 wrongly get “hired”, as with the plain model."
    )
    rounded = changes(wrongly_given=(0.174, 0.176, -0.01, 0.02))
    assert wrongly_given_it(rounded, "hired", "not hired") == (
        "Of 100 people labelled “not hired”, 18 wrongly get “hired”, as with the plain model."
    )
    alike = changes(wrongly_given=(0.106, 0.113, -0.01, 0.02))
    assert wrongly_given_it(alike, "hired", "not hired") == (
        "Of 100 people labelled “not hired”, 11 wrongly get “hired”, as with the plain model."
    )
    assert wrongly_given_it(unknown, "hired", "not hired") == (
        "Nobody in these rows has the label “not hired”."
    )


def test_as_an_open_point_a_gap_that_may_have_got_smaller_is_a_doubt():
    assert not_shown_smaller(0.272, 0.226, chance="could be chance", gap=PARITY_GAP) == (
        "It is not shown that the demographic parity gap got smaller: 27.2 pp with the plain "
        "model, 22.6 pp with the mixture, which could be chance."
    )
    assert not not_shown_smaller(0.272, 0.226)
    assert not not_shown_smaller(math.nan, 0.226)
    for told in ({"chance": ""}, {"chance": "could be chance"}):
        for gaps in ((0.165, 0.172), (0.165, 0.165)):
            assert not_shown_smaller(*gaps, **told) == gap_not_surely_smaller(*gaps, **told)


def test_of_what_surely_gets_worse_the_gravest_is_named_and_others_are_counted():
    told = {"good": "hired", "bad": "not hired", "favourable": True}
    assert surely_worse(WORSE, **told) == (
        "Groups differ more in how often “hired” is right (predictive parity: 16.7 pp, plain model "
        "0.0); 1 other rate gets worse."
    )
    alone = changes(right=(0.18, 0.338, 0.121, 0.2), denied=(0.0, 0.5, -0.01, 0.9))
    assert surely_worse(alone, **told) == (
        "Groups differ more in how often “hired” is right (predictive parity: 33.8 pp, plain model "
        "18.0)."
    )
    three = changes(
        wrongly_given=(0.25, 0.6, 0.02, 0.4), right=(0.1, 0.2, 0.01, 0.3), given=(0, 0.1, 0.01, 0.3)
    )
    assert surely_worse(three, **told) == (
        "Of 100 people labelled “not hired”, 60 wrongly get “hired” (plain model 25); 2 other "
        "rates get worse."
    )
    unsure, little = changes(denied=(0.0, 0.5, -0.01, 0.9)), changes(gets=(0.2, 0.209, 0.001, 0.1))
    assert surely_worse(unsure, **told) == surely_worse(little, **told) == ""
