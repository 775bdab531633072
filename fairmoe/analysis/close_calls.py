"""Whether a person is a close call, and how many others are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairmoe.analysis.individual import THRESHOLD, predict
from fairmoe.analysis.rows import RunRows
from fairmoe.names import SplitName
from fairmoe.runs import Run

CLOSE = 0.01
"""Probabilities so near to the threshold, and those exactly so near, are close calls."""

_DIGITS = 6
"""To which distances are rounded: float32 keeps a probability of 0.51 as less than that."""


@dataclass(frozen=True)
class CloseCall:
    """A person whose probability is close to the threshold, and how many people are.

    Attributes:
        threshold: The threshold of the person's group, a probability of the positive class.
        close: How many rows are as close to it.
        among: Of how many rows.
        by_group: Whether each group has a threshold of its own; then the rows are those of the
            person's group, and else all of the split.
    """

    threshold: float
    close: int
    among: int
    by_group: bool = False


def is_close(proba: ArrayLike, threshold: ArrayLike) -> NDArray[np.bool_]:
    """Return which probabilities are within `CLOSE` of a threshold, those at the border too.

    Args:
        proba: **Shape** `(...)`, in [0, 1].
        threshold: **Shape** `(...)` or `()`, in [0, 1].

    Example:
        >>> is_close([0.4999, 0.51, 0.5101], 0.5).tolist()
        [True, True, False]
    """
    away = np.abs(np.asarray(proba, np.float64) - np.asarray(threshold, np.float64))
    close: NDArray[np.bool_] = away.round(_DIGITS) <= CLOSE
    return close


def mixture_proba(rows: RunRows) -> NDArray[np.float64]:
    """Return what the mixture says of rows as it was trained, also in a variant with cut-offs.

    Returns:
        Shape `(n,)`, the probability of the positive class, in [0, 1].
    """
    if rows.run.cutoffs is None:
        return rows.record.proba["mixture"].astype(np.float64)
    return predict(rows.run, rows.x)["mixture"].to_numpy(np.float64)


def close_calls_in(run: Run, split: SplitName = "test") -> int:
    """Return of how many rows the mixture's probability is close to the threshold.

    Args:
        run: The run; with thresholds by group each row counts by that of its own group.
        split: Which rows.
    """
    record, cutoffs = run.splits[split], run.cutoffs
    proba = record.proba["mixture"]
    if cutoffs is None:
        return int(is_close(proba, THRESHOLD).sum())
    thresholds = np.array(cutoffs.thresholds)[record.group]
    return int(is_close(cutoffs.unshift(proba, record.group), thresholds).sum())


def close_call(rows: RunRows, of_rows: ArrayLike, proba: float, *, group: int) -> CloseCall | None:
    """Return what makes a person a close call.

    Args:
        rows: The split that the person is of.
        of_rows: Shape `(n,)`, as `mixture_proba` returns it.
        proba: The person's own probability, perhaps with changed values.
        group: The id of the person's group.

    Returns:
        None if the person is no close call.
    """
    cutoffs = rows.run.cutoffs
    threshold = THRESHOLD if cutoffs is None else cutoffs.thresholds[group]
    if not is_close(proba, threshold):
        return None
    by_group = cutoffs is not None and cutoffs.by_group
    own = rows.record.group == group
    compared = np.asarray(of_rows)[own] if by_group else np.asarray(of_rows)
    close = int(is_close(compared, threshold).sum())
    return CloseCall(threshold, close, len(compared), by_group)
