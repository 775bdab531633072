"""Lesson 2: what the three experts want, and what each of them does."""

import pandas as pd
import torch

from fairmoe.baselines import fit_constant
from fairmoe.config import LAMBDAS
from fairmoe.lessons.demo import experts_of, lesson_data, score_models, trained_experts
from fairmoe.names import EXPERTS

SEEDS = 5
EPOCHS = 240


def compute() -> pd.DataFrame:
    """Train the three experts with all lambdas at 1, and score them on the demo's test rows.

    Returns:
        For every `model` (the experts, and the constant with seed 0) and `seed` a row with the
        twelve scores, and the `rows` they are measured on.
    """
    data = lesson_data()
    stack, explainer = trained_experts(
        data, "lambda_rep", [1.0], SEEDS, **dict.fromkeys(LAMBDAS, 1.0), epochs=EPOCHS
    )
    told = [
        score_models(experts_of(stack, kind), explainer, data.test, data.n_groups).assign(
            model=name, seed=range(SEEDS)
        )
        for kind, name in enumerate(EXPERTS)
    ]
    constant = fit_constant(torch.as_tensor(data.train.x), torch.as_tensor(data.train.y))
    told.append(
        score_models(constant, explainer, data.test, data.n_groups).assign(model="constant", seed=0)
    )
    return pd.concat(told, ignore_index=True).assign(rows=len(data.test.y))
