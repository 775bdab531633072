"""Which two groups a gap is explained between, and of whom they are."""

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.small_groups import catch_all
from fairmoe.metrics import compared_groups
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import Model, SplitName
from fairmoe.runs import Run
from fairmoe.sentences.small_groups import made_in_training, made_of, passed_over


def worst_and_best_off(
    run: Run,
    split: SplitName = "test",
    *,
    model: Model = "mixture",
    among_labelled: bool = False,
) -> tuple[int, int]:
    """Return which group a model gives the good outcome least often, and which most often.

    They are those that `fairmoe.analysis.Result` tells the gap of the model between, but for the
    group that is made of small ones, which is of nobody in particular: it is passed over if two
    others are left, as are groups that are not compared, of too few people. Where no outcome is
    good for the person, or that was not told, the positive one is taken for it.

    Args:
        run: The run.
        split: On which rows.
        model: Which decides.
        among_labelled: Whether only those count whose label is the good outcome.

    Returns:
        Two ids of groups; where all fare alike the last and the first.
    """
    but = catch_all(run.data.groups)
    return _ends(run, split, but=but, model=model, among_labelled=among_labelled)


def _ends(
    run: Run,
    split: SplitName,
    *,
    but: str = "",
    model: Model = "mixture",
    among_labelled: bool = False,
) -> tuple[int, int]:
    record, is_bad = run.splits[split], run.roles.target.favourable is False
    gets = (record.proba[model] > 0.5) != is_bad
    counted = (record.y_true == 1) != is_bad if among_labelled else np.ones(len(gets), dtype=bool)
    n_groups = len(run.data.groups)
    given, people = effective_counts(gets & counted, counted, record.group, n_groups, record.weight)
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
    own = np.nan_to_num(rates[candidates])
    # Of groups that fare alike the first, as where the gap is told.
    worst, best = int(candidates[own.argmin()]), int(candidates[own.argmax()])
    return (int(candidates[-1]) if worst == best else worst), best


def side_in_words(
    run: Run, *sides: int, split: SplitName = "test", among_labelled: bool = False
) -> str:
    """Say who the group is that is made of small ones, if one of two sides is that group.

    Or that it was passed over, if it would have been one.

    Args:
        run: The run.
        sides: Ids of groups.
        split: On which rows.
        among_labelled: See `worst_and_best_off`.

    Returns:
        A sentence; nothing if there is no such group, or it is neither and was not passed over.
    """
    names = list(run.data.groups)
    made = catch_all(names)
    # A value of the table may be called as that group is.
    if not made or (run.unmerged is None and not run.roles.merge_small):
        return ""
    if names.index(made) not in sides:
        ends = worst_and_best_off(run, split, among_labelled=among_labelled)
        is_passed_over = sides == ends != _ends(run, split, among_labelled=among_labelled)
        return passed_over(made) if is_passed_over else ""
    if run.unmerged is None:
        return made_in_training(made, run.roles.merge_small)
    return made_of(made, [name for name in run.unmerged.data.groups if name not in names])
