"""Weighted rows in every figure: rates as if rows were repeated, intervals as wide as few rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import (
    account_in_people,
    auc_by_group,
    calibration_by_group,
    confusion_by_group,
    demographic_parity_test,
    expected_calibration_error,
    find_alarm,
    group_rates,
    largest_gaps,
    parity_gap,
    review_groups,
    roc_by_group,
    score_outcomes,
)
from fairmoe.metrics.effective import effective_counts, to_effective_size
from fairmoe.metrics.harm import COUNTS
from fairmoe.names import RATES

NAMES = ["x", "y"]
N = 300


def rows(seed):
    """Labels, two models' decisions, scores, groups and weights of 300 rows."""
    random = np.random.default_rng(seed)
    group, y, plain = random.integers(2, size=(3, N))
    score = random.random(N).round(2)
    return y, plain, score > 0.5, score, group, random.integers(1, 5, N)


def of_groups(group):
    return {"group": group, "group_names": NAMES}


@given(st.integers(0, 1000))
def test_rates_are_those_of_repeated_rows(seed):
    y, plain, pred, score, group, weight = rows(seed)
    again = np.repeat(np.arange(N), weight)
    weighted = group_rates(y, pred, score, **of_groups(group), sample_weight=weight)
    repeated = group_rates(y[again], pred[again], score[again], **of_groups(group[again]))
    names = [*RATES, "mean_score"]
    np.testing.assert_allclose(weighted[names], repeated[names], atol=1e-12)
    unweighted = group_rates(y, pred, score, **of_groups(group))
    counts = ["n", "positives", "selected"]
    pd.testing.assert_frame_equal(weighted[counts], unweighted[counts])
    # Fewer rows tell less than more of them, and more than as many of the same.
    width, of_repeated = (
        (table["accuracy_high"] - table["accuracy_low"]) for table in (weighted, repeated)
    )
    assert (width > of_repeated).all()

    account, wanted = (
        account_in_people(
            y[of], plain[of], pred[of], **of_groups(group[of]), favourable=True, sample_weight=by
        )
        for of, by in ((slice(None), weight), (again, None))
    )
    shares = ["good_plain_rate", "harmed_model_rate", "better_right_rate", "good_change"]
    np.testing.assert_allclose(account.groups[shares], wanted.groups[shares], atol=1e-12)
    np.testing.assert_allclose(account.everyone[shares], wanted.everyone[shares], atol=1e-12)
    assert account.everyone["n"] == N
    np.testing.assert_allclose(
        account.everyone[list(COUNTS)], wanted.everyone[list(COUNTS)] / weight.mean(), atol=0.5
    )

    scores, of_rows = (
        score_outcomes(y[of], score[of], pred[of], group=group[of], n_groups=2, sample_weight=by)
        for of, by in ((slice(None), weight), (again, None))
    )
    np.testing.assert_allclose(list(scores.values()), list(of_rows.values()))


@given(st.integers(0, 1000))
@pytest.mark.slow
def test_a_review_has_the_weighted_gaps_and_says_how_many_rows_tell_as_much(seed):
    y, _, pred, score, group, weight = rows(seed)
    again = np.repeat(np.arange(N), weight)
    weighted = review_groups(y, pred, score, **of_groups(group), sample_weight=weight)
    repeated = review_groups(y[again], pred[again], score[again], **of_groups(group[again]))
    np.testing.assert_allclose(weighted.differences["value"], repeated.differences["value"])
    assert weighted.ratio["value"] == pytest.approx(repeated.ratio["value"])
    np.testing.assert_allclose(weighted.calibration_error, repeated.calibration_error)
    size = sum(weight[group == g].sum() ** 2 / (weight[group == g] ** 2).sum() for g in (0, 1))
    dp = weighted.differences.loc["demographic_parity_difference"]
    assert dp["n"] == round(size)
    assert dp["high"] - dp["low"] > 0
    tests = [
        largest_gaps(
            y[of], pred[of], group=group[of], sample_weight=by,
            rates=group_rates(y[of], pred[of], score[of], **of_groups(group[of]), sample_weight=by),
        )
        for of, by in ((slice(None), weight), (again, None))
    ]  # fmt: skip
    for name in tests[0]:
        assert tests[0][name].test.difference == pytest.approx(tests[1][name].test.difference)
        assert tests[0][name].highest == tests[1][name].highest


def test_equal_weights_change_nothing():
    y, plain, pred, score, group, _ = rows(3)
    same = np.full(N, 2.5)
    for figure in (
        lambda w: group_rates(y, pred, score, **of_groups(group), sample_weight=w),
        lambda w: review_groups(y, pred, score, **of_groups(group), sample_weight=w).comparisons,
        lambda w: (
            account_in_people(
                y, plain, pred, **of_groups(group), favourable=False, sample_weight=w
            ).groups
        ),
        lambda w: calibration_by_group(y, score, **of_groups(group), sample_weight=w),
        lambda w: confusion_by_group(y, pred, **of_groups(group), sample_weight=w),
        lambda w: auc_by_group(y, score, **of_groups(group), sample_weight=w),
        lambda w: roc_by_group(y, score, **of_groups(group), sample_weight=w),
    ):
        pd.testing.assert_frame_equal(figure(None), figure(same), check_dtype=False)
    test = demographic_parity_test(pred, group=group, n_groups=2)
    assert demographic_parity_test(pred, group=group, n_groups=2, sample_weight=same) == test


