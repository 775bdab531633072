"""Alarms say why a model is no choice, with the numbers that show it."""

import json

import numpy as np
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import find_alarm

LABELS = np.repeat([1, 1, 0, 0], 25)
GROUPS = np.tile([0, 1], 50)


def alarm(decisions, plain=LABELS, favourable=None):
    return find_alarm(LABELS, decisions, plain, group=GROUPS, n_groups=2, favourable=favourable)


def test_a_model_that_decides_as_well_as_the_plain_one_raises_none():
    assert alarm(LABELS, favourable=True) is None
    assert alarm(LABELS, favourable=False) is None


def test_everyone_called_a_reoffender_is_told_with_its_numbers():
    found = alarm(np.ones(100, dtype=int), favourable=False)
    assert (found.inaccurate, found.lopsided, found.harmful) == (False, True, True)
    assert (found.accuracy, found.constant_accuracy) == (0.5, 0.5)
    assert (found.predicted_rate, found.true_rate) == (1.0, 0.5)
    assert (found.harm, found.plain_harm) == (1.0, 0.0)


def test_a_good_outcome_for_everyone_harms_nobody():
    found = alarm(np.ones(100, dtype=int), favourable=True)
    assert (found.lopsided, found.harmful) == (True, False)
    assert (found.harm, found.plain_harm) == (0.0, 0.0)


def test_less_accurate_than_one_answer_for_all():
    decisions = LABELS.copy()
    decisions[:26], decisions[50:76] = 0, 1
    found = alarm(decisions)
    assert (found.inaccurate, found.lopsided, found.harmful) == (True, False, False)
    assert (found.accuracy, found.constant_accuracy) == (0.48, 0.5)
    assert found.to_dict()["harm"] is None
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["accuracy"] == 0.48


@pytest.mark.parametrize(("refused", "sounds"), [(4, False), (6, True)])
def test_harm_that_chance_may_explain_raises_none(refused, sounds):
    """A difference of 4 has a standard error of 2, one of 6 of 2.4; half lie in each group."""
    decisions = LABELS.copy()
    decisions[:refused] = 0
    found = alarm(decisions, favourable=True)
    assert (found is not None) == sounds
    if found:
        assert (found.inaccurate, found.lopsided, found.harmful) == (False, False, True)
        assert found.harm == refused / 50


def test_gaps_are_those_of_both_models_in_who_is_given_the_positive_class():
    plain = LABELS.copy()
    plain[GROUPS == 0] = 0
    found = alarm(np.ones(100, dtype=int), plain, favourable=False)
    assert (found.gap, found.plain_gap) == (0.0, 0.5)
    alone = find_alarm(
        LABELS, 1 - LABELS, LABELS, group=np.zeros(100, int), n_groups=2, favourable=None
    )
    assert np.isnan(alone.gap)
    assert alone.to_dict()["gap"] is None


def test_gaps_are_between_groups_that_can_be_compared():
    few = np.r_[GROUPS, [2, 2, 2]]
    labels = np.r_[LABELS, [0, 0, 0]]
    decisions = np.r_[np.ones(100, dtype=int), [0, 0, 0]]
    found = find_alarm(labels, decisions, labels, group=few, n_groups=3, favourable=False)
    assert (found.gap, found.plain_gap) == (0.0, 0.0)


def test_other_arrays_are_refused():
    with pytest.raises(InvalidInputError, match="'y_pred' needs the values 0 and 1 only"):
        alarm(np.full(100, 0.5))
