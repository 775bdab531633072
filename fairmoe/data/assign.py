"""Table and roles -> labels, groups and features."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.existing import Scored, scored_by
from fairmoe.data.groups import Groups, groups_of, merge_small_groups, values_of, with_unknown_group
from fairmoe.data.kinds import ColumnKind
from fairmoe.data.labels import label
from fairmoe.data.reading import sentences
from fairmoe.data.reading.record import Change
from fairmoe.data.roles import Roles
from fairmoe.data.split_column import is_training, split_of
from fairmoe.data.table import Table, check_columns
from fairmoe.data.values import roles_as_read
from fairmoe.data.weights import effective_size, weights_of
from fairmoe.errors import InvalidInputError

MIN_ROWS = 20
MIN_GROUP_ROWS = 10


class SmallGroupsError(InvalidInputError):
    """A group has too few rows to be judged; `Roles.merge_small` merges such groups."""


@dataclass(frozen=True, eq=False)
class UnknownRows:
    """Rows whose sensitive value is missing, as `LabelledTable` has the others."""

    features: pd.DataFrame
    y: NDArray[np.int64]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64] | None


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """A table of which the roles are known and the rows are usable.

    Attributes:
        features: The features of the kept rows, `(n, c)`, cleaned as in `Table.frame`.
        kinds: The kind of each feature, in their order.
        y: Labels, `(n,)`, 0 or 1.
        group: Group ids, `(n,)`, in `[0, G)`; each occurs.
        group_names: The name of each group, `(G,)`.
        positive: The positive class in words, such as "income = >50K".
        words: What both outcomes are called, the positive one first.
        rows: Positions of the kept rows in `Table.frame`, `(n,)`, ascending.
        split: What the split column says, `(n,)`: 0 train, 1 validation, 2 test; None without one.
        notes: What was left out and why, one sentence each, without any values of cells.
        changes: What was done to the columns.
        weight: For how many people each row stands, `(n,)`, positive; None if all count the same.
        training_only: Further rows to learn from; their group is unknown.
        existing: What the existing score or decision says of each row of the table, kept or not,
            in [0, 1]: above 0.5 it decides for the positive class; NaN of rows that have none. None
            without one.
        unmerged: Which rows have the same sensitive values, whatever is merged, ids `(n,)`; None
            where that is not known.
        roles: The roles, their values as the table has them.
        table: What the rows were taken from.
    """

    features: pd.DataFrame
    kinds: Mapping[str, ColumnKind]
    y: NDArray[np.int64]
    group: NDArray[np.int64]
    group_names: tuple[str, ...]
    positive: str
    words: tuple[str, str]
    rows: NDArray[np.int64]
    split: NDArray[np.int64] | None
    notes: tuple[str, ...]
    roles: Roles
    table: Table
    changes: tuple[Change, ...] = ()
    weight: NDArray[np.float64] | None = None
    training_only: UnknownRows | None = None
    existing: NDArray[np.float32] | None = None
    unmerged: NDArray[np.int64] | None = None


def assign_roles(table: Table, roles: Roles, *, with_features: bool = True) -> LabelledTable:
    """Take labels, groups and features from a table.

    Rows without a target, a weight or an existing score are left out, and those without a sensitive
    value unless the roles say otherwise; all are counted in `notes`. Long texts are left out of the
    features.

    Args:
        table: The table.
        roles: What its columns are for.
        with_features: Whether models are to learn from the others; else these may be as they are.

    Raises:
        InvalidInputError: A column is not there; the target has not two classes; there are not two
            groups, or one is too small to be judged; a feature is empty; the split column does
            not name the splits; the existing score cannot decide as the roles say.
    """
    frame = table.frame
    named = (roles.target.column, *roles.sensitive_columns, *roles.other_columns, *roles.dropped)
    check_columns(frame, named)
    roles = roles_as_read(table, roles)
    features = tuple(
        column
        for column in roles.features(tuple(frame.columns) if with_features else ())
        if table.kinds[column] != "text"
    )
    if with_features:
        _check_features(table, features)
    labels = label(table, roles.target)
    groups = groups_of(table, roles.sensitive, roles.group_names)
    weight = None if roles.weight is None else weights_of(table, roles.weight)
    counts = (labels.y >= 0) & (True if weight is None else weight > 0)
    scored = _scored(table, roles)
    if scored is not None:
        counts &= scored.known
    notes = _notes(labels.y, groups.ids, weight, roles, scored)
    if weight is not None:
        notes = (*notes, _weighted(str(roles.weight), weight[counts]))
    if roles.unknown == "group":
        groups = with_unknown_group(groups)
    rows = np.flatnonzero(counts & (groups.ids >= 0))
    if len(rows) < MIN_ROWS:
        raise InvalidInputError(
            f"At least {MIN_ROWS} rows with a target and a sensitive value are needed",
            however=f"there {'is' if len(rows) == 1 else 'are'} {len(rows)}",
            remedy="Load a longer table.",
        )
    ids, group = np.unique(groups.ids[rows], return_inverse=True)
    y = labels.y[rows]
    _check_classes(y, roles.target.column)
    used = Groups(group.astype(np.int64), tuple(groups.names[i] for i in ids))
    if roles.merge_small:
        used = merge_small_groups(used, y, fewer_than=roles.merge_small, at_least=MIN_GROUP_ROWS)
    _check_groups(y, used, roles)
    training_only = None
    unknown = np.flatnonzero(counts & (groups.ids < 0))
    if roles.unknown == "train" and roles.split_column is not None:
        unknown = unknown[is_training(table, roles.split_column, unknown)]
    if roles.unknown == "train" and len(unknown):
        training_only = UnknownRows(
            frame[list(features)].iloc[unknown].reset_index(drop=True),
            labels.y[unknown],
            unknown.astype(np.int64),
            None if weight is None else weight[unknown],
        )
    return LabelledTable(
        features=frame[list(features)].iloc[rows].reset_index(drop=True),
        kinds={column: table.kinds[column] for column in features},
        y=y,
        group=used.ids,
        group_names=used.names,
        positive=labels.positive,
        words=labels.words,
        rows=rows.astype(np.int64),
        split=None if roles.split_column is None else split_of(table, roles.split_column, rows),
        notes=notes,
        roles=roles,
        table=table,
        changes=_changes(table, roles),
        weight=None if weight is None else weight[rows],
        training_only=training_only,
        existing=None if scored is None else _of_table(scored),
        unmerged=values_of(table, roles.sensitive)[rows],
    )


def _scored(table: Table, roles: Roles) -> Scored | None:
    """Return what the existing score says of the rows of a table, if there is one."""
    if roles.existing is None:
        return None
    return scored_by(roles.existing, table.frame[roles.existing.column])


def _of_table(scored: Scored) -> NDArray[np.float32]:
    of_table = np.full(len(scored.known), np.nan, dtype=np.float32)
    of_table[scored.known] = scored.proba
    return of_table


def _changes(table: Table, roles: Roles) -> tuple[Change, ...]:
    """Return what was done to the columns that are used, and which are not."""
    changes = [change for change in table.changes if change.column not in roles.dropped]
    return (*changes, sentences.dropped(roles.dropped)) if roles.dropped else tuple(changes)


def _notes(
    y: NDArray[np.int64],
    ids: NDArray[np.int64],
    weight: NDArray[np.float64] | None,
    roles: Roles,
    scored: Scored | None,
) -> tuple[str, ...]:
    """Say how many rows are left out, or used otherwise, and why; each is counted once."""
    left, found = np.ones(len(y), dtype=bool), []
    sensitive = " or ".join(f"'{column}'" for column in roles.sensitive_columns)
    reasons = [(y < 0, f"left out because '{roles.target.column}' is missing.")]
    if weight is not None:
        reasons.append((np.isnan(weight), f"left out because '{roles.weight}' is missing."))
        reasons.append((weight == 0, f"left out because '{roles.weight}' is 0."))
    if scored is not None and roles.existing is not None:
        missing = f"left out because '{roles.existing.column}' is missing."
        reasons.append((~scored.known, missing))
    done = {
        "leave out": "left out",
        "group": "made a group of their own",
        "train": "used for training only, and counted in no group,",
    }[roles.unknown]
    reasons.append((ids < 0, f"{done} because {sensitive} is missing."))
    for is_so, what in reasons:
        count = int((left & is_so).sum())
        left &= ~is_so
        if count:
            found.append(f"{sentences.rows_of(count)} {what}")
    return tuple(found)


def _weighted(column: str, weight: NDArray[np.float64]) -> str:
    return sentences.weighted(column, len(weight), effective_size(weight))


def _check_features(table: Table, features: tuple[str, ...]) -> None:
    if not features:
        raise InvalidInputError(
            "At least one feature is needed",
            however="every column has another role",
            remedy="Drop fewer columns.",
        )
    for column in features:
        if table.frame[column].isna().all():
            raise InvalidInputError(
                "Each feature needs values",
                however=f"column '{column}' has none in any row",
                remedy=f"Drop column '{column}'.",
            )


def _check_classes(y: NDArray[np.int64], column: str) -> None:
    if y.min() == y.max():
        raise InvalidInputError(
            "The target needs two classes",
            however=f"column '{column}' has one in the rows that have a sensitive value",
            remedy="Choose another target or another sensitive column.",
        )


def _check_groups(y: NDArray[np.int64], groups: Groups, roles: Roles) -> None:
    names = groups.names
    columns = " crossed with ".join(f"'{column}'" for column in roles.sensitive_columns)
    if len(names) < 2:
        raise InvalidInputError(
            "Fairness needs two groups to be compared",
            however=f"sensitive column {columns} gives one",
            remedy="Choose another column, or group its values otherwise.",
        )
    rows, positives = np.bincount(groups.ids), np.bincount(groups.ids, weights=y)
    for counts, minimum, needed in (
        (rows, MIN_GROUP_ROWS, f"{MIN_GROUP_ROWS} rows"),
        (positives, 1, "one row of the positive class"),
    ):
        small = np.flatnonzero(counts < minimum)
        if len(small):
            raise SmallGroupsError(
                f"Each group needs at least {needed}",
                however=f"{len(small)} of the {len(names)} groups by {columns} "
                f"{'has' if len(small) == 1 else 'have'} fewer",
                remedy="Merge small groups with others, or cut numbers elsewhere.",
                about=[
                    f"{names[i]}: {rows[i]:,} row{'' if rows[i] == 1 else 's'}, "
                    f"{positives[i]:,.0f} positive"
                    for i in small
                ],
            )
