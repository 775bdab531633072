"""Trained experts, one by one, kept in memory under a digest of all that decided them."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.names import EXPERTS, Model, Phase

MOST_KEPT = 512

Curves = dict[tuple[Phase, str], tuple[tuple[int, ...], Tensor]]
"""Epochs and figures, by phase and name."""

CURVES: dict[Model, tuple[str, ...]] = {
    "utility": ("loss of utility", "validation score of utility"),
    "result": ("loss of result", "validation score of result"),
    "procedural": (
        "loss of procedural",
        "loss of adversaries",
        "validation score of procedural",
    ),
}
"""The figures that are recorded of each expert."""


class KeptExpert(NamedTuple):
    """A trained expert, on the CPU.

    Attributes:
        stages: Its weights and threshold: after phase 1, then after each fine-tuning. A utility
            expert has the first only, for fine-tuning leaves it alone.
        decisions: **Shape** `(t + 1, n)`. What a utility expert says of the validation rows at each
            of the `t` checkpoints of phase 1, and at its end: the others are compared with it. None
            for the others.
        curves: Epochs, and figures of **Shape** `(epochs,)`, by phase and name.
    """

    stages: Sequence[dict[str, Tensor]]
    decisions: Tensor | None
    curves: Curves

    def at(self, stage: int) -> dict[str, Tensor]:
        """Return weights and threshold after so many fine-tunings."""
        return self.stages[min(stage, len(self.stages) - 1)]


_kept: OrderedDict[tuple[str, str], KeptExpert] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class OwnExperts:
    """The experts of one owner that this process keeps.

    That a training is done already tells that somebody trained on the same rows and labels. Who is
    not to learn that has to be another owner.

    Attributes:
        owner: A secret of theirs; "" for all who may share.
    """

    owner: str = ""

    def find(self, key: str) -> KeptExpert | None:
        """Return the expert of a digest if it is kept, and count it as used just now."""
        own = (self.owner, key)
        with _lock:
            if own in _kept:
                _kept.move_to_end(own)
            return _kept.get(own)

    def keep(self, key: str, expert: KeptExpert) -> None:
        """Keep an expert; beyond `MOST_KEPT` of all owners the longest unused go."""
        with _lock:
            _kept[self.owner, key] = expert
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)


_SHARED = OwnExperts()
_experts: ContextVar[OwnExperts] = ContextVar("where experts are kept", default=_SHARED)
_given: ContextVar[Mapping[str, KeptExpert]] = ContextVar(
    "experts given", default=MappingProxyType({})
)


@contextmanager
def experts_of(owner: str | OwnExperts) -> Iterator[None]:
    """Find and keep experts for one owner in the block, in this thread.

    Args:
        owner: Who, or what keeps them, be it in another process.
    """
    token = _experts.set(OwnExperts(owner) if isinstance(owner, str) else owner)
    try:
        yield
    finally:
        _experts.reset(token)


@contextmanager
def experts_given(given: Mapping[str, KeptExpert]) -> Iterator[None]:
    """Find these experts in the block, in this thread, before those that are kept.

    Args:
        given: By name, as `distinct_experts` has them, on whatever device they were trained.
    """
    token = _given.set(given)
    try:
        yield
    finally:
        _given.reset(token)


def find_expert(name: str, device: str) -> KeptExpert | None:
    """Return the expert of that name that was given, or else the owner's if it is kept."""
    return _given.get().get(name) or _experts.get().find(_key(name, device))


def keep_expert(name: str, device: str, expert: KeptExpert) -> None:
    """Keep an expert of the owner's, unless it is one that was given."""
    if name not in _given.get():
        _experts.get().keep(_key(name, device), expert)


def _key(name: str, device: str) -> str:
    """Return under what an expert is kept: processors of other kinds round otherwise."""
    return f"{name} {device}"


def forget_experts(owner: str | None = None) -> None:
    """Forget the experts of an owner, or all that are kept."""
    with _lock:
        for key in [key for key in _kept if owner in (None, key[0])]:
            del _kept[key]


def split_experts(
    sizes: Sequence[int],
    stages: Sequence[Mapping[str, Tensor]],
    decisions: Tensor,
    curves: Curves,
) -> list[KeptExpert]:
    """Return the members of a trained stack one by one.

    Args:
        sizes: Members by block.
        stages: The weights of the whole stack, as trained and after each fine-tuning.
        decisions: **Shape** `(t + 1, a, n)`. What the utility experts said, see `KeptExpert`.
        curves: Figures of **Shape** `(epochs, size of the block)`.
    """
    experts, first = [], 0
    for name, size in zip(EXPERTS, sizes, strict=True):
        is_utility = name == "utility"
        for member in range(size):
            weights = stages[:1] if is_utility else stages
            experts.append(
                KeptExpert(
                    [{k: v[first + member].clone() for k, v in at.items()} for at in weights],
                    decisions[:, member].clone() if is_utility else None,
                    {
                        key: (epochs, figures[:, member].clone())
                        for key, (epochs, figures) in curves.items()
                        if key[1] in CURVES[name]
                    },
                )
            )
        first += size
    return experts


def stack_curves(
    experts: Sequence[KeptExpert],
) -> Curves:
    """Return the curves of experts of one block side by side, figures **Shape** `(epochs, k)`."""
    return {
        key: (epochs, torch.stack([expert.curves[key][1] for expert in experts], -1))
        for key, (epochs, _) in experts[0].curves.items()
    }
