"""Groups of so few people that figures of them could tell of one of them."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.assign import LabelledTable
from fairmoe.data.groups import SMALL_GROUPS, groups_of, with_unknown_group

SMALLEST_GROUP = 10
"""Groups of fewer people in a split are not told of by themselves in files that are handed on."""

_COUNTS = ("n", "rows", "people")
"""What the columns of tables are called that say on how many people a figure rests."""


def catch_all(names: Iterable[str]) -> str:
    """Return the group that is made of small ones; empty if there is none.

    Example:
        >>> catch_all(["a", "smaller groups"])
        'smaller groups'
        >>> catch_all(["smaller groups", "smaller groups*"])
        'smaller groups*'
        >>> catch_all(["a", "b"])
        ''
    """
    # A group that is made has more stars than the values that are called as it is.
    made = (name for name in names if name.rstrip("*") == SMALL_GROUPS)
    return max(made, key=len, default="")


def merged_before(rows: LabelledTable) -> tuple[str, ...]:
    """Return which groups were merged for having few rows before a training, if any were."""
    roles = rows.roles
    if not roles.merge_small:
        return ()
    groups = with_unknown_group(groups_of(rows.table, roles.sensitive, roles.group_names))
    there = [groups.names[i] for i in np.unique(groups.ids[rows.rows]).tolist()]
    return tuple(name for name in there if name not in rows.group_names)


def too_small(
    counts: NDArray[np.int64], names: Sequence[str], smallest: int = SMALLEST_GROUP
) -> tuple[str, ...]:
    """Return the groups that a file may not tell of by themselves, the smallest first.

    One small group alone could be told from all and the others, so the next smallest is with it,
    and so on until together they are large enough.

    Args:
        counts: Shape `(s, g)`. How many people each of some parts of the rows has of each group.
        names: A name for each group.
        smallest: How many people a group needs in each part in which it has any.
    """
    fewest = np.where(counts > 0, counts, np.iinfo(np.int64).max).min(axis=0)
    order = np.argsort(fewest, kind="stable").tolist()
    count = int((fewest < smallest).sum())
    if count == 0:
        return ()
    if SMALL_GROUPS in names and names.index(SMALL_GROUPS) not in order[:count]:
        # What is merged takes this name, which groups merged for the training have already.
        order.remove(names.index(SMALL_GROUPS))
        order.insert(count, names.index(SMALL_GROUPS))
        count += 1
    while count < len(names) and counts[:, order[:count]].sum(axis=1).min() < smallest:
        count += 1
    return tuple(names[g] for g in order[:count])


def without_small_groups(
    frame: pd.DataFrame, names: Iterable[str], smallest: int = SMALLEST_GROUP
) -> pd.DataFrame:
    """Return a table with no number that is of a small group or rests on few people.

    Rows in which some text is the name of such a group, columns of its name, and rows whose count
    of people is small have no numbers.

    Args:
        frame: A table that says of groups what its columns are called.
        names: The small groups.
        smallest: How many people a figure has to rest on.
    """
    small = set(map(str, names))
    index = frame.index.to_frame(index=False)
    numbers = [
        place
        for place, dtype in enumerate(frame.dtypes)
        if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    ]
    hidden = np.zeros(len(frame), dtype=bool)
    for texts in (frame, index):
        for place, dtype in enumerate(texts.dtypes):
            if not pd.api.types.is_numeric_dtype(dtype):
                hidden |= texts.iloc[:, place].astype(str).isin(small).to_numpy()
    for place in numbers:
        if str(frame.columns[place]) in _COUNTS:
            counts = frame.iloc[:, place].to_numpy(dtype=np.float64, na_value=np.nan)
            hidden |= (counts > 0) & (counts < smallest)
    of_small = [
        place
        for place in numbers
        if small & {str(part) for part in np.atleast_1d(np.asarray(frame.columns[place], object))}
    ]
    if not hidden.any() and not of_small:
        return frame
    safe = frame.copy()
    for place in numbers:
        values = frame.iloc[:, place].astype(np.float64)
        safe.isetitem(place, values.mask(hidden | (place in of_small)).to_numpy())
    return safe
