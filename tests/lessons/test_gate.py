"""Lessons 6 and 7: what the gate is taught, and how its weights are shaped."""

import itertools

import numpy as np
import pytest
import torch

from fairmoe.figures.lessons.gate import ESTIMATORS
from fairmoe.functional.reward_tables import RewardTables
from fairmoe.lessons.reward import (
    estimate_gradients,
    every_routing,
    exact_gradient,
)
from tests.lessons.shared import result_of

pytestmark = pytest.mark.slow


def make_tables(n=4, *, alike=False):
    generator = torch.Generator().manual_seed(3)
    proba = torch.rand(3, 1, n, generator=generator, dtype=torch.float64)
    masked = torch.rand(3, 1, n, generator=generator, dtype=torch.float64)
    attention = torch.rand(3, 1, n, 2, generator=generator, dtype=torch.float64)
    attention = attention / attention.sum(-1, keepdim=True)
    if alike:
        proba, masked, attention = (part[:1].expand_as(part) for part in (proba, masked, attention))
    y = torch.tensor([True, False] * (n // 2))
    return RewardTables(proba, masked, attention, y, torch.arange(n) // 2 % 2, 2, 0.2)


def test_the_truth_is_the_mean_effect_of_a_row_going_elsewhere():
    tables = make_tables()
    routings, rewards = every_routing(tables)
    exact = exact_gradient(tables)
    for row, expert in itertools.product(range(4), range(3)):
        # at g = 1/3: dE[R] / dl_e = g_e (E[R | a_i = e] - E[R])
        conditional = rewards[routings[:, row] == expert].mean()
        assert exact[row, expert] == pytest.approx((conditional - rewards.mean()).item() / 3)


def test_there_is_nothing_to_learn_from_experts_that_agree():
    assert exact_gradient(make_tables(alike=True)).abs().max() < 1e-15


@pytest.mark.equation(38)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimates_aim_at_the_truth_and_those_of_a_blind_reward_at_nothing(name):
    tables = make_tables()
    estimates = estimate_gradients(tables, 4, 3000)[name]
    aim = torch.zeros(4, 3) if name == "blind" else exact_gradient(tables)
    error = estimates.std(0) / np.sqrt(len(estimates))
    assert ((estimates.mean(0) - aim).abs() <= 4 * error + 1e-12).all()


def test_on_the_demo_a_baseline_and_more_routings_narrow_the_estimates():
    estimates, truths = result_of("reward")
    scatter = estimates.groupby(["rows", "rollouts", "estimator"])["estimate"].std().unstack()
    # where the average reward is near 0, a baseline has nothing to take away
    assert scatter["baseline"].mean() < 0.9 * scatter["plain"].mean()
    assert (scatter["counterfactual"] < scatter["baseline"]).all()
    by_rollouts = scatter["rollouts"].unstack("rollouts")
    assert (by_rollouts[8] < 0.6 * by_rollouts[2]).all()
    assert truths["routings"].tolist() == [81, 729, 6561]
    assert (truths["truth"].abs() > 0.01).all()


def test_usage_adds_up_and_balance_makes_it_even():
    usage = result_of("balance").usage
    sums = usage.groupby(["balance", "temperature", "seed"])["weight"].sum()
    assert np.allclose(sums, 1, atol=1e-6)
    apart = usage[usage["temperature"] == 1].groupby(["balance", "seed"])["weight"].agg(np.ptp)
    assert apart[0.0].mean() > 0.3
    assert 5 * apart[10.0].max() < apart[0.0].mean()


def test_heat_makes_every_gate_less_decided():
    certainty = result_of("balance").certainty
    largest = certainty.groupby(["balance", "seed", "temperature"])["largest"].first().unstack()
    assert (largest.diff(axis=1).iloc[:, 1:] < 0).all(axis=None)
    assert largest.min().min() >= 1 / 3
    shares = certainty.groupby(["balance", "temperature", "seed"])["share"].sum()
    assert np.allclose(shares, 1)


def test_use_may_be_even_while_rows_are_decided():
    weights = result_of("balance")
    at = {"balance": 0.1, "temperature": 1.0}
    usage, certainty = (
        part.loc[(part[list(at)] == list(at.values())).all(axis=1)]
        for part in (weights.usage, weights.certainty)
    )
    assert usage.groupby("expert")["weight"].mean().min() > 0.2
    assert certainty["largest"].mean() > 0.7
