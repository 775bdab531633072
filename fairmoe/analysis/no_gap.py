"""Why no gap of outcomes can be told: fewer than two groups have enough people."""

from collections.abc import Mapping

import numpy as np

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
    record, names = run.splits[split], list(run.data.groups)
    labelled, everyone = record.y_true == 1, np.ones(len(record.y_true), dtype=bool)
    for among in _AMONG.get(gap, ()):
        rows = labelled if among == "label" else everyone
        _, people = effective_counts(rows, rows, record.group, len(names), record.weight)
        if compared_groups(people).sum() < 2:
            return no_gap_can_be_told(
                METRICS[gap].label,
                dict(zip(names, people.tolist(), strict=True)),
                split=split,
                label=run.data.words[0] if among == "label" else "",
                weighted=record.weight is not None,
            )
    return ""
