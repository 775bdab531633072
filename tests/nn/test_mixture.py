"""The mixture: what it says, and the gradients of that along a path."""

import pytest
import torch

from fairmoe.functional.attributions import legendre_nodes
from fairmoe.nn import (
    GateStack,
    Mixture,
    by_expert,
)
from fairmoe.nn.head import mixture_head
from fairmoe.nn.mixture import PATH_STEPS
from fairmoe.nn.path import average_over_path
from tests.nn.making import draws, make_mixture


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


def test_no_rows_have_no_gradients():
    mixture = make_mixture()
    assert mixture.average_gradient(draws(0, 5), draws(5)).shape == (2, 0, 5)
