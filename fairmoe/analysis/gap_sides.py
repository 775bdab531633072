"""Which two groups a gap is explained between, and of whom they are."""

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.small_groups import catch_all
from fairmoe.metrics import compared_groups
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import SplitName
from fairmoe.runs import Run
from fairmoe.sentences.small_groups import made_in_training, made_of


def worst_and_best_off(run: Run, split: SplitName = "test") -> tuple[int, int]:
    """Return which group the plain model gives the good outcome least often, and which most often.

    Groups that are not compared, of too few people, are passed over if two others are left, and so
    is the one that is made of small ones, for it is of nobody in particular. Where no outcome is
    good for the person, or that was not told, the positive one is taken for it.

    Args:
        run: The run.
        split: On which rows.

    Returns:
        Two ids of groups; where all fare alike the last and the first.
    """
    record = run.splits[split]
    gets = (record.proba["utility"] > 0.5) != (run.roles.target.favourable is False)
    n_groups = len(run.data.groups)
    everyone = np.ones(len(gets), dtype=bool)
    given, people = effective_counts(gets, everyone, record.group, n_groups, record.weight)
    # Of rows that stand for nobody there is no rate.
    with np.errstate(invalid="ignore"):
        rates: NDArray[np.float64] = given / people
    is_real = np.array([name != catch_all(run.data.groups) for name in run.data.groups])
    candidates = np.flatnonzero(compared_groups(people) & is_real)
    if len(candidates) < 2:
        candidates = np.flatnonzero(compared_groups(people))
    if len(candidates) < 2:
        candidates = np.flatnonzero(people)
    if len(candidates) < 2:
        candidates = np.arange(n_groups)
    ordered = sorted(candidates, key=lambda group: (np.nan_to_num(rates[group]), -group))
    return int(ordered[0]), int(ordered[-1])


def side_in_words(run: Run, *sides: int) -> str:
    """Say who the group is that is made of small ones, if one of two sides is that group.

    Args:
        run: The run.
        sides: Ids of groups.

    Returns:
        A sentence; nothing if neither is.
    """
    names = list(run.data.groups)
    made = catch_all(names)
    # A value of the table may be called as that group is.
    is_made = run.unmerged is not None or run.roles.merge_small
    if not is_made or made not in {names[side] for side in sides}:
        return ""
    if run.unmerged is None:
        return made_in_training(made, run.roles.merge_small)
    return made_of(made, [name for name in run.unmerged.data.groups if name not in names])
