"""Sensitive columns -> groups."""

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.crossed import CROSS, quoted
from fairmoe.data.kinds import MISSING, as_category, level_text
from fairmoe.data.roles import Roles, Sensitive
from fairmoe.data.table import Table
from fairmoe.errors import InvalidInputError, nearest_first

MAX_GROUPS = 50

SMALL_GROUPS = "smaller groups"
"""What groups are called that are merged for being small."""


@dataclass(frozen=True)
class Merge:
    """How small groups can become one.

    Attributes:
        fewer_than: What `Roles.merge_small` has to be.
        names: The groups that become one, in their order.
        rows: How many rows that one has.
    """

    fewer_than: int
    names: tuple[str, ...]
    rows: int


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of all rows of a table.

    Attributes:
        ids: Group ids, -1 where a sensitive value is missing, `(n,)`.
        names: The name of each id, `(G,)`; not every id need occur.
    """

    ids: NDArray[np.int64]
    names: tuple[str, ...]


def groups_of(
    table: Table,
    sensitive: tuple[Sensitive, ...],
    group_names: Sequence[tuple[str, str]] = (),
) -> Groups:
    """Part the rows of a table by one sensitive column, or by two crossed.

    Groups are in the order of the values (numbers by size, texts by alphabet); of two columns, by
    the first and then the second.

    Args:
        table: The table.
        sensitive: The columns.
        group_names: See `Roles.group_names`.

    Raises:
        InvalidInputError: A column has too many values, cannot be cut, or lacks a merged value; a
            name to display is for no group, or two groups have the same.
    """
    groups, known = _parted(table, sensitive, dict(group_names))
    _check_names(dict(group_names), known, groups.names)
    return groups


def values_of(table: Table, sensitive: tuple[Sensitive, ...]) -> NDArray[np.int64]:
    """Return which rows have the same sensitive values, cut into bins but whatever is merged.

    Returns:
        Ids, `(n,)`, in the order of `groups_of`, a missing value last; each lies in one group.
    """
    ids = np.zeros(len(table.frame), dtype=np.int64)
    for each in sensitive:
        levels = as_category(table.frame[each.column]).cat.codes.to_numpy().astype(np.int64)
        part = _bin(table, each).ids if each.bins else levels
        count = part.max(initial=-1) + 1
        ids = ids * (count + 1) + np.where(part < 0, count, part)
    return ids


def groups_of_new_rows(table: Table, roles: Roles, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the groups of rows that were not trained on, as they were parted for the training.

    Args:
        table: The rows, with the sensitive columns.
        roles: Those of the training.
        names: The groups of the training, by id.

    Returns:
        Ids, `(n,)`; -1 for a row of none of these groups.
    """
    sensitive = tuple(
        replace(
            each,
            merge=tuple(
                (name, tuple(value for value in values if value in there))
                for name, values in each.merge
            ),
        )
        for each in roles.sensitive
        for there in [{MISSING, *as_category(table.frame[each.column]).cat.categories}]
    )
    groups, _ = _parted(table, sensitive, dict(roles.group_names))
    place = {name: i for i, name in enumerate(names)}
    of_others = place.get(SMALL_GROUPS, -1) if roles.merge_small else -1
    # The last is that of rows without a sensitive value.
    new_ids = np.array([*(place.get(name, of_others) for name in groups.names), -1])
    return new_ids[groups.ids]


def _parted(
    table: Table, sensitive: tuple[Sensitive, ...], shown: Mapping[str, str]
) -> tuple[Groups, list[str]]:
    """Return the groups by the names to display, and the names that can be displayed otherwise."""
    parts = [_bin(table, each) if each.bins else _levels(table, each) for each in sensitive]
    known = [name for part in parts for name in part.names]
    names = [tuple(shown.get(name, name) for name in part.names) for part in parts]
    if len(parts) == 1:
        return Groups(parts[0].ids, names[0]), known
    first, second = parts
    crossed = first.ids * len(second.names) + second.ids
    crossed[(first.ids < 0) | (second.ids < 0)] = -1
    pairs = [CROSS.join(map(quoted, pair)) for pair in itertools.product(*names)]
    return Groups(crossed, tuple(shown.get(pair, pair) for pair in pairs)), known + pairs


def _check_names(shown: Mapping[str, str], known: Sequence[str], names: Sequence[str]) -> None:
    unknown = [name for name in shown if name not in known]
    if unknown:
        raise InvalidInputError(
            "Names to display need to be those of groups",
            however="one was given for a group that there is not",
            choices=nearest_first(unknown[0], known)[:MAX_GROUPS],
            about=unknown,
        )
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise InvalidInputError(
            "Each group needs a name of its own",
            however="two are to be displayed by the same",
            remedy="Merge them, or choose another name.",
            about=twice,
        )


def with_unknown_group(groups: Groups) -> Groups:
    """Return groups where the rows whose sensitive value is missing are one, which comes last."""
    if (groups.ids >= 0).all():
        return groups
    name = MISSING
    while name in groups.names:
        name += "*"
    return Groups(np.where(groups.ids < 0, len(groups.names), groups.ids), (*groups.names, name))


