"""Runs as they are handed on: groups of few people merged."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairmoe.data import LabelledTable
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.data.small_groups import SMALLEST_GROUP, too_small
from fairmoe.errors import InvalidInputError
from fairmoe.runs.record import Run


def small_groups(run: Run, smallest: int = SMALLEST_GROUP) -> tuple[str, ...]:
    """Return the groups that a file may not tell of by themselves, the smallest first.

    One small group alone could be told from all and the others, so the next smallest is with it,
    and so on until together they are large enough.

    Args:
        run: The run.
        smallest: How many people a group needs in each split in which it has any.
    """
    names = list(run.data.groups)
    each = np.array(
        [np.bincount(split.group, minlength=len(names)) for split in run.splits.values()]
    )
    return too_small(each, names, smallest)


def merge_small_groups(
    run: Run,
    labelled: LabelledTable | None = None,
    *,
    smallest: int = SMALLEST_GROUP,
    names: Iterable[str] | None = None,
) -> tuple[Run, LabelledTable | None]:
    """Return a run, and its rows, in which small groups are one.

    What the run was trained with, its cut-offs, scores and alarms stay: they are of the groups that
    it had; see `merged_thresholds`.

    Args:
        run: The run.
        labelled: The table that it was trained on.
        smallest: See `small_groups`.
        names: Which groups to merge in the place of those.

    Raises:
        InvalidInputError: No other group would be left to compare them with.
    """
    merged = set(small_groups(run, smallest) if names is None else names)
    if not merged:
        return run, labelled
    before = list(run.data.groups)
    if len(merged) == len(before):
        raise InvalidInputError(
            f"Two groups of at least {smallest} people in each split are needed in a file that is "
            "handed on",
            however="there are fewer, and figures of smaller groups could tell of single people",
            remedy="Merge groups, or ask for smaller ones where you may.",
        )
    after = [name for name in before if name not in merged] + [SMALL_GROUPS]
    new_ids = np.array([after.index(SMALL_GROUPS if n in merged else n) for n in before])
    counts = dict.fromkeys(after, 0)
    for name, count in run.data.groups.items():
        counts[SMALL_GROUPS if name in merged else name] += count

    def moved(ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(ids < 0, ids, new_ids[ids])

    fewer = replace(
        run,
        data=replace(run.data, groups=counts),
        splits={
            name: replace(split, group=moved(split.group)) for name, split in run.splits.items()
        },
        front=tuple(merge_small_groups(point, names=merged)[0] for point in run.front),
        unmerged=run.unmerged or run,
    )
    if labelled is None:
        return fewer, None
    return fewer, replace(labelled, group=moved(labelled.group), group_names=tuple(after))


def as_told(
    run: Run, labelled: LabelledTable | None = None, *, smallest: int = SMALLEST_GROUP
) -> tuple[Run, LabelledTable | None]:
    """Return a run, and its rows, with the groups by which it is told of, on pages as in files.

    Args:
        run: The run.
        labelled: The table that it was trained on.
        smallest: See `small_groups`.

    Returns:
        As `merge_small_groups`; both as they are where fewer than two groups would be left.
    """
    names = small_groups(run, smallest)
    if len(names) == len(run.data.groups):
        return run, labelled
    return merge_small_groups(run, labelled, names=names)


def told_thresholds(run: Run, told: Run, thresholds: Sequence[float]) -> tuple[float, ...]:
    """Return a cut-off for each group of a run from those for the groups by which it is told of.

    Args:
        run: As it was trained.
        told: As `as_told` returns it.
        thresholds: One for each of its groups.
    """
    of_groups = dict(zip(told.data.groups, thresholds, strict=True))
    return tuple(
        of_groups[name] if name in of_groups else of_groups[SMALL_GROUPS]
        for name in run.data.groups
    )


def merged_thresholds(run: Run, names: Iterable[str]) -> tuple[float | None, ...]:
    """Return the cut-offs of a run for its groups as they are when small ones are one.

    Args:
        run: As it was before; with cut-offs.
        names: Which groups are merged.

    Returns:
        By group; None for the merged ones, if each has its own.
    """
    assert run.cutoffs is not None
    merged = set(names)
    of_groups = dict(zip(run.data.groups, run.cutoffs.thresholds, strict=True))
    if not merged:
        return run.cutoffs.thresholds
    of_merged = {at for name, at in of_groups.items() if name in merged}
    others = [at for name, at in of_groups.items() if name not in merged]
    return *others, (of_merged.pop() if len(of_merged) == 1 else None)
