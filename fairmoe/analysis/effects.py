"""What cut-offs give on the rows of a split, and when they do as well as the mixture."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairmoe.analysis.cutoffs import EQUAL_COSTS, Costs, Floats, choose_cutoffs
from fairmoe.metrics import accuracy_change, parity_gap, score_outcomes
from fairmoe.names import SplitName
from fairmoe.runs import Run, SplitRecord


class Comparison(NamedTuple):
    """Thresholds by group on the utility expert, beside the mixture as trained.

    Attributes:
        simple: Accuracy and demographic parity difference with the thresholds, in [0, 1].
        mixture: Those of the mixture.
        difference: Of the simple tool's accuracy from the mixture's, with the ends of a paired 95%
            interval, in [-1, 1].
    """

    simple: tuple[float, float]
    mixture: tuple[float, float]
    difference: tuple[float, float, float]


def effect_of(
    record: SplitRecord, decided: NDArray[np.bool_], proba: Floats, *, n_groups: int, costs: Costs
) -> dict[str, float]:
    """Return what decisions give on the rows of a split.

    Args:
        record: The rows, `n` of them.
        decided: Who is given the positive class, `(n,)`.
        proba: The probabilities that they rest on, `(n,)`.
        n_groups: The number of groups.
        costs: What wrong decisions cost.

    Returns:
        `accuracy`, `f1`, and the largest gaps between groups of enough rows in how many are given
        it: `gap` of all, `true_positive_gap` and `false_positive_gap` of those of a label, in
        [0, 1]; `cost` by 100 people. NaN where not estimable.
    """
    scores = score_outcomes(
        record.y_true,
        proba,
        decided,
        group=record.group,
        n_groups=n_groups,
        sample_weight=record.weight,
    )

    def gap(among: NDArray[np.bool_] | None = None) -> float:
        return parity_gap(
            decided,
            group=record.group,
            group_names=[str(g) for g in range(n_groups)],
            among=among,
            sample_weight=record.weight,
        )[0]

    return {
        "accuracy": scores["acc"],
        "f1": scores["f1"],
        "gap": gap(),
        "true_positive_gap": gap(record.y_true == 1),
        "false_positive_gap": gap(record.y_true == 0),
        "cost": costs.of(record.y_true, decided, sample_weight=record.weight),
    }


def compare_simple_tool(run: Run, split: SplitName = "test") -> Comparison:
    """Compare the mixture with thresholds by group on the utility expert.

    The thresholds are those of the highest accuracy among all with a demographic parity difference
    of at most the mixture's, on validation rows.

    Args:
        run: A run as it was trained.
        split: On which rows both are measured.
    """
    n_groups = len(run.data.groups)
    chosen_by, record = run.splits["validation"], run.splits[split]
    # The groups that the run has now may be fewer than those that its scores count.
    gap = score_outcomes(
        chosen_by.y_true,
        chosen_by.proba["mixture"],
        chosen_by.proba["mixture"] > 0.5,
        group=chosen_by.group,
        n_groups=n_groups,
        sample_weight=chosen_by.weight,
    )["dp"]
    thresholds = choose_cutoffs(
        chosen_by.y_true,
        chosen_by.proba["utility"],
        group=chosen_by.group,
        n_groups=n_groups,
        equal="selection_rate",
        max_gap=0.0 if math.isnan(gap) else min(gap, 1.0),
        sample_weight=chosen_by.weight,
    )
    plain = record.proba["utility"].astype(np.float64)
    mixed = record.proba["mixture"].astype(np.float64)
    simple, mixture = plain > np.array(thresholds)[record.group], mixed > 0.5
    effects = [
        effect_of(record, decided, proba, n_groups=n_groups, costs=EQUAL_COSTS)
        for decided, proba in ((simple, plain), (mixture, mixed))
    ]
    return Comparison(
        (effects[0]["accuracy"], effects[0]["gap"]),
        (effects[1]["accuracy"], effects[1]["gap"]),
        accuracy_change(record.y_true, mixture, simple, sample_weight=record.weight),
    )
