"""Equations (1) to (3), (23), (24), (26), (27), (29), (30) and (32): the networks."""

import pytest
import torch

from fairmoe.functional.gating import expert_state
from fairmoe.functional.losses import adversarial_loss
from fairmoe.nn import (
    AdversaryStack,
    Experts,
    ExpertStack,
    GateStack,
    gradient_reversal,
)
from tests.nn.making import draws, generators


@pytest.mark.equation(1, 2, 3)
def test_an_expert_by_hand():
    experts = Experts(
        weight1=torch.tensor([[[1.0, 0.0], [0.0, -1.0]]]),
        bias1=torch.tensor([[0.0, 1.0]]),
        weight2=torch.tensor([[[0.0, 0.0], [2.0, 10.0]]]),
        bias2=torch.tensor([[1.0, 0.0]]),
        slope=0.1,
    )
    before = experts.first_layer(torch.tensor([[3.0, 2.0]]))
    assert before.tolist() == [[[3.0, -1.0]]]
    outputs = experts.outputs(before)
    assert outputs.hidden[0, 0].tolist() == pytest.approx([3.0, -0.1])
    assert outputs.logits[0, 0].tolist() == pytest.approx([1.0, 5.0])
    assert experts.proba(torch.tensor([[3.0, 2.0]])).item() == pytest.approx(
        torch.tensor([1.0, 5.0]).softmax(0)[1].item()
    )


@pytest.mark.equation(1, 2, 3)
def test_a_stack_is_its_members_one_by_one_as_torch_computes_them():
    stack = ExpertStack(5, 4, slope=0.01, generators=generators(3))
    x = draws(7, 5)
    for member in range(3):
        network = torch.nn.Sequential(
            torch.nn.Linear(5, 4), torch.nn.LeakyReLU(0.01), torch.nn.Linear(4, 2)
        )
        weights = (stack.weight1, stack.bias1, stack.weight2, stack.bias2)
        theirs = dict(zip(network.state_dict(), weights, strict=True))
        network.load_state_dict({name: weight[member] for name, weight in theirs.items()})
        alone = network(x).softmax(-1)[:, 1]
        assert torch.allclose(stack.part().proba(x)[member], alone, atol=1e-6)
        assert torch.allclose(stack.part(slice(member, member + 1)).proba(x)[0], alone, atol=1e-6)
    own_rows = x.repeat(3, 1, 1)
    assert torch.allclose(stack.part().proba(own_rows), stack.part().proba(x), atol=1e-6)


def test_initial_weights_are_torchs_in_range_and_depend_on_the_seed_alone():
    stack = ExpertStack(25, 400, slope=0.01, generators=generators(2))
    assert stack.weight1.abs().max().item() == pytest.approx(1 / 5, rel=0.01)
    assert stack.weight1.var().item() == pytest.approx(1 / 75, rel=0.05)
    alone = ExpertStack(25, 400, slope=0.01, generators=generators(1, first=1))
    assert torch.equal(alone.weight1[0], stack.weight1[1])


def test_dropout_multiplies_hidden_units_on_their_way_to_the_logits():
    stack = ExpertStack(5, 4, slope=0.01, generators=generators(1)).part()
    before = stack.first_layer(draws(7, 5))
    half = stack.outputs(before, torch.full((1, 7, 4), 2.0))
    doubled = stack.outputs(before).hidden * 2 @ stack.weight2.mT + stack.bias2[:, None]
    assert torch.allclose(half.logits, doubled, atol=1e-6)
    nothing = stack.outputs(before, torch.zeros(1, 7, 4))
    assert torch.allclose(nothing.logits, stack.bias2[:, None].expand(1, 7, 2))


@pytest.mark.equation(29, 30)
def test_gradient_reversal_keeps_values_and_turns_gradients():
    x = draws(2, 3, 4).requires_grad_()
    factor = torch.tensor([1.0, 2.5])[:, None, None]
    passed = gradient_reversal(x, factor)
    assert torch.equal(passed, x)
    (passed * 3).sum().backward()
    assert x.grad[0].unique().tolist() == [-3.0]
    assert x.grad[1].unique().tolist() == [-7.5]


