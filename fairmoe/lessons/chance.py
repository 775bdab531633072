"""Lesson 9: how large a gap chance alone makes, and how many rows it takes to see one."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from fairmoe.functional.scores import demographic_parity_difference
from fairmoe.lessons.demo import lesson_applicants
from fairmoe.metrics import demographic_parity_test

SIZES = (50, 100, 200, 500, 1000, 2000, 4000)
DRAWS = 2000
TESTED = 500
"""Tables that are tested too; each test shuffles the groups anew."""

LEVEL = 0.05
PERMUTATIONS = 500
_POOL = 40_000


class Chance(NamedTuple):
    """Gaps between groups that differ in nothing.

    Attributes:
        gaps: For every number of `rows` the `gap` of each of `DRAWS` tables.
        alarms: For every number of `rows` the size of the `smaller` group, and the share
            `false_alarms` of `TESTED` tables that a permutation test at `LEVEL` calls unequal.
    """

    gaps: pd.DataFrame
    alarms: pd.DataFrame


def compute() -> Chance:
    """Draw tables of people hired without bias, and measure and test the gap in each."""
    pool = lesson_applicants(_POOL, label_bias=0)
    hired = (pool["hired"] == "yes").to_numpy()
    share = float((pool["sex"] == "female").mean())
    gaps, alarms = [], []
    for rows in SIZES:
        smaller = round(rows * share)
        group = torch.tensor([0] * smaller + [1] * (rows - smaller))
        # Whoever is drawn into a group is drawn from the same people: the groups are equal.
        drawn = np.random.default_rng(rows).integers(0, len(hired), (DRAWS, rows))
        decisions = hired[drawn]
        measured = demographic_parity_difference(torch.from_numpy(decisions), group, 2).numpy()
        gaps.append(pd.DataFrame({"rows": rows, "gap": measured}))
        tests = [
            demographic_parity_test(
                decision, group=group.numpy(), n_groups=2, n_permutations=PERMUTATIONS
            )
            for decision in decisions[:TESTED]
        ]
        alarms.append((rows, smaller, float(np.mean([test.p_value <= LEVEL for test in tests]))))
    return Chance(
        pd.concat(gaps, ignore_index=True),
        pd.DataFrame(alarms, columns=["rows", "smaller", "false_alarms"]),
    )
