"""Which groups the gaps lie between, and how often chance makes them as large."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from fairmoe.metrics.uncertainty import (
    PermutationTest,
    demographic_parity_test,
    equal_opportunity_test,
)

GAPS = {"dp": "selection_rate", "eo": "true_positive_rate"}
"""The rate whose largest difference between groups each gap is."""


@dataclass(frozen=True)
class Gap:
    """A difference between groups in what one model gives them.

    Attributes:
        highest: The group with the highest rate; empty where the gap cannot be estimated.
        lowest: The group with the lowest rate, likewise.
        test: The gap, and how often groups drawn at random show one as large.
    """

    highest: str
    lowest: str
    test: PermutationTest


def largest_gaps(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    group: ArrayLike,
    rates: pd.DataFrame,
    sample_weight: ArrayLike | None = None,
) -> dict[str, Gap]:
    """Return between which groups each of `GAPS` lies, tested against 2,000 shufflings.

    Args:
        y_true: Shape `(n,)`, labels, 0 or 1.
        y_pred: Shape `(n,)`, hard predictions, 0 or 1.
        group: Shape `(n,)`, ids that index the groups.
        rates: What `group_rates` returned for them.
        sample_weight: Shape `(n,)`, at least 0, for how many people each row stands.

    Raises:
        InvalidInputError: An array is not of this form.
    """
    of: dict[str, Any] = {"group": group, "n_groups": len(rates), "sample_weight": sample_weight}
    tests = {
        "dp": demographic_parity_test(y_pred, **of),
        "eo": equal_opportunity_test(y_true, y_pred, **of),
    }
    return {name: _gap(rates[rate], tests[name]) for name, rate in GAPS.items()}


def _gap(rates: "pd.Series[float]", test: PermutationTest) -> Gap:
    if rates.isna().any():
        return Gap("", "", test)
    return Gap(str(rates.idxmax()), str(rates.idxmin()), test)
