"""Gaps of a finished run by way of other columns: like with like, and other groups."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairmoe.analysis.individual import THRESHOLD
from fairmoe.analysis.routing import parts_of_column
from fairmoe.analysis.rows import RunRows
from fairmoe.data import LabelledTable
from fairmoe.data.groups import groups_of
from fairmoe.metrics import ConditionalGaps, Review, conditional_gaps, review_groups
from fairmoe.names import Model

ConditionalRate = Literal["selection_rate", "true_positive_rate", "false_positive_rate"]


def gaps_within(
    rows: RunRows,
    column: str,
    *,
    model: Model = "mixture",
    rate: ConditionalRate = "selection_rate",
    reference: str | None = None,
) -> ConditionalGaps:
    """Return gaps between groups among people who are alike in a column, such as their job.

    Args:
        rows: The rows of a split.
        column: A column of the table; a number is cut into parts of about equally many rows, and
            rare levels are taken together.
        model: Whose decisions they are.
        rate: Which rate is compared.
        reference: The group that the others are compared with; by default the largest.

    Raises:
        InvalidInputError: The reference is no group.
    """
    record = rows.record
    codes, names = parts_of_column(rows.frame[column])
    label = {"true_positive_rate": 1, "false_positive_rate": 0}.get(rate)
    among = np.ones(len(codes), bool) if label is None else record.y_true == label
    return conditional_gaps(
        (record.proba[model] > THRESHOLD)[among],
        group=record.group[among],
        group_names=list(rows.run.data.groups),
        level=codes[among],
        level_names=names,
        reference=reference,
        sample_weight=None if record.weight is None else record.weight[among],
    )


def review_by(
    rows: RunRows,
    labelled: LabelledTable,
    column: str,
    *,
    model: Model = "mixture",
    tolerance: float | None = None,
) -> Review:
    """Return the review of a model with the groups of one column, whatever the run's groups are.

    Args:
        rows: The rows of a split.
        labelled: The table.
        column: A sensitive column, which parts the rows as the roles say, or any other, which parts
            them as in `gaps_within`.
        model: Whose decisions they are.
        tolerance: See `fairmoe.metrics.review_groups`.
    """
    record = rows.record
    group, names = _groups_by(rows, labelled, column)
    known = group >= 0
    return review_groups(
        record.y_true[known],
        (record.proba[model] > THRESHOLD)[known],
        record.proba[model][known],
        group=group[known],
        group_names=names,
        favourable=rows.run.roles.target.favourable,
        tolerance=tolerance,
        sample_weight=None if record.weight is None else record.weight[known],
    )


def _groups_by(
    rows: RunRows, labelled: LabelledTable, column: str
) -> tuple[NDArray[np.int64], list[str]]:
    for sensitive in labelled.roles.sensitive:
        if sensitive.column == column:
            own = groups_of(labelled.table, (sensitive,))
            shown = dict(labelled.roles.group_names)
            return own.ids[rows.record.rows], [shown.get(name, name) for name in own.names]
    return parts_of_column(rows.frame[column])
