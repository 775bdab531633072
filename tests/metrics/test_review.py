"""What a reviewer asks: against Fairlearn and scikit-learn, and verdicts from hand counts."""

import json
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


@st.composite
def rows(draw):
    """Labels, predictions, scores and groups; each combination of the others has a row."""
    n_groups = draw(st.integers(2, 5))
    cell = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, n_groups - 1))
    drawn = draw(st.lists(cell, min_size=1, max_size=60))
    drawn += [(y, p, g) for y in (0, 1) for p in (0, 1) for g in range(n_groups)]
    y_true, y_pred, group = np.array(drawn).T
    score = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).random(len(drawn))
    return y_true, y_pred, score, group, n_groups


def review(sample, **given):
    y_true, y_pred, y_score, group, n_groups = sample
    names = [f"group {g}" for g in range(n_groups)]
    return metrics.review_groups(
        y_true, y_pred, y_score, group=group, group_names=names, **{"min_rows": 1} | given
    )


def people(*groups):
    """Rows of groups given as (label, prediction, how many) in turn."""
    cells = [
        np.repeat([[y, p, g]], n, axis=0) for g, cells in enumerate(groups) for y, p, n in cells
    ]
    y_true, y_pred, group = np.concatenate(cells).T
    return y_true, y_pred, np.where(y_pred == 1, 0.8, 0.2), group, len(groups)


