import math

import numpy as np
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import outcome_gap, review_groups

NAMES = ["x", "y", "z"]


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, 400)
    return rng.random(400) < np.array([0.2, 0.5, 0.4])[group], group, rng.random(400) + 0.5


@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_demographic_parity_difference_of_a_review(rows, weighted):
    pred, group, weight = rows
    about = {
        "group": group,
        "group_names": NAMES,
        "tolerance": 0.05,
        "sample_weight": weight if weighted else None,
    }
    gap = outcome_gap(pred, **about)
    review = review_groups(pred, pred, pred.astype(float), **about)

    expected = review.differences.loc["demographic_parity_difference"]
    assert [gap.value, gap.low, gap.high] == pytest.approx(
        list(expected[["value", "low", "high"]]), abs=0
    )
    assert (gap.most, gap.least, gap.verdict) == tuple(expected[["highest", "lowest", "verdict"]])
    assert gap.most_rate - gap.least_rate == gap.value


def test_by_hand():
    # 3 of 4 against 1 of 4.
    gap = outcome_gap(
        [1, 1, 1, 0, 1, 0, 0, 0], group=[0] * 4 + [1] * 4, group_names=["x", "y"], min_rows=4
    )

    assert (gap.value, gap.most, gap.most_rate, gap.least, gap.least_rate) == (
        0.5,
        "x",
        0.75,
        "y",
        0.25,
    )
    assert gap.low == 0
    assert not gap.is_clear
    assert gap.verdict is None


def test_groups_of_few_rows_stand_apart(rows):
    pred, group, _ = rows
    few = np.where(np.arange(400) < 20, 2, group % 2)
    gap = outcome_gap(pred, group=few, group_names=NAMES)

    assert gap.apart == ("z",)
    assert {gap.most, gap.least} == {"x", "y"}


def test_one_group_alone_has_no_gap_and_no_verdict_can_be_told():
    gap = outcome_gap(np.ones(40), group=np.zeros(40, int), group_names=["x", "y"], tolerance=0.1)

    assert math.isnan(gap.value)
    assert (gap.most, gap.least, gap.verdict) == ("", "", "cannot be told")
    assert not gap.is_clear


def test_arrays_are_checked():
    with pytest.raises(InvalidInputError, match="'has_outcome' needs the values 0 and 1 only"):
        outcome_gap([0, 2], group=[0, 1], group_names=["x", "y"])
