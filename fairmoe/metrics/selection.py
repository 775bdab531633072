"""Selection rates and impact ratios, in the form that New York City's Local Law 144 asks for."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fairmoe._checks import check_binary, check_group, check_same_length

SMALL_SHARE = 0.02
"""A category of a smaller share of the people may be left out of the impact ratios."""


def impact_ratios(
    y_selected: ArrayLike, *, group: ArrayLike, group_names: Sequence[str]
) -> pd.DataFrame:
    r"""Return how often each category is selected, and in proportion to the most selected one.

    $$\text{impact ratio}_g = \frac{\text{selection rate}_g}{\max_h \text{selection rate}_h}$$

    The maximum is over the categories of at least `SMALL_SHARE` of the people; the others have
    their counts and their rate and no ratio. Source: Rules of the City of New York, title 6,
    sections 5-300 and 5-301. There is no ratio that one passes with.

    Args:
        y_selected: Shape `(n,)`, whether each person is selected, 0 or 1.
        group: Shape `(n,)`, ids that index `group_names`.
        group_names: A name for each category.

    Returns:
        One row per category, indexed by its name: `n`, `share` of all people, `selected`,
        `selection_rate` and `impact_ratio`, the last three in [0, 1] but for the count, NaN where
        not estimable; and whether it is `small`.

    Raises:
        InvalidInputError: An array is not of this form.

    Example:
        >>> impact_ratios([1, 1, 1, 0], group=[0, 0, 1, 1],
        ...               group_names=["x", "y"])["impact_ratio"].tolist()
        [1.0, 0.5]
    """
    selected = check_binary(y_selected, "y_selected")
    ids = check_group(group, len(group_names))
    check_same_length(y_selected=selected, group=ids)
    n = np.bincount(ids, minlength=len(group_names))
    counts = np.bincount(ids, weights=selected, minlength=len(group_names)).astype(np.int64)
    share = n / len(ids)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = counts / n
        small = share < SMALL_SHARE
        ratio = np.where(small, np.nan, rate / np.max(rate[~small], initial=0))
    return pd.DataFrame(
        {
            "n": n,
            "share": share,
            "selected": counts,
            "selection_rate": rate,
            "impact_ratio": ratio,
            "small": small,
        },
        index=pd.Index([str(name) for name in group_names], name="category"),
    )