def test_curves_and_areas_are_weighted():
    y, _, pred, score, group, weight = rows(5)
    again = np.repeat(np.arange(N), weight)
    areas = auc_by_group(y, score, **of_groups(group), sample_weight=weight)
    for g, name in enumerate(NAMES):
        own = group == g
        expected = roc_auc_score(y[own], score[own], sample_weight=weight[own])
        assert areas.loc[name, "auc"] == pytest.approx(expected)
    curve, of_repeated = (
        roc_by_group(y[of], score[of], **of_groups(group[of]), sample_weight=by)
        for of, by in ((slice(None), weight), (again, None))
    )
    pd.testing.assert_frame_equal(curve, of_repeated)
    cells, repeated = (
        confusion_by_group(y[of], pred[of], **of_groups(group[of]), sample_weight=by)
        for of, by in ((slice(None), weight), (again, None))
    )
    shares = [column for column in cells if column.endswith("_share")]
    np.testing.assert_allclose(cells[shares], repeated[shares])
    assert cells["n"].sum() == N
    bins, of_all = (
        expected_calibration_error(
            calibration_by_group(y[of], score[of], **of_groups(group[of]), sample_weight=by)
        )
        for of, by in ((slice(None), weight), (again, None))
    )
    np.testing.assert_allclose(bins, of_all)


def test_an_alarm_counts_people():
    y = np.array([1, 1, 0, 0, 0, 0])
    pred, plain = np.array([0, 0, 0, 0, 0, 0]), y
    group = np.array([0, 1, 0, 1, 0, 1])
    weight = np.array([4, 4, 1, 1, 1, 1])
    alarm = find_alarm(
        y, pred, plain, group=group, n_groups=2, favourable=True, sample_weight=weight
    )
    assert alarm.accuracy == pytest.approx(4 / 12)
    assert alarm.true_rate == pytest.approx(8 / 12)


@pytest.mark.slow
def test_intervals_of_weighted_rows_hold():
    # 95% of 1,000 samples of 200 rows whose weights say nothing of the outcome.
    random = np.random.default_rng(0)
    weight = random.choice([1.0, 6.0], (1000, 200))
    selected = random.random((1000, 200)) < 0.3
    held = []
    for w, pred in zip(weight, selected, strict=True):
        rates = group_rates(pred, pred, pred, group=[0] * 200, group_names=NAMES, sample_weight=w)
        held.append(rates["selection_rate_low"]["x"] <= 0.3 <= rates["selection_rate_high"]["x"])
    assert 0.93 < np.mean(held) < 0.97


def test_effective_counts_add_up():
    group = np.array([0, 0, 1, 1])
    weights = np.array([1.0, 3.0, 2.0, 2.0])
    scaled = to_effective_size(weights, group, 2)
    np.testing.assert_allclose(np.bincount(group, scaled), [16 / 10, 2])
    hits = np.array([True, False, True, True])
    counted, size = effective_counts(hits, np.ones(4, dtype=bool), group, 3, weights)
    np.testing.assert_allclose(counted, [0.25 * 1.6, 2, 0])
    np.testing.assert_allclose(size, [1.6, 2, 0])


@pytest.mark.parametrize(
    ("weight", "told"),
    [([1] * (N - 1), "same number of rows"), ([-1] * N, "one is negative"), ([0] * N, "all are 0"),
     ([np.nan] * N, "missing or infinite"), (["a"] * N, "needs numbers")],
)  # fmt: skip
def test_weights_that_are_none_are_refused(weight, told):
    y, _, pred, score, group, _ = rows(0)
    with pytest.raises(InvalidInputError, match=told):
        group_rates(y, pred, score, **of_groups(group), sample_weight=weight)


def test_weights_of_far_apart_sizes_count_in_their_groups():
    y, _, pred, score, group, _ = rows(3)
    weight = np.where(group == 0, 1e150, 1e-150)
    of = {**of_groups(group), "sample_weight": weight}
    found = group_rates(y, pred, score, **of)
    pd.testing.assert_frame_equal(found, group_rates(y, pred, score, **of_groups(group)))
    sizes = to_effective_size(weight, group, 2)
    assert sizes == pytest.approx(np.ones(N))


@pytest.mark.parametrize("weight", [0.1, 2.7, 3.33, 8.99])
def test_people_of_equal_weights_count_as_they_are(weight):
    weights = np.r_[np.full(30, weight), np.full(45, 0.3)]
    group, everyone = np.repeat([0, 1], [30, 45]), np.ones(75, dtype=bool)
    _, people = effective_counts(everyone, everyone, group, 2, weights)
    assert people.tolist() == [30, 45]
    gap, apart = parity_gap(group, group=group, group_names=["a", "b"], sample_weight=weights)
    assert (gap, apart) == (pytest.approx(1), ())
