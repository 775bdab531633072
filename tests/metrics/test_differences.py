"""Intervals and tests for gaps between groups: oracles, and what must hold of any counts."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fairmoe import metrics
from fairmoe.metrics.differences import (
    _simultaneous_z,
    against_reference,
    exact_p_value,
    gap_interval,
    holm,
    ratio_interval,
    ratio_of_two,
)

Z = 1.959963984540054


@st.composite
def counts(draw, groups=5, most=400):
    """Rows that a rate counts, and those it is a share of, for some groups."""
    sizes = st.lists(st.integers(1, most), min_size=2, max_size=groups)
    trials = np.array(draw(sizes))
    return np.array([draw(st.integers(0, int(n))) for n in trials]), trials


# From table II of Newcombe (1998), method 10.
@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        ((56, 48), (70, 80), 0.0524, 0.3339),
        ((9, 3), (10, 10), 0.1705, 0.8090),
        ((6, 2), (7, 7), 0.0582, 0.8062),
        ((5, 0), (56, 29), -0.0381, 0.1926),
        ((0, 0), (10, 20), -0.1611, 0.2775),
        ((10, 0), (10, 20), 0.6791, 1.0),
    ],
)
def test_newcombe_interval_is_the_published_one(hits, trials, low, high):
    assert metrics.newcombe_interval(hits, trials) == pytest.approx((low, high), abs=5e-5)


def test_of_two_groups_the_interval_of_the_gap_is_newcombes_without_its_sign():
    clear = gap_interval([(np.array([48, 56]), np.array([80, 70]))])
    assert clear == pytest.approx((0.0524, 0.3339), abs=5e-5)
    # Where it covers 0 the gap may be none, or as large as the farther end.
    unclear = gap_interval([(np.array([5, 0]), np.array([56, 29]))])
    assert unclear == (0.0, pytest.approx(0.1926, abs=5e-5))


def test_the_width_for_all_pairs_is_that_of_the_studentized_range():
    for groups in (3, 6):
        expected = stats.studentized_range.ppf(0.95, groups, np.inf) / math.sqrt(2)
        assert _simultaneous_z(((100,) * groups,)) == pytest.approx(expected, rel=0.01)
    assert _simultaneous_z(((30, 5000),)) == pytest.approx(Z)
    # Two rates of two groups are two independent pairs.
    both = stats.norm.ppf((1 + math.sqrt(0.95)) / 2)
    assert _simultaneous_z(((50, 70), (20, 30))) == pytest.approx(both, rel=0.01)
    # With a reference of very many rows the others are independent of each other.
    three = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)
    assert _simultaneous_z(((10**9, 50, 60, 70),), 0) == pytest.approx(three, rel=0.01)


@settings(deadline=None, max_examples=60)
@given(counts())
def test_the_interval_holds_the_gap_and_every_pair_in_its_own(sample):
    hits, trials = sample
    low, high = gap_interval([sample])
    gap = float(np.ptp(hits / trials))
    assert 0 <= low <= gap + 1e-12
    assert gap <= high + 1e-12
    assert high <= 1
    for i, j in itertools.combinations(range(len(trials)), 2):
        ends = metrics.newcombe_interval((hits[i], hits[j]), (trials[i], trials[j]))
        assert high >= min(max(ends[1], -ends[0]), 1) - 1e-12
        # To hold for all pairs at once the lower end is at most that of each alone.
        if len(trials) == 2:
            assert low == pytest.approx(max(ends[0], -ends[1], 0), abs=1e-12)
    order = np.random.default_rng(0).permutation(len(trials))
    assert gap_interval([(hits[order], trials[order])])[1] == pytest.approx(high)


@settings(deadline=None, max_examples=60)
@given(counts(), counts())
def test_two_rates_have_the_wider_of_both(one, other):
    assert gap_interval([one, other])[1] == max(gap_interval([one])[1], gap_interval([other])[1])


@settings(deadline=None, max_examples=60)
@given(counts())
def test_the_interval_of_the_ratio_holds_it(sample):
    hits, trials = sample
    low, high = ratio_interval(sample)
    rates = hits / trials
    if not hits.any():
        assert math.isnan(low)
        assert math.isnan(high)
        return
    ratio = rates.min() / rates.max()
    assert -1e-12 <= low <= ratio + 1e-9
    assert ratio - 1e-9 <= high <= 1


def test_a_ratio_of_many_rows_has_the_interval_of_its_logarithm():
    hits, trials = (40_000, 50_000), (100_000, 100_000)
    low, high = ratio_of_two(hits, trials, z=Z)
    error = math.sqrt(sum(1 / k - 1 / n for k, n in zip(hits, trials, strict=True)))
    assert math.log(low) == pytest.approx(math.log(0.8) - Z * error, abs=2e-4)
    assert math.log(high) == pytest.approx(math.log(0.8) + Z * error, abs=2e-4)


def test_a_ratio_to_a_rate_that_may_be_nothing_has_no_upper_end():
    low, high = ratio_of_two((5, 0), (50, 40), z=Z)
    assert 0 < low < 1
    assert high == math.inf


@settings(deadline=None, max_examples=60)
@given(counts(groups=2, most=60))
def test_the_exact_p_value_is_that_of_all_tables_with_a_difference_as_large(sample):
    (k, other), (n, m) = sample
    total = k + other
    observed = abs(k / n - other / m)
    chance = stats.hypergeom(n + m, n, total)
    as_large = [
        chance.pmf(first)
        for first in range(max(0, total - m), min(n, total) + 1)
        if abs(first / n - (total - first) / m) >= observed - 1e-12
    ]
    expected = sum(as_large)
    assert exact_p_value((int(k), int(other)), (int(n), int(m))) == pytest.approx(expected)


def test_for_equal_groups_the_exact_p_value_is_fishers():
    fisher = stats.fisher_exact([[21, 9], [12, 18]]).pvalue
    assert exact_p_value((21, 12), (30, 30)) == pytest.approx(fisher)


def test_the_exact_p_value_is_what_shuffling_comes_to():
    y_pred = np.r_[np.arange(300) < 100, np.arange(200) < 45]
    shuffled = metrics.demographic_parity_test(
        y_pred, group=np.repeat([0, 1], [300, 200]), n_groups=2, n_permutations=200_000
    )
    assert exact_p_value((100, 45), (300, 200)) == pytest.approx(shuffled.p_value, rel=0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_adjusts_step_by_step(p_values):
    adjusted = holm(p_values)
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    highest = 0.0
    for step, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - step)))
        assert adjusted[i] == pytest.approx(highest)


@settings(deadline=None, max_examples=40)
@given(counts(), st.data())
def test_each_group_is_compared_with_the_reference(sample, data):
    hits, trials = sample
    reference = data.draw(st.integers(0, len(trials) - 1))
    found = against_reference(sample, reference)
    rates = hits / trials
    np.testing.assert_allclose(found["difference"], rates - rates[reference])
    assert (found["low"] <= found["difference"] + 1e-12).all()
    assert (found["difference"] <= found["high"] + 1e-12).all()
    assert found["low"][reference] == found["high"][reference] == 0
    assert math.isnan(found["p_value"][reference])
    others = [g for g in range(len(trials)) if g != reference]
    raw = [
        exact_p_value(
            (int(hits[g]), int(hits[reference])), (int(trials[g]), int(trials[reference]))
        )
        for g in others
    ]
    np.testing.assert_allclose(found["p_value"][others], holm(raw))
    for g in others:
        alone = metrics.newcombe_interval(
            (hits[g], hits[reference]), (trials[g], trials[reference])
        )
        assert found["low"][g] <= alone[0] + 1e-12
        assert found["high"][g] >= alone[1] - 1e-12


def test_no_pair_is_called_different_more_often_than_once_in_twenty_where_none_is():
    # Six groups of 200 that do not differ; three standard errors of 2,000 draws are 1.5%.
    random = np.random.default_rng(0)
    trials = np.full(6, 200)
    ends = [gap_interval([(random.binomial(200, 0.3, 6), trials)])[0] for _ in range(2000)]
    assert 0.02 < np.mean(np.array(ends) > 0) < 0.065
