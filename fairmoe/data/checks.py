"""What a reviewer asks of a table before anything is trained on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.assign import LabelledTable
from fairmoe.data.kinds import as_number
from fairmoe.data.predictive import auc_alone, auc_together, chance_of, codes_of
from fairmoe.data.reading.sentences import text_in_place_of_numbers
from fairmoe.data.table import Table

MAX_ROWS = 4000
MIN_DISTINCT_NUMBERS = 20
_MIN_GROUP_ROWS = 30


@dataclass(frozen=True, eq=False)
class Proxies:
    """How well the features tell the group, on rows that were not learnt from.

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
    codes = {name: codes_of(labelled.features[name].iloc[rows]) for name in names}
    return Proxies(
        alone=auc_alone(codes, group, seed=seed),
        together=auc_together(codes, group, seed=seed),
        chance=chance_of(np.eye(len(labelled.group_names))[group]),
        rows=len(rows),
    )


def _sample(group: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return positions of about `MAX_ROWS` rows at most, ascending, with some of each group."""
    share = min(1.0, MAX_ROWS / len(group))
    sampled = []
    for group_rows in (np.flatnonzero(group == g) for g in np.unique(group)):
        n_sampled = max(round(share * len(group_rows)), min(len(group_rows), _MIN_GROUP_ROWS))
        sampled.append(rng.permutation(group_rows)[:n_sampled])
    return np.sort(np.concatenate(sampled))


def _mostly_numbers(numbers: "pd.Series[Any]", texts: NDArray[np.intp]) -> bool:
    given = int(numbers.notna().sum()) + len(texts)
    return len(texts) <= given / 10 and numbers.nunique() > MIN_DISTINCT_NUMBERS