@pytest.mark.equation(24, 27)
@pytest.mark.parametrize("groups", [2, 3])
def test_the_two_adversaries_are_networks_of_their_own(groups):
    adversaries = AdversaryStack(6, groups, generators(2))
    hidden, said = draws(2, 7, 6), draws(2, 7, 2, seed=1)
    logits = adversaries(adversaries.view(hidden, said), torch.ones(2, 1, 1))
    assert logits.shape == (2, 2, 7, groups)
    for member in range(2):
        for which, shown in enumerate((hidden, said)):
            weight1, bias1, weight2, bias2 = adversaries.apart(member)[which]
            alone = (shown[member] @ weight1.T + bias1).relu() @ weight2.T + bias2
            assert torch.allclose(logits[which, member], alone, atol=1e-6)


@pytest.mark.equation(23, 26)
def test_adversaries_descend_while_what_they_see_ascends():
    adversaries = AdversaryStack(4, 3, generators(2))
    shown = draws(2, 6, 7).requires_grad_()
    group = torch.tensor([0, 1, 2, 0, 1, 2])

    def loss(factor):
        guesses = adversaries(shown, torch.full((2, 1, 1), factor))
        return adversarial_loss(*guesses, group).sum()

    honest, own = torch.autograd.grad(loss(-1.0), [shown, adversaries.weight1])
    turned, same = torch.autograd.grad(loss(1.0), [shown, adversaries.weight1])
    assert torch.allclose(turned, -honest)
    assert torch.equal(own, same)
    assert turned.abs().max() > 0
    silent = torch.autograd.grad(loss(0.0), shown)[0]
    assert silent.abs().max() == 0


@pytest.mark.equation(22, 25, 28, 30)
@pytest.mark.parametrize("groups", [2, 3])
def test_gradients_of_adversaries_by_hand_are_autograds(groups):
    adversaries = AdversaryStack(4, groups, generators(2)).double()
    hidden, said = draws(2, 30, 4).double(), draws(2, 30, 2, seed=1).double()
    group = torch.arange(30) % groups
    factor = torch.tensor([0.5, 2.0]).double()[:, None, None]
    seen = [hidden.requires_grad_(), said.requires_grad_()]
    shown = adversaries.view(*seen)
    guesses = adversaries(shown, factor)
    trained = [adversaries.weight1, adversaries.weight2, adversaries.bias2]
    loss = adversarial_loss(*guesses, group).sum()
    into_seen = torch.autograd.grad(loss, seen, retain_graph=True)
    by_autograd = torch.autograd.grad(loss, trained)
    by_autograd = [
        gradient * mask
        for gradient, mask in zip(
            by_autograd, (adversaries.mask1, adversaries.mask2, 1), strict=True
        )
    ]
    for parameter in trained:
        parameter.grad = torch.ones_like(parameter)
    member = torch.nn.functional.one_hot(group, groups).double().T
    adversaries.adversarial_backward(shown.detach(), member)
    for parameter, gradient in zip(trained, by_autograd, strict=True):
        assert gradient.abs().max() > 1e-3
        assert torch.allclose(parameter.grad, gradient, atol=1e-12)
    fooled = adversarial_loss(*adversaries(shown, factor, frozen=True), group).sum()
    for ours, theirs in zip(torch.autograd.grad(fooled, seen), into_seen, strict=True):
        assert theirs.abs().max() > 1e-4
        assert torch.allclose(ours, theirs, atol=1e-12)


@pytest.mark.equation(32)
def test_a_gate_is_a_two_layer_network_of_the_whole_state():
    gate = GateStack(5, 6, temperature=2.0, generators=generators(2))
    x, proba = draws(7, 5), draws(3, 2, 7, seed=1).sigmoid()
    state = expert_state(proba)
    log_weights = gate(gate.first_layer(x), state)
    for run in range(2):
        network = torch.nn.Sequential(
            torch.nn.Linear(15, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3)
        )
        first = torch.cat([gate.weight_x[run], gate.weight_state[run]], 1)
        weights = (first, gate.bias1[run], gate.weight2[run], gate.bias2[run])
        network.load_state_dict(dict(zip(network.state_dict(), weights, strict=True)))
        whole_state = torch.cat([x, state[run]], 1)
        alone = (network(whole_state) / 2.0).log_softmax(-1)
        assert torch.allclose(log_weights[run], alone, atol=1e-6)
