"""Attribution rules: exactness, completeness, and the oracles Captum, shap and scikit-learn."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from fairmoe.functional.attributions import (
    average_slope,
    legendre_nodes,
    lime_coalitions,
    masked_rows,
    shapley_coalitions,
    sum_by_column,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_average_slope_by_hand():
    z = torch.tensor([[[2.0, -3.0, 1.0, -1.0, 0.5]]])
    z_baseline = torch.tensor([[[1.0, -1.0, -1.0, 3.0, 0.5]]])
    # inside one piece its slope; across: (1 + .1 * 1) / 2 and (3 + .1 * 1) / 4; at rest: 1
    expected = [1.0, 0.1, 0.55, 0.775, 1.0]
    assert average_slope(z, z_baseline, slope=0.1)[0, 0].tolist() == pytest.approx(expected)


@given(z=st.floats(-5, 5), start=st.floats(-5, 5), slope=st.floats(0, 1))
def test_average_slope_is_the_integral_of_the_derivative(z, start, slope):
    steps = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    line = start + (z - start) * (steps[1:] + steps[:-1]) / 2
    integral = torch.where(line > 0, 1.0, slope).mean().item()
    ends = [torch.tensor([[value]], dtype=torch.float64) for value in (z, start)]
    assert average_slope(*ends, slope=slope).item() == pytest.approx(integral, abs=1e-3)


def test_average_slope_gradient_also_where_nothing_moves():
    z = torch.tensor([[1.0, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    still = torch.tensor([[1.0, 0.5, -1.0]], dtype=torch.float64)
    average_slope(z, still, slope=0.01).sum().backward()
    assert z.grad.isfinite().all()
    moving = torch.tensor([[1.5, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: average_slope(t, still, slope=0.01), (moving,))


@pytest.mark.parametrize("n_steps", [1, 2, 5, 16, 32])
def test_quadrature_nodes_are_numpys(n_steps):
    nodes, weights = legendre_nodes(n_steps)
    theirs, their_weights = np.polynomial.legendre.leggauss(n_steps)
    assert nodes.numpy() == pytest.approx((theirs + 1) / 2, abs=1e-13)
    assert weights.numpy() == pytest.approx(their_weights / 2, abs=1e-13)


def test_sum_by_column_keeps_signs():
    values = torch.tensor([[[1.0, -3.0, 2.0, 4.0]]])
    summed = sum_by_column(values, torch.tensor([1, 1, 0, 2]), 3)
    assert summed.tolist() == [[[2.0, -2.0, 4.0]]]


def exact_shapley(game, c):
    values = torch.zeros(c, dtype=torch.float64)
    for j in range(c):
        others = [i for i in range(c) if i != j]
        for size in range(c):
            share = math.factorial(size) * math.factorial(c - size - 1) / math.factorial(c)
            for members in itertools.combinations(others, size):
                values[j] += share * (game({*members, j}) - game(set(members)))
    return values


@pytest.mark.parametrize("c", [1, 2, 3, 5, 6])
def test_enumerated_coalitions_give_exact_shapley_values(c):
    payoffs = torch.randn(2**c, generator=generator(c), dtype=torch.float64)

    def game(members):
        return payoffs[sum(1 << i for i in members)]

    masks, solve = shapley_coalitions(c, budget=2**c, generator=generator())
    outputs = torch.stack([game(set(mask.nonzero()[:, 0].tolist())) for mask in masks])
    assert (solve @ outputs).tolist() == pytest.approx(exact_shapley(game, c).tolist(), abs=1e-9)


def test_sampled_coalitions_are_complete_and_converge_to_shapley_values():
    c = 12
    pairs = torch.randn(c, c, generator=generator(1), dtype=torch.float64).triu(1)
    alone = torch.randn(c, generator=generator(2), dtype=torch.float64)
    # in a game of single and pairwise payoffs each of a pair gets half of what the pair brings
    exact = alone + (pairs + pairs.T).sum(1) / 2
    errors = []
    for budget in (60, 2000):
        masks, solve = shapley_coalitions(c, budget=budget, generator=generator(3))
        inside = masks.double()
        outputs = inside @ alone + ((inside @ pairs) * inside).sum(1)
        values = solve @ outputs
        assert values.sum().item() == pytest.approx(outputs[1].item() - outputs[0].item())
        errors.append((values - exact).abs().max().item())
    assert errors[1] < 1e-9
    # paired coalitions already give pairwise games exactly (Covert and Lee, 2021)
    assert errors[0] < 0.5


def test_third_order_games_need_samples_and_get_nearer_with_more():
    c = 12

    def outputs(masks):
        inside = masks.double()
        return inside[:, 0] * inside[:, 1] * inside[:, 2] * 6 + inside[:, 3] * inside[:, 4] * 2

    exact = torch.tensor([2.0, 2.0, 2.0, 1.0, 1.0] + [0.0] * 7, dtype=torch.float64)
    errors = []
    for budget in (100, 400, 1500):
        masks, solve = shapley_coalitions(c, budget=budget, generator=generator(5))
        errors.append((solve @ outputs(masks) - exact).abs().max().item())
    assert errors[2] < errors[0]
    assert errors[2] < 0.2


def test_lime_is_a_weighted_ridge_regression():
    c = 7
    masks, solve = lime_coalitions(c, budget=100, generator=generator(), ridge=0.5)
    outputs = torch.randn(len(masks), generator=generator(1), dtype=torch.float64)
    weights = np.exp(-(~masks).double().mean(1).numpy() / 0.75**2)
    oracle = Ridge(alpha=0.5).fit(masks.double().numpy(), outputs.numpy(), sample_weight=weights)
    assert (solve @ outputs).tolist() == pytest.approx(oracle.coef_.tolist(), abs=1e-9)


def test_masked_rows_by_hand():
    x, baseline = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([-1.0, -2.0, -3.0])
    masks = torch.tensor([[False, False], [True, False], [False, True]])
    rows = masked_rows(x, baseline, masks, torch.tensor([0, 1, 1]))
    assert rows[:, 0].tolist() == [[-1.0, -2.0, -3.0], [1.0, -2.0, -3.0], [-1.0, 2.0, 3.0]]
