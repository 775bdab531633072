"""What a reviewer asks of a table before anything is trained on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from fairmoe.data.assign import LabelledTable
from fairmoe.data.kinds import as_number
from fairmoe.data.labels import label
from fairmoe.data.reading.sentences import text_in_place_of_numbers
from fairmoe.data.roles import Target
from fairmoe.data.table import Table

MAX_ROWS = 4000
FOLDS = 3
BINS = 20
MAX_LEVELS = 50
MIN_DISTINCT_NUMBERS = 20
_MIN_GROUP_ROWS = 30
_PRIOR_ROWS = 5.0
LEAK_AUC = 0.995
_MAX_LEAK_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class Proxies:
    """How well the features give the group away, on rows that were not learnt from.

    Attributes:
        alone: The AUC of each feature alone, by name, the highest first; in [0, 1], 0.5 is chance.
        together: The AUC of all features together.
        chance: What a feature that says nothing stays below in 39 of 40 cases.
        rows: How many rows were looked at.
    """

    alone: "pd.Series[float]"
    together: float
    chance: float
    rows: int


def texts_among_numbers(table: Table) -> dict[str, str]:
    """Say where texts stand in columns of numbers, which makes categories of all their numbers.

    Returns:
        By column: in which rows, in words. A column counts if nine in ten of its given cells are
        plain numbers, without a comma, and these of more than `MIN_DISTINCT_NUMBERS` kinds.
    """
    found = {}
    for column, kind in table.kinds.items():
        cells = table.frame[column]
        # A look at the first rows is enough for nearly all columns of texts.
        if kind == "number" or not _mostly_numbers(*as_number(cells.iloc[:MAX_ROWS])):
            continue
        numbers, texts = as_number(cells)
        if len(texts) and _mostly_numbers(numbers, texts):
            found[column] = text_in_place_of_numbers(table.line(int(texts[0])), len(texts))
    return found


def missing_by_group(labelled: LabelledTable) -> pd.DataFrame:
    """Count the missing values of each feature that has any, by group.

    Returns:
        One row per feature and group, features with the widest difference between groups first;
        columns `column`, `group`, `rows` and `missing`, the last two counts.
    """
    sizes = np.bincount(labelled.group, minlength=len(labelled.group_names))
    frames, differences = [], []
    for column in labelled.features.columns:
        is_missing = labelled.features[column].isna().to_numpy()
        if not is_missing.any():
            continue
        counts = np.bincount(labelled.group[is_missing], minlength=len(sizes))
        differences.append(float(np.ptp(counts / sizes)))
        frames.append(
            pd.DataFrame(
                {
                    "column": column,
                    "group": labelled.group_names,
                    "rows": sizes,
                    "missing": counts,
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=["column", "group", "rows", "missing"])
    order = np.argsort(-np.array(differences), kind="stable")
    ordered: pd.DataFrame = pd.concat([frames[i] for i in order], ignore_index=True)
    return ordered


def find_proxies(labelled: LabelledTable, *, seed: int = 0) -> Proxies:
    """Measure how well each feature alone, and all together, tell which group a row belongs to.

    Alone, a feature scores a row by the share of the group among rows of the same value (numbers
    are cut into 20 bins, a missing value is a value of its own); together, by a linear model of
    all of these. Both are learnt on two thirds of the rows and judged on the third, in turn. Of
    more than two groups the AUC of each against the others is averaged. The sensitive columns
    themselves are not judged. On a long table 4,000 rows are looked at, but of a small group 30
    if it has as many.

    Args:
        labelled: The rows.
        seed: Decides which rows are looked at, and how they are parted.
    """
    rng = np.random.default_rng(seed)
    rows = _sample(labelled.group, rng)
    group = labelled.group[rows]
    names = [c for c in labelled.features.columns if c not in labelled.roles.sensitive_columns]
    codes = {name: _codes(labelled.features[name].iloc[rows]) for name in names}
    members = np.eye(len(labelled.group_names))[group]
    one_hot = _one_hot(list(codes.values()), len(rows))
    alone = dict.fromkeys(names, 0.0)
    together = 0.0
    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in parts.split(members, group):
        for name in names:
            scores = _group_shares(codes[name][train], members[train], codes[name].max() + 1)
            alone[name] += _auc(scores[codes[name][test]], members[test]) / FOLDS
        model = Ridge(alpha=1.0).fit(one_hot[train], members[train])
        together += _auc(model.predict(one_hot[test]), members[test]) / FOLDS
    return Proxies(
        alone=pd.Series(alone, dtype="float64").sort_values(ascending=False, kind="stable"),
        together=together if names else float("nan"),
        chance=_chance(members),
        rows=len(rows),
    )


def suspected_leaks(table: Table, target: Target) -> tuple[str, ...]:
    """Return the columns that all but equal the target.

    A column is suspected if, alone, it ranks the rows of the two classes apart with an AUC of at
    least 0.995: a number by its size in either direction, a category by the share of positives of
    each level (levels of one row say nothing and are not counted). On a long table 20,000 rows
    are looked at.

    Raises:
        InvalidInputError: The target does not have two classes.
    """
    y = label(table, target).y
    known = np.flatnonzero(y >= 0)
    sampled = known[:: max(1, len(known) // _MAX_LEAK_ROWS)]
    labels = pd.Series(y[sampled])
    suspects = []
    for column in table.frame.columns.drop(target.column):
        values = table.frame[column].iloc[sampled].reset_index(drop=True)
        scores = values if table.kinds[column] == "number" else _share_of_positives(values, labels)
        if _separates_classes(scores, labels):
            suspects.append(column)
    return tuple(suspects)


def _sample(group: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return positions of about `MAX_ROWS` rows at most, ascending, with some of each group."""
    share = min(1.0, MAX_ROWS / len(group))
    sampled = []
    for group_rows in (np.flatnonzero(group == g) for g in np.unique(group)):
        n_sampled = max(round(share * len(group_rows)), min(len(group_rows), _MIN_GROUP_ROWS))
        sampled.append(rng.permutation(group_rows)[:n_sampled])
    return np.sort(np.concatenate(sampled))


