import math

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve

from fairmoe import metrics
from fairmoe.errors import InvalidInputError
from fairmoe.names import RATES


@st.composite
def outcomes(draw, complete=True):
    """Labels, predictions, scores and groups; if complete, every cell of the three has a row."""
    n_groups = draw(st.integers(2, 4))
    cell = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, n_groups - 1))
    rows = draw(st.lists(cell, min_size=1, max_size=40))
    if complete:
        rows += [(y, p, g) for y in (0, 1) for p in (0, 1) for g in range(n_groups)]
    y_true, y_pred, group = np.array(rows).T
    seed = draw(st.integers(0, 2**32 - 1))
    return y_true, y_pred, np.random.default_rng(seed).random(len(rows)), group, n_groups


def rates_of(sample):
    y_true, y_pred, y_score, group, n_groups = sample
    names = [f"group {g}" for g in range(n_groups)]
    return metrics.group_rates(y_true, y_pred, y_score, group=group, group_names=names)


@settings(deadline=None, max_examples=30)
@given(outcomes())
@pytest.mark.slow
def test_group_rates_agree_with_fairlearn_and_sklearn(sample):
    y_true, y_pred, y_score, group, _ = sample
    rates = rates_of(sample)
    frame = fairlearn.MetricFrame(
        metrics={
            "n": fairlearn.count,
            "selection_rate": fairlearn.selection_rate,
            "true_positive_rate": fairlearn.true_positive_rate,
            "false_positive_rate": fairlearn.false_positive_rate,
            "accuracy": sklearn.accuracy_score,
            "positive_predictive_value": sklearn.precision_score,
            "base_rate": lambda true, pred: fairlearn.selection_rate(pred, true),
        },
        y_true=y_true,
        y_pred=y_pred,
        sensitive_features=group,
    )
    for name, expected in frame.by_group.items():
        np.testing.assert_allclose(rates[name], expected, rtol=1e-12, err_msg=name)
    by_group = pd.DataFrame({"score": y_score, "true": y_true, "pred": y_pred}).groupby(group)
    np.testing.assert_allclose(rates["mean_score"], by_group["score"].mean(), rtol=1e-12)
    assert rates["positives"].tolist() == by_group["true"].sum().tolist()
    assert rates["selected"].tolist() == by_group["pred"].sum().tolist()


@settings(deadline=None, max_examples=30)
@given(outcomes(complete=False))
def test_rates_lie_in_their_intervals_and_both_in_the_unit_range(sample):
    rates = rates_of(sample)
    for name in RATES:
        low, rate, high = rates[f"{name}_low"], rates[name], rates[f"{name}_high"]
        estimable = rate.notna()
        assert (low.notna() == estimable).all()
        assert (high.notna() == estimable).all()
        assert (((low >= 0) & (low <= rate) & (rate <= high) & (high <= 1)) == estimable).all()


def test_what_cannot_be_estimated_is_nan():
    # "some" has two rows, both negative, none selected; "none" has no row at all
    rates = metrics.group_rates(
        [0, 0, 1], [0, 0, 1], [0.1, 0.3, 0.8], group=[0, 0, 1], group_names=["some", "one", "none"]
    )
    assert rates["n"].tolist() == [2, 1, 0]
    assert rates.index.name == "group"
    some = rates.loc["some"]
    assert some[["base_rate", "selection_rate", "false_positive_rate"]].tolist() == [0, 0, 0]
    assert some["accuracy"] == 1
    assert some["mean_score"] == pytest.approx(0.2)
    assert some[["true_positive_rate", "positive_predictive_value"]].isna().all()
    assert math.isnan(rates.loc["one", "false_positive_rate"])
    assert rates.loc["none"].drop(["n", "positives", "selected"]).isna().all()


def gaps_of(sample):
    y_true, y_pred, _, group, n_groups = sample
    return {
        "odds": metrics.equalized_odds_difference(y_true, y_pred, group=group, n_groups=n_groups),
        "impact": metrics.disparate_impact_ratio(y_pred, group=group, n_groups=n_groups),
        "parity": metrics.predictive_parity_difference(
            y_true, y_pred, group=group, n_groups=n_groups
        ),
    }


@settings(deadline=None, max_examples=30)
@given(outcomes())
@pytest.mark.slow
def test_gaps_agree_with_fairlearn(sample):
    y_true, y_pred, _, group, _ = sample
    gaps = gaps_of(sample)
    precision = fairlearn.MetricFrame(
        metrics=sklearn.precision_score, y_true=y_true, y_pred=y_pred, sensitive_features=group
    )
    expected = {
        "odds": fairlearn.equalized_odds_difference(y_true, y_pred, sensitive_features=group),
        "impact": fairlearn.demographic_parity_ratio(y_true, y_pred, sensitive_features=group),
        "parity": precision.difference(),
    }
    assert gaps == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(outcomes(complete=False), st.randoms())
def test_gaps_do_not_depend_on_the_order_of_rows_or_groups(sample, random):
    y_true, y_pred, y_score, group, n_groups = sample
    gaps = gaps_of(sample)
    rows = np.array(random.sample(range(len(group)), len(group)))
    new_id = np.array(random.sample(range(n_groups), n_groups))
    shuffled = (y_true[rows], y_pred[rows], y_score[rows], new_id[group[rows]], n_groups)
    assert gaps_of(shuffled) == pytest.approx(gaps, abs=1e-12, nan_ok=True)
    assert all(math.isnan(value) or 0 <= value <= 1 for value in gaps.values())


