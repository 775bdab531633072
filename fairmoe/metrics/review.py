"""What a reviewer asks first: the usual gaps with intervals and verdicts, group by group."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fairmoe._checks import check_binary, check_group, check_proba, check_same_length, check_weight
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.metrics._json import plain, plain_record
from fairmoe.metrics.calibration import calibration_by_group, expected_calibration_error
from fairmoe.metrics.groups import rate_counts
from fairmoe.metrics.judged import (
    COMPARED,
    JudgedRate,
    all_comparisons,
    differences,
    lowest_ratio,
    ratios,
)
from fairmoe.names import FOUR_FIFTHS, LEAST_PEOPLE


@dataclass(frozen=True, eq=False)
class Review:
    """What a reviewer asks of one model's decisions.

    Attributes:
        reference: The group that the others are compared with.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; None if none was set.
        differences: One row for each of `DIFFERENCES`: its `value`, the ends of a 95% interval
            `low` and `high`, all in [0, 1]; between which groups it lies, `highest` and `lowest`;
            over how many `groups`, which have `n` rows in all; and, with a tolerance, its
            `verdict`: "within" if the whole interval is, "exceeds" if none of it is, or else
            "cannot be told".
        ratio: The demographic parity ratio, the lowest rate of the good outcome divided by the
            highest: `value`, `low`, `high`, in [0, 1]. Compare `FOUR_FIFTHS`.
        comparisons: One row for each of `COMPARED` and each group but the reference: the `rate`'s
            name, the `group`, its rows `n`, its `value` and the reference's `reference_value`; the
            `difference` of the two in [-1, 1] with 95% intervals `low` and `high` that hold for all
            groups at once; the exact `p_value` of the difference, adjusted by Holm's method over
            the groups; and whether it is `clear`, at 5%. Of each rate the clear come first, and the
            larger before the smaller.
        ratios: One row per group: the rate of the good outcome as `value`, over `n` rows; divided
            by the highest rate of a group, `to_highest`, and by the reference's, `to_reference`,
            with 95% intervals `low` and `high` that hold for all groups at once.
        apart: By rate, the groups that stand apart, for the rate is a share of fewer than
            `min_rows` rows. They are in none of the above.
        calibration_error: Expected calibration error by group, in [0, 1].
        flip_rate: The share of rows whose decision another sensitive value would change; NaN where
            the model does not see it, or without the table.
        representation_difference: The distance between the groups' mean hidden vectors, at least 0;
            NaN for models other than one expert, or without the table.
    """

    reference: str
    tolerance: float | None
    differences: pd.DataFrame
    ratio: "pd.Series[float]"
    comparisons: pd.DataFrame
    ratios: pd.DataFrame
    apart: Mapping[str, tuple[str, ...]]
    calibration_error: "pd.Series[float]"
    flip_rate: float = math.nan
    representation_difference: float = math.nan

    @property
    def few(self) -> Mapping[str, tuple[str, ...]]:
        """By rate, accuracy too, the groups of which it is a share of fewer than `min_rows` rows.

        Accuracy is not compared; like the rate of an outcome it is a share of all rows.
        """
        return {**self.apart, "accuracy": self.apart["selection_rate"]}

    @property
    def calibration_difference(self) -> float:
        """The largest gap between groups in expected calibration error, in [0, 1].

        It has no interval: the error itself is biased upwards in small groups.
        """
        return float(self.calibration_error.max() - self.calibration_error.min())

    def to_dict(self) -> dict[str, Any]:
        """Return the review for JSON; None where not estimable or not set."""
        return {
            "reference": self.reference,
            "tolerance": self.tolerance,
            "differences": _by_name(self.differences),
            "demographic_parity_ratio": plain_record(self.ratio.to_dict())
            | {"four_fifths_rule_of_thumb": FOUR_FIFTHS},
            "comparisons": [plain_record(row) for row in self.comparisons.to_dict("records")],
            "ratios": _by_name(self.ratios),
            "too_few_rows": {rate: list(groups) for rate, groups in self.apart.items()},
            "expected_calibration_error": plain_record(self.calibration_error.to_dict()),
            "calibration_difference": plain(self.calibration_difference),
            "flip_rate": plain(self.flip_rate),
            "representation_difference": plain(self.representation_difference),
        }


def review_groups(  # noqa: PLR0913 - arrays, groups, and what the reviewer sets
    y_true: ArrayLike,
    y_pred: ArrayLike,
    y_score: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    favourable: bool | None = None,
    reference: str | None = None,
    tolerance: float | None = None,
    min_rows: int = LEAST_PEOPLE,
    sample_weight: ArrayLike | None = None,
) -> Review:
    """Return what a reviewer asks of one model's decisions.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        y_score: Shape `(n,)`, probability of the positive class.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        favourable: Whether the positive class is good for the person. Ratios are of the good
            outcome; where it is not told they are of the positive class.
        reference: The group that the others are compared with; by default that of most rows.
        tolerance: The largest gap that the reviewer accepts, in [0, 1].
        min_rows: Groups of fewer rows stand apart, rate by rate.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands. All rows that
            are counted then are effective rows (Kish), rounded: as many as tell as much.

    Raises:
        InvalidInputError: An array is not of this form, the reference is no group, or the tolerance
            is outside its limits.

    Example:
        >>> review = review_groups([1, 0, 1, 0], [1, 1, 1, 0], [0.9, 0.8, 0.7, 0.1],
        ...                        group=[0, 0, 1, 1], group_names=["x", "y"], min_rows=1)
        >>> review.differences["value"].to_dict()["demographic_parity_difference"]
        0.5
        >>> review.ratio["value"].item()
        0.5
    """
    names = [str(name) for name in group_names]
    true, pred = check_binary(y_true, "y_true"), check_binary(y_pred, "y_pred")
    score, ids = check_proba(y_score, "y_score"), check_group(group, len(names))
    check_same_length(y_true=true, y_pred=pred, y_score=score, group=ids)
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise InvalidInputError(
            "A tolerance needs to be a gap from 0 to 1", however=f"{tolerance:g} was given"
        )
    check_reference(reference, names)
    weights = check_weight(sample_weight, len(ids))
    sizes = np.bincount(ids, weights, minlength=len(names))
    of_reference = reference or names[int(sizes.argmax())]
    judged = {
        rate: JudgedRate(counts, names, max(min_rows, 1))
        for rate, counts in rate_counts(true, pred, ids, len(names), weights).items()
        if rate in COMPARED
    }
    good = pred if favourable in (True, None) else ~pred
    good_counts = rate_counts(true, good, ids, len(names), weights)["selection_rate"]
    good_judged = JudgedRate(good_counts, names, max(min_rows, 1))
    calibration = calibration_by_group(
        true, score, group=ids, group_names=names, sample_weight=weights
    )
    return Review(
        reference=of_reference,
        tolerance=tolerance,
        differences=differences(judged, tolerance),
        ratio=lowest_ratio(good_judged),
        comparisons=all_comparisons(judged, of_reference),
        ratios=ratios(good_judged, of_reference),
        apart={rate: each.apart for rate, each in judged.items()},
        calibration_error=expected_calibration_error(calibration),
    )


def check_reference(reference: str | None, names: Sequence[str]) -> None:
    """Check that a reference, if there is one, is one of the groups.

    Raises:
        InvalidInputError: It is not.
    """
    if reference is not None and reference not in names:
        raise InvalidInputError(
            "The reference needs to be one of the groups",
            however="another name was given",
            choices=nearest_first(reference, names),
            about=(reference,),
        )


def _by_name(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(name): plain_record(row) for name, row in table.to_dict("index").items()}