@settings(deadline=None, max_examples=30)
@given(rows())
@pytest.mark.slow
def test_the_measures_are_fairlearns(sample):
    y_true, y_pred, _, group, _ = sample
    found = review(sample)
    data = {"y_true": y_true, "y_pred": y_pred, "sensitive_features": group}
    precision = fairlearn.MetricFrame(metrics=sklearn.precision_score, **data)
    expected = {
        "demographic_parity_difference": fairlearn.demographic_parity_difference(**data),
        "equal_opportunity_difference": fairlearn.equal_opportunity_difference(**data),
        "false_positive_rate_difference": fairlearn.false_positive_rate_difference(**data),
        "equalized_odds_difference": fairlearn.equalized_odds_difference(**data),
        "predictive_parity_difference": precision.difference(),
    }
    assert found.differences["value"].to_dict() == pytest.approx(expected, abs=1e-9)
    ratio = fairlearn.demographic_parity_ratio(**data)
    assert found.ratio["value"] == pytest.approx(ratio, abs=1e-9)
    selection = fairlearn.MetricFrame(metrics=fairlearn.selection_rate, **data).by_group
    reference = int(found.reference.removeprefix("group "))
    np.testing.assert_allclose(found.ratios["value"], selection, atol=1e-9)
    np.testing.assert_allclose(found.ratios["to_highest"], selection / selection.max(), atol=1e-9)
    np.testing.assert_allclose(
        found.ratios["to_reference"], selection / selection[reference], atol=1e-9
    )
    turned = review(sample, favourable=False)
    others = fairlearn.demographic_parity_ratio(y_true, 1 - y_pred, sensitive_features=group)
    assert turned.ratio["value"] == pytest.approx(others, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(rows())
def test_calibration_is_scikit_learns(sample):
    y_true, _, y_score, group, n_groups = sample
    found = review(sample)
    errors = []
    for g in range(n_groups):
        true, score = y_true[group == g], y_score[group == g]
        positives, means = calibration_curve(true, score, n_bins=10)
        n = np.histogram(score, np.linspace(0, 1, 11))[0]
        errors.append(np.average(np.abs(positives - means), weights=n[n > 0]))
    np.testing.assert_allclose(found.calibration_error, errors, atol=1e-9)
    assert found.calibration_difference == pytest.approx(np.ptp(errors), abs=1e-9)


# Of 100 a, 60 are hired and of 400 b, 160: 20 points.
HIRED = people([(1, 1, 60), (0, 0, 40)], [(1, 1, 160), (0, 0, 240)])


@pytest.mark.parametrize(
    ("tolerance", "verdict"),
    [(0.05, "exceeds"), (0.2, "cannot be told"), (0.32, "within"), (None, None)],
)
def test_verdicts_compare_the_whole_interval_with_the_tolerance(tolerance, verdict):
    row = review(HIRED, tolerance=tolerance).differences.loc["demographic_parity_difference"]
    ends = metrics.newcombe_interval((60, 160), (100, 400))
    assert (row["low"], row["high"]) == pytest.approx(ends)
    assert row["verdict"] == verdict
    assert (row["highest"], row["lowest"]) == ("group 0", "group 1")


def test_at_its_very_end_an_interval_is_within_and_does_not_exceed():
    row = review(HIRED).differences.loc["demographic_parity_difference"]
    at_high = review(HIRED, tolerance=row["high"]).differences["verdict"]
    at_low = review(HIRED, tolerance=row["low"]).differences["verdict"]
    assert at_high["demographic_parity_difference"] == "within"
    assert at_low["demographic_parity_difference"] == "cannot be told"


def test_the_largest_clear_difference_comes_first_and_groups_too_small_stand_apart():
    # Of 500 in the reference 200 are selected; then 22 of 40, 15 points more, and 210 of 500, both
    # of which chance may explain; 260 of 500, 12 points more, which it does not; and 9 of 13 and 0
    # of 7, which would make both ends of the largest gap.
    sample = people(
        [(1, 1, 200), (0, 0, 300)],
        [(1, 1, 22), (0, 0, 18)],
        [(1, 1, 210), (0, 0, 290)],
        [(1, 1, 260), (0, 0, 240)],
        [(1, 1, 9), (0, 0, 4)],
        [(0, 0, 7)],
    )
    found = review(sample, min_rows=30, reference="group 0")
    table = found.comparisons[found.comparisons["rate"] == "selection_rate"]
    assert table["group"].tolist() == ["group 3", "group 1", "group 2"]
    assert table["clear"].tolist() == [True, False, False]
    assert table["difference"].tolist() == pytest.approx([0.12, 0.15, 0.02])
    assert table["n"].tolist() == [500, 40, 500]
    assert found.apart["selection_rate"] == ("group 4", "group 5")
    gap = found.differences.loc["demographic_parity_difference"]
    assert gap["value"] == pytest.approx(0.15)
    assert (gap["highest"], gap["lowest"], gap["groups"]) == ("group 1", "group 0", 4)
    assert set(found.ratios.index) == {f"group {g}" for g in range(4)}
    # With them the largest gap is between 13 and 7 people.
    everyone = review(sample, min_rows=1).differences.loc["demographic_parity_difference"]
    assert (everyone["highest"], everyone["lowest"]) == ("group 4", "group 5")


def test_the_reference_is_the_largest_group_unless_another_is_named():
    assert review(HIRED).reference == "group 1"
    named = review(HIRED, reference="group 0")
    assert named.reference == "group 0"
    assert named.ratios["to_reference"].tolist() == pytest.approx([1, 0.4 / 0.6])
    assert named.ratios.loc["group 0", ["low", "high"]].tolist() == [1, 1]
    first = named.comparisons.iloc[0]
    assert (first["group"], first["reference_value"]) == ("group 1", 0.6)
    assert first["difference"] == pytest.approx(-0.2)


def test_ratios_are_of_the_good_outcome():
    bad = review(HIRED, favourable=False)
    # Not hired, which is good here, are 40 and 60 of 100.
    assert bad.ratios["value"].tolist() == pytest.approx([0.4, 0.6])
    assert bad.ratio["value"] == pytest.approx(0.4 / 0.6)
    assert bad.ratio["low"] < 0.4 / 0.6 < bad.ratio["high"] < 1
    assert review(HIRED, favourable=True).ratio["value"] == pytest.approx(0.4 / 0.6)
    both = people([(1, 1, 30), (0, 0, 70)], [(1, 1, 60), (0, 0, 40)])
    assert review(both).ratio["value"] == pytest.approx(0.5)
    assert review(both, favourable=False).ratio["value"] == pytest.approx(4 / 7)


def test_of_equalized_odds_the_wider_gap_counts_and_its_interval_holds_for_both():
    sample = people(
        [(1, 1, 50), (1, 0, 50), (0, 1, 10), (0, 0, 90)],
        [(1, 1, 60), (1, 0, 40), (0, 1, 40), (0, 0, 60)],
    )
    table = review(sample).differences
    odds, opportunity = (
        table.loc["equalized_odds_difference"],
        table.loc["equal_opportunity_difference"],
    )
    assert odds["value"] == pytest.approx(0.3)
    assert opportunity["value"] == pytest.approx(0.1)
    assert odds["high"] == table.loc["false_positive_rate_difference", "high"]
    # It is the largest of two gaps, so its lower end allows for having looked twice.
    assert 0 < odds["low"] < table.loc["false_positive_rate_difference", "low"]


def test_what_cannot_be_estimated_is_said_and_is_null_in_json():
    # Nobody of the second group is positive by label, and nobody of either is selected.
    sample = people([(1, 0, 40), (0, 0, 40)], [(0, 0, 80)])
    found = review(sample, tolerance=0.1, min_rows=30)
    opportunity = found.differences.loc["equal_opportunity_difference"]
    assert math.isnan(opportunity["value"])
    assert opportunity["verdict"] == "cannot be told"
    assert found.apart["true_positive_rate"] == ("group 1",)
    assert found.differences.loc["demographic_parity_difference", "value"] == 0
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["differences"]["equal_opportunity_difference"]["value"] is None
    assert record["demographic_parity_ratio"] == {
        "value": None,
        "low": None,
        "high": None,
        "four_fifths_rule_of_thumb": 0.8,
    }
    assert record["too_few_rows"]["true_positive_rate"] == ["group 1"]
    assert record["flip_rate"] is None
    assert record["ratios"]["group 0"]["to_highest"] is None


def test_if_every_group_is_too_small_nothing_is_compared():
    sample = people([(1, 1, 5), (0, 0, 5)], [(1, 1, 5), (0, 0, 5)])
    found = review(sample, min_rows=30, tolerance=0.1)
    assert found.comparisons.empty
    assert found.ratios.empty
    assert set(found.differences["verdict"]) == {"cannot be told"}
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_the_review_is_strict_json():
    record = json.loads(json.dumps(review(HIRED, tolerance=0.05).to_dict(), allow_nan=False))
    row = record["differences"]["demographic_parity_difference"]
    assert row["verdict"] == "exceeds"
    assert row["value"] == pytest.approx(0.2)
    assert record["reference"] == "group 1"
    assert record["tolerance"] == 0.05
    first = record["comparisons"][0]
    assert (first["rate"], first["group"], first["clear"]) == ("selection_rate", "group 0", True)
    assert record["expected_calibration_error"]["group 0"] == pytest.approx(0.2)


@settings(deadline=None, max_examples=20)
@given(rows(), st.floats(0, 0.5))
def test_no_verdict_contradicts_its_interval_or_the_gap(sample, tolerance):
    table = review(sample, tolerance=tolerance).differences
    for row in table.itertuples():
        assert 0 <= row.low <= row.value + 1e-12
        assert row.value <= row.high + 1e-12
        assert row.verdict != "within" or row.value <= tolerance + 1e-12
        assert row.verdict != "exceeds" or row.value > tolerance


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reference": "group 7"}, "The reference needs to be one of the groups; however, another"),
        ({"tolerance": 5}, "A tolerance needs to be a gap from 0 to 1; however, 5 was given"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(given, message):
    with pytest.raises(InvalidInputError, match=message):
        review(HIRED, **given)


def test_types_of_the_comparisons_are_those_of_figures():
    table = review(HIRED).comparisons
    assert table["clear"].dtype == bool
    assert pd.api.types.is_integer_dtype(table["n"])
