"""Equations (1) to (3), (23), (24), (26), (27), (29), (30) and (32): the networks."""

import pytest
import torch

from fairmoe.explain import Explainer
from fairmoe.functional.attributions import legendre_nodes
from fairmoe.functional.gating import expert_state
from fairmoe.functional.losses import adversarial_loss
from fairmoe.nn import (
    AdversaryStack,
    Experts,
    ExpertStack,
    GateStack,
    Mixture,
    by_expert,
    gradient_reversal,
)
from fairmoe.nn.head import mixture_head
from fairmoe.nn.mixture import PATH_STEPS
from fairmoe.nn.path import average_over_path


def generators(n, first=0):
    return [torch.Generator().manual_seed(first + seed) for seed in range(n)]


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make_mixture(runs=2, d=5):
    explainer = Explainer(
        "integrated_gradients",
        baseline=torch.zeros(d),
        background=draws(4, d),
        column_of=torch.arange(d),
    )
    return Mixture(
        ExpertStack(d, 4, slope=0.01, generators=generators(3 * runs)),
        GateStack(d, 6, temperature=1.0, generators=generators(runs, first=50)),
        explainer,
    )


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


@pytest.mark.equation(44)
def test_the_mixture_is_the_experts_weighted_by_the_gate():
    mixture, x = make_mixture(), draws(7, 5)
    by_hand = (mixture.gate_proba(x).movedim(-1, 0) * mixture.expert_proba(x)).sum(0)
    assert torch.allclose(mixture.proba(x), by_hand, atol=1e-6)
    assert torch.allclose(mixture.log_odds(x).sigmoid(), by_hand, atol=1e-6)
    own_rows = x.repeat(2, 1, 1)
    assert torch.allclose(mixture.proba(own_rows), by_hand, atol=1e-6)


def test_log_odds_stay_finite_where_experts_are_certain():
    mixture = make_mixture()
    with torch.no_grad():
        mixture.experts.weight2.mul_(1000)
    assert mixture.log_odds(draws(50, 5)).isfinite().all()


def test_the_average_gradient_is_that_of_the_graph():
    mixture, x, baseline = make_mixture().double(), draws(7, 5).double(), draws(1, 5)[0].double()
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.mul_(3)
    nodes, shares = (each.double() for each in legendre_nodes(PATH_STEPS))
    expected = torch.zeros(2, 7, 5, dtype=torch.float64)
    for node, share in zip(nodes, shares, strict=True):
        point = (baseline + node * (x - baseline)).repeat(2, 1, 1).requires_grad_()
        (gradient,) = torch.autograd.grad(mixture.log_odds(point).sum(), point)
        expected += share * gradient
    assert expected.abs().max() > 0.1
    assert torch.allclose(mixture.average_gradient(x, baseline), expected)


@pytest.mark.parametrize("expert", range(3))
def test_where_a_gate_gives_all_rows_to_one_expert_the_gradient_is_that_of_the_expert(expert):
    mixed, x = make_mixture(), draws(7, 5)
    alone = mixed.always(expert)
    assert mixed.gate.only_expert() == [None, None]
    assert alone.gate.only_expert() == [expert, expert]
    exact = by_expert(mixed.experts.part().average_gradient(x, x[0]))[expert]
    assert torch.equal(alone.average_gradient(x, x[0]), exact)
    by_quadrature = average_over_path(
        *alone.distinct_experts(), alone.gate, x, x[0], head=mixture_head, steps=512
    )
    assert torch.allclose(exact, by_quadrature, atol=1e-3)


def test_runs_with_a_gate_that_chooses_and_without_are_explained_each_in_its_way():
    mixed, x = make_mixture(), draws(7, 5)
    one_alone = make_mixture()
    with torch.no_grad():
        for name in ("weight2", "bias2"):
            one_alone.gate.get_parameter(name)[1] = mixed.always(2).gate.get_parameter(name)[1]
    assert one_alone.gate.only_expert() == [None, 2]
    gradient = one_alone.average_gradient(x, x[0])
    assert torch.allclose(gradient[0], mixed.average_gradient(x, x[0])[0], atol=1e-7)
    assert torch.equal(gradient[1], mixed.always(2).average_gradient(x, x[0])[1])
    few = one_alone.with_path_steps(2).average_gradient(x, x[0])
    assert torch.allclose(few[0], mixed.with_path_steps(2).average_gradient(x, x[0])[0], atol=1e-7)
    assert not torch.allclose(few[0], gradient[0], atol=1e-7)


