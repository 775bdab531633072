"""Lesson 6: how the gate learns from reward, with the truth known by counting every routing."""

import dataclasses
import functools
import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fairmoe.config import LAMBDAS
from fairmoe.data import EncodedData
from fairmoe.explain import Explainer
from fairmoe.figures.lessons.gate import ESTIMATORS
from fairmoe.functional.gating import disagreement, gate_log_proba
from fairmoe.functional.policy import (
    counterfactual_loss,
    leave_one_out,
    reinforce_loss,
    sample_actions,
)
from fairmoe.functional.reward import counterfactual_rewards, routing_reward
from fairmoe.functional.reward_tables import RewardTables
from fairmoe.lessons.demo import lesson_data, trained_experts
from fairmoe.nn import ExpertStack, by_expert
from fairmoe.training import explain_rows

ROW_COUNTS = (4, 6, 8)
ROLLOUTS = (2, 8, 32)
DRAWS = 2000
EPOCHS = 240
_STRENGTH = 3.0


class Gradients(NamedTuple):
    """Estimates of one component of the gate's gradient.

    Attributes:
        estimates: For every number of `rows`, of `rollouts` and `estimator` its `DRAWS` values of
            `estimate`.
        truths: For every number of `rows` the exact `truth` and how many `routings` it counts.
    """

    estimates: pd.DataFrame
    truths: pd.DataFrame


def compute() -> Gradients:
    """Estimate, by every estimator, how one row's routing should change, and count the truth."""
    data, stack, explainer = strong_experts()
    told, truths = [], []
    for rows in ROW_COUNTS:
        tables = few_rows(data, stack, explainer, rows)
        exact = exact_gradient(tables)
        component = int(exact.abs().argmax())
        truths.append((rows, exact.flatten()[component].item(), 3**rows))
        for rollouts in ROLLOUTS:
            estimates = estimate_gradients(tables, rollouts, DRAWS)
            told += [
                pd.DataFrame({"estimate": estimates[name].flatten(1)[:, component].numpy()}).assign(
                    rows=rows, rollouts=rollouts, estimator=name
                )
                for name in ESTIMATORS
            ]
    return Gradients(
        pd.concat(told, ignore_index=True),
        pd.DataFrame(truths, columns=["rows", "truth", "routings"]),
    )


@functools.cache
def strong_experts() -> tuple[EncodedData, ExpertStack, Explainer]:
    """Train one expert of each kind, with lambdas so large that they differ; shared by lessons."""
    data = lesson_data()
    stack, explainer = trained_experts(
        data, "lambda_rep", [_STRENGTH], 1, **dict.fromkeys(LAMBDAS, _STRENGTH), epochs=EPOCHS
    )
    return data, stack, explainer


def few_rows(
    data: EncodedData, stack: ExpertStack, explainer: Explainer, rows: int
) -> RewardTables:
    """Return the tables of some test rows of each group and label: where the experts differ most.

    Args:
        data: Whose test rows.
        stack: Three experts.
        explainer: Explains them.
        rows: How many, at least one for each group and label.
    """
    split = data.test
    every = tables_of(data, stack, explainer)
    apart = disagreement(every.proba)[0].numpy()
    cells = [np.flatnonzero(2 * split.group + split.y == cell) for cell in range(4)]
    ranked = [own[np.argsort(-apart[own], kind="stable")] for own in cells]
    kept = torch.as_tensor(np.sort([ranked[i % 4][i // 4] for i in range(rows)]))
    return dataclasses.replace(
        every,
        proba=every.proba[:, :, kept],
        masked_proba=every.masked_proba[:, :, kept],
        attention=every.attention[:, :, kept],
        y_true=every.y_true[kept],
        group=every.group[kept],
    )


def tables_of(data: EncodedData, stack: ExpertStack, explainer: Explainer) -> RewardTables:
    """Return the tables of all test rows."""
    split = data.test
    proba, masked, attention = map(
        by_expert, explain_rows(stack.part(), explainer, torch.as_tensor(split.x), top_k=1)
    )
    return RewardTables(
        proba.double(),
        masked.double(),
        attention.double(),
        torch.as_tensor(split.y) == 1,
        torch.as_tensor(split.group),
        data.n_groups,
        0.2,
    )


def exact_gradient(tables: RewardTables) -> Tensor:
    """Return the gradient of the expected reward at an undecided gate, by counting all routings.

    Returns:
        **Shape** `(n, 3)`. Per unit of each row's gate logits.
    """
    n = len(tables.y_true)
    routings, rewards = every_routing(tables)
    logits = torch.zeros(n, 3, dtype=torch.float64, requires_grad=True)
    chosen = gate_log_proba(logits, 1.0)[torch.arange(n), routings].sum(-1)
    return torch.autograd.grad((chosen.exp() * rewards).sum(), logits)[0]


def every_routing(tables: RewardTables) -> tuple[Tensor, Tensor]:
    """Return all `3 ** n` routings of `n` rows and what each earns."""
    n = len(tables.y_true)
    routings = torch.tensor(list(itertools.product(range(3), repeat=n)))
    return routings, routing_reward(tables, routings[:, None])[:, 0]


def estimate_gradients(tables: RewardTables, rollouts: int, draws: int) -> dict[str, Tensor]:
    """Return `draws` independent estimates of `exact_gradient`, by every estimator.

    Args:
        tables: Of one run.
        rollouts: How many routings "rollouts" samples for each estimate.
        draws: How many estimates.

    Returns:
        By name, **Shape** `(draws, n, 3)`.
    """
    n = len(tables.y_true)
    _, rewards = every_routing(tables)
    average = rewards.mean()
    logits = torch.zeros(draws, n, 3, dtype=torch.float64, requires_grad=True)
    log_gate = gate_log_proba(logits, 1.0)
    # One generator for all draws: as if each were some rows of one long routing.
    generator = torch.Generator().manual_seed(rollouts)
    in_a_row = log_gate.detach().expand(rollouts, draws, n, 3).reshape(1, -1, 3)
    actions = sample_actions(in_a_row, [generator]).view(rollouts, draws, n)
    earned = routing_reward(tables, actions.flatten(0, 1)[:, None]).view(rollouts, draws)
    many = dataclasses.replace(
        tables,
        proba=tables.proba.expand(3, draws, n),
        masked_proba=tables.masked_proba.expand(3, draws, n),
        attention=tables.attention.expand(3, draws, n, -1),
    )
    elsewhere = counterfactual_rewards(many, actions[0]).movedim(0, -1)
    every = torch.ones(draws, n, dtype=torch.float64)
    # (38) averages over the rows; the gradient of the expected reward is their sum.
    losses = {
        "blind": n * reinforce_loss(log_gate, actions[0], average.expand(draws), every),
        "plain": n * reinforce_loss(log_gate, actions[0], earned[0], every),
        "baseline": n * reinforce_loss(log_gate, actions[0], earned[0] - average, every),
        "rollouts": n * reinforce_loss(log_gate, actions, leave_one_out(earned), every).mean(0),
        "counterfactual": counterfactual_loss(log_gate, elsewhere, every),
    }
    return {
        name: -torch.autograd.grad(loss.sum(), logits, retain_graph=True)[0]
        for name, loss in losses.items()
    }
