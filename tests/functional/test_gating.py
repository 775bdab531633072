"""Equations (31), (33) to (36) and (39) to (46)."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.functional import gating

# three experts, one run, two rows
PROBA = torch.tensor([[[0.9, 0.5]], [[0.6, 0.5]], [[0.3, 0.5]]])


@pytest.mark.equation(36)
def test_confidence_is_the_higher_probability():
    assert gating.confidence(PROBA)[:, 0, 0].tolist() == pytest.approx([0.9, 0.6, 0.7])


@pytest.mark.equation(34, 35)
def test_disagreement_by_hand():
    # |.9 - .6|, |.9 - .3|, |.6 - .3| on the first row, none on the second
    assert gating.disagreement(PROBA)[0].tolist() == pytest.approx([0.4, 0.0])


@pytest.mark.equation(31)
def test_the_state_holds_probabilities_confidences_and_disagreement():
    state = gating.expert_state(PROBA)
    assert state.shape == (1, 2, 10)
    expected = [0.1, 0.9, 0.4, 0.6, 0.7, 0.3, 0.9, 0.6, 0.7, 0.4]
    assert state[0, 0].tolist() == pytest.approx(expected)


@pytest.mark.equation(33)
def test_temperature_sharpens_and_flattens():
    logits = torch.tensor([[math.log(1.0), math.log(2.0), math.log(4.0)]])
    assert gating.gate_log_proba(logits, 1.0).exp()[0].tolist() == pytest.approx(
        [1 / 7, 2 / 7, 4 / 7]
    )
    sharp = gating.gate_log_proba(logits, 0.5).exp()[0].tolist()
    assert sharp == pytest.approx([1 / 21, 4 / 21, 16 / 21])


@pytest.mark.equation(44)
def test_the_mixture_mixes_probabilities_not_logits():
    log_proba = torch.stack([1 - PROBA, PROBA], -1).log()
    weights = torch.tensor([[[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]]])
    mixed = gating.mixture_log_proba(log_proba, weights.log()).exp()
    assert mixed[0, 0].tolist() == pytest.approx([0.325, 0.5 * 0.9 + 0.25 * 0.6 + 0.25 * 0.3])
    assert mixed[0, 1].tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.equation(39)
def test_weights_by_disagreement_have_mean_one():
    weights = gating.disagreement_weights(torch.tensor([[0.1, 0.3, 0.2]]))
    assert weights[0].tolist() == pytest.approx([0.5, 1.5, 1.0], rel=1e-5)
    assert gating.disagreement_weights(torch.zeros(1, 3)).tolist() == [[0.0, 0.0, 0.0]]


@pytest.mark.equation(40)
def test_entropy_is_the_mean_over_rows():
    certain = torch.tensor([1.0, 1e-30, 1e-30]).log()
    even = torch.full((3,), 1 / 3).log()
    both = torch.stack([certain, even])[None]
    assert gating.gate_entropy(both).item() == pytest.approx(math.log(3) / 2)


@pytest.mark.equation(45, 46)
def test_usage_by_hand():
    gate = torch.tensor([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]])
    current = gating.batch_usage(gate.log())
    assert current[0].tolist() == pytest.approx([0.3, 0.2, 0.5])
    moved = gating.moving_usage(torch.tensor([[1.0, 0.0, 0.0]]), current, 0.9)
    assert moved[0].tolist() == pytest.approx([0.93, 0.02, 0.05])


@pytest.mark.equation(41, 42)
def test_load_balance_by_hand():
    # q = (.5, .25, .25): .5 ln 1.5 + .5 ln .75
    loss = gating.load_balance_loss(torch.tensor([[1.0, 0.5, 0.5]]))
    assert loss.item() == pytest.approx(0.5 * math.log(1.5) + 0.5 * math.log(0.75), abs=1e-6)


@pytest.mark.equation(42, 45)
def test_load_balance_reaches_the_gate_through_the_current_batch():
    logits = torch.tensor([[[2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]], requires_grad=True)
    usage = torch.full((1, 3), 1 / 3, requires_grad=True)
    log_gate = gating.gate_log_proba(logits, 1.0)
    moved = gating.moving_usage(usage, gating.batch_usage(log_gate), 0.9)
    gating.load_balance_loss(moved).sum().backward()
    assert usage.grad is None
    assert (logits.grad[..., 0] > 1e-4).all()
    assert (logits.grad[..., 1:] < 0).all()


@pytest.mark.equation(43)
def test_the_gate_loss_rewards_entropy_and_punishes_imbalance():
    parts = [torch.tensor([value]) for value in (1.0, 10.0, 100.0)]
    loss = gating.gate_loss(*parts, entropy_weight=0.5, load_balance_weight=2.0)
    assert loss.item() == 1 - 5 + 200


@given(seed=st.integers(0, 10_000))
def test_limits(seed):
    generator = torch.Generator().manual_seed(seed)
    gate = gating.gate_log_proba(torch.randn(2, 5, 3, generator=generator) * 3, 1.0)
    assert torch.allclose(gate.exp().sum(-1), torch.ones(2, 5))
    assert (gating.gate_entropy(gate) <= math.log(3) + 1e-6).all()
    balance = gating.load_balance_loss(gating.batch_usage(gate))
    assert (balance >= -1e-6).all()
    assert (balance <= math.log(3)).all()


def test_gradients():
    logits = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0)).double()
    logits.requires_grad_()

    def regularisers(x):
        log_gate = gating.gate_log_proba(x, 0.7)
        balance = gating.load_balance_loss(gating.batch_usage(log_gate))
        return gating.gate_entropy(log_gate), balance

    assert torch.autograd.gradcheck(regularisers, (logits,))
    log_proba = torch.randn(3, 2, 4, 2).double().log_softmax(-1).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda p, x: gating.mixture_log_proba(p, gating.gate_log_proba(x, 1.0)), (log_proba, logits)
    )
