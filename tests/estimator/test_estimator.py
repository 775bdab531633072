import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import _num_samples

from fairmoe import estimator
from fairmoe.config import LAMBDAS, Settings
from fairmoe.errors import InvalidInputError
from fairmoe.estimator import FairMoEClassifier
from fairmoe.training import forget_experts

QUICK = Settings(epochs=4)


class InventsGroups(FairMoEClassifier):
    """Scikit-learn's checks give no sensitive features, and our own `fit` does not go without."""

    def fit(self, X, y, sample_weight=None, *, sensitive_features=None):
        if sensitive_features is None:
            sensitive_features = np.arange(_num_samples(X)) % 2
        return super().fit(X, y, sample_weight, sensitive_features=sensitive_features)


def test_an_outcome_that_is_none_is_refused(applicants):
    features, hired, sex = applicants
    model = FairMoEClassifier(settings=QUICK, outcome="great")
    with pytest.raises(InvalidInputError, match="needs to be good, bad or neither for the person"):
        model.fit(features, hired, sensitive_features=sex)
    model.set_params(outcome="bad").fit(features, hired, sensitive_features=sex)


SPLITS_ROWS = dict.fromkeys(
    ("check_sample_weight_equivalence_on_dense_data",),
    "A row that comes twice may be trained on once and held out once.",
)


@parametrize_with_checks(
    [InventsGroups(settings=Settings(epochs=20))],
    expected_failed_checks=lambda _: SPLITS_ROWS,
)
@pytest.mark.slow
def test_scikit_learn_finds_no_fault(estimator, check):
    check(estimator)


class Captured(Exception):
    """Ends a fit when it would begin to train."""


@pytest.fixture
def capture(monkeypatch):
    """Return a function that fits, and returns what would have been trained on."""

    def train(data, settings):
        raise Captured(data, *settings)

    def fit(model, features, y, sensitive_features):
        with pytest.raises(Captured) as caught:
            model.fit(features, y, sensitive_features=sensitive_features)
        return caught.value.args

    monkeypatch.setattr(estimator, "train", train)
    return fit


def test_what_is_given_beside_the_settings_counts_before_them(capture, numbers):
    settings = Settings(lambda_rep=2, lambda_fair=3, hidden=5, seed=7, scale="minmax")

    def trained(**parameters):
        return capture(FairMoEClassifier(**parameters), *numbers)[1]

    assert trained() == Settings()
    assert trained(settings=settings) == settings
    assert trained(settings=settings, lambda_fair=0, random_state=0) == settings.replace(
        lambda_fair=0, seed=0
    )
    lambdas = dict(zip(LAMBDAS, (5, 6, 7, 8), strict=True))
    assert trained(settings=settings, **lambdas) == settings.replace(**lambdas)


def test_a_share_of_each_group_and_class_is_held_out(capture, numbers):
    features, y, group = numbers
    data, _ = capture(FairMoEClassifier(validation_fraction=0.25), *numbers)
    held = data.validation.rows
    assert sorted([*data.train.rows, *held]) == list(range(120))
    assert len(data.test.rows) == 0
    cells = pd.crosstab(group, y)
    assert (pd.crosstab(group[held], y[held]) - cells / 4).abs().to_numpy().max() <= 1
    assert data.group_names == ("a", "b", "c")
    np.testing.assert_array_equal(data.validation.y, y[held])
    np.testing.assert_array_equal(np.array(list("abc"))[data.validation.group], group[held])
    # scaled by the rows that are trained on, and by no others
    scaled = (features - features[data.train.rows].mean(0)) / features[data.train.rows].std(0)
    np.testing.assert_allclose(data.validation.x, scaled[held], rtol=1e-5, atol=1e-6)


def test_numbers_are_scaled_and_levels_merged_as_asked(capture, numbers):
    rows, y, group = numbers
    frame = pd.DataFrame({"size": rows[:, 1], "kind": ["p"] * 80 + ["q"] * 30 + ["r"] * 10})
    model = FairMoEClassifier(settings=Settings(scale="minmax", rare_level=0.15))
    train = capture(model, frame, y, group)[0].train.x
    assert train[:, 0].min() == pytest.approx(-1)
    assert train[:, 0].max() == pytest.approx(1)
    unmerged = FairMoEClassifier(settings=Settings(scale="minmax", rare_level=0.0))
    names = [capture(each, frame, y, group)[0].encoder.encoded_names for each in (model, unmerged)]
    assert names == [
        ("size", "kind = p", "kind = q", "kind = (rare)"),
        ("size", "kind = p", "kind = q", "kind = r"),
    ]


def test_the_split_follows_its_own_seed_or_the_random_state(capture, numbers):
    def held_out(random_state, split_seed=None):
        model = FairMoEClassifier(
            random_state=random_state, settings=Settings(split_seed=split_seed)
        )
        return capture(model, *numbers)[0].validation.rows.tolist()

    assert held_out(1) == held_out(1)
    assert held_out(1) != held_out(2)
    assert held_out(1, split_seed=5) == held_out(2, split_seed=5)
    assert held_out(1, split_seed=2) == held_out(2)


