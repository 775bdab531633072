"""The policy loss (38): estimators against the exact gradient."""

import itertools

import pytest
import torch

from fairmoe.functional.policy import (
    counterfactual_loss,
    leave_one_out,
    reinforce_loss,
    sample_actions,
)
from fairmoe.functional.reward import counterfactual_rewards, routing_reward
from tests.functional.reward_tables import every_routing, make_tables


def exact_gradient(logits, tables, weights):
    """Gradient of the expected reward, by enumerating every routing; rows weighted as in (39)."""
    routings = every_routing(logits.shape[1])
    rewards = routing_reward(tables, routings[:, None])[:, 0]
    log_gate = logits.log_softmax(-1)[0]
    rows = torch.arange(logits.shape[1])
    chosen = log_gate[rows, routings]
    chance = chosen.sum(-1).exp().detach()
    score_function = (chance * rewards * (weights[0] * chosen).sum(-1)).sum()
    return torch.autograd.grad(score_function, logits)[0]


def weighted_mean_gradient(logits, losses_of_routings):
    """Mean over all routings, by their chance, of minus the gradient of the loss of each."""
    routings = every_routing(logits.shape[1])
    log_gate = logits.log_softmax(-1)
    chances = log_gate[0, torch.arange(logits.shape[1]), routings].sum(-1).exp().detach()
    losses = torch.stack([losses_of_routings(log_gate, actions[None]) for actions in routings])
    return -torch.autograd.grad((chances * losses).sum(), logits)[0]


LOGITS = torch.tensor(
    [[[0.3, -0.2, 0.9], [1.0, 0.1, -0.4], [0.0, 0.0, 0.0], [-1.0, 0.5, 0.2]]], dtype=torch.float64
)
WEIGHTINGS = (torch.ones(1, 4).double(), torch.tensor([[0.5, 1.5, 0.2, 1.8]]).double())


@pytest.mark.equation(38)
@pytest.mark.parametrize("weights", WEIGHTINGS)
@pytest.mark.slow
def test_batch_credit_is_unbiased_for_any_baseline(weights):
    tables, logits = make_tables(), LOGITS.clone().requires_grad_()
    for baseline in (0.0, 0.7):
        estimate = weighted_mean_gradient(
            logits,
            lambda log_gate, actions, b=baseline: reinforce_loss(
                log_gate, actions, routing_reward(tables, actions) - b, weights
            )[0],
        )
        # (38) averages over the n = 4 rows
        assert torch.allclose(4 * estimate, exact_gradient(logits, tables, weights), atol=1e-12)


@pytest.mark.equation(38)
@pytest.mark.parametrize("weights", WEIGHTINGS)
def test_counterfactual_credit_is_unbiased(weights):
    tables, logits = make_tables(), LOGITS.clone().requires_grad_()
    estimate = weighted_mean_gradient(
        logits,
        lambda log_gate, actions: counterfactual_loss(
            log_gate, counterfactual_rewards(tables, actions).movedim(0, -1), weights
        )[0],
    )
    exact = exact_gradient(logits, tables, weights)
    assert exact.abs().max() > 0.01
    assert torch.allclose(estimate, exact, atol=1e-12)


@pytest.mark.equation(38)
@pytest.mark.slow
def test_leave_one_out_rollouts_are_unbiased():
    tables, weights = make_tables(n=3), torch.ones(1, 3).double()
    logits = LOGITS[:, :3].clone().requires_grad_()
    routings = every_routing(3)
    log_gate = logits.log_softmax(-1)
    chances = log_gate[0, torch.arange(3), routings].sum(-1).exp().detach()
    total = torch.zeros((), dtype=torch.float64)
    for first, second in itertools.product(range(27), repeat=2):
        actions = routings[[first, second]][:, None]
        advantage = leave_one_out(routing_reward(tables, actions))
        loss = reinforce_loss(log_gate, actions, advantage, weights).mean()
        total = total - chances[first] * chances[second] * loss
    estimate = torch.autograd.grad(total, logits)[0]
    assert torch.allclose(3 * estimate, exact_gradient(logits, tables, weights), atol=1e-12)


@pytest.mark.equation(38)
def test_a_reward_that_ignores_the_actions_teaches_nothing():
    logits = LOGITS.clone().requires_grad_()
    estimate = weighted_mean_gradient(
        logits,
        lambda log_gate, actions: reinforce_loss(
            log_gate, actions, torch.tensor([0.4]).double(), WEIGHTINGS[0]
        )[0],
    )
    assert estimate.abs().max() < 1e-15


@pytest.mark.slow
def test_counterfactual_credit_has_the_least_variance():
    tables, logits = make_tables(n=30, seed=5), torch.zeros(1, 30, 3, dtype=torch.float64)
    logits.requires_grad_()
    generators = [torch.Generator().manual_seed(0)]
    weights = torch.ones(1, 30).double()
    gradients = {"batch": [], "rollouts": [], "counterfactual": []}
    mean_reward = routing_reward(tables, torch.randint(0, 3, (200, 1, 30))).mean()
    for _ in range(60):
        log_gate = logits.log_softmax(-1)
        several = torch.stack([sample_actions(log_gate.detach(), generators) for _ in range(8)])
        rewards = routing_reward(tables, several)
        exact = counterfactual_rewards(tables, several[0]).movedim(0, -1)
        losses = {
            "batch": 30 * reinforce_loss(log_gate, several[0], rewards[0] - mean_reward, weights),
            "rollouts": 30
            * reinforce_loss(log_gate, several, leave_one_out(rewards), weights).mean(0),
            "counterfactual": counterfactual_loss(log_gate, exact, weights),
        }
        for name, loss in losses.items():
            gradients[name].append(torch.autograd.grad(loss.sum(), logits, retain_graph=True)[0])
    variance = {name: torch.stack(each).var(0).sum().item() for name, each in gradients.items()}
    assert variance["counterfactual"] < 0.5 * variance["rollouts"] < 0.5 * variance["batch"]


def test_sampled_actions_follow_the_gate_and_their_own_seed():
    gate = torch.tensor([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]).log()
    log_gate = gate[:, None].expand(2, 20_000, 3)
    generators = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
    actions = sample_actions(log_gate, generators)
    shares = torch.bincount(actions[0], minlength=3) / 20_000
    assert shares.tolist() == pytest.approx([0.2, 0.5, 0.3], abs=0.02)
    assert (actions[1] == 0).all()
    alone = sample_actions(log_gate[:1], [torch.Generator().manual_seed(1)])
    assert torch.equal(alone[0], actions[0])


def test_leave_one_out_by_hand():
    rewards = torch.tensor([[1.0], [2.0], [6.0]])
    # the others' means are 4, 3.5 and 1.5
    assert leave_one_out(rewards)[:, 0].tolist() == pytest.approx([-3.0, -1.5, 4.5])
