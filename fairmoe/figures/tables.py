"""Records to the data frames that figures draw and pages show."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe._intervals import wilson_interval
from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.names import METRICS


def group_counts(
    y: NDArray[np.int64], group: NDArray[np.int64], group_names: Sequence[str]
) -> pd.DataFrame:
    """Return how many rows each group has, and how many of them are positive.

    Args:
        y: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`, that index `group_names`.
        group_names: A name for each group.

    Returns:
        One row per group, indexed by its name; the counts `rows`, `positive` and `negative`, and
        `positive_share` in [0, 1] with the ends `positive_low` and `positive_high` of its 95%
        Wilson interval, NaN for a group without rows.
    """
    rows = np.bincount(group, minlength=len(group_names))
    positive = np.bincount(group, weights=y, minlength=len(group_names)).astype(np.int64)
    with np.errstate(invalid="ignore"):
        share = positive / rows
    low, high = wilson_interval(positive, rows)
    return pd.DataFrame(
        {
            "rows": rows,
            "positive": positive,
            "negative": rows - positive,
            "positive_share": share,
            "positive_low": low,
            "positive_high": high,
        },
        index=pd.Index(group_names, name="group"),
    )


def score_table(scores: Mapping[Any, Mapping[str, float]]) -> pd.DataFrame:
    """Return the scores of one split, a row per model and a column per metric.

    Args:
        scores: Score by model and metric, 1 for the whole, NaN where not estimable.

    Returns:
        Indexed by the model's key, in the order of the palette; columns in the order of
        `fairmoe.figures.words.METRICS`.
    """
    models = [model for model in MODEL_STYLES if model in scores]
    return pd.DataFrame(
        [[scores[model].get(metric, np.nan) for metric in METRICS] for model in models],
        index=pd.Index(models, name="model"),
        columns=list(METRICS),
    )


def column_table(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return what each column of a table is.

    Args:
        frame: The table.
        kinds: The kind of each column.

    Returns:
        Indexed by the column's name; `kind`, and the counts `missing` and `distinct`.
    """
    return pd.DataFrame(
        {
            "kind": list(kinds.values()),
            "missing": [int(frame[column].isna().sum()) for column in kinds],
            "distinct": [int(frame[column].nunique()) for column in kinds],
        },
        index=pd.Index(list(kinds), name="column"),
    )
