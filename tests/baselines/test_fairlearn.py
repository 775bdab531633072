import math

import numpy as np
import pytest
import torch
from fairlearn.metrics import demographic_parity_difference
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import (
    DemographicParity,
    ExponentiatedGradient,
    GridSearch,
    TruePositiveRateParity,
)
from sklearn.linear_model import LogisticRegression

from fairmoe.baselines import (
    FAIRLEARN,
    fairlearn_front,
    fit_fairlearn,
    fit_logistic,
    mitigators,
)
from fairmoe.data import EncodedData, EncodedSplit, Encoder
from fairmoe.errors import CancelledError, InvalidInputError

pytestmark = pytest.mark.slow


def draw(groups, n, seed):
    """Rows whose first column follows the group, and labels that follow the first two columns."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % groups
    x = rng.normal(size=(n, 4)).astype(np.float32)
    x[:, 0] += group
    y = (x[:, 0] + x[:, 1] + rng.normal(size=n) > groups / 2).astype(np.int64)
    return EncodedSplit(x, y, group, np.arange(n))


def make(groups=2):
    parts = [draw(groups, n, seed) for seed, n in enumerate((600, 200, 200))]
    names = tuple("abcdef"[:groups])
    return EncodedData(*parts, Encoder(()), names, "y = 1", None, f"{groups} groups")


@pytest.fixture(scope="module")
def data():
    return make()


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(mitigators, "STEPS", 100)


def logistic():
    return LogisticRegression(solver="newton-cholesky", max_iter=1000)


def known(split):
    return {"sensitive_features": split.group}


def test_exponentiated_gradient_predicts_as_fairlearn_does(data):
    result = fit_fairlearn(data, "exponentiated_gradient", 0.05, seed=3)
    oracle = ExponentiatedGradient(logistic(), DemographicParity(difference_bound=0.05))
    oracle.fit(data.train.x, data.train.y, **known(data.train))
    for split, ours in ((data.validation, "validation"), (data.test, "test")):
        got = result.splits[ours]
        np.testing.assert_allclose(got.y_score, oracle._pmf_predict(split.x)[:, 1], atol=1e-12)
        np.testing.assert_array_equal(got.y_pred, oracle.predict(split.x, random_state=3))


def test_threshold_optimizer_predicts_as_fairlearn_does(data):
    result = fit_fairlearn(data, "threshold_optimizer", 0.1, seed=1)
    oracle = ThresholdOptimizer(estimator=logistic(), tol=0.1, predict_method="predict_proba")
    oracle.fit(data.train.x.astype(float), data.train.y, **known(data.train))
    got, split = result.splits["test"], data.test
    expected = oracle._pmf_predict(split.x.astype(float), **known(split))[:, 1]
    np.testing.assert_allclose(got.y_score, expected, atol=1e-12)
    labels = oracle.predict(split.x.astype(float), random_state=1, **known(split))
    np.testing.assert_array_equal(got.y_pred, labels)


def test_equal_opportunity_is_asked_of_fairlearn_too(data):
    of_positives = {"constraint": "equal_opportunity", "seed": 2}
    moment = TruePositiveRateParity(difference_bound=0.05)
    ensemble = ExponentiatedGradient(logistic(), moment)
    ensemble.fit(data.train.x, data.train.y, **known(data.train))
    got = fit_fairlearn(data, "exponentiated_gradient", 0.05, **of_positives).splits["test"]
    expected = ensemble._pmf_predict(data.test.x)[:, 1]
    np.testing.assert_allclose(got.y_score, expected, atol=1e-12)

    thresholds = ThresholdOptimizer(
        estimator=logistic(),
        constraints="true_positive_rate_parity",
        tol=0.1,
        predict_method="predict_proba",
    )
    thresholds.fit(data.train.x.astype(float), data.train.y, **known(data.train))
    got = fit_fairlearn(data, "threshold_optimizer", 0.1, **of_positives).splits["test"]
    expected = thresholds._pmf_predict(data.test.x.astype(float), **known(data.test))[:, 1]
    np.testing.assert_allclose(got.y_score, expected, atol=1e-12)

    grid = GridSearch(logistic(), TruePositiveRateParity(), grid_size=20)
    grid.fit(data.train.x, data.train.y, **known(data.train))
    least = grid.predictors_[int(grid.gammas_.max().argmin())]
    got = fit_fairlearn(data, "grid_search", 0.0, **of_positives).splits["test"]
    np.testing.assert_array_equal(got.y_pred, least.predict(data.test.x))


def test_grid_search_takes_the_fewest_errors_within_the_gap(data):
    oracle = GridSearch(logistic(), DemographicParity(), grid_size=20)
    oracle.fit(data.train.x, data.train.y, **known(data.train))
    gaps = oracle.gammas_.max().tolist()
    # Nothing is within 0, which leaves the least gap; everything is within 1.
    for bound in (0.0, 0.1, 1.0):
        within = [i for i in range(20) if gaps[i] <= bound] or [int(np.argmin(gaps))]
        best = min(within, key=lambda i: oracle.objectives_[i])
        got = fit_fairlearn(data, "grid_search", bound).splits["test"]
        labels = oracle.predictors_[best].predict(data.test.x)
        np.testing.assert_array_equal(got.y_pred, labels)
        np.testing.assert_array_equal(got.y_score > 0.5, labels == 1)


def test_settings_of_a_front_share_a_grid_and_keep_their_order(data):
    told = []
    front = fairlearn_front(data, "grid_search", [1.0, 0.0], on_progress=told.append)
    # 20 fits, one look before them, one before each setting and one at the end.
    assert [report.done for report in told] == [0] * 22 + [1, 2]
    assert [result.setting for result in front] == [1.0, 0.0]
    gaps = [result.splits["test"].scores["dp"] for result in front]
    assert gaps[0] > gaps[1] + 0.1


@pytest.mark.parametrize("method", FAIRLEARN)
def test_the_strictest_setting_makes_a_smaller_gap_than_no_fairness(data, method):
    plain = fit_logistic(torch.as_tensor(data.train.x), torch.as_tensor(data.train.y))
    unfair = (plain.log_odds(torch.as_tensor(data.test.x)) > 0).numpy()
    before = demographic_parity_difference(data.test.y, unfair, **known(data.test))
    strict = 10.0 if method == "adversarial" else FAIRLEARN[method].spread[0]
    got = fit_fairlearn(data, method, strict).splits["test"]
    after = demographic_parity_difference(data.test.y, got.y_pred, **known(data.test))
    assert got.scores["dp"] == pytest.approx(after)
    assert after < 0.7 * before


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("constraint", ["demographic_parity", "equal_opportunity"])
@pytest.mark.parametrize("method", FAIRLEARN)
def test_more_than_two_groups_are_scored_but_not_explained(method, constraint):
    data = make(groups=3)
    result = fit_fairlearn(data, method, FAIRLEARN[method].spread[1], constraint=constraint)
    for prediction in result.splits.values():
        assert prediction.y_score.shape == prediction.y_pred.shape == (200,)
        unknown = {name for name, score in prediction.scores.items() if math.isnan(score)}
        assert unknown == {"ref", "vef", "att_jsd", "f_proc", "final_score"}
        assert prediction.scores["auc"] > 0.6


@pytest.mark.usefixtures("few_steps")
def test_the_adversarial_network_follows_its_seed_and_leaves_the_global_one_alone(data):
    before = torch.random.get_rng_state()
    scores = [
        fit_fairlearn(data, "adversarial", 0.1, seed=seed).splits["test"].y_score
        for seed in (0, 0, 1)
    ]
    assert torch.equal(before, torch.random.get_rng_state())
    np.testing.assert_array_equal(scores[0], scores[1])
    assert np.abs(scores[0] - scores[2]).max() > 0.01


@pytest.mark.parametrize("method", FAIRLEARN)
def test_a_fit_can_be_stopped(data, method):
    told = []

    def stop(report):
        told.append(report)
        if len(told) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        fit_fairlearn(data, method, 0.1, on_progress=stop)


@pytest.mark.parametrize("setting", [-0.1, 1.5, math.nan])
def test_a_setting_beyond_its_limits_is_refused(data, setting):
    with pytest.raises(InvalidInputError, match="needs a setting between 0 and 1"):
        fit_fairlearn(data, "threshold_optimizer", setting)


def test_a_group_without_a_label_is_refused_where_it_is_needed():
    data = make()
    data.train.y[data.train.group == 1] = 1
    with pytest.raises(InvalidInputError, match="needs negative training rows in each group"):
        fit_fairlearn(data, "threshold_optimizer", 0.1)
    fit_fairlearn(data, "grid_search", 0.1)
    data.train.y[data.train.group == 0] = 0
    with pytest.raises(InvalidInputError, match="needs positive training rows in each group"):
        fit_fairlearn(data, "grid_search", 0.1, constraint="equal_opportunity")
