import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fairmoe import metrics
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import uncertainty


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10_000), st.data(), st.floats(0.5, 0.999))
def test_wilson_interval_agrees_with_scipy(n, data, confidence):
    successes = data.draw(st.integers(0, n))
    low, high = metrics.wilson_interval(successes, n, confidence=confidence)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_interval_ends_exactly_at_the_borders_and_is_nan_without_trials():
    n = np.arange(1, 1000)
    assert (metrics.wilson_interval(np.zeros_like(n), n)[0] == 0).all()
    assert (metrics.wilson_interval(n, n)[1] == 1).all()
    assert np.isnan(metrics.wilson_interval(0, 0)).all()


def exact_p_value(gap_of, group):
    """The share of all orders of the groups whose gap is at least the observed one."""
    gaps = [gap_of(np.array(order)) for order in set(itertools.permutations(group))]
    return float(np.mean(np.array(gaps) >= gap_of(np.array(group)) - 1e-12))


def rate_gap(y_pred):
    """The gap in selection rates, as a function of the groups."""
    y_pred = np.array(y_pred)
    return lambda group: float(np.ptp([y_pred[group == g].mean() for g in np.unique(group)]))


def assert_sampled(test, p_value):
    """The sampled share lies within five standard errors of the exact one."""
    spread = math.sqrt(p_value * (1 - p_value) / test.n_permutations)
    assert abs(test.p_value - p_value) <= 5 * spread + 1 / test.n_permutations


@pytest.mark.parametrize("group", [[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 2, 2]])
def test_parity_p_value_agrees_with_enumeration(group):
    y_pred = [1, 1, 1, 0, 0, 0, 1]
    test = metrics.demographic_parity_test(
        y_pred, group=group, n_groups=max(group) + 1, n_permutations=50_000
    )
    assert test.difference == pytest.approx(rate_gap(y_pred)(np.array(group)))
    assert_sampled(test, exact_p_value(rate_gap(y_pred), group))


def test_parity_p_value_agrees_with_fishers_exact_test_for_equal_groups():
    # 30 rows in each group, 21 and 12 selected: at equal sizes both order tables by the gap
    y_pred = np.r_[np.arange(30) < 21, np.arange(30) < 12]
    test = metrics.demographic_parity_test(
        y_pred, group=np.repeat([0, 1], 30), n_groups=2, n_permutations=100_000
    )
    assert test.difference == pytest.approx(0.3)
    assert_sampled(test, stats.fisher_exact([[21, 9], [12, 18]]).pvalue)


def test_opportunity_looks_at_positive_rows_only():
    y_true = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    y_pred = np.array([1, 1, 1, 0, 0, 1, 1, 1, 0, 0])
    group = np.array([0, 0, 0, 1, 1, 1, 0, 1, 1, 1])
    test = metrics.equal_opportunity_test(
        y_true, y_pred, group=group, n_groups=2, n_permutations=50_000
    )
    assert test.difference == pytest.approx(1 - 1 / 3)
    assert_sampled(test, exact_p_value(rate_gap(y_pred[:6]), group[:6].tolist()))


def test_attention_p_value_agrees_with_enumeration(monkeypatch):
    monkeypatch.setattr(uncertainty, "_CHUNK_CELLS", 7 * 900)
    random = np.random.default_rng(5)
    group = [0, 0, 0, 1, 1, 2, 2]
    attention = random.dirichlet(np.ones(3), 7)
    attention[:3, 0] += 0.5
    attention /= attention.sum(1, keepdims=True)

    def divergence(labels):
        means = np.array([attention[labels == g].mean(0) for g in range(3)])
        return float(np.mean([stats.entropy(mean, means.mean(0), base=2) for mean in means]))

    test = metrics.attention_test(attention, group=group, n_groups=3, n_permutations=20_000)
    assert test.n_permutations == 20_000
    assert test.difference == pytest.approx(divergence(np.array(group)))
    as_far = (test.shuffled >= test.difference - 1e-12).sum()
    assert test.p_value == (1 + as_far) / 20_001
    exact = exact_p_value(divergence, group)
    assert 0.05 < exact < 0.95
    assert_sampled(test, exact)


