"""Gradients of losses by hand, against autograd in float64."""

import pytest
import torch

from fairmoe.functional.attention import jensen_shannon_divergence
from fairmoe.functional.gating import (
    batch_usage,
    expert_state,
    gate_entropy,
    gate_loss,
    load_balance_loss,
    moving_usage,
)
from fairmoe.functional.gradients import (
    counterfactual_gradient,
    cross_entropy_gradient,
    divergence_with_gradient,
    gap_gradient,
    regulariser_gradient,
    reinforce_gradient,
    representation_gradient,
    state_gradient,
    through_softmax,
)
from fairmoe.functional.groups import averaging_matrix, estimable
from fairmoe.functional.losses import (
    cross_entropy_loss,
    demographic_parity_loss,
    representation_loss,
)
from fairmoe.functional.policy import counterfactual_loss, reinforce_loss


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.equation(6)
def test_cross_entropy():
    log_odds, y = draw(3, 9).requires_grad_(), torch.arange(9) % 2
    logits = torch.stack([torch.zeros_like(log_odds), log_odds], -1)
    (theirs,) = torch.autograd.grad(cross_entropy_loss(logits, y).sum(), log_odds)
    assert torch.allclose(cross_entropy_gradient(log_odds.detach().sigmoid(), y), theirs)


@pytest.mark.equation(14, 17)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_gap_of_means(groups):
    log_odds = draw(3, 9).requires_grad_()
    averaging = averaging_matrix(torch.arange(9) % groups, groups, dtype=torch.float64)
    loss = demographic_parity_loss(log_odds.sigmoid(), averaging)
    (theirs,) = torch.autograd.grad(loss.sum(), log_odds)
    assert theirs.abs().max() > 0.01 or groups == 1
    assert torch.allclose(gap_gradient(log_odds.detach().sigmoid(), averaging), theirs)


@pytest.mark.equation(14)
def test_groups_that_all_tie_have_no_gradient():
    same = torch.full((1, 3), 0.5, dtype=torch.float64)
    assert gap_gradient(same, torch.eye(3, dtype=torch.float64)).abs().max() == 0


@pytest.mark.equation(17)
def test_without_positives_there_is_no_gradient():
    none = averaging_matrix(
        torch.tensor([0, 1, 1]), 2, among=torch.zeros(3).bool(), dtype=torch.float64
    )
    assert gap_gradient(draw(2, 3).sigmoid(), estimable(none)).abs().max() == 0


@pytest.mark.equation(20)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_divergence_of_attention(groups):
    given = draw(4, groups, 5).square()
    given[0, 0, 2] = 0
    given[1, :, 3] = 0
    distributions = (given / given.sum(-1, keepdim=True)).requires_grad_()
    loss = jensen_shannon_divergence(distributions)
    (theirs,) = torch.autograd.grad(loss.sum(), distributions)
    divergence, gradient = divergence_with_gradient(distributions.detach())
    assert theirs.abs().max() > 0.1 or groups == 1
    assert torch.allclose(divergence, loss)
    assert torch.allclose(gradient, theirs)


@pytest.mark.equation(10)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_representation(groups):
    hidden = draw(3, 9, 4).requires_grad_()
    averaging = averaging_matrix(torch.arange(9) % groups, groups, dtype=torch.float64)
    (theirs,) = torch.autograd.grad(representation_loss(hidden, averaging).sum(), hidden)
    assert theirs.abs().max() > 0.01 or groups == 1
    assert torch.allclose(representation_gradient(hidden.detach(), averaging), theirs)


@pytest.mark.equation(38)
@pytest.mark.parametrize("samples", [(), (4,)])
def test_policy_loss(samples):
    log_gate = draw(2, 9, 3).log_softmax(-1).requires_grad_()
    actions = torch.randint(3, (*samples, 2, 9), generator=torch.Generator().manual_seed(1))
    advantage, weights = draw(*samples, 2), draw(2, 9).exp()
    loss = reinforce_loss(log_gate, actions, advantage, weights)
    (theirs,) = torch.autograd.grad(loss.sum() / (samples[0] if samples else 1), log_gate)
    ours = reinforce_gradient(log_gate.detach(), actions, advantage, weights)
    assert theirs.abs().max() > 0.01
    assert torch.allclose(ours, theirs)


@pytest.mark.equation(38)
def test_counterfactual_loss():
    log_gate = draw(2, 9, 3).log_softmax(-1).requires_grad_()
    rewards, weights = draw(2, 9, 3).roll(1, 0), draw(2, 9).exp()
    (theirs,) = torch.autograd.grad(counterfactual_loss(log_gate, rewards, weights).sum(), log_gate)
    ours = counterfactual_gradient(log_gate.detach(), rewards, weights)
    assert theirs.abs().max() > 0.01
    assert torch.allclose(ours, theirs)


@pytest.mark.equation(40, 41, 42, 43, 45, 46)
def test_entropy_and_load_balance_of_a_gate():
    log_gate, before = draw(2, 9, 3).log_softmax(-1).requires_grad_(), draw(2, 3).softmax(-1)
    weights = {"entropy_weight": 0.7, "load_balance_weight": 5.0}
    usage = moving_usage(before, batch_usage(log_gate), 0.8)
    loss = gate_loss(torch.zeros(2), gate_entropy(log_gate), load_balance_loss(usage), **weights)
    (theirs,) = torch.autograd.grad(loss.sum(), log_gate)
    ours = regulariser_gradient(log_gate.detach(), usage.detach(), momentum=0.8, **weights)
    assert theirs.abs().max() > 0.01
    assert torch.allclose(ours, theirs)


@pytest.mark.equation(33)
def test_through_a_softmax():
    logits, into = draw(2, 9, 3).requires_grad_(), draw(2, 9, 3).roll(1, 1)
    log_proba = logits.log_softmax(-1)
    (theirs,) = torch.autograd.grad((log_proba * into).sum(), logits)
    assert torch.allclose(through_softmax(log_proba.detach(), into), theirs)


@pytest.mark.equation(31)
def test_state_of_the_gate():
    proba, into = draw(3, 2, 9).sigmoid().requires_grad_(), draw(2, 9, 10)
    (theirs,) = torch.autograd.grad((expert_state(proba) * into).sum(), proba)
    assert torch.allclose(state_gradient(proba.detach(), into), theirs)


def test_gradients_of_a_gate_stay_on_the_device_of_what_they_are_given():
    log_gate, rewards = torch.empty(2, 9, 3, device="meta"), torch.empty(2, 9, 3, device="meta")
    actions = torch.empty(4, 2, 9, dtype=torch.int64, device="meta")
    weights, usage = rewards[..., 0], rewards[:, 0]
    for found in (
        reinforce_gradient(log_gate, actions, actions[..., 0].float(), weights),
        counterfactual_gradient(log_gate, rewards, weights),
        regulariser_gradient(
            log_gate, usage, momentum=0.9, entropy_weight=1.0, load_balance_weight=1.0
        ),
        through_softmax(log_gate, rewards),
        state_gradient(rewards.movedim(-1, 0), torch.empty(2, 9, 10, device="meta")),
    ):
        assert found.device.type == "meta"
