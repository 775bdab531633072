"""What the positive class is for the person, and what both outcomes are called."""

import json

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    assign_roles,
    encode,
    suggest_outcome,
    table_from_frame,
)
from fairmoe.errors import InvalidInputError


def labelled(values, target):
    frame = pd.DataFrame(
        {target.column: values, "sex": np.repeat(["f", "m"], 60), "age": range(120)}
    )
    return assign_roles(table_from_frame(frame), Roles(target, (Sensitive("sex"),)))


def test_neither_is_told_and_differs_from_not_told():
    outcomes = (None, "good", "bad", "neither")
    targets = [Target("hired", outcome=outcome) for outcome in outcomes]
    assert [target.favourable for target in targets] == [None, True, False, None]
    assert len(set(targets)) == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outcome": "great"}, "needs to be good, bad or neither for the person"),
        (
            {"words": ("hired",)},
            "need two words that differ, the positive one first; however, 1 we",
        ),
        ({"words": ("hired", " ")}, "one is empty or both are the same"),
        ({"words": ("hired", "hired ")}, "one is empty or both are the same"),
    ],
)
def test_meanings_that_are_none(given, message):
    with pytest.raises(InvalidInputError, match=message):
        Target("hired", **given)


@pytest.mark.parametrize("outcome", ["good", "bad", "neither", None])
def test_meanings_pass_through_json(outcome):
    target = Target("hired", ("yes",), outcome=outcome, words=("hired", "not hired"))
    roles = Roles(target, (Sensitive("sex"),))
    record = json.loads(json.dumps(roles.to_dict()))
    assert record["target"]["outcome"] == outcome
    assert record["target"]["words"] == ["hired", "not hired"]
    assert Roles.from_dict(record) == roles


def test_roles_that_were_written_before_there_were_meanings_do_not_tell():
    roles = Roles(Target("hired", ("yes",)), (Sensitive("sex"),))
    record = roles.to_dict()
    del record["target"]["outcome"], record["target"]["words"]
    back = Roles.from_dict(record)
    assert back == roles
    assert back.target.outcome is None


@pytest.mark.parametrize(
    ("target", "values", "words"),
    [
        (Target("hired", ("yes",)), ["yes", "no"], ("hired", "not hired")),
        (Target("hired", ("no",)), ["yes", "no"], ("not hired", "hired")),
        (Target("got_the_job"), [0, 1], ("got the job", "not got the job")),
        (Target("y"), [0, 1], ("y = 1", "y = 0")),
        (Target("class", ("good",)), ["good", "bad"], ("good", "bad")),
        (Target("income", (">50K",)), [">50K", "<=50K"], ("income >50K", "income <=50K")),
        (Target("risk", ("1",)), [1, 2], ("risk = 1", "risk = 2")),
        (Target("grade", ("A", "B")), list("ABCD"), ("A or B", "C or D")),
        (Target("grade", ("A",)), list("ABCDE"), ("A", "any other")),
        (Target("wage", threshold=2.5), [1, 2, 3], ("wage > 2.5", "wage ≤ 2.5")),
        (Target("hired", words=("in", "out")), ["yes", "no"], ("in", "out")),
        (Target("wage", threshold=2.5, words=("rich", "poor")), [1, 2, 3], ("rich", "poor")),
    ],
)
def test_outcomes_have_words_of_the_data_unless_they_are_told(target, values, words):
    assert labelled(np.resize(values, 120), target).words == words


@pytest.mark.parametrize(
    ("column", "value", "outcome"),
    [
        ("hired", "yes", "good"),
        ("hired", "no", "bad"),
        ("approved", "1", "good"),
        ("admitted", "True", "good"),
        ("is_recid", "1", "bad"),
        ("two_year_recid", "1", "bad"),
        ("twoyearrecid", "0", "good"),
        ("ViolentRecid", "yes", "bad"),
        ("default", "yes", "bad"),
        ("denied", "0", "good"),
        ("loan_status", "Denied", "bad"),
        ("loan_status", "Approved", "good"),
        ("approved", "denied", "bad"),
        ("status", "not hired", "bad"),
        ("status", "no default", "good"),
        ("class", "good", "good"),
        ("class", "bad", "bad"),
        ("income-per-year", ">50K", "good"),
        ("income", "<=50K", "bad"),
        ("risk_score", "High", "bad"),
        ("risk_score", "Low", "good"),
        # What the words do not say, or say both ways, is left to the user.
        ("y", "yes", None),
        ("class", ">50K", None),
        ("hired", "Wednesday", None),
        ("denied_or_approved", "yes", None),
        ("hiring_age", "1", None),
        ("colour", "high", None),
    ],
)
def test_whether_an_outcome_is_good_is_guessed_from_its_words(column, value, outcome):
    assert suggest_outcome(Target(column, (value,))) == outcome


def test_values_that_disagree_suggest_nothing():
    assert suggest_outcome(Target("status", ("approved", "granted"))) == "good"
    assert suggest_outcome(Target("status", ("approved", "denied"))) is None
    assert suggest_outcome(Target("hired")) == "good"
    assert suggest_outcome(Target("wage", threshold=3)) == "good"
    assert suggest_outcome(Target("debt", threshold=3)) == "bad"


def test_what_is_told_is_another_run_and_what_is_not_told_is_the_old_one():
    def digest(target):
        return encode(labelled(np.resize(["yes", "no", "no"], 120), target)).digest

    digests = [
        digest(Target("hired", ("yes",), outcome=outcome, words=words))
        for outcome, words in ((None, None), ("good", None), ("bad", None), (None, ("in", "out")))
    ]
    assert len(set(digests)) == 4
    # As computed before targets had meanings, so that kept sweeps go on.
    assert digests[0] == "6d906fc1366ade0be63dd7365b4363bc340994294906783664efab70eb464d69"
