import math

from fairmoe.sentences.small_groups import (
    EVERY_GROUP_COUNTS,
    every_group_counts,
    made_in_training,
    made_of,
    no_gap_can_be_told,
    passed_over,
    score_counts_every_group,
    told_as_one,
    with_few_people,
)


def test_in_brief_groups_that_are_one_are_counted():
    together = made_of("smaller groups", ["a", "b", "c"], brief=True)
    assert together == "“smaller groups” is 3 groups together."
    assert made_of("smaller groups", ["a"], brief=True) == "“smaller groups” is a."
    assert made_of("smaller groups", [], brief=True) == ""


def test_scores_count_every_group_and_that_is_told():
    small = ("Asian", "Native American")
    few = with_few_people(weighted=False)
    assert every_group_counts(0.3202, small, few=few, advice=" Merge them.") == (
        "Every group counts by itself in these scores, also Asian and Native American with fewer "
        "than 30 people, and so few can make any gap. Between groups of enough people the "
        "mixture's demographic parity difference is 32.0 pp. Merge them."
    )
    assert every_group_counts(math.nan, small) == (
        "Every group counts by itself in these scores, also Asian and Native American."
    )
    assert every_group_counts(math.nan, small, few=few) == (
        "Every group counts by itself in these scores, also Asian and Native American with fewer "
        "than 30 people, and so few can make any gap. No gap between groups can be told of so few."
    )
    assert score_counts_every_group(small, few=with_few_people(weighted=True)) == (
        "The final score counts every group by itself, also Asian and Native American with fewer "
        "than 30 people by their weights, and so few can make any gap."
    )
    assert score_counts_every_group(small) == (
        "The final score counts every group by itself, also Asian and Native American."
    )
    assert every_group_counts(None, small, few=few).endswith("so few can make any gap.")
    assert EVERY_GROUP_COUNTS == (
        "Every group counts by itself in these scores, of however few people."
    )
    assert score_counts_every_group(("Asian",), score="f_proc") == (
        "The procedure gap counts every group by itself, also Asian."
    )
    assert every_group_counts(0.3202, ()) == score_counts_every_group(()) == ""


def test_why_no_gap_can_be_told_is_said_with_what_to_do():
    two = {"women": 12, "men": 40}
    assert no_gap_can_be_told("DP gap", two, split="test", weighted=False) == (
        "No DP gap can be told on the test rows: fewer than two groups have 30 people there (women "
        "12 and men 40), and so few can make any gap. Take a longer table: unless a column names "
        "the test rows, they are one in 5."
    )
    three = {"a": 29.7, "b": 40.0, "c": 3.0}
    assert no_gap_can_be_told(
        "Result gap", three, split="validation", label="hired", weighted=True
    ) == (
        "No result gap can be told on the validation rows: fewer than two groups count, by their "
        "weights, as 30 people labelled “hired” there (a 29, b 40 and c 3), and so few can make "
        "any gap. Take a longer table, or merge groups: unless a column names the validation rows, "
        "they are one in 5."
    )


def test_groups_that_are_told_of_as_one_are_named():
    assert told_as_one(("Asian", "Other"), "smaller groups", 10) == (
        "The group “smaller groups” is Asian and Other, which count as one because some have fewer "
        "than 10 people in a split."
    )
    assert told_as_one((), "smaller groups", 10) == ""
    assert told_as_one(("Asian", "Other"), "smaller groups", 10, where="").endswith(
        "because some have fewer than 10 people."
    )


def test_of_whom_a_group_is_that_is_made_of_small_ones():
    assert made_of("smaller groups", ("Asian",)) == "“smaller groups” is Asian."
    assert made_of("smaller groups", ()) == ""
    assert made_of("smaller groups", ("Asian", "Other")) == (
        "“smaller groups” is Asian and Other together."
    )
    assert passed_over("smaller groups") == (
        "“smaller groups” fares worse or better than these, but is several groups: no cause would "
        "be of all of them."
    )
    assert made_in_training("smaller groups", 1200) == (
        "“smaller groups” is everyone in a group of fewer than 1,200 rows, or joined to these."
    )