@pytest.mark.parametrize("chunk", [1, 70, 10**6])
def test_attention_p_value_does_not_depend_on_the_chunks(monkeypatch, chunk):
    monkeypatch.setattr(uncertainty, "_CHUNK_CELLS", chunk)
    attention = np.random.default_rng(0).dirichlet(np.ones(3), 20)
    test = metrics.attention_test(attention, group=np.arange(20) % 2, n_groups=2, n_permutations=99)
    monkeypatch.undo()
    whole = metrics.attention_test(
        attention, group=np.arange(20) % 2, n_groups=2, n_permutations=99
    )
    assert test == whole


def test_differences_equal_the_scores():
    random = np.random.default_rng(1)
    y_true, group = random.integers(0, 2, 300), random.integers(0, 3, 300)
    y_score, attention = random.random(300), random.dirichlet(np.ones(4), 300)
    groups = {"group": group, "n_groups": 3}
    scores = metrics.score_predictions(
        y_true, y_score, attention=attention, masked_score=y_score, **groups
    )
    y_pred = y_score > 0.5
    few = {"n_permutations": 1, **groups}
    parity = metrics.demographic_parity_test(y_pred, **few)
    opportunity = metrics.equal_opportunity_test(y_true, y_pred, **few)
    divergence = metrics.attention_test(attention, **few)
    assert parity.difference == pytest.approx(scores["dp"])
    assert opportunity.difference == pytest.approx(scores["eo"])
    assert divergence.difference == pytest.approx(scores["att_jsd"])


def test_no_difference_at_all_has_a_p_value_of_one():
    groups = {"group": [0, 0, 1, 1], "n_groups": 2, "n_permutations": 50}
    assert metrics.demographic_parity_test([1, 1, 1, 1], **groups).p_value == 1
    assert metrics.attention_test(np.full((4, 3), 1 / 3), **groups).p_value == 1


def test_no_p_value_is_zero():
    groups = {"group": np.arange(200) % 2, "n_groups": 2, "n_permutations": 49}
    assert metrics.demographic_parity_test(np.arange(200) % 2, **groups).p_value == 1 / 50
    assert metrics.attention_test(np.eye(2)[np.arange(200) % 2], **groups).p_value == 1 / 50


def test_p_values_hold_their_level_when_groups_mean_nothing():
    random = np.random.default_rng(7)
    p_values = [
        metrics.demographic_parity_test(
            random.random(200) < 0.4,
            group=random.integers(0, 2, 200),
            n_groups=2,
            n_permutations=199,
            random_state=trial,
        ).p_value
        for trial in range(400)
    ]
    # a valid test rejects at 5% in at most 5% of 400 trials, give or take three deviations
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_the_seed_decides():
    groups = {"group": np.arange(60) % 2, "n_groups": 2, "n_permutations": 500}
    attention = np.random.default_rng(3).dirichlet(np.ones(3), 60)
    same = [metrics.attention_test(attention, random_state=4, **groups) for _ in range(2)]
    other = metrics.attention_test(attention, random_state=5, **groups)
    assert same[0] == same[1]
    assert same[0].p_value != other.p_value


def test_a_missing_group_leaves_nothing_to_test():
    absent = {"group": [0, 0, 1, 1], "n_groups": 3, "n_permutations": 10}
    tests = [
        metrics.demographic_parity_test([1, 0, 1, 0], **absent),
        metrics.attention_test(np.full((4, 2), 0.5), **absent),
        metrics.equal_opportunity_test(
            [1, 1, 0, 0], [1, 0, 1, 0], group=[0, 0, 1, 1], n_groups=2, n_permutations=10
        ),
        metrics.equal_opportunity_test(
            [0, 0, 0, 0], [1, 0, 1, 0], group=[0, 0, 1, 1], n_groups=2, n_permutations=10
        ),
    ]
    for test in tests:
        assert math.isnan(test.difference)
        assert math.isnan(test.p_value)
        assert test.n_permutations == 10


def test_a_permutation_is_needed():
    groups = {"group": [0, 1], "n_groups": 2, "n_permutations": 0}
    message = r"At least one permutation is needed; however, 0 were asked for\."
    with pytest.raises(InvalidInputError, match=message):
        metrics.demographic_parity_test([0, 1], **groups)
    with pytest.raises(InvalidInputError, match=message):
        metrics.attention_test(np.full((2, 2), 0.5), **groups)
