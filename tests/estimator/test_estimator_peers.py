"""The classifier among the tools that people hand a classifier to, with few rows and epochs."""

import io
import os
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
import skops.io
from fairlearn.metrics import MetricFrame, selection_rate
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import DemographicParity, ExponentiatedGradient, GridSearch
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier
from sklearn.inspection import partial_dependence, permutation_importance

from fairmoe.config import Settings
from fairmoe.data.demo import make_demo
from fairmoe.errors import InvalidInputError
from fairmoe.estimator import FairMoEClassifier

pytestmark = pytest.mark.slow

QUICK = Settings(epochs=4)
TABLE = make_demo(240).drop(columns="applicant_id")
X, Y, SEX = TABLE.drop(columns=["sex", "hired"]), TABLE["hired"], TABLE["sex"]
WITH_SEX = TABLE.drop(columns="hired")


@pytest.fixture(scope="module")
def fitted():
    return FairMoEClassifier(settings=QUICK).fit(X, Y, sensitive_features=SEX)


@pytest.fixture(scope="module")
def proba(fitted):
    return fitted.predict_proba(X)


def test_a_model_of_a_frame_predicts_arrays_by_position(fitted, proba):
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(fitted.predict_proba(X.to_numpy()), proba)


def test_a_model_of_an_array_of_mixed_columns_predicts_frames(proba):
    model = FairMoEClassifier(settings=QUICK)
    model.fit(X.to_numpy(), Y.to_numpy(), sensitive_features=SEX.to_numpy())
    np.testing.assert_array_equal(model.predict_proba(X.to_numpy()), proba)
    with pytest.warns(UserWarning, match="X has feature names"):
        np.testing.assert_array_equal(model.predict_proba(X), proba)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas])
def test_other_frames_train_the_same(convert, proba):
    model = FairMoEClassifier(settings=QUICK)
    model.fit(convert(X), pl.from_pandas(Y), sensitive_features=pl.from_pandas(SEX))
    assert model.feature_names_in_.tolist() == list(X.columns)
    np.testing.assert_array_equal(model.predict_proba(convert(X)), proba)
    np.testing.assert_array_equal(model.predict_proba(X), proba)


def test_two_sensitive_columns_are_crossed():
    both = pd.DataFrame({"sex": SEX, "old": X["age"] > 40})
    model = FairMoEClassifier(settings=QUICK).fit(X, Y, sensitive_features=both)
    assert model.groups_.tolist() == [
        "female & False",
        "female & True",
        "male & False",
        "male & True",
    ]
    assert model.predict(X).shape == (240,)


def test_sensitive_columns_may_be_among_the_features(proba):
    for named, rows in ((["sex"], WITH_SEX), ("sex", WITH_SEX)):
        model = FairMoEClassifier(sensitive_columns=named, settings=QUICK).fit(rows, Y)
        np.testing.assert_array_equal(model.predict_proba(rows), proba)
    aware = FairMoEClassifier(sensitive_columns=["sex"], include_sensitive=True, settings=QUICK)
    assert "sex" in aware.fit(WITH_SEX, Y).encoder_.columns
    with pytest.raises(InvalidInputError) as caught:
        aware.fit(WITH_SEX, Y, sensitive_features=SEX)
    assert str(caught.value) == (
        "'sensitive_features' are needed to train; however, they were given beside "
        "'sensitive_columns'. Give one of the two."
    )


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "Rows are needed; however, 'X' has none."),
        (1, "The target needs two classes; however, 'y' has one class."),
        (
            4,
            "Rows are needed to train on and to choose by; however, none of 4 can be held out of "
            "the training. Give more rows of each class and group.",
        ),
        (16, None),
    ],
)
def test_few_rows_are_refused_in_words_or_trained_on(count, told):
    model = FairMoEClassifier(settings=QUICK)
    y, group = np.tile([0, 1], 8)[:count], np.tile(["a", "a", "b", "b"], 4)[:count]
    if told is None:
        model.fit(X.iloc[:count], y, sensitive_features=group)
        assert np.isfinite(model.predict_proba(X)).all()
        return
    with pytest.raises(InvalidInputError) as caught:
        model.fit(X.iloc[:count], y, sensitive_features=group)
    assert str(caught.value) == told


def test_no_rows_cannot_be_predicted(fitted):
    with pytest.raises(InvalidInputError, match="Rows are needed; however, 'X' has none"):
        fitted.predict(X.iloc[:0])


def test_a_fit_that_fails_leaves_the_model_as_it_was(proba):
    model = FairMoEClassifier(settings=QUICK).fit(X, Y, sensitive_features=SEX)
    before = dict(vars(model))
    for rows, group in ((X[["age"]], ["a"] * 240), (X[["age"]], [None] * 240), ([1, 2], SEX)):
        with pytest.raises(InvalidInputError):
            model.fit(rows, Y, sensitive_features=group)
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict_proba(X), proba)


def _by_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def _by_skops(model):
    kept = skops.io.dumps(model)
    own = ["fairmoe.estimator.FairMoEClassifier"]
    assert skops.io.get_untrusted_types(data=kept) == own
    return skops.io.loads(kept, trusted=own)


