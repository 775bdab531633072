"""What follows from a split's record alone is computed once, and let go with the record."""

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from fairmoe.runs.parts import SplitRecord

T = TypeVar("T")

_KNOWN: "weakref.WeakKeyDictionary[SplitRecord, dict[Hashable, Any]]" = weakref.WeakKeyDictionary()


def once(record: SplitRecord, asked: Hashable, find: Callable[[], T]) -> T:
    """Return what is found of a record, which never changes, as it was found the first time.

    Runs come and go, for a point of a front is another one each time; what they decided stays.

    Args:
        record: What it is found in.
        asked: Tells it from all else that is found in records.
        find: Finds it.

    Returns:
        What whoever asks next gets too, and so must not be changed.
    """
    known = _KNOWN.setdefault(record, {})
    if asked not in known:
        known[asked] = find()
    found: T = known[asked]
    return found
