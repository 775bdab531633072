"""Lesson 6: a step of the gate, by hand and in the mean of many."""

import numpy as np
import pytest
import torch

from fairmoe.functional.reward import routing_reward
from fairmoe.functional.reward_tables import RewardTables
from fairmoe.lessons.gate_steps import CREDITS, ROLLOUTS, STEPS, take_step
from fairmoe.lessons.reward import exact_gradient
from tests.lessons.shared import result_of
from tests.lessons.test_gate import make_tables

UNDECIDED = torch.zeros(4, 3, dtype=torch.float64)


@pytest.fixture(scope="module")
def tables() -> RewardTables:
    return make_tables()


def step(tables, credit, *, seed=0, average=0.0, rate=1.0):
    generator = torch.Generator().manual_seed(seed)
    return take_step(tables, UNDECIDED, credit, rate, generator=generator, average=average)


def test_reinforce_credits_what_was_drawn_with_one_number(tables):
    logits, moment = step(tables, "batch", average=0.25)
    advantage = routing_reward(tables, torch.as_tensor(moment.actions)[:, None]).item() - 0.25
    drawn = np.eye(3, dtype=bool)[moment.actions[0]]
    assert moment.baseline == pytest.approx(0.25)
    assert moment.credit[drawn] == pytest.approx([advantage] * 4)
    assert np.isnan(moment.credit[~drawn]).all()
    # of log softmax, at equal weights
    assert logits.numpy() == pytest.approx(advantage * (drawn - 1 / 3))
    assert moment.after == pytest.approx(logits.softmax(-1).numpy())


def test_rollouts_credit_a_choice_with_the_routings_that_made_it(tables):
    _, moment = step(tables, "rollouts")
    others = (moment.rewards.sum() - moment.rewards) / (ROLLOUTS - 1)
    assert moment.actions.shape == (ROLLOUTS, 4)
    assert moment.baseline == pytest.approx(others[0])
    for row in range(4):
        for expert in range(3):
            made = moment.actions[:, row] == expert
            if made.any():
                mean = (moment.rewards - others)[made].mean()
                assert moment.credit[row, expert] == pytest.approx(mean)
            else:
                assert np.isnan(moment.credit[row, expert])


def test_the_default_credits_every_choice_with_its_own_effect(tables):
    logits, moment = step(tables, "counterfactual")
    for row in range(4):
        elsewhere = np.repeat(moment.actions, 3, axis=0)
        elsewhere[:, row] = range(3)
        earned = routing_reward(tables, torch.as_tensor(elsewhere)[:, None])[:, 0].numpy()
        assert moment.credit[row] == pytest.approx(earned - earned.mean())
    assert logits.numpy() == pytest.approx(moment.credit / 3)


@pytest.mark.slow
@pytest.mark.parametrize("credit", CREDITS)
def test_steps_go_up_the_true_gradient_on_average(tables, credit):
    steps = torch.stack([step(tables, credit, seed=seed)[0] for seed in range(200)])
    error = steps.std(0) / np.sqrt(len(steps))
    assert ((steps.mean(0) - exact_gradient(tables)).abs() <= 4.5 * error + 1e-12).all()


@pytest.mark.slow
def test_all_ways_climb_on_six_people_and_none_beyond_the_best_routing():
    found = result_of("gate_steps")
    for credit in CREDITS:
        rewards = found.expected.loc[found.expected["credit"] == credit, "reward"].to_numpy()
        assert len(rewards) == STEPS + 1
        assert rewards[-1] > rewards[0]
        assert rewards.max() <= found.best
        assert len(found.moments[credit]) == STEPS
    assert set(found.people["label"]) == {0, 1}


@pytest.mark.slow
def test_the_default_is_sure_of_itself_and_learns_from_all_rows():
    found = result_of("gate_steps")
    scatter = found.estimates.groupby("credit")["estimate"].std()
    assert scatter["counterfactual"] < scatter["batch"]
    ends = found.rows[found.rows["step"] == STEPS].set_index("credit")["reward"]
    first = found.rows.loc[found.rows["step"] == 0, "reward"].iloc[0]
    assert ends["counterfactual"] > first + 0.01
    assert ends["counterfactual"] > ends["batch"]