def _codes(values: "pd.Series[Any]") -> NDArray[np.int64]:
    """Return a level for each value, counted from 0, which stands for a missing one."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        edges = np.unique(values.quantile(np.linspace(0, 1, BINS + 1)[1:-1]).dropna())
        cut = np.searchsorted(edges, values.to_numpy(dtype=np.float64), side="left")
        return np.where(values.isna(), 0, cut + 1).astype(np.int64)
    return values.cat.codes.to_numpy().astype(np.int64) + 1


def _one_hot(columns: list[NDArray[np.int64]], n: int) -> NDArray[np.float64]:
    """Return an indicator of each of the most frequent levels of all columns."""
    parts = [np.empty((n, 0))]
    for codes in columns:
        levels, counts = np.unique(codes, return_counts=True)
        kept = levels[np.argsort(-counts, kind="stable")[:MAX_LEVELS]]
        parts.append((codes[:, None] == kept).astype(np.float64))
    return np.concatenate(parts, axis=1)


def _group_shares(
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


def _auc(scores: NDArray[np.float64], members: NDArray[np.float64]) -> float:
    """Return the mean over groups of the AUC of `scores` `(n, G)` for belonging to the group."""
    # Of two groups one is the other's mirror.
    groups = range(1 if members.shape[1] == 2 else members.shape[1])
    return float(np.mean([_rank_auc(scores[:, g], members[:, g] > 0) for g in groups]))


def _mostly_numbers(numbers: "pd.Series[Any]", texts: NDArray[np.intp]) -> bool:
    given = int(numbers.notna().sum()) + len(texts)
    return len(texts) <= given / 10 and numbers.nunique() > MIN_DISTINCT_NUMBERS


def _rank_auc(scores: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    _, index, counts = np.unique(scores.round(12), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[index]
    n_members, n_others = int(member.sum()), int((~member).sum())
    return float((ranks[member].sum() - n_members * (n_members + 1) / 2) / (n_members * n_others))


def _chance(members: NDArray[np.float64]) -> float:
    """Return the upper end of the 95% range of an AUC that is 0.5, from the rank-sum variance."""
    n_members = members.sum(axis=0)
    spread = np.sqrt((len(members) + 1) / (12 * n_members * (len(members) - n_members)))
    return float(0.5 + 1.96 * spread.mean())


def _share_of_positives(values: "pd.Series[Any]", labels: "pd.Series[int]") -> "pd.Series[float]":
    by_level = labels.groupby(values, observed=True)
    return by_level.transform("mean").where(by_level.transform("size") > 1)


def _separates_classes(scores: "pd.Series[Any]", labels: "pd.Series[int]") -> bool:
    has_score = scores.notna()
    if has_score.mean() < 0.5 or labels[has_score].nunique() < 2:
        return False
    auc = float(roc_auc_score(labels[has_score], scores[has_score]))
    return max(auc, 1 - auc) >= LEAK_AUC
