"""What a reader has to beware of, word by word."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.cautions import (
    counted_as_one,
    left_out_groups,
    limits,
    merged_groups,
    not_estimable,
    scores_of_all,
    too_few,
)


def counts(**groups):
    return pd.DataFrame.from_dict(groups, orient="index", columns=["n", "positives"])


def test_groups_of_few_rows_or_few_positives_are_named():
    assert too_few(counts(a=[99, 50], b=[1000, 19], c=[100, 20])) == (
        "Little to go by (fewer than 100 rows, or 20 positive ones). a: 99 rows, 50 of them "
        "positive; b: 1,000 rows, 19 of them positive. Gaps that rest on so few rows may be "
        "chance: look at their intervals."
    )
    assert too_few(counts(c=[100, 20])) == ""


def test_of_many_small_groups_the_smallest_are_named():
    few = counts(a=[50, 5], b=[30, 3], c=[10, 1])
    assert too_few(few, 2) == (
        "Little to go by (fewer than 100 rows, or 20 positive ones). c: 10 rows, 1 of them "
        "positive; b: 30 rows, 3 of them positive; 1 more group likewise. Gaps that "
        "rest on so few rows may be chance: look at their intervals."
    )
    assert "; 2 more groups likewise." in too_few(few, 1)


def test_scores_that_nothing_could_be_chosen_by_are_named():
    assert not_estimable({"acc": 0.7, "eo": math.nan, "final_score": math.nan}) == (
        "Not estimable on the validation rows: EO gap, Final score. Some group has too few rows "
        "or positives among them, so models were chosen by the scores that are left. Merge "
        "groups, or cut numbers elsewhere."
    )
    assert not_estimable({"acc": 0.7}) == ""


def test_limits_of_a_run():
    told = limits(
        counts(a=[1000, 500], b=[100, 20]),
        7,
        positive="hired = yes",
        words=("hired", "not hired"),
        outcome=None,
    )
    assert told == (
        "One split and one seed (7). Another split or another seed gives other figures; train "
        "again with several seeds before a decision hangs on them.",
        "The smallest group has 100 test rows; gaps between small groups can be chance, so "
        "read the intervals.",
        "The labels are taken as they are. If people decided them with prejudice, a model that "
        "repeats the prejudice scores well, and gaps among those with the label are misleading.",
        "Correlation is not cause. That a model relies on a column says neither that the column "
        "causes the outcome nor that changing it would help anyone.",
        "Only the groups named here were compared. Other groups, and people within a group, may "
        "be treated differently in ways that no figure of this report shows.",
        "Whether being predicted positive (hired = yes) is a benefit or a burden was not told. "
        "What a wrong decision costs whom is not known to the report.",
        "Many figures were computed. Of tests where there is nothing to find, one in twenty still "
        "shows p < 0.05.",
        "A model that gives everyone the same answer has no gaps. Read gaps beside utility.",
        "This report measures; it gives no verdict on whether a model treats people justly.",
    )


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("good", "The user said that “hired” is good for the person, and “not hired” bad. "),
        ("bad", "The user said that “hired” is bad for the person, and “not hired” good. "),
        ("neither", "The user said that “hired” is neither good nor bad for the person. "),
    ],
)
def test_limits_say_what_the_outcome_was_said_to_be(outcome, sentence):
    told = limits(
        counts(a=[5, 2]), 0, positive="x = 1", words=("hired", "not hired"), outcome=outcome
    )
    assert told[1].startswith(
        "Little to go by (fewer than 100 rows, or 20 positive ones). a: 5 rows"
    )
    assert told[5] == f"{sentence}What a wrong decision costs whom is not known to the report."


def test_groups_that_are_told_of_as_one_are_named():
    assert merged_groups(["a", "b"], 10) == (
        "Groups of fewer than 10 people in a split could let a reader recognise somebody. They are "
        "counted together, where needed with the next smallest: a and b. The final score, scores "
        "in tables and files, and alarms are of the groups that the models were trained with."
    )
    assert scores_of_all([]) == ""
    assert scores_of_all(["a", "b"]) == (
        " Scores count every group that the models were trained with, also those that are one here."
    )
    assert left_out_groups(10) == (
        "The file leaves out numbers of groups of fewer than 10 people, and of the next smallest "
        "where they could be told from it."
    )


def test_groups_that_are_one_are_named_up_to_a_number_with_the_reason():
    assert counted_as_one(["a", "b"], "smaller groups", 10, 3) == (
        "The group “smaller groups” is a and b, counted as one because figures of fewer than 10 "
        "people in a split could let a reader recognise somebody."
    )
    assert "is a, b and 2 more, counted" in counted_as_one("abcd", "smaller groups", 10, 2)