@pytest.mark.parametrize(("shared", "distinct"), [([], 9), ([0], 7), ([0, 1, 2], 3)])
def test_runs_that_share_their_experts_are_each_as_if_alone(shared, distinct):
    mixture, x = make_mixture(runs=3), draws(1030, 5)
    own_rows = draws(3, 9, 5, seed=1)
    with torch.no_grad():
        for parameter in mixture.experts.parameters():
            by_expert(parameter)[shared] = by_expert(parameter)[shared, :1]
    assert len(mixture.distinct_experts()[0].bias1) == distinct
    gradients, log_odds = mixture.average_gradient(x, x[0]), mixture.log_odds(own_rows)
    assert not torch.allclose(gradients[0], gradients[1], atol=1e-3)
    for run in range(3):
        alone = mixture.select(run)
        assert torch.allclose(gradients[run], alone.average_gradient(x, x[0])[0], atol=1e-6)
        assert torch.allclose(mixture.log_odds(x)[run], alone.log_odds(x)[0], atol=1e-6)
        assert torch.allclose(log_odds[run], alone.log_odds(own_rows[[run]])[0], atol=1e-6)
        assert torch.allclose(
            mixture.expert_proba(own_rows)[:, run], alone.expert_proba(own_rows[[run]])[:, 0]
        )
        assert torch.allclose(mixture.gate_proba(x)[run], alone.gate_proba(x)[0], atol=1e-6)


def test_a_gate_that_weighs_all_rows_alike_is_not_asked(monkeypatch):
    mixture, x = make_mixture().uniform().double(), draws(40, 5).double()
    almost = make_mixture().uniform().double()
    almost.gate.weight2.data[:, 0, 0] = 1e-12
    expected = almost.average_gradient(x, x[0])
    monkeypatch.setattr("fairmoe.nn.path._state", None)
    found = mixture.average_gradient(x, x[0])
    assert found.abs().max() > 0.01
    assert torch.allclose(found, expected, atol=1e-9)


def test_units_that_change_their_slope_on_the_way_are_told_from_those_that_do_not():
    mixture, x = make_mixture().double(), draws(200, 5).double()
    graph = mixture.with_path_steps(3)
    nodes, shares = (each.double() for each in legendre_nodes(3))
    expected = torch.zeros(2, 200, 5, dtype=torch.float64)
    for node, share in zip(nodes, shares, strict=True):
        point = (x[0] + node * (x - x[0])).repeat(2, 1, 1).requires_grad_()
        (gradient,) = torch.autograd.grad(mixture.log_odds(point).sum(), point)
        expected += share * gradient
    assert torch.allclose(graph.average_gradient(x, x[0]), expected)


@pytest.mark.parametrize(("others", "expected"), [(-29, 0), (-26, None)])
def test_an_expert_is_alone_if_single_precision_sees_nothing_of_the_others(others, expected):
    gate = make_mixture().uniform().gate
    with torch.no_grad():
        gate.bias2.copy_(gate.temperature * torch.tensor([0.0, others, others]))
    assert gate.only_expert() == [expected, expected]
    # A gate that looks at the rows may choose another for some of them.
    gate.weight2.data[0, 0, 0] = 1e-3
    assert gate.only_expert() == [None, expected]


@pytest.mark.slow
def test_the_average_gradient_is_found_on_the_device_of_the_mixture(monkeypatch):
    monkeypatch.setattr(GateStack, "only_expert", lambda gate: [None] * len(gate.bias2))
    monkeypatch.setattr(GateStack, "weighs_alike", lambda _: False)
    members = torch.arange(6, device="meta").view(3, 2)
    monkeypatch.setattr(
        Mixture, "distinct_experts", lambda mixture: (mixture.experts.part(), members)
    )
    mixture, x = make_mixture().to("meta"), torch.empty(7, 5, device="meta")
    assert mixture.average_gradient(x, x[0]).device.type == "meta"


def test_the_uniform_mixture_is_the_mean_of_the_experts():
    mixture, x = make_mixture(), draws(7, 5)
    uniform = mixture.uniform()
    assert torch.allclose(uniform.gate_proba(x), torch.full((2, 7, 3), 1 / 3))
    assert torch.allclose(uniform.proba(x), mixture.expert_proba(x).mean(0), atol=1e-6)
    assert not torch.allclose(mixture.gate_proba(x), uniform.gate_proba(x))


def test_selected_runs_and_rebuilt_models_predict_the_same():
    mixture, x = make_mixture(runs=3), draws(7, 5)
    for run in range(3):
        alone = mixture.select(run)
        assert len(alone) == 1
        assert torch.allclose(alone.proba(x)[0], mixture.proba(x)[run], atol=1e-6)
        assert torch.allclose(alone.expert_proba(x)[:, 0], mixture.expert_proba(x)[:, run])
    two = mixture.select(2, 0)
    assert torch.allclose(two.proba(x), mixture.proba(x)[[2, 0]], atol=1e-6)
    assert torch.allclose(two.expert_proba(x), mixture.expert_proba(x)[:, [2, 0]])
    rebuilt = Mixture.from_spec(mixture.spec())
    rebuilt.load_state_dict(mixture.state_dict())
    assert torch.equal(rebuilt.proba(x), mixture.proba(x))


def test_experts_lie_in_blocks():
    assert by_expert(torch.arange(6.0)).tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
