"""What levelling down and cut-offs do to people, word by word."""

import pandas as pd
import pytest

from fairmoe.sentences.lesson_people import (
    cutoffs_of_way,
    levelling_takeaway,
    thresholds_takeaway,
)

GROUPS = pd.DataFrame(
    {
        "good_label_rate": [0.2, 0.4],
        "good_model_rate": [0.1, 0.3],
        "good_label": [20, 80],
        "harmed_model": [12, 40],
        "harmed_plain": [10, 35],
        "better": [7, 2],
        "worse": [0, 5],
    },
    index=["women", "men"],
)


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ((0.677, 0.624), "higher without the guard: 67.7 without and 62.4 with it."),
        ((0.6, 0.624), "higher with the guard: 60.0 without and 62.4 with it."),
        ((0.6241, 0.6242), "the same with and without the guard: 62.4 without and 62.4 with it."),
    ],
)
def test_levelling_down_is_told_in_people_and_beside_the_score(scores, verdict):
    assert levelling_takeaway(GROUPS, 0.2, guard=False, scores=scores) == (
        "With the guard off, the mixture hires 10 of 100 women (20 by label) and 30 of 100 men (40 "
        "by label); the gap is 20.0 pp. Of 100 people labelled “hired” it refuses 52; the utility "
        f"expert refuses 45. The final score is {verdict}"
    )


def test_a_way_to_decide_is_told_by_who_changes_and_what_it_rests_on():
    given = {"accuracy": (0.75, 0.74), "gaps": (0.12, 0.026)}
    assert thresholds_takeaway(GROUPS, **given, by_group=0.11, turned=0.0) == (
        "Against one cut-off 14 decisions change: of the women 7 more and 0 fewer and of the men 2 "
        "more and 5 fewer are hired. Accuracy is 74.0% (75.0% with one cut-off), the gap 2.6 pp "
        "(12.0). 11.0 of 100 people would be decided about otherwise if only their group were "
        "another; within a group nobody overtakes anybody."
    )
    one = GROUPS.assign(better=[1, 0], worse=0)
    told = thresholds_takeaway(one, **given, by_group=0.0, turned=0.0)
    assert told.startswith("Against one cut-off 1 decision changes: of the women 1 more and 0 ")
    told = thresholds_takeaway(
        GROUPS.assign(better=0, worse=0), **given, by_group=0.0, turned=0.073
    )
    assert told.startswith("This is one cut-off for all, and all else is compared with it. Acc")
    assert told.endswith(
        "Nobody's decision depends on the group itself; within a group 7.3% of the pairs of people "
        "change their order."
    )


def test_cut_offs_in_words():
    assert cutoffs_of_way(["women", "men"], [0.5, 0.5]) == "Hired from a score of 0.50 on."
    assert cutoffs_of_way(["women", "men"], [0.403, 0.493]) == (
        "Hired are women from 0.40 and men from 0.49 on."
    )
