"""Lesson 8: why a predictor that says the same of everyone can win a score."""

import dataclasses

import numpy as np
import pandas as pd
import torch

from fairmoe.baselines import fit_constant
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES
from fairmoe.lessons.demo import AS_IT_COMES, lesson_applicants, lesson_data, score_models
from fairmoe.training import train

BASE_RATES = (0.3, 0.5, 0.7, 0.9)
SEEDS = 3
ROWS = 2500
HIDDEN = ("test_score", "interview_score", "education", "years_of_experience")
"""The columns that show skill; without them little can be known."""


def compute() -> pd.DataFrame:
    """Train mixtures on applicants of whom fewer or more are hired, and score a constant too.

    Returns:
        For every `base_rate`, `model` ("mixture" or "constant") and `seed` a row with the twelve
        scores on the test rows, and how many `rows` these are.
    """
    weak = dataclasses.replace(DEMO_ROLES, dropped=(*DEMO_ROLES.dropped, *HIDDEN))
    told = []
    for base_rate in BASE_RATES:
        data = lesson_data(with_base_rate(base_rate), roles=weak, fractions=(0.3, 0.1, 0.6))
        # Larger steps than the defaults, for there are few of them.
        runs = [
            Settings(
                epochs=32,
                # Nothing is refused, for the lesson is what a score alone prefers.
                guard=False,
                **AS_IT_COMES,
                seed=seed,
                learning_rate=0.03,
                gate_learning_rate=0.03,
            )
            for seed in range(SEEDS)
        ]
        mixture = train(data, runs).mixture
        constant = fit_constant(torch.as_tensor(data.train.x), torch.as_tensor(data.train.y))
        for name, model in (("mixture", mixture), ("constant", constant)):
            scores = score_models(model, mixture.explainer, data.test, data.n_groups)
            told.append(
                scores.assign(
                    model=name, seed=range(len(scores)), base_rate=base_rate, rows=len(data.test.y)
                )
            )
    return pd.concat(told, ignore_index=True)


def with_base_rate(base_rate: float) -> pd.DataFrame:
    """Return applicants like the demo's, of whom a given share was hired.

    Args:
        base_rate: In (0, 1); of the `ROWS` rows, rounded to whole ones.
    """
    pool = lesson_applicants(2 * ROWS)
    hired = pool.index[pool["hired"] == "yes"]
    others = pool.index[pool["hired"] == "no"]
    positive = round(base_rate * ROWS)
    kept = np.sort(np.concatenate([hired[:positive], others[: ROWS - positive]]))
    return pool.loc[kept].reset_index(drop=True)
