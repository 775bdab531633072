"""The account in people: who gets the good outcome, who is wrongly denied it, what changed.

The good outcome is the positive class where that is good for the person and the other class where
it is bad. A *harmful error* is the bad outcome given to someone whose label is the good one: a
false negative in the first case, a false positive in the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fairmoe._checks import check_binary, check_group, check_same_length, check_weight
from fairmoe._intervals import paired_interval, wilson_interval
from fairmoe.metrics._json import plain_record
from fairmoe.metrics.effective import Weights

COUNTS = (
    "n",
    "good_label",
    "good_plain",
    "good_model",
    "harmed_plain",
    "harmed_model",
    "better",
    "better_right",
    "worse",
    "worse_right",
)
RATES_AMONG = {
    "good_label": "n",
    "good_plain": "n",
    "good_model": "n",
    "harmed_plain": "good_label",
    "harmed_model": "good_label",
    "better": "n",
    "better_right": "better",
    "worse": "n",
    "worse_right": "worse",
}
"""The count that each rate is a share of."""

CHANGES_AMONG = {"good_change": "n", "harmed_change": "good_label"}
"""The count that each difference between the model and the plain one is a share of."""


@dataclass(frozen=True, eq=False)
class Account:
    """Who gets the good outcome from a model, and from a plain model on the same rows.

    The columns are numbers of people:

    - `n`: all.
    - `good_label`, `good_plain`, `good_model`: who has the good outcome by label, gets it from the
      plain model, gets it from the model.
    - `harmed_plain`, `harmed_model`: who has it by label and is denied it by either model.
    - `better`, `worse`: whose decision the model changes to the good outcome, to the bad one.
    - `better_right`, `worse_right`: how many of these have a label that agrees with the change.

    Each but `n` has a share in [0, 1], such as `harmed_model_rate`, of the people that
    `RATES_AMONG` names, and the ends of its 95% Wilson interval, `harmed_model_rate_low` and
    `_high`. `good_change` and `harmed_change` are the model's rate less the plain one's, in
    [-1, 1], with the ends `_low` and `_high` of a 95% interval for pairs. A share of nobody is NaN.

    Attributes:
        groups: One row per group, indexed by its name.
        everyone: The same columns, of all rows together.
    """

    groups: pd.DataFrame
    everyone: "pd.Series[float]"

    def to_dict(self) -> dict[str, Any]:
        """Return the account for JSON: `everyone` and `groups`; None where not estimable."""
        return {
            "everyone": _finite(self.everyone),
            "groups": {str(name): _finite(row) for name, row in self.groups.iterrows()},
        }


def account_in_people(
    y_true: ArrayLike,
    y_plain: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    group_names: Sequence[str],
    favourable: bool,
    sample_weight: ArrayLike | None = None,
) -> Account:
    """Return who gets the good outcome, who is wrongly denied it, and what a model changes.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_plain: Shape `(n,)`, hard predictions of the model to compare with, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions of the model, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each group, with or without rows.
        favourable: Whether the positive class is good for the person; otherwise it is bad.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands. Counts are
            then of as many people as there are rows, in proportion to the weights, and rounded;
            intervals are those of the effective rows (Kish).

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        Of three people who should be hired the plain model hires one and the model two.

        >>> account = account_in_people([1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 1, 0],
        ...                             group=[0, 0, 1, 1], group_names=["x", "y"], favourable=True)
        >>> names = ["good_plain", "good_model", "harmed_plain", "harmed_model", "better", "worse"]
        >>> account.everyone[names].astype(int).tolist()
        [1, 2, 2, 1, 2, 1]
        >>> account.groups["better"].tolist()
        [1, 1]
    """
    label, plain, model = (
        check_binary(values, name) == favourable
        for values, name in ((y_true, "y_true"), (y_plain, "y_plain"), (y_pred, "y_pred"))
    )
    ids = check_group(group, len(group_names))
    check_same_length(y_true=label, y_plain=plain, y_pred=model, group=ids)
    cells = (
        np.ones_like(label),
        label,
        plain,
        model,
        label & ~plain,
        label & ~model,
        ~plain & model,
        ~plain & model & label,
        plain & ~model,
        plain & ~model & ~label,
    )
    weights = check_weight(sample_weight, len(ids))

    def with_sum(amounts: Weights) -> NDArray[Any]:
        counts = np.array(
            [
                np.bincount(ids[of], None if amounts is None else amounts[of], len(group_names))
                for of in cells
            ]
        )
        return np.column_stack([counts, counts.sum(axis=1)])

    if weights is None:
        counts = with_sum(None)
        table = _table(counts, np.ones(counts.shape))
    else:
        counts = with_sum(weights / weights.mean())
        squares = with_sum((weights / weights.mean()) ** 2)
        with np.errstate(invalid="ignore"):
            table = _table(counts, np.where(counts > 0, counts / squares, 1.0))
        table[list(COUNTS)] = table[list(COUNTS)].round().astype(np.int64)
    groups = table.iloc[:-1].set_axis(pd.Index(group_names, name="group"))
    return Account(groups, table.iloc[-1].rename(None))


def _table(counts: NDArray[Any], telling: NDArray[np.float64]) -> pd.DataFrame:
    """Return counts with rates and changes, a row for each group.

    Args:
        counts: Shape `(10, g)`, in the order of `COUNTS`.
        telling: The same shape. How much one of those counted tells of a rate among them: 1, or
            less where weights differ.
    """
    count = dict(zip(COUNTS, counts, strict=True))
    tells = dict(zip(COUNTS, telling, strict=True))
    columns: dict[str, NDArray[Any]] = dict(count)
    with np.errstate(invalid="ignore"):
        for name, among in RATES_AMONG.items():
            rate = f"{name}_rate"
            columns[rate] = count[name] / count[among]
            columns[f"{rate}_low"], columns[f"{rate}_high"] = wilson_interval(
                count[name] * tells[among], count[among] * tells[among]
            )
        harmed_more = count["worse"] - count["worse_right"]
        moved = {
            "good_change": (count["better"], count["worse"]),
            "harmed_change": (harmed_more, count["better_right"]),
        }
        for name, among in CHANGES_AMONG.items():
            gained, lost = moved[name]
            columns[name] = (gained - lost) / count[among]
            columns[f"{name}_low"], columns[f"{name}_high"] = paired_interval(
                *(each * tells[among] for each in (gained, lost, count[among]))
            )
    return pd.DataFrame(columns)


def _finite(row: "pd.Series[float]") -> dict[str, Any]:
    counts = {name: int(row[name]) for name in COUNTS}
    return plain_record(row.to_dict() | counts)
