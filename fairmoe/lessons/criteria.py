"""Lesson 1: what demographic parity and equal opportunity measure, and when they conflict."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.baselines import fit_logistic
from fairmoe.data import EncodedData
from fairmoe.figures.lessons.criteria import RULES
from fairmoe.lessons.demo import lesson_applicants, lesson_data
from fairmoe.metrics import group_rates

BIASES = (0.0, 0.5, 1.0, 1.7, 2.5)
"""How much harder it was for women to be hired, in log-odds; the other lessons have 1.7."""


def compute() -> pd.DataFrame:
    """Decide on the demo's test rows by each rule, with worlds of more and less bias.

    Returns:
        For every `bias`, `rule` and group a row, with the columns of `metrics.group_rates`; the
        same number of people are approved by each rule, but for rounding.
    """
    told = []
    for bias in BIASES:
        data = lesson_data(lesson_applicants(label_bias=bias))
        score = _scores(data)
        y, group = data.test.y, data.test.group
        for rule in RULES:
            rates = group_rates(
                y,
                decide(score, y, group, rule),
                score,
                group=group,
                group_names=list(data.group_names),
            )
            told.append(rates.reset_index().assign(bias=bias, rule=rule))
    return pd.concat(told, ignore_index=True)


def _scores(data: EncodedData) -> NDArray[np.float64]:
    model = fit_logistic(torch.as_tensor(data.train.x), torch.as_tensor(data.train.y))
    proba: NDArray[np.float64] = model.log_odds(torch.as_tensor(data.test.x)).sigmoid().numpy()
    return proba


def decide(
    score: NDArray[np.float64], y: NDArray[np.int64], group: NDArray[np.int64], rule: str
) -> NDArray[np.bool_]:
    """Approve as many rows as have a score above one half, shared out between groups by a rule.

    Whoever is approved has a higher score than anyone of the same group who is not.

    Args:
        score: Probability of the positive class, `(n,)`.
        y: Labels, `(n,)`, 0 or 1; "opportunity" is the only rule that looks at them.
        group: Group ids, `(n,)`.
        rule: One of `RULES`.

    Returns:
        Who is approved, `(n,)`.
    """
    wanted = int((score > 0.5).sum())
    if rule == "one":
        return score > 0.5
    members = [np.flatnonzero(group == each) for each in np.unique(group)]
    best_first = [own[np.argsort(-score[own], kind="stable")] for own in members]
    # How far down each group's list to go, for every level that the groups are to share.
    levels = np.linspace(0, 1, 2001)
    if rule == "approval":
        depth = np.stack([np.rint(levels * len(own)) for own in best_first])
    else:
        depth = np.stack([_depth_for(levels, y[own]) for own in best_first])
    level = int(np.abs(depth.sum(0) - wanted).argmin())
    approved = np.zeros(len(score), dtype=bool)
    for own, reach in zip(best_first, depth[:, level].astype(int), strict=True):
        approved[own[:reach]] = True
    return approved


def _depth_for(rates: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many of the first rows it takes until each share of the positives is among them.

    Args:
        rates: Shares in [0, 1], ascending.
        y: Labels from the best score to the worst.
    """
    found = np.concatenate([[0], np.cumsum(y)])
    depth: NDArray[np.intp] = np.searchsorted(found, np.rint(rates * y.sum()))
    return depth.astype(np.float64)
