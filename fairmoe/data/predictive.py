"""How well columns tell to which class a row belongs, on rows that were not learnt from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import StratifiedKFold

FOLDS = 3
BINS = 20
MAX_LEVELS = 50
_PRIOR_ROWS = 5.0


def auc_alone(
    codes: Mapping[str, NDArray[np.int64]], classes: NDArray[np.int64], *, seed: int
) -> "pd.Series[float]":
    """Return the AUC of each column alone, the highest first.

    A column scores a row by the share of the class among rows of the same value. Shares are learnt
    on two thirds of the rows and judged on the third, in turn; on halves, if a class has two rows.
    Of more than two classes the AUC of each against the others is averaged. NaN, if a class has one
    row.

    Args:
        codes: The level of each row, `(n,)`, by column, as `codes_of` returns them.
        classes: The class of each row, `(n,)`, counted from 0; each occurs.
        seed: Decides how the rows are parted.
    """
    members = np.eye(classes.max() + 1)[classes]
    alone = dict.fromkeys(codes, 0.0)
    parts = _parts(members, classes, seed)
    if not parts:
        return pd.Series(dict.fromkeys(codes, float("nan")), dtype="float64")
    for train, test in parts:
        for name, of in codes.items():
            scores = shares_of(of[train], members[train], of.max() + 1)
            alone[name] += mean_auc(scores[of[test]], members[test]) / len(parts)
    return pd.Series(alone, dtype="float64").sort_values(ascending=False, kind="stable")


def auc_together(
    codes: Mapping[str, NDArray[np.int64]], classes: NDArray[np.int64], *, seed: int
) -> float:
    """Return the AUC of a linear model of all columns, learnt and judged as those alone are.

    Args:
        codes: As for `auc_alone`.
        classes: As for `auc_alone`.
        seed: As for `auc_alone`.

    Returns:
        In [0, 1]; NaN without columns, or if a class has one row.
    """
    members = np.eye(classes.max() + 1)[classes]
    parts = _parts(members, classes, seed)
    if not codes or not parts:
        return float("nan")
    # So many columns overwhelm few rows: with a penalty of 1 all 141 of one honest table of 1,993
    # rows do worse together than the best of them alone.
    inputs = one_hot(list(codes.values()), len(classes))
    together = 0.0
    for train, test in parts:
        model = Ridge(alpha=len(codes)).fit(inputs[train], members[train])
        together += mean_auc(model.predict(inputs[test]), members[test]) / len(parts)
    return together


def _parts(members: NDArray[np.float64], classes: NDArray[np.int64], seed: int) -> list[Any]:
    """Return rows to learn from and to judge on, in turn; none if a class has one row."""
    # Each class is in each part.
    folds = min(FOLDS, int(np.bincount(classes).min()))
    if folds < 2:
        return []
    return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(members, classes))


def codes_of(values: "pd.Series[Any]") -> NDArray[np.int64]:
    """Return a level for each value, counted from 0, which stands for a missing one."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        edges = np.unique(values.quantile(np.linspace(0, 1, BINS + 1)[1:-1]).dropna())
        cut = np.searchsorted(edges, values.to_numpy(dtype=np.float64), side="left")
        return np.where(values.isna(), 0, cut + 1).astype(np.int64)
    return values.cat.codes.to_numpy().astype(np.int64) + 1


def one_hot(columns: Sequence[NDArray[np.int64]], n: int) -> NDArray[np.float64]:
    """Return an indicator of each of the most frequent levels of all columns."""
    parts = [np.empty((n, 0))]
    for codes in columns:
        levels, counts = np.unique(codes, return_counts=True)
        kept = levels[np.argsort(-counts, kind="stable")[:MAX_LEVELS]]
        parts.append((codes[:, None] == kept).astype(np.float64))
    return np.concatenate(parts, axis=1)


def shares_of(
    codes: NDArray[np.int64], members: NDArray[np.float64], n_levels: int
) -> NDArray[np.float64]:
    """Return the share of each group among a level's rows, drawn towards its share of all."""
    counts = np.zeros((n_levels, members.shape[1]))
    np.add.at(counts, codes, members)
    rows = counts.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = (counts + _PRIOR_ROWS * members.mean(axis=0)) / (
        rows + _PRIOR_ROWS
    )
    return shares


def mean_auc(scores: NDArray[np.float64], members: NDArray[np.float64]) -> float:
    """Return the mean over groups of the AUC of `scores` `(n, G)` for belonging to the group."""
    # Of two groups one is the other's mirror.
    groups = range(1 if members.shape[1] == 2 else members.shape[1])
    return float(np.mean([rank_auc(scores[:, g], members[:, g] > 0) for g in groups]))


def rank_auc(scores: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    """Return how often a member scores above another row, a tie counting half; both occur."""
    _, index, counts = np.unique(scores.round(12), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[index]
    n_members, n_others = int(member.sum()), int((~member).sum())
    return float((ranks[member].sum() - n_members * (n_members + 1) / 2) / (n_members * n_others))


def chance_of(members: NDArray[np.float64]) -> float:
    """Return the upper end of the 95% range of an AUC that is 0.5, from the rank-sum variance."""
    n_members = members.sum(axis=0)
    spread = np.sqrt((len(members) + 1) / (12 * n_members * (len(members) - n_members)))
    return float(0.5 + 1.96 * spread.mean())
