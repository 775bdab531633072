"""The log-odds of a gate's choice: by hand, complete, and as Captum attributes them."""

import torch
from captum.attr import IntegratedGradients

from fairmoe.nn import GateChoice
from tests.nn.making import draws, make_mixture


def sharp_mixture():
    mixture = make_mixture(runs=1).double()
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.mul_(3)
    return mixture.with_path_steps(512)


X = draws(12, 5, seed=4).double()


def test_log_odds_are_those_of_the_weight():
    mixture = sharp_mixture()
    weights = mixture.gate_proba(X)
    for expert in range(3):
        found = GateChoice(mixture, expert).log_odds(X)
        assert torch.allclose(found, weights[..., expert].logit())


def test_a_sure_choice_has_finite_log_odds():
    mixture = sharp_mixture().always(1).double()
    assert GateChoice(mixture, 1).log_odds(X).isfinite().all()


def test_attributions_are_captums_and_complete():
    mixture = sharp_mixture()
    baseline = torch.full((5,), 0.1).double()
    for expert in range(3):
        choice = GateChoice(mixture, expert)
        ours = (X - baseline) * choice.average_gradient(X, baseline)[0]
        gaps = choice.log_odds(X)[0] - choice.log_odds(baseline[None])[0]
        assert (ours.sum(-1) - gaps).abs().max() < 5e-3 * gaps.abs().max()
        captum = IntegratedGradients(lambda x, choice=choice: choice.log_odds(x)[0])
        theirs = captum.attribute(
            X, baselines=baseline[None], n_steps=1000, method="riemann_middle"
        )
        assert (ours - theirs).abs().max() < 5e-3 * theirs.abs().max()
