"""Which two groups a gap is explained between, and of whom they are."""

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.small_groups import catch_all
from fairmoe.metrics import compared_groups
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import SplitName
from fairmoe.runs import Run
from fairmoe.sentences.small_groups import made_in_training, made_of, passed_over


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
    return _ends(run, split, but=catch_all(run.data.groups))


def _ends(run: Run, split: SplitName, *, but: str = "") -> tuple[int, int]:
    record = run.splits[split]
    gets = (record.proba["utility"] > 0.5) != (run.roles.target.favourable is False)
    n_groups = len(run.data.groups)
    everyone = np.ones(len(gets), dtype=bool)
    given, people = effective_counts(gets, everyone, record.group, n_groups, record.weight)
    # Of rows that stand for nobody there is no rate.
    with np.errstate(invalid="ignore"):
        rates: NDArray[np.float64] = given / people
    is_real = np.array([name != but for name in run.data.groups])
    candidates = np.flatnonzero(compared_groups(people) & is_real)
    if len(candidates) < 2:
        candidates = np.flatnonzero(compared_groups(people))
    if len(candidates) < 2:
        candidates = np.flatnonzero(people)
    if len(candidates) < 2:
        candidates = np.arange(n_groups)
    ordered = sorted(candidates, key=lambda group: (np.nan_to_num(rates[group]), -group))
    return int(ordered[0]), int(ordered[-1])


def side_in_words(run: Run, *sides: int, split: SplitName = "test") -> str:
    """Say who the group is that is made of small ones, if one of two sides is that group.

    Or that it was passed over, if it would have been one.

    Args:
        run: The run.
        sides: Ids of groups.
        split: On which rows.

    Returns:
        A sentence; nothing if there is no such group, or it is neither and was not passed over.
    """
    names = list(run.data.groups)
    made = catch_all(names)
    # A value of the table may be called as that group is.
    if not made or (run.unmerged is None and not run.roles.merge_small):
        return ""
    if names.index(made) not in sides:
        is_passed_over = sides == worst_and_best_off(run, split) != _ends(run, split)
        return passed_over(made) if is_passed_over else ""
    if run.unmerged is None:
        return made_in_training(made, run.roles.merge_small)
    return made_of(made, [name for name in run.unmerged.data.groups if name not in names])
