"""Lesson 4: what a model relies on for each group, and how the attention loss evens it out."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from fairmoe.functional.attention import group_attention
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


class Attention(NamedTuple):
    """What the procedural experts of the lesson attend to.

    Attributes:
        shares: For every `strength`, `seed`, `group` and `column` the mean `attention` in [0, 1].
        scores: For every `strength` and `seed` the twelve scores, and the `rows` they are
            measured on.
    """

    shares: pd.DataFrame
    scores: pd.DataFrame


def compute() -> Attention:
    """Train procedural experts with weaker and stronger lambda_attention, without adversaries."""
    data = lesson_data()
    stack, explainer = trained_experts(
        data, "lambda_attention", STRENGTHS, SEEDS, epochs=EPOCHS, adversary_steps=0
    )
    experts = experts_of(stack, 2)
    attention = explainer.attention(experts, torch.as_tensor(data.test.x))
    of_groups = group_attention(attention, torch.as_tensor(data.test.group), data.n_groups)
    members, groups, columns = of_groups.shape
    shares = pd.DataFrame(
        {
            "strength": np.repeat(STRENGTHS, SEEDS * groups * columns),
            "seed": np.tile(np.repeat(np.arange(SEEDS), groups * columns), len(STRENGTHS)),
            "group": np.tile(np.repeat(data.group_names, columns), members),
            "column": np.tile(data.encoder.columns, members * groups),
            "attention": of_groups.flatten().numpy(),
        }
    )
    scores = score_models(experts, explainer, data.test, data.n_groups)
    return Attention(
        shares,
        by_value_and_seed(scores, "strength", STRENGTHS, SEEDS).assign(rows=len(data.test.y)),
    )
