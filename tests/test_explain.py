"""Explainer: four methods against Captum, shap and their axioms, on experts and mixtures."""

import warnings

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients

from fairmoe.explain import Explainer
from fairmoe.functional.attention import attention_loss, mean_attention
from fairmoe.functional.groups import averaging_matrix
from fairmoe.nn import ExpertStack, GateStack, Mixture

METHODS = ("integrated_gradients", "gradient_shap", "shap", "lime")
COLUMN_OF = torch.tensor([0, 1, 2, 2, 2, 3, 4, 4])


def generators(n):
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make_explainer(method, dtype=torch.float32):
    return Explainer(
        method,
        baseline=draws(8, seed=1).to(dtype) * 0.1,
        background=draws(16, 8, seed=2).to(dtype),
        column_of=COLUMN_OF,
    )


def make_mixture(method, runs=2, sharpness=3.0):
    mixture = Mixture(
        ExpertStack(8, 6, slope=0.01, generators=generators(3 * runs)),
        GateStack(8, 5, temperature=1.0, generators=generators(runs)),
        make_explainer(method),
    )
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.mul_(sharpness)
    return mixture.double()


X = draws(20, 8, seed=3).double()


@pytest.mark.equation(2)
@pytest.mark.slow
def test_integrated_gradients_of_experts_are_captums_and_complete():
    mixture = make_mixture("integrated_gradients")
    explainer, experts = mixture.explainer, mixture.experts.part()
    ours = explainer.attributions(experts, X)
    gaps = experts.log_odds(X) - experts.log_odds(explainer.baseline[None])
    assert torch.allclose(ours.sum(-1), gaps, atol=1e-12)
    for member in range(6):
        captum = IntegratedGradients(lambda x, m=member: experts.log_odds(x)[m])
        theirs = captum.attribute(
            X[:5], baselines=explainer.baseline[None], n_steps=2000, method="riemann_middle"
        )
        by_column = theirs @ torch.nn.functional.one_hot(COLUMN_OF).double()
        assert torch.allclose(ours[member, :5], by_column, atol=2e-3)


def test_integrated_gradients_of_the_mixture_go_through_its_gate():
    mixture = make_mixture("integrated_gradients")
    ours = mixture.explainer.attributions(mixture, X)
    gaps = mixture.log_odds(X) - mixture.log_odds(mixture.explainer.baseline[None])
    assert (ours.sum(-1) - gaps).abs().max() < 0.02 * gaps.abs().max()
    captum = IntegratedGradients(lambda x: mixture.log_odds(x)[1])
    theirs = captum.attribute(
        X, baselines=mixture.explainer.baseline[None], n_steps=1000, method="riemann_middle"
    )
    by_column = theirs @ torch.nn.functional.one_hot(COLUMN_OF).double()
    assert (ours[1] - by_column).abs().max() < 0.02 * by_column.abs().max()
    averaged = (
        mixture.gate_proba(X)[1].T[..., None]
        * mixture.explainer.attributions(mixture.experts.part(), X)[1::2]
    ).sum(0)
    assert (averaged - by_column).abs().max() > 0.2 * by_column.abs().max()


@pytest.mark.slow
def test_gradient_shap_is_the_mean_over_the_background():
    mixture = make_mixture("gradient_shap")
    experts, background = mixture.experts.part(), mixture.explainer.background
    ours = mixture.explainer.attributions(experts, X)
    gaps = experts.log_odds(X) - experts.log_odds(background).mean(-1, keepdim=True)
    assert torch.allclose(ours.sum(-1), gaps, atol=1e-10)
    captum = IntegratedGradients(lambda x: experts.log_odds(x)[4])
    theirs = torch.stack(
        [
            captum.attribute(X[:5], baselines=row[None], n_steps=1000, method="riemann_middle")
            for row in background
        ]
    ).mean(0)
    by_column = theirs @ torch.nn.functional.one_hot(COLUMN_OF).double()
    assert torch.allclose(ours[4, :5], by_column, atol=5e-3)


def test_deep_explainer_agrees_with_gradient_shap():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    mixture = make_mixture("gradient_shap")
    experts, background = mixture.experts.part(), mixture.explainer.background
    network = torch.nn.Sequential(
        torch.nn.Linear(8, 6), torch.nn.LeakyReLU(0.01), torch.nn.Linear(6, 1)
    ).double()
    with torch.no_grad():
        network[0].weight.copy_(experts.weight1[0])
        network[0].bias.copy_(experts.bias1[0])
        network[2].weight.copy_((experts.weight2[0, 1] - experts.weight2[0, 0])[None])
        network[2].bias.copy_((experts.bias2[0, 1] - experts.bias2[0, 0])[None])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = shap.DeepExplainer(network, background).shap_values(X, check_additivity=False)
    by_column = torch.as_tensor(np.asarray(theirs)).reshape(20, 8) @ (
        torch.nn.functional.one_hot(COLUMN_OF).double()
    )
    ours = mixture.explainer.attributions(experts, X)[0]
    assert torch.allclose(ours, by_column, atol=1e-4)