@pytest.mark.parametrize("keep", [lambda m: pickle.loads(pickle.dumps(m)), _by_joblib, _by_skops])
def test_a_kept_model_predicts_the_same(keep, fitted, proba):
    kept = keep(fitted)
    np.testing.assert_array_equal(kept.predict_proba(X), proba)
    np.testing.assert_array_equal(kept.gate_proba(X), fitted.gate_proba(X))
    assert kept.get_params() == fitted.get_params()
    assert kept.classes_.tolist() == ["no", "yes"]


def test_scikit_learn_inspects_it(fitted):
    rows = X.astype({"age": float})
    for column, categorical in (("age", None), ("department", ["department"])):
        found = partial_dependence(
            fitted, rows, [column], categorical_features=categorical, grid_resolution=3,
            kind="average",
        )  # fmt: skip
        assert np.isfinite(found["average"]).all()
    importance = permutation_importance(fitted, X, Y, n_repeats=2, random_state=0)
    assert importance.importances.shape == (10, 2)
    assert np.abs(importance.importances).max() > 0


def test_kernel_shap_explains_mixed_columns(fitted, proba):
    with warnings.catch_warnings():
        # Of matplotlib, which it imports; and columns are taken by position, as it gives an array.
        warnings.simplefilter("ignore")
        _hold_kernel_shap(fitted, proba)


def _hold_kernel_shap(fitted, proba):
    import shap

    explainer = shap.KernelExplainer(fitted.predict_proba, X.iloc[:5])
    values = explainer.shap_values(X.iloc[:2], nsamples=20, silent=True)
    np.testing.assert_allclose(explainer.expected_value + values.sum(1), proba[:2], atol=1e-9)


EXPLAIN = """
import numpy, shap
from fairmoe import FairMoEClassifier, Settings
from fairmoe.data.demo import make_demo
table = make_demo(120)
X = table.select_dtypes("number").fillna(0)[["age", "test_score", "commute_km"]]
model = FairMoEClassifier(settings=Settings(epochs=4))
model.fit(X, table["hired"], sensitive_features=table["sex"])
found = shap.Explainer(model.predict_proba, X.iloc[:5])(X.iloc[:2])
numpy.testing.assert_allclose(
    found.base_values + found.values.sum(1), model.predict_proba(X.iloc[:2]), atol=1e-9)
"""


@pytest.mark.slow
def test_shap_explains_a_frame_of_numbers():
    # In a process of its own, since compiling shap's loops takes longer than running them once.
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", EXPLAIN],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: CalibratedClassifierCV(model, cv=2),
        lambda model: BaggingClassifier(model, n_estimators=2, random_state=0),
    ],
    ids=["calibrated", "bagging"],
)
def test_meta_estimators_pass_the_sensitive_features_on(wrap):
    with sklearn.config_context(enable_metadata_routing=True):
        model = FairMoEClassifier(settings=QUICK).set_fit_request(sensitive_features=True)
        by_route = wrap(model).fit(X, Y, sensitive_features=SEX).predict_proba(X)
    named = FairMoEClassifier(sensitive_columns=[-1], settings=QUICK)
    rows = X.assign(sex=SEX)
    by_column = wrap(named).fit(rows, Y).predict_proba(rows)
    for proba in (by_route, by_column):
        np.testing.assert_allclose(proba.sum(1), 1)
        assert proba[:, 1].std() > 0


@pytest.mark.parametrize("reduction", ["exponentiated", "grid"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.slow
def test_fairlearn_reduces_to_it(reduction):
    # A reduction fits it on relabelled rows, again and again, with a weight each.
    hired = (Y == "yes").astype(int)
    model = FairMoEClassifier(sensitive_columns=["sex"], settings=QUICK)
    if reduction == "grid":
        mitigator = GridSearch(model, DemographicParity(), grid_size=2)
    else:
        mitigator = ExponentiatedGradient(model, DemographicParity(), max_iter=2)
    mitigator.fit(WITH_SEX, hired, sensitive_features=SEX)
    assert set(np.unique(mitigator.predict(WITH_SEX))) <= {0, 1}


def test_fairlearn_measures_and_postprocesses_it(fitted):
    rates = MetricFrame(
        metrics=selection_rate,
        y_true=Y == "yes",
        y_pred=fitted.predict(X) == "yes",
        sensitive_features=SEX,
    ).by_group
    assert rates["female"] == np.mean(fitted.predict(X[SEX == "female"]) == "yes")
    hired = (Y == "yes").astype(int)
    model = FairMoEClassifier(sensitive_columns="sex", settings=QUICK)
    for prefit in (False, True):
        estimator = model.fit(WITH_SEX, hired) if prefit else model
        optimizer = ThresholdOptimizer(
            estimator=estimator, prefit=prefit, predict_method="predict_proba"
        ).fit(WITH_SEX, hired, sensitive_features=SEX)
        chosen = optimizer.predict(WITH_SEX, sensitive_features=SEX, random_state=0)
        shares = pd.Series(chosen).groupby(SEX.to_numpy()).mean()
        assert abs(shares["female"] - shares["male"]) < 0.1
