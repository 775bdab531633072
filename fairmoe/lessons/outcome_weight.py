"""Lesson 3: what the weight of the outcome gaps buys, and what it costs."""

import pandas as pd
import torch

from fairmoe.baselines import fit_constant
from fairmoe.lessons.demo import (
    by_value_and_seed,
    experts_of,
    lesson_data,
    score_models,
    trained_experts,
)

STRENGTHS = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0)
SEEDS = 4
EPOCHS = 320


def compute() -> pd.DataFrame:
    """Train result experts with weaker and stronger lambda_fair, and score them on test rows.

    Returns:
        For every `strength` and `seed` a row with the twelve scores and the `rows` they are
        measured on; last, with strength NaN, the constant predictor.
    """
    data = lesson_data()
    stack, explainer = trained_experts(
        data, "lambda_fair", STRENGTHS, SEEDS, epochs=EPOCHS, adversary_steps=0
    )
    scores = score_models(experts_of(stack, 1), explainer, data.test, data.n_groups)
    constant = fit_constant(torch.as_tensor(data.train.x), torch.as_tensor(data.train.y))
    told = [
        by_value_and_seed(scores, "strength", STRENGTHS, SEEDS),
        score_models(constant, explainer, data.test, data.n_groups).assign(
            strength=float("nan"), seed=0
        ),
    ]
    return pd.concat(told, ignore_index=True).assign(rows=len(data.test.y))
