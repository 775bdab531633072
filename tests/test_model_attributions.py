"""On which columns a model rests that somebody else trained."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch import nn

import fairmoe
from fairmoe.errors import InvalidInputError
from fairmoe.model_attributions import NO_COLUMNS, NO_SCORES, NOT_ASKED, attribute_by_group

GROUPS = ["a", "b"]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    group = (rng.random(300) < 0.3).astype(int)
    X = pd.DataFrame(
        {
            "strong": rng.normal(size=300) * (1 + group),
            "weak": rng.normal(size=300),
            "none": rng.normal(size=300),
        }
    )
    y = (2 * X["strong"] + 0.5 * X["weak"] + rng.normal(size=300) > 0).astype(int).to_numpy()
    return X, y, group


def expected_of_linear(coef, X, group, weight=None):
    """Mean absolute coef * (x - mean), by group."""
    size = np.abs(coef * (X - X.mean())).to_numpy()
    weight = np.ones(len(X)) if weight is None else weight
    return {
        name: np.average(size[own], axis=0, weights=weight[own])
        for name, own in (("a", group == 0), ("b", group == 1), ("everyone", group >= 0))
    }


def check(table, expected, columns):
    for name, values in expected.items():
        assert table.loc[columns, name].to_numpy() == pytest.approx(values, rel=1e-5)


def test_a_logistic_regression_is_explained_in_closed_form(rows):
    X, y, group = rows
    model = LogisticRegression().fit(X, y)
    found = attribute_by_group(model, X, group=group, group_names=GROUPS)
    check(found.table, expected_of_linear(model.coef_[0], X, group), list(X))
    assert list(found.table.index) == ["strong", "weak", "none"]
    assert found.note == "shap's LinearExplainer, in log-odds, of 300 of 300 rows."
    # The columns of an array are numbered.
    plain = attribute_by_group(
        LogisticRegression().fit(X.to_numpy(), y), X.to_numpy(), group=group, group_names=GROUPS
    )
    assert set(plain.table.index) == {0, 1, 2}
    margins = Perceptron().fit(X, y)
    told = attribute_by_group(margins, X, group=group, group_names=GROUPS)
    check(told.table, expected_of_linear(margins.coef_[0], X, group), list(X))
    assert "in the model's own score" in told.note


def test_weights_count_people(rows):
    X, y, group = rows
    model, weight = LogisticRegression().fit(X, y), np.arange(300) % 3 + 0.5
    found = attribute_by_group(model, X, group=group, group_names=GROUPS, sample_weight=weight)
    check(found.table, expected_of_linear(model.coef_[0], X, group, weight), list(X))


def test_a_sample_looks_at_as_many_of_each_group_and_counts_them_by_their_size(rows):
    X, y, group = rows
    model = LogisticRegression().fit(X, y)
    found = attribute_by_group(model, X, group=group, group_names=GROUPS, rows=100)
    assert found.note.endswith("of 100 of 300 rows.")
    share = (group == 0).mean()
    mean = share * found.table["a"] + (1 - share) * found.table["b"]
    assert found.table["everyone"].to_numpy() == pytest.approx(mean.to_numpy())
    empty = attribute_by_group(model, X, group=group, group_names=[*GROUPS, "nobody"])
    assert empty.table["nobody"].isna().all()
    assert empty.table["everyone"].notna().all()


@pytest.mark.parametrize("logits", [1, 2])
def test_a_torch_module_is_explained_by_integrated_gradients(rows, logits):
    X, y, group = rows
    torch.manual_seed(0)
    linear = nn.Linear(3, logits)
    module = nn.Sequential(nn.Dropout(0.5), linear).train()
    linear.eval()
    found = fairmoe.audit_model(module, X, y, np.array(GROUPS)[group])
    assert (module.training, module[0].training, linear.training) == (True, True, False)
    with torch.no_grad():
        weights = linear.weight[1] - linear.weight[0] if logits == 2 else linear.weight[0]
        out = linear(torch.tensor(X.to_numpy(), dtype=torch.float32)).numpy()
    check(found.attributions, expected_of_linear(weights.detach().numpy(), X, group), list(X))
    decided = (out[:, 1] > out[:, 0]) if logits == 2 else out[:, 0] > 0
    assert found.rates["selected"].sum() == decided.sum()
    assert found.attributions_note == (
        "captum's IntegratedGradients, in log-odds, of 300 of 300 rows."
    )


def test_what_moves_a_deep_module_adds_up_to_its_move_from_the_mean_row():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    for weights in module.parameters():
        # It rises with each column, so what is attributed to them has one sign.
        weights.data.abs_()
    X = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
    found = attribute_by_group(module, X, group=np.array([0, 1]), group_names=GROUPS)
    with torch.no_grad():
        high, low, middle = module(torch.tensor(np.vstack([X, X.mean(axis=0)]))).ravel().tolist()
    assert found.table["a"].sum() == pytest.approx(high - middle, rel=1e-3)
    assert found.table["b"].sum() == pytest.approx(middle - low, rel=1e-3)


@pytest.mark.parametrize("Model", [RandomForestClassifier, GradientBoostingClassifier])
def test_forests_are_explained_by_their_trees(rows, Model):
    X, y, group = rows
    model = Model(n_estimators=10, random_state=0).fit(X, y)
    found = attribute_by_group(model, X, group=group, group_names=GROUPS)
    assert found.table.index[0] == "strong"
    unit = "probability" if Model is RandomForestClassifier else "log-odds"
    assert found.note.startswith(f"shap's TreeExplainer, in {unit}")


def test_any_other_model_is_asked_about_columns_of_any_kind(rows):
    X, y, group = rows
    mixed = X.assign(
        level=np.where(X["strong"] > 0, "high", "low"),
        flag=X["weak"] > 0,
        none=pd.Series(np.where(np.arange(300) % 9, X["none"], np.nan)).fillna(0.0),
    )
    model = make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["weak", "none"]), (OneHotEncoder(), ["level", "flag"])
        ),
        LogisticRegression(),
    ).fit(mixed, y)
    found = attribute_by_group(model, mixed, group=group, group_names=GROUPS, rows=20)
    assert found.table.index[0] == "level"
    # The pipeline never sees it.
    assert found.table.loc["strong", "everyone"] == pytest.approx(0)
    assert found.note == (
        "shap's KernelExplainer against a row of typical values, in log-odds, of 20 of 300 rows."
    )


def test_what_is_asked_adds_up_as_a_linear_model_does(rows):
    X, y, group = rows
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    coef = model[-1].coef_[0] / model[0].scale_
    found = attribute_by_group(model, X, group=group, group_names=GROUPS, rows=6)
    order = [np.flatnonzero(group == place) for place in (0, 1)]
    rng = np.random.default_rng(0)
    chosen = [rng.permutation(own)[:3] for own in order]
    typical = X.apply(lambda of: of.sort_values().iloc[150])
    for name, own in zip(GROUPS, chosen, strict=True):
        size = np.abs(coef * (X.iloc[own] - typical)).mean()
        assert found.table.loc[list(X), name].to_numpy() == pytest.approx(size.to_numpy())


@pytest.mark.slow
def test_of_many_columns_none_is_dropped():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 12))
    y = (X.sum(axis=1) > 0).astype(int)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    typical = np.sort(X, axis=0)[40]
    found = attribute_by_group(model, X, group=np.arange(80) // 79, group_names=GROUPS)
    size = np.abs(model[-1].coef_[0] / model[0].scale_ * (X[79] - typical))
    assert found.table.loc[range(12), "b"].to_numpy() == pytest.approx(size, rel=1e-6)


def test_where_there_is_nothing_to_attribute_it_says_why(rows):
    X, y, group = rows
    shared = {"group": group, "group_names": GROUPS}

    class Decides:
        def predict(self, X):
            return np.zeros(len(X))

    assert attribute_by_group(Decides(), X, **shared).note == NO_SCORES
    constant = DummyClassifier().fit(X, y)
    assert attribute_by_group(constant, ["text"] * 300, **shared).note == NO_COLUMNS
    assert attribute_by_group(constant, X, rows=0, **shared).note == NOT_ASKED
    assert attribute_by_group(constant, X, rows=0, **shared).table is None


def test_audits_hold_them_and_say_why_not(rows):
    X, y, group = rows
    names = np.array(GROUPS)[group]
    model = LogisticRegression().fit(X, y)
    found = fairmoe.audit_model(model, X, y, names, outcome="good")
    check(found.attributions, expected_of_linear(model.coef_[0], X, group), list(X))
    told = found.to_dict()["attributions"]["strong"]
    assert told["b"] == pytest.approx(found.attributions.loc["strong", "b"])
    none = fairmoe.audit_model(model, X, y, names, attribution_rows=0)
    assert none.attributions is None
    assert none.to_dict()["attributions"] is None
    scores = fairmoe.audit(y, model.predict_proba(X)[:, 1], names)
    assert scores.attributions_note == "Without its model a score cannot be attributed to columns."


def test_a_module_with_many_outputs_is_refused(rows):
    X, y, group = rows
    with pytest.raises(InvalidInputError, match="the shape of its output is"):
        fairmoe.audit_model(nn.Linear(3, 3), X, y, np.array(GROUPS)[group])


@pytest.mark.slow
def test_an_audit_of_scores_imports_neither_shap_nor_captum():
    code = (
        "import fairmoe, sys; fairmoe.audit([0, 1, 0, 1], [0.1, 0.9, 0.8, 0.2], list('aabb')); "
        "print({'shap', 'captum'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
