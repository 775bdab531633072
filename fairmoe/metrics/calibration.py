"""Whether a probability means the same in each group."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fairmoe._checks import check_binary, check_group, check_proba, check_same_length, check_weight
from fairmoe._intervals import wilson_interval
from fairmoe.errors import InvalidInputError
from fairmoe.metrics.effective import to_effective_size


def calibration_by_group(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    n_bins: int = 10,
    sample_weight: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the points of a reliability diagram for each group.

    Rows are put into bins of equal width by their predicted probability. In a bin of a calibrated
    model the mean probability is the share of rows that are positive. A bin holds its upper edge;
    the lowest holds 0 too.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        n_bins: The number of bins, at least 1.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands; all count the
            same if it is left out.

    Returns:
        One row per group and bin, by group and then by ascending bin. Columns:

        - `group`: the group's name.
        - `low`, `high`: the edges of the bin, in [0, 1].
        - `n`: the rows in it. With weights these are not whole: they are in proportion to the
          weights, and of a group add up to its effective size (Kish).
        - `mean_score`: the mean predicted probability of these rows; NaN without any.
        - `positive_rate`: the share of them whose label is 1; NaN without any.
        - `positive_rate_low`, `positive_rate_high`: the ends of its 95% Wilson interval.

    Raises:
        InvalidInputError: An array is not of this form, or there is no bin.
    """
    true, score = check_binary(y_true, "y_true"), check_proba(y_score, "y_score")
    ids = check_group(group, len(group_names))
    check_same_length(y_true=true, y_score=score, group=ids)
    if n_bins < 1:
        raise InvalidInputError("At least one bin is needed", however=f"{n_bins} were asked for")
    edges = np.linspace(0, 1, n_bins + 1)
    cell = ids * n_bins + np.searchsorted(edges[1:-1], score)
    cells = len(group_names) * n_bins
    weights = check_weight(sample_weight, len(ids))
    amounts = None if weights is None else to_effective_size(weights, ids, len(group_names))
    counted = np.ones(len(ids)) if amounts is None else amounts
    n = np.bincount(cell, amounts, minlength=cells)
    positives = np.bincount(cell[true], None if amounts is None else amounts[true], cells)
    low, high = wilson_interval(positives, n)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(
            {
                "group": np.repeat(np.asarray(group_names), n_bins),
                "low": np.tile(edges[:-1], len(group_names)),
                "high": np.tile(edges[1:], len(group_names)),
                "n": n,
                "mean_score": np.bincount(cell, score * counted, cells) / n,
                "positive_rate": positives / n,
                "positive_rate_low": low,
                "positive_rate_high": high,
            }
        )


def expected_calibration_error(calibration: pd.DataFrame) -> pd.Series:
    """Return each group's mean distance between probability and outcome over its bins.

    Bins count by their rows. The error is biased upwards in small groups, where the outcomes of a
    bin scatter: compare it between groups of like size only.

    Args:
        calibration: What `calibration_by_group` returned.

    Returns:
        One value per group in [0, 1], indexed by its name; NaN for a group without rows.
    """
    distance = (calibration["mean_score"] - calibration["positive_rate"]).abs()
    weighted = (distance * calibration["n"]).groupby(calibration["group"], sort=False).sum()
    rows = calibration.groupby("group", sort=False)["n"].sum()
    return (weighted / rows).rename("expected_calibration_error")
