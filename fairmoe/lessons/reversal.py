"""Lesson 5: what gradient reversal takes out of a hidden vector."""

import pandas as pd
import torch
from torch import Tensor

from fairmoe.baselines import fit_logistic
from fairmoe.data import EncodedData
from fairmoe.functional.scores import roc_auc
from fairmoe.lessons.demo import (
    by_value_and_seed,
    experts_of,
    lesson_data,
    score_models,
    trained_experts,
)

STRENGTHS = (0.0, 0.3, 1.0, 3.0, 10.0)
SEEDS = 3
EPOCHS = 320
_STEPS = {"learning_rate": 0.02, "adversary_learning_rate": 0.04}
"""Larger than the defaults: the rows are few and the epochs too."""


def compute() -> pd.DataFrame:
    """Train procedural experts against adversaries, then let a fresh probe guess the group.

    Returns:
        For every `strength` and `seed` a row with the twelve scores on the test rows, the probe's
        `told` (its AUC there, 0.5 is chance) and the `rows`; last, with strength NaN, a probe that
        sees the columns themselves.
    """
    data = lesson_data()
    stack, explainer = trained_experts(
        data, "lambda_adv", STRENGTHS, SEEDS, epochs=EPOCHS, **_STEPS
    )
    experts = experts_of(stack, 2)
    train, test = (torch.as_tensor(split.x) for split in (data.train, data.test))
    hidden = [experts.outputs(experts.first_layer(x)).hidden for x in (train, test)]
    scores = score_models(experts, explainer, data.test, data.n_groups)
    scores["told"] = [
        group_auc(seen, new, data) for seen, new in zip(hidden[0], hidden[1], strict=True)
    ]
    columns = pd.DataFrame(
        {"strength": [float("nan")], "seed": [0], "told": [group_auc(train, test, data)]}
    )
    told = [by_value_and_seed(scores, "strength", STRENGTHS, SEEDS), columns]
    return pd.concat(told, ignore_index=True).assign(rows=len(data.test.y))


def group_auc(seen: Tensor, new: Tensor, data: EncodedData) -> float:
    """Return how well a logistic regression tells the second group from the first, as an AUC.

    Args:
        seen: **Shape** `(n_train, h)`. What it learns from.
        new: **Shape** `(n_test, h)`. What it is asked about.
        data: Whose rows they are.
    """
    mean, scale = seen.mean(0), seen.std(0) + 1e-6
    probe = fit_logistic((seen - mean) / scale, torch.as_tensor(data.train.group))
    told = probe.log_odds((new - mean) / scale)
    return roc_auc(told, torch.as_tensor(data.test.group) == 1).item()
