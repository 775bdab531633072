"""Thresholds by group, against brute force and Fairlearn's optimizer."""

import itertools

import numpy as np
import pytest
from fairlearn.postprocessing import ThresholdOptimizer
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from fairmoe.analysis.cutoffs import Costs, choose_cutoffs
from fairmoe.errors import InvalidInputError

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


@st.composite
def samples(draw):
    n_groups = draw(st.integers(2, 3))
    cell = st.tuples(st.integers(0, 1), st.integers(1, 6), st.integers(0, n_groups - 1))
    rows = draw(st.lists(cell, min_size=1, max_size=14))
    y_true, score, group = np.array(rows).T
    return y_true, score / 7, group, n_groups


def rate_of(rate, y_true, yes):
    among = {"selection_rate": y_true >= 0, "true_positive_rate": y_true == 1}.get(
        rate, y_true == 0
    )
    return yes[among].mean() if among.any() else np.nan


def measured(sample, thresholds, rate, costs):
    """Return the cost of thresholds, and the gap, row by row."""
    y_true, score, group, n_groups = sample
    yes = score > np.array(thresholds)[group]
    rates = [rate_of(rate, y_true[group == g], yes[group == g]) for g in range(n_groups)]
    known = [each for each in rates if not np.isnan(each)]
    return costs.of(y_true, yes), max(known) - min(known) if known else 0.0, known


STEPS = [i / 7 + 1 / 14 for i in range(7)]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    samples(),
    st.sampled_from(RATES),
    st.sampled_from([0.05, 0.2, 0.5]),
    st.sampled_from([Costs(), Costs(3, 1), Costs(0, 1)]),
)
def test_no_thresholds_by_group_cost_less_with_such_a_gap(sample, rate, max_gap, costs):
    y_true, score, group, n_groups = sample
    found = choose_cutoffs(
        y_true, score, group=group, n_groups=n_groups, equal=rate, max_gap=max_gap, costs=costs
    )
    cost, gap, _ = measured(sample, found, rate, costs)
    assert gap <= max_gap + 1e-9
    tried = [
        measured(sample, thresholds, rate, costs)
        for thresholds in itertools.product(STEPS, repeat=n_groups)
    ]
    assert cost == pytest.approx(min(c for c, gap, _ in tried if gap <= max_gap + 1e-9))


@settings(deadline=None, max_examples=60)
@given(samples(), st.sampled_from([None, *RATES]), st.sampled_from([0.0, 0.2]))
def test_no_single_threshold_costs_less_with_such_a_gap(sample, rate, max_gap):
    y_true, score, group, n_groups = sample
    costs = Costs(1, 2)
    found = choose_cutoffs(
        y_true, score, group=group, n_groups=n_groups, by_group=False, equal=rate,
        max_gap=max_gap, costs=costs,
    )  # fmt: skip
    assert len(set(found)) == 1
    tried = [measured(sample, (at,) * n_groups, rate or RATES[0], costs) for at in STEPS]
    allowed = [c for c, gap, _ in tried if rate is None or gap <= max_gap + 1e-9]
    assert measured(sample, found, rate or RATES[0], costs)[0] == pytest.approx(min(allowed))


def people(seed=0, n=900, share=0.3):
    random = np.random.default_rng(seed)
    group = (random.random(n) < share).astype(int)
    score = random.beta(2, 2 + 2 * group)
    return (random.random(n) < score).astype(int), score, group


@pytest.mark.parametrize(
    ("rate", "constraint"),
    [
        ("selection_rate", "demographic_parity"),
        ("true_positive_rate", "true_positive_rate_parity"),
        ("false_positive_rate", "false_positive_rate_parity"),
    ],
)
def test_equal_rates_are_as_accurate_as_fairlearns_without_its_dice(rate, constraint):
    y_true, score, group = people()

    class Scores(BaseEstimator):
        """Says of each row the score that it is given."""

        def fit(self, x, y):
            del x, y
            self.fitted_ = True
            return self

        def predict(self, x):
            return x[:, 0]

    theirs = ThresholdOptimizer(
        estimator=Scores().fit(None, None), constraints=constraint, objective="accuracy_score",
        prefit=True, predict_method="predict", grid_size=2000,
    )  # fmt: skip
    theirs.fit(score[:, None], y_true, sensitive_features=group)
    share_of_yes = theirs._pmf_predict(score[:, None], sensitive_features=group)[:, 1]
    expected = np.mean(np.where(y_true == 1, share_of_yes, 1 - share_of_yes))
    found = choose_cutoffs(y_true, score, group=group, n_groups=2, equal=rate)
    cost, gap, _ = measured((y_true, score, group, 2), found, rate, Costs())
    # Theirs may mix two thresholds, and so touch the hull between them; ours may be off the same
    # rate by half a person in each group.
    smallest = min(
        np.sum((group == g) & ((y_true == 1) | (rate != "true_positive_rate"))) for g in (0, 1)
    )
    assert gap <= 1 / smallest
    assert -0.003 < 1 - cost / 100 - expected < 0.001


def test_without_a_limit_each_group_decides_at_its_least_cost():
    y_true, score, group = people(1)
    found = choose_cutoffs(y_true, score, group=group, n_groups=2, costs=Costs(1, 3))
    for g in (0, 1):
        own = y_true[group == g], score[group == g]
        costs = [Costs(1, 3).of(own[0], own[1] > at) for at in np.linspace(0.001, 0.999, 999)]
        assert Costs(1, 3).of(own[0], own[1] > found[g]) <= min(costs) + 1e-9
        # Calibrated scores: a wrong no that costs three wrong yes is avoided from a quarter on.
        assert found[g] == pytest.approx(0.25, abs=0.12)


def test_a_row_of_weight_two_is_decided_as_two_rows():
    y_true, score, group = people(2, n=300)
    weight = np.random.default_rng(0).integers(1, 4, len(score))
    rows = np.repeat(np.arange(len(score)), weight)
    more = {"n_groups": 2, "equal": "selection_rate", "max_gap": 0.03, "costs": Costs(2, 1)}
    found = choose_cutoffs(y_true, score, group=group, sample_weight=weight, **more)
    assert found == choose_cutoffs(y_true[rows], score[rows], group=group[rows], **more)
    yes = score > np.array(found)[group]
    assert Costs(2, 1).of(y_true, yes, sample_weight=weight) == pytest.approx(
        Costs(2, 1).of(y_true[rows], yes[rows])
    )


def test_a_group_without_positives_is_not_limited_in_its_true_positives():
    found = choose_cutoffs(
        [1, 0, 0, 0], [0.9, 0.2, 0.8, 0.7], group=[0, 0, 1, 1], n_groups=3,
        equal="true_positive_rate",
    )  # fmt: skip
    assert 0.2 < found[0] < 0.9
    assert found[1] > 0.8
    assert found[2] == 0.5


def test_other_gaps_and_costs_are_refused():
    with pytest.raises(InvalidInputError, match="The largest gap needs to be from 0 to 1"):
        choose_cutoffs([1, 0], [0.5, 0.4], group=[0, 1], n_groups=2, max_gap=2)
    for costs in ((-1, 1), (0, 0)):
        with pytest.raises(InvalidInputError, match="Costs need to be 0 or more"):
            Costs(*costs)
    assert Costs(2, 1).of([0, 0, 1, 1], [1, 0, 0, 0]) == 100 * (2 + 2) / 4