def test_gaps_by_hand():
    y_true = [1, 1, 0, 0, 1, 1, 0, 0]
    y_pred = [1, 1, 1, 0, 1, 0, 0, 0]
    group = [0, 0, 0, 0, 1, 1, 1, 1]
    # true-positive rates 2/2 and 1/2, false-positive rates 1/2 and 0/2
    assert metrics.equalized_odds_difference(y_true, y_pred, group=group, n_groups=2) == 0.5
    # selected 3/4 and 1/4
    assert metrics.disparate_impact_ratio(y_pred, group=group, n_groups=2) == pytest.approx(1 / 3)
    # right among the selected 2/3 and 1/1
    parity = metrics.predictive_parity_difference(y_true, y_pred, group=group, n_groups=2)
    assert parity == pytest.approx(1 / 3)


def test_gaps_are_nan_for_a_group_without_the_rows_they_need():
    full = {"group": [0, 0, 1, 1], "n_groups": 2}
    absent = {"group": [0, 0, 1, 1], "n_groups": 3}
    assert metrics.equalized_odds_difference([1, 0, 1, 0], [1, 0, 1, 0], **full) == 0
    assert math.isnan(metrics.equalized_odds_difference([1, 1, 1, 0], [1, 0, 1, 0], **full))
    assert math.isnan(metrics.equalized_odds_difference([0, 0, 1, 0], [1, 0, 1, 0], **full))
    assert math.isnan(metrics.equalized_odds_difference([1, 0, 1, 0], [1, 0, 1, 0], **absent))
    assert metrics.disparate_impact_ratio([0, 0, 1, 0], **full) == 0
    assert math.isnan(metrics.disparate_impact_ratio([0, 0, 0, 0], **full))
    assert math.isnan(metrics.disparate_impact_ratio([1, 1, 1, 1], **absent))
    assert math.isnan(metrics.predictive_parity_difference([1, 1, 1, 1], [1, 1, 0, 0], **full))


def test_representation_difference_at_two_and_three_groups():
    # means (1, 2) and (4, 6): a distance of 5
    two = [[0.0, 2.0], [2.0, 2.0], [4.0, 6.0]]
    assert metrics.representation_difference(two, group=[0, 0, 1], n_groups=2) == pytest.approx(5)
    # pairs at distances 3, 4 and 5: the root of (9 + 16 + 25) / 3
    three = np.array([[0, 0], [3, 0], [0, 4]], np.float32)
    distance = metrics.representation_difference(three, group=[0, 1, 2], n_groups=3)
    assert distance == pytest.approx(math.sqrt(50 / 3))
    assert math.isnan(metrics.representation_difference(three, group=[0, 1, 1], n_groups=3))


def test_flip_rate_counts_changes_in_both_directions():
    assert metrics.flip_rate([0, 1, 1, 0], [1, 1, 0, 0]) == 0.5
    with pytest.raises(InvalidInputError, match=r"y_pred has 1, y_pred_swapped has 2\."):
        metrics.flip_rate([0], [0, 1])


def test_calibration_by_hand():
    table = metrics.calibration_by_group(
        [0, 1, 1, 1],
        [0.0, 0.5, 0.6, 1.0],
        group=[0, 0, 0, 1],
        group_names=["a", "b", "c"],
        n_bins=2,
    )
    assert table["group"].tolist() == ["a", "a", "b", "b", "c", "c"]
    assert table[["low", "high"]].to_numpy().tolist() == [[0, 0.5], [0.5, 1]] * 3
    assert table["n"].tolist() == [2, 1, 0, 1, 0, 0]
    expected = [0.25, 0.6, np.nan, 1.0, np.nan, np.nan]
    np.testing.assert_array_equal(table["mean_score"], expected)
    np.testing.assert_array_equal(table["positive_rate"], [0.5, 1, np.nan, 1, np.nan, np.nan])
    assert table.loc[0, "positive_rate_low"] > 0
    assert table.loc[0, "positive_rate_high"] < 1
    # a: 2/3 * |0.25 - 0.5| + 1/3 * |0.6 - 1| = 0.3; b: |1 - 1| = 0; c has no rows
    error = metrics.expected_calibration_error(table)
    assert error.index.tolist() == ["a", "b", "c"]
    assert error.tolist() == pytest.approx([0.3, 0, math.nan], nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(outcomes(), st.integers(1, 12))
def test_calibration_bins_agree_with_sklearn(sample, n_bins):
    y_true, _, y_score, group, n_groups = sample
    names = [f"group {g}" for g in range(n_groups)]
    table = metrics.calibration_by_group(
        y_true, y_score, group=group, group_names=names, n_bins=n_bins
    )
    for g, name in enumerate(names):
        own = table[(table["group"] == name) & (table["n"] > 0)]
        rates, scores = calibration_curve(y_true[group == g], y_score[group == g], n_bins=n_bins)
        np.testing.assert_allclose(own["positive_rate"], rates, rtol=1e-12)
        np.testing.assert_allclose(own["mean_score"], scores, rtol=1e-12)
        assert own["n"].sum() == (group == g).sum()


def test_calibration_needs_a_bin():
    with pytest.raises(InvalidInputError) as caught:
        metrics.calibration_by_group(
            [0, 1], [0.1, 0.9], group=[0, 1], group_names=["a", "b"], n_bins=0
        )
    assert str(caught.value) == "At least one bin is needed; however, 0 were asked for."
