"""Lesson 7: how temperature and the load-balance penalty shape the gate's weights."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from fairmoe.config import Settings
from fairmoe.functional.gating import gate_log_proba
from fairmoe.lessons.demo import AS_IT_COMES, lesson_data
from fairmoe.names import EXPERTS
from fairmoe.training import train

TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
BALANCE = (0.0, 0.1, 10.0)
SEEDS = 3
BINS = np.linspace(1 / 3, 1, 21)
"""Edges for the largest of a row's three weights, from undecided to certain."""


class Weights(NamedTuple):
    """How gates weigh the experts on the demo's test rows.

    Attributes:
        usage: For every `balance`, `temperature`, `seed` and `expert` its mean `weight`.
        certainty: For every `balance`, `temperature` and `seed` the `share` of the rows whose
            largest weight lies in the bin that begins at `low`; and their mean `largest`.
        rows: How many test rows.
    """

    usage: pd.DataFrame
    certainty: pd.DataFrame
    rows: int


def compute() -> Weights:
    """Train gates with weaker and stronger balance, then read them at other temperatures."""
    data = lesson_data()
    x = torch.as_tensor(data.test.x)
    usage, certainty = [], []
    for balance in BALANCE:
        runs = [
            Settings(
                epochs=100,
                gate_epochs="half",
                **AS_IT_COMES,
                seed=seed,
                load_balance_weight=balance,
                # The penalty then sees the usage as it is, and not as it was ten steps ago.
                usage_momentum=0,
                # More of it would hold the gate undecided as well.
                gate_weight_decay=1e-3,
                learning_rate=0.03,
                gate_learning_rate=0.03,
                fine_tune_every=0,
            )
            for seed in range(SEEDS)
        ]
        log_weights = train(data, runs).mixture.gate_proba(x).double().clamp(min=1e-30).log()
        for temperature in TEMPERATURES:
            weights = gate_log_proba(log_weights, temperature).exp().numpy()
            named = {"balance": balance, "temperature": temperature}
            for seed, of_seed in enumerate(weights):
                means = pd.DataFrame({"expert": EXPERTS, "weight": of_seed.mean(0)})
                usage.append(means.assign(**named, seed=seed))
                largest = of_seed.max(-1)
                counts, edges = np.histogram(largest.clip(BINS[0], BINS[-1]), BINS)
                bins = pd.DataFrame({"low": edges[:-1], "share": counts / len(largest)})
                certainty.append(bins.assign(**named, seed=seed, largest=largest.mean()))
    return Weights(
        pd.concat(usage, ignore_index=True), pd.concat(certainty, ignore_index=True), len(x)
    )