def test_random_state_of_numpy_is_the_same_as_pythons(capture, numbers):
    seeds = [
        capture(FairMoEClassifier(random_state=state), *numbers)[1].seed
        for state in (5, np.int64(5))
    ]
    assert seeds == [5, 5]


def test_random_state_may_be_a_generator(capture, numbers):
    def seed(random_state):
        return capture(FairMoEClassifier(random_state=random_state), *numbers)[1].seed

    assert seed(np.random.RandomState(4)) == seed(np.random.RandomState(4))
    assert seed(np.random.RandomState(4)) != seed(np.random.RandomState(5))


def test_mixed_columns_with_missing_values_give_probabilities(fitted, applicants):
    features, hired, _ = applicants
    assert features.isna().any().any()
    proba = fitted.predict_proba(features)
    assert proba.shape == (300, 2)
    np.testing.assert_allclose(proba.sum(1), 1)
    assert fitted.classes_.tolist() == ["no", "yes"]
    assert fitted.groups_.tolist() == ["female", "male"]
    predicted = fitted.predict(features)
    np.testing.assert_array_equal(predicted, np.where(proba[:, 1] > 0.5, "yes", "no"))
    assert fitted.score(features, hired) == np.mean(predicted == hired)
    assert fitted.score(features, hired) > 0.7 > hired.value_counts(normalize=True).max()


def test_gate_weights_are_those_that_mix_the_experts(fitted, applicants):
    features, *_ = applicants
    weights = fitted.gate_proba(features)
    assert weights.shape == (300, 3)
    np.testing.assert_allclose(weights.sum(1), 1)
    rows = torch.tensor(fitted.encoder_.transform(features)).double()
    experts = fitted.mixture_.expert_proba(rows)[:, 0].numpy()
    mixed = (weights * experts.T).sum(1)
    np.testing.assert_allclose(fitted.predict_proba(features)[:, 1], mixed, rtol=1e-9)


def test_a_level_that_was_never_seen_can_be_predicted(fitted, applicants):
    features = applicants[0].head(3).assign(department="piracy")
    assert np.isfinite(fitted.predict_proba(features)).all()


def test_array_and_data_frame_of_the_same_numbers_train_the_same(numbers):
    rows, y, group = numbers
    frame = pd.DataFrame(rows, columns=["x0", "x1"], index=np.arange(120)[::-1])
    by_array = FairMoEClassifier(settings=QUICK).fit(rows, y, sensitive_features=group)
    by_frame = FairMoEClassifier(settings=QUICK).fit(frame, list(y), sensitive_features=list(group))
    np.testing.assert_array_equal(by_array.predict_proba(rows), by_frame.predict_proba(frame))
    assert not hasattr(by_array, "feature_names_in_")
    assert by_frame.feature_names_in_.tolist() == ["x0", "x1"]


def test_the_seed_decides(numbers):
    rows, y, group = numbers

    def proba(random_state):
        forget_experts()
        model = FairMoEClassifier(random_state=random_state, settings=QUICK.replace(split_seed=0))
        return model.fit(rows, y, sensitive_features=group).predict_proba(rows)

    np.testing.assert_array_equal(proba(1), proba(1))
    assert np.abs(proba(1) - proba(2)).max() > 1e-3


def test_a_clone_is_unfitted_and_equal(fitted, applicants):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert copy.get_params()["settings"] == Settings(epochs=20)
    with pytest.raises(NotFittedError):
        copy.predict(applicants[0])


def test_a_pipeline_passes_the_sensitive_features_on(numbers):
    rows, y, group = numbers
    with sklearn.config_context(enable_metadata_routing=True):
        model = FairMoEClassifier(settings=QUICK).set_fit_request(sensitive_features=True)
        pipeline = make_pipeline(StandardScaler(), model).fit(rows, y, sensitive_features=group)
    assert pipeline[-1].groups_.tolist() == ["a", "b", "c"]
    assert pipeline.predict(rows).shape == (120,)


@pytest.mark.parametrize(
    ("name", "values"),
    [("lambda_fair", [0, 10]), ("settings", [Settings(epochs=4), Settings(epochs=4, hidden=2)])],
)
def test_a_grid_search_gives_each_fold_its_own_sensitive_features(numbers, name, values):
    rows, y, group = numbers
    with sklearn.config_context(enable_metadata_routing=True):
        model = FairMoEClassifier(settings=QUICK).set_fit_request(sensitive_features=True)
        search = GridSearchCV(model, {name: values}, cv=2, error_score="raise")
        search.fit(rows, y, sensitive_features=group)
    assert [row[name] for row in search.cv_results_["params"]] == values
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert getattr(search.best_estimator_, name) in values
    assert search.best_estimator_.groups_.tolist() == ["a", "b", "c"]


def test_a_grid_search_without_the_request_is_refused(numbers):
    rows, y, group = numbers
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(FairMoEClassifier(settings=QUICK), {"lambda_fair": [1]}, cv=2)
        with pytest.raises(ValueError, match="not explicitly set as requested or not requested"):
            search.fit(rows, y, sensitive_features=group)
