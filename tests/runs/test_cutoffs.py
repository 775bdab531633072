import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.errors import InvalidInputError
from fairmoe.runs import Cutoffs

unit = st.floats(0, 1, width=32)


@given(st.lists(unit, min_size=1, max_size=20), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_moved_probabilities_decide_at_one_half_and_keep_their_order(proba, first, second):
    cutoffs = Cutoffs("mixture", (first, second))
    group = np.arange(len(proba)) % 2
    moved = cutoffs.shift(proba, group)
    rounded = moved.astype(np.float32)
    assert ((rounded > 0.5) == cutoffs.decide(proba, group)).all()
    assert ((moved >= 0) & (moved <= 1)).all()
    for g in (0, 1):
        own = np.array(proba)[group == g]
        assert (np.diff(moved[group == g][np.argsort(own)]) >= 0).all()


def test_one_half_moves_nothing():
    proba = np.array([0.1, 0.5, 0.93])
    assert Cutoffs("mixture", (0.5,)).shift(proba, [0, 0, 0]) == pytest.approx(proba)


def test_a_score_is_moved_along_its_log_odds():
    # Log-odds of 3/4 are log 3; less those of 1/4, which are -log 3, they are log 9.
    assert Cutoffs("mixture", (0.25,)).shift([0.75], [0]) == pytest.approx([0.9])


def test_cutoffs_survive_json_and_know_whether_they_go_by_group():
    one, each = Cutoffs("utility", (0.4, 0.4)), Cutoffs("mixture", (0.4, 0.5), "strict")
    assert (one.by_group, each.by_group) == (False, True)
    assert Cutoffs.from_dict(json.loads(json.dumps(each.to_dict()))) == each


@pytest.mark.parametrize("thresholds", [(), (0.0,), (0.5, 1.0)])
def test_thresholds_lie_between_0_and_1(thresholds):
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        Cutoffs("mixture", thresholds)


def test_baselines_cannot_be_cut():
    with pytest.raises(InvalidInputError, match="'constant' was given"):
        Cutoffs("constant", (0.5,))
