"""Alarms: models that are no choice, such as those that are equal because all are treated worse."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe.functional.guard import find_faults
from fairmoe.metrics.effective import Weights
from fairmoe.metrics.gaps import parity_gap


@dataclass(frozen=True)
class Alarm:
    """Why a model is no choice on some rows; see `fairmoe.functional.guard`.

    Attributes:
        inaccurate: Less accurate than the same answer for all, and than the plain model.
        lopsided: A class goes to more than twice or less than half as many rows as have it.
        harmful: Beyond chance more people are harmed, and more in every group, than by the plain
            model.
        accuracy: In `[0, 1]`.
        constant_accuracy: Of the same answer for all, in `[0.5, 1]`.
        predicted_rate: Share of rows that are given the positive class.
        true_rate: Share of rows that have it.
        harm: Share of those with the good label who are given the bad outcome; NaN if the outcome
            is neither, or it was not told.
        plain_harm: The same with the plain model.
        gap: Largest difference in the share that is given the positive class, between the groups
            that can be compared; NaN if these are fewer than two.
        plain_gap: The same with the plain model.
    """

    inaccurate: bool
    lopsided: bool
    harmful: bool
    accuracy: float
    constant_accuracy: float
    predicted_rate: float
    true_rate: float
    harm: float
    plain_harm: float
    gap: float
    plain_gap: float

    def to_dict(self) -> dict[str, bool | float | None]:
        """Return the attributes, ready for JSON; None in the place of NaN."""
        return {
            name: None if value != value else value  # noqa: PLR0124 - NaN is no number
            for name, value in dataclasses.asdict(self).items()
        }


def find_alarm(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    plain: ArrayLike,
    *,
    group: ArrayLike,
    n_groups: int,
    favourable: bool | None,
    sample_weight: ArrayLike | None = None,
) -> Alarm | None:
    """Return why a model is no choice, or None.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, the model's hard predictions, 0 or 1.
        plain: Shape `(n,)`, those of the plain model.
        group: Shape `(n,)`, ids in `[0, n_groups)`.
        n_groups: The number of groups.
        favourable: Whether the positive class is good for the person; None if it is neither, or
            that was not told.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands; all count the
            same if it is left out.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> alarm = find_alarm([1, 0, 0, 1], [1, 1, 1, 1], [1, 0, 0, 1], group=[0, 0, 1, 1],
        ...                    n_groups=2, favourable=False)
        >>> alarm.harmful, alarm.harm, alarm.plain_harm
        (False, 1.0, 0.0)
    """
    arrays = {
        name: check_binary(values, name)
        for name, values in (("y_true", y_true), ("y_pred", y_pred), ("plain", plain))
    }
    ids = check_group(group, n_groups)
    check_same_length(**arrays, group=ids)
    weights = check_weight(sample_weight, len(ids))
    amounts = torch.ones(len(ids)).double() if weights is None else torch.tensor(weights)
    true, pred, other = (torch.tensor(array == 1) for array in arrays.values())
    faults = find_faults(
        pred,
        true,
        group=torch.tensor(ids),
        n_groups=n_groups,
        plain=other,
        favourable=favourable,
        choosing=False,
        weights=None if weights is None else amounts,
    )
    if not faults.any:
        return None
    true_rate = _share(true, amounts)
    harm, plain_harm = (
        math.nan
        if favourable is None
        else _share(each[true == favourable] != favourable, amounts[true == favourable])
        for each in (pred, other)
    )
    return Alarm(
        inaccurate=bool(faults.inaccurate),
        lopsided=bool(faults.lopsided),
        harmful=bool(faults.harmful),
        accuracy=_share(pred == true, amounts),
        constant_accuracy=max(true_rate, 1 - true_rate),
        predicted_rate=_share(pred, amounts),
        true_rate=true_rate,
        harm=harm,
        plain_harm=plain_harm,
        gap=_gap(arrays["y_pred"], ids, n_groups, weights),
        plain_gap=_gap(arrays["plain"], ids, n_groups, weights),
    )


def _share(rows: torch.Tensor, amounts: torch.Tensor) -> float:
    return ((rows.double() @ amounts) / amounts.sum()).item()


def _gap(
    decided: NDArray[np.bool_], ids: NDArray[np.int64], n_groups: int, weights: Weights
) -> float:
    names = [str(group) for group in range(n_groups)]
    return parity_gap(decided, group=ids, group_names=names, sample_weight=weights)[0]
