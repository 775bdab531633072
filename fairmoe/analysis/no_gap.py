"""Which groups have too few people for a gap, and why none can be told without two that do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairmoe.metrics import compared_groups
from fairmoe.metrics.effective import effective_counts
from fairmoe.names import METRICS, GapName, SplitName
from fairmoe.runs import Run
from fairmoe.sentences.small_groups import no_gap_can_be_told

_AMONG: Mapping[GapName, tuple[str, ...]] = {
    "dp": ("all",),
    "eo": ("label",),
    "f_res": ("all", "label"),
}
"""Among whom the gaps lie of which each gap of outcomes is made."""


def why_no_gap(run: Run, gap: GapName, *, split: SplitName = "test") -> str:
    """Say why no gap of outcomes of a run can be told, and what to do.

    Args:
        run: With the groups by which it is told of.
        gap: Which one; all models of the run have the same people.
        split: On which rows.

    Returns:
        Nothing if it can be, or is one of explanations, which counts every group.
    """
    names, weighted = list(run.data.groups), run.splits[split].weight is not None
    for among in _AMONG.get(gap, ()):
        people = _people(run, split, among)
        if compared_groups(people).sum() < 2:
            return no_gap_can_be_told(
                METRICS[gap].label,
                dict(zip(names, people.tolist(), strict=True)),
                split=split,
                label=run.data.words[0] if among == "label" else "",
                weighted=weighted,
            )
    return ""


def who_is_not_compared(run: Run, gap: GapName = "dp") -> tuple[str, ...]:
    """Return which groups are not compared by themselves on the test rows, but by scores of all.

    Args:
        run: With the groups by which it is told of.
        gap: In which gap.
    """
    own = run.unmerged or run
    alone = {
        name
        for among in _AMONG.get(gap, ())
        for name, few in zip(
            own.data.groups, ~compared_groups(_people(own, "test", among)), strict=True
        )
        if few
    }
    return tuple(name for name in own.data.groups if name in alone or name not in run.data.groups)


def _people(run: Run, split: SplitName, among: str) -> NDArray[Any]:
    """Return how many people each group counts as, `(g,)`: of all, or of those with the label."""
    record = run.splits[split]
    rows = record.y_true == 1 if among == "label" else np.ones(len(record.y_true), dtype=bool)
    return effective_counts(rows, rows, record.group, len(run.data.groups), record.weight)[1]
