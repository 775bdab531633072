import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import (
    auc_by_group,
    confusion_by_group,
    group_rates,
    largest_gaps,
    parity_gap,
    roc_by_group,
)
from fairmoe.names import CELLS

Y = [1, 0, 1, 0, 1, 1]
SCORE = [0.9, 0.4, 0.4, 0.2, 0.7, 0.1]
GROUP = [0, 0, 0, 0, 1, 1]
NAMES = ["a", "b", "nobody"]
scores = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.9, 1.0])), min_size=4
)


def test_a_curve_by_hand():
    curves = roc_by_group(Y, SCORE, group=GROUP, group_names=NAMES)
    # b has no negatives and "nobody" no rows, so neither has a curve.
    assert set(curves["group"]) == {"a"}
    # At 0.4 a positive and a negative row are found together.
    assert curves["threshold"].tolist() == [math.inf, 0.9, 0.4, 0.2]
    assert curves["true_positive_rate"].tolist() == [0, 0.5, 1, 1]
    assert curves["false_positive_rate"].tolist() == [0, 0, 0.5, 1]


@given(scores)
def test_curves_and_areas_agree_with_scikit_learn(rows):
    y, score = map(np.array, zip(*rows, strict=True))
    own = {"group": np.zeros(len(y), int), "group_names": ["all", "nobody"]}
    curves, area = roc_by_group(y, score, **own), auc_by_group(y, score, **own).loc["all"]
    if len(set(y)) < 2:
        assert curves.empty
        assert math.isnan(area["auc"])
        return
    false, true, thresholds = roc_curve(y, score, drop_intermediate=False)
    assert curves["false_positive_rate"].tolist() == pytest.approx(false.tolist())
    assert curves["true_positive_rate"].tolist() == pytest.approx(true.tolist())
    assert curves["threshold"].tolist() == thresholds.tolist()
    if 1 < y.sum() < len(y) - 1:
        assert area["auc"] == pytest.approx(roc_auc_score(y, score))


def test_long_curves_keep_their_ends_and_are_thinned():
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 3000), rng.random(3000)
    curves = roc_by_group(y, score, group=np.zeros(3000, int), group_names=["all", "nobody"])
    assert len(curves) == 201
    assert curves.iloc[0, 2:].tolist() == [0, 0]
    assert curves.iloc[-1, 2:].tolist() == [1, 1]


def test_an_interval_by_hand():
    # Positives .9 and .4 beat (1, 1) and (.5, 1) of the negatives .4 and .2; of these the shares
    # ranked rightly are (.75, 1). Both means are .875, both variances .03125.
    y, score = [1, 1, 0, 0], [0.9, 0.4, 0.4, 0.2]
    area = auc_by_group(y, score, group=[0] * 4, group_names=["all", "nobody"]).loc["all"]
    reach = 1.959964 * math.sqrt(0.03125 / 2 + 0.03125 / 2)
    assert area["auc"] == 0.875
    assert area["auc_low"] == pytest.approx(0.875 - reach)
    assert area["auc_high"] == 1


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        # Densities 2 x and 2 (1 - x): the true area is 5 / 6.
        positive, negative = np.sqrt(rng.random(60)), 1 - np.sqrt(rng.random(60))
        area = auc_by_group(
            np.repeat([1, 0], 60),
            np.concatenate([positive, negative]),
            group=np.zeros(120, int),
            group_names=["all", "nobody"],
        ).loc["all"]
        held += area["auc_low"] <= 5 / 6 <= area["auc_high"]
    assert 180 <= held <= 199


def test_confusion_by_hand():
    table = confusion_by_group(Y, [1, 1, 0, 0, 1, 1], group=GROUP, group_names=NAMES)
    assert table["n"].tolist() == [4, 2, 0]
    assert table[list(CELLS)].to_numpy().tolist() == [[1, 1, 1, 1], [2, 0, 0, 0], [0, 0, 0, 0]]
    assert table.loc["b", "true_positive_share"] == 1
    assert table.loc["nobody", [f"{cell}_share" for cell in CELLS]].isna().all()


def test_gaps_name_the_groups_they_lie_between():
    y, pred = np.tile([1, 0], 60), np.repeat([1, 0, 1, 0], [35, 5, 40, 40])
    group = np.repeat([0, 1, 2], 40)
    rates = group_rates(y, pred, pred, group=group, group_names=["x", "y", "z"])
    gaps = largest_gaps(y, pred, group=group, rates=rates, min_rows=20)
    assert (gaps["dp"].highest, gaps["dp"].lowest) == ("y", "z")
    assert gaps["dp"].test.difference == pytest.approx(1.0)
    assert gaps["dp"].test.p_value == pytest.approx(1 / 2001)
    assert gaps["eo"].test.n_permutations == 2000


def test_two_people_make_no_gap_where_larger_groups_can_be_compared():
    group = np.repeat([0, 1, 2], [40, 40, 2])
    y = np.repeat([1, 0, 1, 0, 1], [30, 10, 29, 11, 2])
    pred = np.concatenate([np.arange(40) < 20, np.arange(40) < 10, [1, 1]]).astype(int)
    of = {"group": group, "rates": group_rates(y, pred, pred, group=group, group_names=[*"xyz"])}
    gaps = largest_gaps(y, pred, **of)
    assert (gaps["dp"].highest, gaps["dp"].lowest, gaps["dp"].apart) == ("x", "y", ("z",))
    assert gaps["dp"].test.difference == pytest.approx(0.25)
    own = parity_gap(pred, group=group, group_names=[*"xyz"])
    assert own == (pytest.approx(0.25), ("z",))
    # Only x has thirty positive rows, so none are compared.
    assert (gaps["eo"].highest, gaps["eo"].lowest, gaps["eo"].apart) == ("", "", ("y", "z"))
    assert np.isnan([gaps["eo"].test.difference, gaps["eo"].test.p_value]).all()
    every = largest_gaps(y, pred, **of, min_rows=1)["dp"]
    assert (every.highest, every.lowest, every.apart) == ("z", "y", ())
    assert parity_gap(pred, group=group, group_names=[*"xyz"], min_rows=1) == (0.75, ())


def test_a_gap_with_a_group_that_has_no_rows_lies_nowhere():
    rates = group_rates(Y, Y, SCORE, group=GROUP, group_names=NAMES)
    gap = largest_gaps(Y, Y, group=GROUP, rates=rates)["dp"]
    assert (gap.highest, gap.lowest) == ("", "")
    assert math.isnan(gap.test.p_value)


@pytest.mark.parametrize("metric", [roc_by_group, auc_by_group, confusion_by_group])
def test_arrays_of_different_lengths_are_refused(metric):
    with pytest.raises(InvalidInputError, match="same number of rows"):
        metric([1, 0], [1, 0, 1], group=[0, 0], group_names=["a", "b"])
