"""Which groups the gaps lie between, and how often chance makes them as large."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe.metrics.effective import effective_counts
from fairmoe.metrics.uncertainty import (
    PermutationTest,
    demographic_parity_test,
    equal_opportunity_test,
)
from fairmoe.names import LEAST_PEOPLE

GAPS = {"dp": "selection_rate", "eo": "true_positive_rate"}
"""The rate whose largest difference between groups each gap is."""

_NOT_TESTED = PermutationTest(math.nan, math.nan, 0, np.empty(0))


@dataclass(frozen=True)
class Gap:
    """A difference between groups in what one model gives them.

    Attributes:
        highest: The group with the highest rate; empty where fewer than two groups are compared.
        lowest: The group with the lowest rate, likewise.
        test: The gap, and how often groups drawn at random show one as large; NaN likewise.
        apart: Groups of too few rows, which are not compared.
        weighted: Whether rows have weights, so that the rows that count are effective ones.
    """

    highest: str
    lowest: str
    test: PermutationTest
    apart: tuple[str, ...] = ()
    weighted: bool = False


def largest_gaps(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    rates: pd.DataFrame,
    min_rows: int = LEAST_PEOPLE,
    sample_weight: ArrayLike | None = None,
) -> dict[str, Gap]:
    """Return between which groups each of `GAPS` lies, tested against 2,000 shufflings.

    Groups of few rows are not compared, for two people make any gap; where fewer than two are
    left, no gap can be told.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index the groups.
        rates: What `group_rates` returned for them.
        min_rows: Groups of fewer rows, or of fewer positive ones for "eo", are not compared.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    positive, selected = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    ids = check_group(group, len(rates))
    check_same_length(y_true=positive, y_pred=selected, group=ids)
    weights = check_weight(sample_weight, len(ids))
    found = {}
    for name, rate in GAPS.items():
        among = positive if name == "eo" else np.ones_like(positive)
        _, trials = effective_counts(selected, among, ids, len(rates), weights)
        compared = compared_groups(trials, min_rows)
        apart = tuple(str(group) for group in rates.index[~compared])
        if compared.sum() < 2:
            found[name] = Gap("", "", _NOT_TESTED, apart, weights is not None)
            continue
        rows = compared[ids]
        of: dict[str, Any] = {
            "group": (np.cumsum(compared) - 1)[ids[rows]],
            "n_groups": int(compared.sum()),
            "sample_weight": None if weights is None else weights[rows],
        }
        test = (
            equal_opportunity_test(positive[rows], selected[rows], **of)
            if name == "eo"
            else demographic_parity_test(selected[rows], **of)
        )
        of_compared = rates.loc[compared, rate]
        ends = str(of_compared.idxmax()), str(of_compared.idxmin())
        found[name] = Gap(*ends, test, apart, weights is not None)
    return found


def parity_gap(
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    among: ArrayLike | None = None,
    min_rows: int = LEAST_PEOPLE,
    sample_weight: ArrayLike | None = None,
) -> tuple[float, tuple[str, ...]]:
    """Return the demographic parity difference as `largest_gaps` has it, without its test.

    Args:
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        among: Shape `(n,)`, 1 for the rows that count, such as those with the positive label, among
            which the gap is the equal opportunity difference; by default all.
        min_rows: Groups of fewer such rows are not compared.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Returns:
        The gap, in [0, 1]; NaN unless two groups are compared.
        Groups that are not compared.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> pair = {"group": [0, 0, 1, 1], "group_names": ["x", "y"]}
        >>> parity_gap([1, 1, 1, 0], **pair, min_rows=2), parity_gap([1, 1, 1, 0], **pair)
        ((0.5, ()), (nan, ('x', 'y')))
    """
    selected, ids = check_binary(y_pred, "y_pred"), check_group(group, len(group_names))
    check_same_length(y_pred=selected, group=ids)
    weights = check_weight(sample_weight, len(ids))
    counted = np.ones_like(selected) if among is None else check_binary(among, "among")
    check_same_length(y_pred=selected, among=counted)
    hits, trials = effective_counts(selected & counted, counted, ids, len(group_names), weights)
    compared = compared_groups(trials, min_rows)
    apart = tuple(str(group_names[i]) for i, is_compared in enumerate(compared) if not is_compared)
    if compared.sum() < 2:
        return math.nan, apart
    return float(np.ptp(hits[compared] / trials[compared])), apart


def compared_groups(trials: NDArray[Any], min_rows: int = LEAST_PEOPLE) -> NDArray[np.bool_]:
    """Return which groups are compared: those of enough rows.

    Args:
        trials: Shape `(g,)`, how many rows of each group a rate is a share of.
        min_rows: How many are enough; of no row there is no rate.
    """
    enough: NDArray[np.bool_] = trials >= max(min_rows, 1)
    return enough
