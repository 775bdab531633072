"""Trained experts, kept in memory under a digest of all that decided them."""

import threading
from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor

from fairmoe.names import Phase

MOST_KEPT = 16


class KeptExperts(NamedTuple):
    """What the gate phase needs of a finished expert phase.

    Attributes:
        states: The weights of the experts and of the two adversaries, on the CPU.
        curves: Epochs and figures by phase and name.
    """

    states: tuple[dict[str, Tensor], ...]
    curves: dict[tuple[Phase, str], tuple[tuple[int, ...], Tensor]]


_kept: OrderedDict[str, KeptExperts] = OrderedDict()
_lock = threading.Lock()


def find_experts(key: str) -> KeptExperts | None:
    """Return the experts of that digest if they are kept, and count them as used just now."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def keep_experts(key: str, experts: KeptExperts) -> None:
    """Keep experts under their digest; beyond `MOST_KEPT` the longest unused go."""
    with _lock:
        _kept[key] = experts
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def forget_experts() -> None:
    """Forget all kept experts."""
    with _lock:
        _kept.clear()
