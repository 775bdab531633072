import math

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as sklearn

from fairmoe import metrics
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS


def draw_sample(seed, n_groups, n=60, dtype=np.float64):
    """Random arguments of `score_predictions`; every group has positive and negative rows."""
    random = np.random.default_rng(seed)
    y_true = random.integers(0, 2, n)
    group = random.integers(0, n_groups, n)
    y_true[: 2 * n_groups] = [0, 1] * n_groups
    group[: 2 * n_groups] = np.repeat(np.arange(n_groups), 2)
    return {
        "y_true": y_true,
        "y_score": random.random(n).round(2).astype(dtype),
        "group": group,
        "n_groups": n_groups,
        "attention": random.dirichlet(np.ones(5), n).astype(dtype),
        "masked_score": random.random(n).astype(dtype),
    }


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.sampled_from([np.float32, np.float64]))
@pytest.mark.slow
def test_scores_agree_with_sklearn_fairlearn_and_scipy(seed, n_groups, dtype):
    sample = draw_sample(seed, n_groups, dtype=dtype)
    scores = metrics.score_predictions(**sample)
    y_true, y_score, group = sample["y_true"], sample["y_score"], sample["group"]
    y_pred = y_score > 0.5
    assert scores["acc"] == pytest.approx(sklearn.accuracy_score(y_true, y_pred))
    assert scores["f1"] == pytest.approx(sklearn.f1_score(y_true, y_pred))
    assert scores["auc"] == pytest.approx(sklearn.roc_auc_score(y_true, y_score))
    parity = fairlearn.demographic_parity_difference(y_true, y_pred, sensitive_features=group)
    assert scores["dp"] == pytest.approx(parity)
    opportunity = fairlearn.equal_opportunity_difference(y_true, y_pred, sensitive_features=group)
    assert scores["eo"] == pytest.approx(opportunity)
    if n_groups == 2:
        means = [sample["attention"][group == g].mean(0, dtype=np.float64) for g in (0, 1)]
        assert scores["att_jsd"] == pytest.approx(jensenshannon(*means, base=2) ** 2, rel=1e-4)


def test_scores_by_hand():
    scores = metrics.score_predictions(
        y_true=[1, 0, 1, 1, 0, 0, 1, 0],
        y_score=[0.9, 0.2, 0.7, 0.4, 0.6, 0.1, 0.8, 0.3],
        group=[0, 0, 0, 0, 1, 1, 1, 1],
        n_groups=2,
        attention=[[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4,
        masked_score=[0.4, 0.2, 0.7, 0.4, 0.6, 0.1, 0.8, 0.3],
        top_ratio=0.25,
    )
    # right but for rows 4 (missed) and 5 (a false alarm): 6 of 8; TP 3, FP 1, FN 1
    assert scores["acc"] == 0.75
    assert scores["f1"] == 0.75
    # of the 16 pairs only 0.4 against 0.6 is in the wrong order
    assert scores["auc"] == 15 / 16
    assert scores["utility"] == pytest.approx((0.75 + 0.75 + 15 / 16) / 3)
    # selected 2 of 4 in both groups; of the positives 2 of 3 against 1 of 1
    assert scores["dp"] == 0
    assert scores["eo"] == pytest.approx(1 / 3)
    assert scores["f_res"] == pytest.approx(1 / 6)
    # fidelity is 0.9 - 0.6 = 0.3 in row 1 and 0 elsewhere. Two rows of 8 are at the top: row 1, and
    # a seventh of each other one. Shares: (1 + 3/7) / 4 against (4/7) / 4
    assert scores["ref"] == pytest.approx((1 + 3 / 7) / 4 - (4 / 7) / 4)
    # the best of four in group 0 is row 1, right before and wrong after; in group 1 nothing changes
    assert scores["vef"] == 1
    assert scores["att_jsd"] == pytest.approx(1)
    assert scores["f_proc"] == pytest.approx((scores["ref"] + 1 + 1) / 3)
    final = scores["utility"] - scores["f_res"] - scores["f_proc"]
    assert scores["final_score"] == pytest.approx(final)


def test_scores_come_in_the_order_of_their_names():
    scores = metrics.score_predictions(**draw_sample(0, 2))
    assert list(scores) == list(METRICS)
    assert all(type(value) is float for value in scores.values())


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_scores_do_not_depend_on_the_order_of_rows_or_groups(seed, n_groups):
    sample = draw_sample(seed, n_groups)
    scores = metrics.score_predictions(**sample)
    random = np.random.default_rng(seed)
    rows = random.permutation(len(sample["group"]))
    shuffled = {
        name: value if name == "n_groups" else value[rows] for name, value in sample.items()
    }
    shuffled["group"] = random.permutation(n_groups)[shuffled["group"]]
    assert metrics.score_predictions(**shuffled) == pytest.approx(scores, abs=1e-9)


NEED_ALL_GROUPS = {"dp", "eo", "f_res", "ref", "vef", "att_jsd", "f_proc", "final_score"}


def test_a_group_without_rows_leaves_its_gaps_not_estimable():
    sample = draw_sample(1, 2) | {"n_groups": 3}
    scores = metrics.score_predictions(**sample)
    assert {name for name, value in scores.items() if math.isnan(value)} == NEED_ALL_GROUPS


def test_a_group_without_positives_leaves_equal_opportunity_not_estimable():
    sample = draw_sample(2, 2)
    sample["y_true"] = np.where(sample["group"] == 1, 0, sample["y_true"])
    scores = metrics.score_predictions(**sample)
    missing = {name for name, value in scores.items() if math.isnan(value)}
    assert missing == {"eo", "f_res", "final_score"}


def test_one_class_leaves_the_area_under_the_curve_not_estimable():
    sample = draw_sample(3, 2)
    sample["y_true"] = np.ones_like(sample["y_true"])
    scores = metrics.score_predictions(**sample)
    missing = {name for name, value in scores.items() if math.isnan(value)}
    assert missing == {"auc", "utility", "final_score"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_true": [0, 1]}, "y_true has 2, y_score has 60"),
        ({"masked_score": np.full(60, 2.0)}, "'masked_score' needs probabilities from 0 to 1"),
        ({"attention": np.zeros(60)}, "'attention' needs several values for each row"),
        ({"group": np.full(60, 2)}, "'group' needs whole numbers from 0 to 1"),
        ({"top_ratio": 0}, "'top_ratio' needs a share above 0 and up to 1; however, 0 was given"),
        ({"top_ratio": 1.5}, "however, 1.5 was given"),
    ],
)
def test_arrays_are_checked(change, message):
    with pytest.raises(InvalidInputError) as caught:
        metrics.score_predictions(**draw_sample(4, 2) | change)
    assert message in str(caught.value)


def test_outcomes_are_scored_as_predictions_are_and_nothing_is_said_of_explanations():
    sample = draw_sample(5, 3)
    full = metrics.score_predictions(**sample)
    del sample["attention"], sample["masked_score"]
    labels = (sample["y_score"] > 0.5).astype(int)
    scores = metrics.score_outcomes(y_pred=labels, **sample)
    assert list(scores) == list(METRICS)
    for name, score in scores.items():
        if name in ("ref", "vef", "att_jsd", "f_proc", "final_score"):
            assert math.isnan(score)
        else:
            assert score == pytest.approx(full[name])
    # Labels that do not follow from the scores change all but the ranking.
    other = metrics.score_outcomes(y_pred=1 - labels, **sample)
    assert other["auc"] == scores["auc"]
    assert other["acc"] == pytest.approx(1 - scores["acc"])
