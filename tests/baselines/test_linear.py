from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from fairmoe.baselines import LinearModel, fit_constant, fit_logistic
from fairmoe.errors import InvalidInputError
from fairmoe.explain import Explainer
from fairmoe.names import AttributionMethod


def draw(n=200, d=4, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, d, generator=generator, dtype=dtype)
    noise = torch.randn(n, generator=generator, dtype=dtype)
    return x, (x[:, 0] - x[:, 1] + noise > 0.5).long()


def test_constant_gives_every_row_the_base_rate():
    x, y_true = torch.randn(5, 3), torch.tensor([1, 0, 0, 0, 0])
    model = fit_constant(x, y_true)
    torch.testing.assert_close(model.log_odds(torch.randn(7, 3)).sigmoid(), torch.full((7,), 0.2))
    assert model.weight.tolist() == [0, 0, 0]


def test_many_rows_are_fitted_to_the_same_optimum(monkeypatch):
    x, y_true = draw(3000)
    few = fit_logistic(x, y_true)
    monkeypatch.setattr("fairmoe.baselines.linear.MANY_ROWS", 3000)
    many = fit_logistic(x, y_true)
    torch.testing.assert_close(many.weight, few.weight, rtol=0, atol=2e-3)
    assert many.bias == pytest.approx(few.bias, abs=2e-3)
    # The other solver stops elsewhere.
    assert not torch.equal(many.weight, few.weight)


def test_logistic_predicts_as_sklearn_does():
    x, y_true = draw()
    model = fit_logistic(x, y_true)
    oracle = LogisticRegression(tol=1e-10, max_iter=10_000).fit(x.double().numpy(), y_true.numpy())
    new = torch.randn(50, 4)
    np.testing.assert_allclose(
        model.log_odds(new).numpy(), oracle.decision_function(new.numpy()), rtol=1e-3, atol=1e-4
    )
    # the signs of the true weights: the first feature speaks for, the second against
    assert model.weight[0] > 0.5
    assert model.weight[1] < -0.5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("fit", [fit_constant, fit_logistic])
def test_models_have_the_type_of_the_features(fit, dtype):
    model = fit(*draw(dtype=dtype))
    assert model.weight.dtype == dtype
    assert model.log_odds(torch.zeros(2, 4, dtype=dtype)).dtype == dtype


def test_log_odds_take_leading_axes_and_let_gradients_through():
    model = LinearModel(torch.tensor([2.0, -1.0]), 0.5)
    x = torch.tensor([[[1.0, 1.0], [0.0, 3.0]]], requires_grad=True)
    log_odds = model.log_odds(x)
    assert log_odds.tolist() == [[1.5, -2.5]]
    (gradient,) = torch.autograd.grad(log_odds.sum(), x)
    assert gradient.tolist() == [[[2, -1], [2, -1]]]


# LIME's ridge regression shrinks what it finds, so it is not exact even for a linear model.
@pytest.mark.parametrize("method", sorted(set(get_args(AttributionMethod)) - {"lime"}))
def test_attributions_are_weight_times_distance(method):
    # columns 0 and 2 are the parts of one source column
    model = LinearModel(torch.tensor([2.0, -1.0, 0.5]), 0.5)
    baseline = torch.tensor([1.0, 0.0, -1.0])
    explainer = Explainer(
        method,
        baseline=baseline,
        background=baseline[None],
        column_of=torch.tensor([0, 1, 0]),
    )
    x = torch.tensor([[3.0, 2.0, 1.0], [1.0, -1.0, -1.0]])
    # row 1: 2 * 2 + 0.5 * 2 and -1 * 2; row 2: 0 and -1 * -1
    expected = torch.tensor([[5.0, -2.0], [0.0, 1.0]])
    torch.testing.assert_close(explainer.attributions(model, x), expected)


@pytest.mark.parametrize("fit", [fit_constant, fit_logistic])
def test_one_class_is_refused(fit):
    with pytest.raises(InvalidInputError) as caught:
        fit(torch.zeros(3, 2), torch.ones(3, dtype=torch.long))
    assert str(caught.value) == "A baseline needs two classes; however, the target has one."
