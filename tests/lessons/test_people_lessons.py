"""Lessons 11 and 12: levelling down, and cut-offs beside training."""

import numpy as np
import pytest

from fairmoe.lessons.thresholds import turned_pairs
from tests.lessons.shared import result_of


def test_pairs_that_turn_by_hand():
    before = np.array([0.1, 0.2, 0.3, 0.5, 0.6])
    after = np.array([0.2, 0.1, 0.3, 0.5, 0.6])
    # of the first three, one pair of three turns; the others are a group of their own
    assert turned_pairs(before, after, np.array([0, 0, 0, 1, 1])) == pytest.approx(1 / 4)
    assert turned_pairs(before, after, np.array([0, 1, 0, 1, 0])) == 0
    assert turned_pairs(before, before**2, np.zeros(5, np.int64)) == 0


@pytest.mark.slow
def test_without_the_guard_a_score_may_prefer_to_refuse_everyone():
    found = {(kept.seen, kept.guard): kept for kept in result_of("levelling")}
    letter, guarded = found["none", False], found["none", True]
    assert letter.groups["good_model"].sum() == 0
    assert letter.gaps["model"].value == 0
    assert letter.final_score > guarded.final_score
    assert guarded.groups["good_model"].sum() > 50
    assert (letter.groups["harmed_model"] == letter.groups["good_label"]).all()
    assert len(found) == 6


@pytest.mark.slow
def test_cut_offs_by_group_close_the_gap_and_treat_people_by_their_group():
    found = result_of("thresholds")
    one, approval, trained = (found[way] for way in ("one", "approval", "trained"))
    assert approval.dp < one.dp - 0.05
    assert len(set(approval.thresholds)) == 2
    assert approval.by_group > 0.03
    assert approval.turned == 0
    assert trained.by_group == 0
    assert trained.turned > 0
    assert one.groups[["better", "worse"]].to_numpy().sum() == 0
    assert approval.groups["better"].sum() > 0
