"""Lesson 6: one step of the gate on six people, then more steps, then all test rows."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.figures.lessons.gate_steps import CREDITS, Moment
from fairmoe.functional.gating import gate_log_proba
from fairmoe.functional.policy import (
    counterfactual_loss,
    leave_one_out,
    reinforce_loss,
    sample_actions,
)
from fairmoe.functional.reward import counterfactual_rewards, routing_reward
from fairmoe.functional.reward_tables import RewardTables
from fairmoe.lessons.reward import (
    estimate_gradients,
    every_routing,
    exact_gradient,
    few_rows,
    strong_experts,
    tables_of,
)
from fairmoe.names import EXPERTS

Probabilities = NDArray[np.float64]

PEOPLE = 6
STEPS = 40
ROLLOUTS = 8
DRAWS = 500
RATES = {"people": 5.0, "rows": 300.0}
"""How far one step goes along the gradient, of the six and of all rows: each has the smaller a
share in the reward, the more they are."""

_NAMES = {"batch": "baseline", "rollouts": "rollouts", "counterfactual": "counterfactual"}
"""What the gradient of each credit is called in the lesson on rewards."""

_MOMENTUM = Settings().baseline_momentum
_EVERY = 5
_TRIES = 8


class GateSteps(NamedTuple):
    """What the lesson shows.

    Attributes:
        people: A row per person: `group`, `label` (1 is hired), and each expert's probability.
        moments: By value of `credit`, the steps on the six.
        expected: For every `credit` and `step` the exact `reward` that the gate may expect on the
            six.
        best: The most that any routing of the six earns.
        estimates: For every `credit` the `estimate`s of one figure of the gradient, at first.
        truth: The figure itself.
        rows: For every `credit` and some `step`s the `reward` of routing all rows, in the mean of
            some tries.
        n_rows: How many rows these are.
    """

    people: pd.DataFrame
    moments: dict[str, list[Moment]]
    expected: pd.DataFrame
    best: float
    estimates: pd.DataFrame
    truth: float
    rows: pd.DataFrame
    n_rows: int


def compute() -> GateSteps:
    """Let a gate that may choose for each person freely learn on six, and on all test rows."""
    data, stack, explainer = strong_experts()
    few, every = few_rows(data, stack, explainer, PEOPLE), tables_of(data, stack, explainer)
    moments = {credit: _learn(few, credit, RATES["people"]) for credit in CREDITS}
    routings, rewards = every_routing(few)
    exact = exact_gradient(few)
    component = int(exact.abs().argmax())
    drawn = estimate_gradients(few, ROLLOUTS, DRAWS)
    people = pd.DataFrame(
        {
            "group": [data.group_names[g] for g in few.group.tolist()],
            "label": few.y_true.int().numpy(),
        }
        | {name: few.proba[e, 0].numpy() for e, name in enumerate(EXPERTS)}
    )
    return GateSteps(
        people=people,
        moments=moments,
        expected=pd.DataFrame(
            [
                (credit, step, _expected(proba, routings, rewards))
                for credit, of in moments.items()
                for step, proba in enumerate([*(moment.proba for moment in of), of[-1].after])
            ],
            columns=["credit", "step", "reward"],
        ),
        best=float(rewards.max()),
        estimates=pd.concat(
            [
                pd.DataFrame(
                    {"credit": credit, "estimate": drawn[name].flatten(1)[:, component].numpy()}
                )
                for credit, name in _NAMES.items()
            ],
            ignore_index=True,
        ),
        truth=float(exact.flatten()[component]),
        rows=pd.DataFrame(
            [
                (credit, step, _tried(every, proba))
                for credit in CREDITS
                for step, proba in _learn_on_all(every, credit)
            ],
            columns=["credit", "step", "reward"],
        ),
        n_rows=len(every.y_true),
    )


def take_step(
    tables: RewardTables,
    logits: Tensor,
    credit: str,
    rate: float,
    *,
    generator: torch.Generator,
    average: float,
) -> tuple[Tensor, Moment]:
    """Take one step up the gradient that an estimator gives, by the functions that train the gate.

    Args:
        tables: Of one run.
        logits: **Shape** `(n, 3)`. The gate's.
        credit: One of `CREDITS`.
        rate: How far to go.
        generator: Draws the actions.
        average: The moving average of rewards, the baseline of credit "batch".

    Returns:
        The logits after it, **Shape** `(n, 3)`, and what happened.
    """
    n = len(logits)
    free = logits.clone().requires_grad_(True)
    log_gate = gate_log_proba(free, 1.0)[None]
    routings = ROLLOUTS if credit == "rollouts" else 1
    actions = torch.stack([sample_actions(log_gate.detach(), [generator]) for _ in range(routings)])
    rewards = routing_reward(tables, actions)
    proba, ones = log_gate.detach().exp()[0], torch.ones(1, n, dtype=torch.float64)
    if credit == "counterfactual":
        elsewhere = counterfactual_rewards(tables, actions[0]).movedim(0, -1)
        loss = counterfactual_loss(log_gate, elsewhere, ones)
        per_choice = (elsewhere[0] - (proba * elsewhere[0]).sum(-1, keepdim=True)).double()
        baseline = float("nan")
    else:
        advantage = leave_one_out(rewards) if credit == "rollouts" else rewards - average
        # (38) averages over the rows; the gradient of the expected reward is their sum.
        loss = n * reinforce_loss(log_gate, actions, advantage, ones).mean(0)
        tried = torch.nn.functional.one_hot(actions[:, 0], 3).double()
        per_choice = (tried * advantage[:, 0, None, None]).sum(0) / tried.sum(0)
        baseline = float(rewards[0, 0] - advantage[0, 0])
    gradient = -torch.autograd.grad(loss.sum(), free)[0]
    moved = logits + rate * gradient
    after = gate_log_proba(moved, 1.0).exp()
    return moved, Moment(
        proba.numpy(),
        actions[:, 0].numpy(),
        rewards[:, 0].numpy(),
        baseline,
        per_choice.numpy(),
        after.numpy(),
    )


def _learn(tables: RewardTables, credit: str, rate: float) -> list[Moment]:
    logits = torch.zeros(len(tables.y_true), 3, dtype=torch.float64)
    generator, average, moments = torch.Generator().manual_seed(0), 0.0, []
    for _ in range(STEPS):
        logits, moment = take_step(
            tables, logits, credit, rate, generator=generator, average=average
        )
        average = _MOMENTUM * average + (1 - _MOMENTUM) * float(moment.rewards[0])
        moments.append(moment)
    return moments


def _learn_on_all(tables: RewardTables, credit: str) -> list[tuple[int, Probabilities]]:
    moments = _learn(tables, credit, RATES["rows"])
    return [
        *((step, moments[step].proba) for step in range(0, STEPS, _EVERY)),
        (STEPS, moments[-1].after),
    ]


def _expected(proba: Probabilities, routings: Tensor, rewards: Tensor) -> float:
    chosen = torch.as_tensor(proba)[torch.arange(len(proba)), routings].prod(-1)
    return float(chosen @ rewards)


def _tried(tables: RewardTables, proba: Probabilities) -> float:
    generator = torch.Generator().manual_seed(1)
    log_gate = torch.as_tensor(proba).clamp(min=1e-30).log()[None]
    actions = torch.stack([sample_actions(log_gate, [generator]) for _ in range(_TRIES)])
    return float(routing_reward(tables, actions).mean())
