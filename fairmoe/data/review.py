"""What a reviewer asks of a table before anything is trained on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import StratifiedKFold

from fairmoe.data.assign import LabelledTable
from fairmoe.data.kinds import as_number
from fairmoe.data.table import Table, text_in_place_of_numbers

MOST_ROWS = 4000
FOLDS = 3
BINS = 20
MOST_LEVELS = 50
MOST_NUMBERS = 20
_FEWEST_OF_GROUP = 30
_PRIOR_ROWS = 5.0


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


def stray_texts(table: Table) -> dict[str, str]:
    """Say where texts stand in columns of numbers, which makes categories of all their numbers.

    Returns:
        By column: in which rows, in words. A column counts if nine in ten of its given cells are
        plain numbers, without a comma, and these of more than `MOST_NUMBERS` kinds.
    """
    found = {}
    for column, kind in table.kinds.items():
        cells = table.frame[column]
        # A look at the first rows is enough for nearly all columns of texts.
        if kind == "number" or not _mostly_numbers(*as_number(cells.iloc[:MOST_ROWS])):
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
    frames, widths = [], []
    for column in labelled.features.columns:
        absent = labelled.features[column].isna().to_numpy()
        if not absent.any():
            continue
        counts = np.bincount(labelled.group[absent], minlength=len(sizes))
        widths.append(float(np.ptp(counts / sizes)))
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
    order = np.argsort(-np.array(widths), kind="stable")
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
    wide = _one_hot(list(codes.values()), len(rows))
    alone = dict.fromkeys(names, 0.0)
    together = 0.0
    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for learnt, judged in parts.split(members, group):
        for name in names:
            scores = _shares(codes[name][learnt], members[learnt], codes[name].max() + 1)
            alone[name] += _auc(scores[codes[name][judged]], members[judged]) / FOLDS
        model = Ridge(alpha=1.0).fit(wide[learnt], members[learnt])
        together += _auc(model.predict(wide[judged]), members[judged]) / FOLDS
    return Proxies(
        alone=pd.Series(alone, dtype="float64").sort_values(ascending=False, kind="stable"),
        together=together if names else float("nan"),
        chance=_chance(members),
        rows=len(rows),
    )


def _sample(group: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return positions of about `MOST_ROWS` rows at most, ascending, with some of each group."""
    share = min(1.0, MOST_ROWS / len(group))
    picked = []
    for own in (np.flatnonzero(group == g) for g in np.unique(group)):
        wanted = max(round(share * len(own)), min(len(own), _FEWEST_OF_GROUP))
        picked.append(rng.permutation(own)[:wanted])
    return np.sort(np.concatenate(picked))


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
        kept = levels[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]
        parts.append((codes[:, None] == kept).astype(np.float64))
    return np.concatenate(parts, axis=1)


def _shares(
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
    return len(texts) <= given / 10 and numbers.nunique() > MOST_NUMBERS


def _rank_auc(scores: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    _, place, counts = np.unique(scores.round(12), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    inside, outside = int(member.sum()), int((~member).sum())
    return float((ranks[member].sum() - inside * (inside + 1) / 2) / (inside * outside))


def _chance(members: NDArray[np.float64]) -> float:
    """Return the upper end of the 95% range of an AUC that is 0.5, from the rank-sum variance."""
    inside = members.sum(axis=0)
    spread = np.sqrt((len(members) + 1) / (12 * inside * (len(members) - inside)))
    return float(0.5 + 1.96 * spread.mean())