def merge_small_groups(
    groups: Groups, y: NDArray[np.int64], *, fewer_than: int, at_least: int
) -> Groups:
    """Merge groups of few rows, or without a positive one, into one that comes last.

    Where these together still are too few, the next larger group joins them.

    Args:
        groups: Of the rows that are used; each id occurs.
        y: Labels, `(n,)`, 0 or 1.
        fewer_than: Groups of fewer rows are small.
        at_least: The rows that the merged group is to have.
    """
    rows = np.bincount(groups.ids, minlength=len(groups.names))
    positives = np.bincount(groups.ids, weights=y, minlength=len(groups.names))
    is_small = (rows < fewer_than) | (positives == 0)
    if not is_small.any():
        return groups
    for i in np.argsort(rows, kind="stable"):
        if rows[is_small].sum() >= at_least and positives[is_small].sum() > 0:
            break
        is_small[i] = True
    name = SMALL_GROUPS
    while name in groups.names:
        name += "*"
    left = np.flatnonzero(~is_small)
    new_ids = np.full(len(rows), len(left))
    new_ids[left] = np.arange(len(left))
    return Groups(new_ids[groups.ids], (*(groups.names[i] for i in left), name))


def merge_of(rows: Mapping[str, int], small: Collection[str], needed: int) -> Merge | None:
    """Return which merge takes in all small groups, and the next larger until it has enough rows.

    The largest group stays by itself, also where it is small.

    Args:
        rows: How many rows each group has.
        small: The groups that are too small.
        needed: How many rows the merged group needs.

    Returns:
        None if there is no such merge of two groups or more.

    Example:
        >>> merge_of({"a": 900, "b": 31, "c": 11, "d": 340}, ["b", "c"], 150)
        Merge(fewer_than=341, names=('b', 'c', 'd'), rows=382)
    """
    *sizes, _ = sorted(set(rows.values()))
    at_least = max((rows[name] for name in small), default=math.inf)
    for size in sizes:
        names = tuple(name for name in rows if rows[name] <= size)
        total = sum(rows[name] for name in names)
        is_last = size == sizes[-1]
        if len(names) > 1 and total >= needed and (size >= at_least or (small and is_last)):
            return Merge(size + 1, names, total)
    return None


def _bin(table: Table, sensitive: Sensitive) -> Groups:
    column, bins = sensitive.column, sensitive.bins
    if table.kinds[column] != "number":
        raise InvalidInputError(
            "Cut points need a sensitive column of numbers",
            however=f"column '{column}' is a category",
            remedy="Merge its values instead.",
        )
    values = table.frame[column].to_numpy(dtype=np.float64)
    ids = np.searchsorted(np.array(bins), values, side="left").astype(np.int64)
    ids[np.isnan(values)] = -1
    edges = [level_text(edge) for edge in bins]
    between = [f"{low} < {column} ≤ {high}" for low, high in itertools.pairwise(edges)]
    return Groups(ids, (f"{column} ≤ {edges[0]}", *between, f"{column} > {edges[-1]}"))


def _levels(table: Table, sensitive: Sensitive) -> Groups:
    column = sensitive.column
    levels = as_category(table.frame[column])
    values = list(levels.cat.categories)
    is_number = table.kinds[column] == "number"
    level_names = [f"{column} = {value}" if is_number else value for value in values]
    merged = {value: name for name, old_values in sensitive.merge for value in old_values}
    _check_merges(column, merged, dict(zip(values, level_names, strict=True)))
    group_of_level = [
        merged.get(value, name_of_level)
        for value, name_of_level in zip(values, level_names, strict=True)
    ]
    names = tuple(dict.fromkeys([*group_of_level, *merged.values()]))
    if len(names) > MAX_GROUPS:
        raise InvalidInputError(
            f"At most {MAX_GROUPS} groups can be compared",
            however=f"column '{column}' has {len(names):,} values",
            remedy="Cut it into bins." if is_number else "Merge its values.",
        )
    position = {name: i for i, name in enumerate(names)}
    missing = position[merged[MISSING]] if MISSING in merged else -1
    of_level = np.array([*(position[name] for name in group_of_level), missing], dtype=np.int64)
    return Groups(of_level[levels.cat.codes.to_numpy()], names)


def _check_merges(column: str, merged: Mapping[str, str], level_names: Mapping[str, str]) -> None:
    """Check the merged values with their groups against the values that there are, and theirs."""
    unknown = [value for value in merged if value not in level_names and value != MISSING]
    if unknown:
        raise InvalidInputError(
            f"Groups can be merged from values of column '{column}' only",
            however="one was named that the column does not have",
            remedy="Choose among its values.",
            choices=nearest_first(unknown[0], level_names)[:MAX_GROUPS],
            about=unknown,
        )
    ambiguous = [
        name_of_level
        for value, name_of_level in level_names.items()
        if name_of_level in merged.values() and merged.get(value) != name_of_level
    ]
    if ambiguous:
        raise InvalidInputError(
            f"Each group of column '{column}' needs a name that is not that of another",
            however="a merged one has the name of a value that is not among its own",
            remedy="Choose another name, or merge that value too.",
            about=ambiguous,
        )
