"""Whether models may see the sensitive columns, word by word."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.awareness import aware_means, awareness_in_words, blind_means, offer_aware


def comparison(blind=False, aware=False, harmed=(0.3, 0.25)):
    return pd.DataFrame(
        {
            "utility": [0.6, 0.65],
            "f_res": [0.2, 0.05],
            "f_proc": [0.01, 0.02],
            "final_score": [0.39, 0.58],
            "harmed": harmed,
            "alarming": [blind, aware],
        },
        index=["blind", "aware"],
    )


def test_what_follows_either_way():
    assert blind_means(["race", "sex"]) == (
        "Blind: the models do not see race and sex. Two people who differ in nothing else get the "
        "same decision. Other features may still stand in for the group, and sometimes a blind "
        "model can close gaps only by treating everyone worse."
    )
    assert aware_means(["race"]) == (
        "Aware: the models see race and can correct unequal treatment directly. Two people who "
        "differ in nothing else may get different decisions. In hiring and credit the law often "
        "forbids that."
    )
    assert offer_aware(["race"]) == (
        "This mixture does not see race. Being blind may be why it raises an alarm. "
        "Train it aware too, and compare."
    )


def test_both_are_told_in_scores_and_in_people():
    told = awareness_in_words(comparison(), words=("released", "kept"))
    assert told[:2] == (
        "Blind and aware, the mixture has a utility of 60.0% and 65.0%, a result gap of 20.0 pp "
        "and 5.0 pp, a procedure gap of 1.0 pp and 2.0 pp and a final score of 39.0 and 58.0.",
        "Of 100 people whose label is “released”, it wrongly gives “kept” to 30.0 if it is blind "
        "and to 25.0 if it is aware.",
    )
    assert len(awareness_in_words(comparison(), words=None)) == 2
    unknown = comparison().assign(f_res=math.nan)
    assert awareness_in_words(unknown, words=None)[0] == (
        "Blind and aware, the mixture has a utility of 60.0% and 65.0%, a procedure gap of 1.0 pp "
        "and 2.0 pp and a final score of 39.0 and 58.0. The result gap cannot be told: "
        "insufficient data."
    )
    nobody = comparison(harmed=(math.nan, math.nan))
    assert len(awareness_in_words(nobody, words=("released", "kept"))) == 2


@pytest.mark.parametrize(
    ("blind", "aware", "told"),
    [
        (
            True,
            False,
            "Blind, it raises an alarm; aware, it does not. Use the aware one, if law and policy "
            "allow.",
        ),
        (
            False,
            True,
            "Aware, it raises an alarm; blind, it does not. Use the blind one.",
        ),
        (True, True, "Both raise an alarm. Use neither."),
        (
            False,
            False,
            "Neither raises an alarm. Whether a decision may look at the group is for law and "
            "policy to say.",
        ),
    ],
)
def test_what_follows_of_alarms(blind, aware, told):
    assert awareness_in_words(comparison(blind, aware), words=None)[-1] == told
