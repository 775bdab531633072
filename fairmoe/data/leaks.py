"""Which columns give the answer away: they know what is to be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.assign import LabelledTable
from fairmoe.data.predictive import auc_alone, auc_together, chance_of, codes_of, rank_auc

MIN_OF_LABEL = 60
MAX_ROWS = 4000
TOO_GOOD = 0.9
"""A column alone that ranks the classes as well as this is suspected."""

GOOD = 0.75
AHEAD = 0.1
"""One that ranks them as well as `GOOD`, and by this much better than all others together, too."""

MISSING_AUC = 0.7
MISSING_DIFFERENCE = 0.4
"""One whose being missing ranks them as well as that, or parts the shares of the positive class by
this much."""

_MIN_ROWS = 30

Reason = Literal["alone", "missing", "ahead"]


@dataclass(frozen=True, eq=False)
class Leaks:
    """How well each feature tells the target, on rows that were not learnt from.

    Attributes:
        alone: The AUC of each feature alone, by name, the highest first; in [0, 1], 0.5 is chance.
        missing: For features that miss values, by name, the highest `auc` first, that of being
            missing in [0.5, 1]; and the share of the positive class where it is `given` and where
            it is `absent`.
        together: The AUC of all features together.
        chance: What a feature that says nothing stays below in 39 of 40 cases.
        rows: How many rows were looked at.
        suspects: Why a feature may know the answer, by name, the highest AUC first: it is "alone"
            too good; its being "missing" tells the class; or it is far "ahead" of all others
            together.
    """

    alone: "pd.Series[float]"
    missing: pd.DataFrame
    together: float
    chance: float
    rows: int
    suspects: Mapping[str, Reason]


def find_leaks(labelled: LabelledTable, *, seed: int = 0) -> Leaks:
    """Measure how well each feature alone, its being missing, and all together tell the target.

    They are judged as `fairmoe.data.checks.find_proxies` judges proxies, on 4,000 rows at most. The
    sensitive columns are never suspected.

    Args:
        labelled: The rows.
        seed: Decides which rows are looked at, and how they are parted.
    """
    rows = _looked_at(labelled.y, seed)
    y = labelled.y[rows]
    features = labelled.features
    codes = {str(name): codes_of(features[name].iloc[rows]) for name in features.columns}
    alone = auc_alone(codes, y, seed=seed)
    missing = _of_missing({name: of == 0 for name, of in codes.items()}, y)
    tells = (missing["auc"] >= MISSING_AUC) | (
        (missing["given"] - missing["absent"]).abs() >= MISSING_DIFFERENCE
    )
    enough = missing["least"] >= _MIN_ROWS
    reasons: dict[str, Reason] = dict.fromkeys(missing.index[tells & enough], "missing")
    reasons |= {name: "alone" for name in alone.index[alone >= TOO_GOOD] if name not in reasons}
    judged = {name: of for name, of in codes.items() if name not in reasons}
    for name in alone.index[alone >= GOOD].intersection(list(judged), sort=False):
        others = {each: of for each, of in judged.items() if each != name}
        best_other = max([0.5, *alone[list(others)]])
        # A look at the best other spares most tables a linear model.
        if alone[name] < AHEAD + best_other or (
            others and alone[name] < AHEAD + auc_together(others, y, seed=seed)
        ):
            break
        reasons[name], judged = "ahead", others
    sensitive = labelled.roles.sensitive_columns
    return Leaks(
        alone=alone,
        missing=missing.drop(columns="least"),
        together=auc_together(codes, y, seed=seed),
        chance=chance_of(np.eye(2)[y]),
        rows=len(rows),
        suspects={
            name: reasons[name] for name in alone.index if name in reasons.keys() - sensitive
        },
    )


def _looked_at(y: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the rows to look at: a sample, with more of a label that would hardly be in it."""
    order = np.random.default_rng(seed).permutation(len(y))
    rows = order[:MAX_ROWS]
    for label in (0, 1):
        of_label = order[y[order] == label]
        if np.count_nonzero(y[rows] == label) < min(MIN_OF_LABEL, len(of_label)):
            rows = np.concatenate([of_label[:MIN_OF_LABEL], order[y[order] != label]])[:MAX_ROWS]
    return np.sort(rows)


def _of_missing(is_missing: Mapping[str, NDArray[np.bool_]], y: NDArray[np.int64]) -> pd.DataFrame:
    """Return what being missing tells, and of how many rows it is, or not, at the `least`."""
    rows = []
    for name, absent in is_missing.items():
        n = int(absent.sum())
        if 0 < n < len(y):
            auc = rank_auc(absent.astype(np.float64), y == 1)
            shares = y[~absent].mean(), y[absent].mean()
            rows.append((name, max(auc, 1 - auc), *shares, min(n, len(y) - n)))
    table = pd.DataFrame(rows, columns=["feature", "auc", "given", "absent", "least"])
    return table.set_index("feature").sort_values("auc", ascending=False, kind="stable")