def test_shap_is_kernel_explainers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    mixture = make_mixture("shap")
    explainer = mixture.explainer
    ours = explainer.attributions(mixture, X[:3])

    def outputs(masks, row):
        kept = torch.as_tensor(masks, dtype=torch.bool)[:, COLUMN_OF]
        return mixture.log_odds(torch.where(kept, row, explainer.baseline))[1].detach().numpy()

    for position, row in enumerate(X[:3]):
        kernel = shap.KernelExplainer(lambda masks, row=row: outputs(masks, row), np.zeros((1, 5)))
        theirs = kernel.shap_values(np.ones((1, 5)), nsamples=200, silent=True)
        assert ours[1, position].tolist() == pytest.approx(theirs[0].tolist(), abs=1e-5)


def test_lime_is_captums_with_the_same_perturbations():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from captum._utils.models.linear_model import SkLearnLinearModel
        from captum.attr import LimeBase
    mixture = make_mixture("lime")
    explainer = mixture.explainer
    row = X[:1]
    ours = explainer.attributions(mixture.experts.part(), row)
    masks = iter(explainer.masks)
    lime = LimeBase(
        lambda x: mixture.experts.part().log_odds(x)[3],
        SkLearnLinearModel("linear_model.Ridge", alpha=1e-2),
        similarity_func=lambda _original, _perturbed, mask, **_: torch.exp(
            -(1 - mask).double().mean() / 0.75**2
        ),
        perturb_func=lambda _original, **_: next(masks)[None].double(),
        perturb_interpretable_space=True,
        from_interp_rep_transform=lambda mask, _original, **_: torch.where(
            mask.bool()[:, COLUMN_OF], row, explainer.baseline
        ),
        to_interp_rep_transform=None,
    )
    theirs = lime.attribute(row, n_samples=len(explainer.masks))
    assert ours[3, 0].tolist() == pytest.approx(theirs[0].tolist(), abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.equation(19, 21)
def test_the_attention_loss_moves_the_first_layer(method):
    mixture = make_mixture(method)
    group = torch.arange(20) % 2
    averaging = averaging_matrix(group, 2, dtype=torch.float64)
    attributions = mixture.explainer.attributions(mixture.experts.part(), X)
    attention_loss(mean_attention(attributions, averaging)).sum().backward()
    gradient = mixture.experts.weight1.grad
    assert (gradient.abs().amax((1, 2)) > 1e-5).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.slow
def test_the_gradient_of_the_attention_loss_is_right(method):
    mixture = make_mixture(method, runs=1, sharpness=2.0)
    averaging = averaging_matrix(torch.arange(6) % 2, 2, dtype=torch.float64)

    def loss(weight1):
        experts = ExpertStack(8, 6, slope=0.01, generators=generators(3)).double().part()
        moved = type(experts)(
            weight1, experts.bias1.detach(), experts.weight2.detach(), experts.bias2.detach(), 0.01
        )
        return attention_loss(
            mean_attention(mixture.explainer.attributions(moved, X[:6]), averaging)
        )

    weight1 = mixture.experts.weight1.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(loss, (weight1,), atol=1e-5)


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap", "shap"])
def test_a_column_that_no_weight_reads_gets_no_attention(method):
    mixture = make_mixture(method)
    with torch.no_grad():
        mixture.experts.weight1[:, :, COLUMN_OF == 2] = 0
        mixture.gate.weight_x[:, :, COLUMN_OF == 2] = 0
    for model in (mixture, mixture.experts.part()):
        attention = mixture.explainer.attention(model, X)
        assert attention[..., 2].max() < 1e-6
        assert torch.allclose(attention.sum(-1), torch.ones(()).double(), atol=1e-5)


def test_large_tables_are_explained_in_parts(monkeypatch):
    mixture = make_mixture("shap")
    whole = mixture.explainer.attributions(mixture, X)
    monkeypatch.setattr("fairmoe.explain.VALUES_AT_ONCE", 3 * len(mixture.explainer.masks) * 8)
    assert torch.allclose(mixture.explainer.attributions(mixture, X), whole, atol=1e-12)
