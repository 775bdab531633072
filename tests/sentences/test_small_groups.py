import math

from fairmoe.sentences.small_groups import (
    every_group_counts,
    final_score_counts_every_group,
    told_as_one,
    with_few_people,
)


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
    assert final_score_counts_every_group(small, few=with_few_people(weighted=True)) == (
        "The final score counts every group by itself, also Asian and Native American that count, "
        "by their weights, as fewer than 30 people, and so few can make any gap."
    )
    assert final_score_counts_every_group(small) == (
        "The final score counts every group by itself, also Asian and Native American."
    )
    assert every_group_counts(0.3202, ()) == final_score_counts_every_group(()) == ""


def test_groups_that_are_told_of_as_one_are_named():
    assert told_as_one(("Asian", "Other"), "smaller groups", 10) == (
        "The group “smaller groups” is Asian and Other, which count as one because some have fewer "
        "than 10 people in a split."
    )
    assert told_as_one((), "smaller groups", 10) == ""
    assert told_as_one(("Asian", "Other"), "smaller groups", 10, where="").endswith(
        "because some have fewer than 10 people."
    )
