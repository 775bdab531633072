"""The distinct experts of a sweep: cut into stacks, trained, and handed on as plain bytes."""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.nn import N_EXPERTS
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.sweep.plan import Runs, cut, make_stacks, shard_runs
from fairmoe.sweep.sealed import FORMAT, complete, seal, unseal
from fairmoe.training import KeptExpert, distinct_experts, experts_given, train_distinct_experts

Blocks = tuple[Runs, Runs, Runs]
"""Settings of utility, result and procedural experts."""


def experts_prefix(data_digest: str) -> str:
    """Return how the names of all stacks of experts of some data begin."""
    return f"experts-{FORMAT}-{data_digest[:16]}-"


def experts_name(data_digest: str, experts: Iterable[str]) -> str:
    """Return the name of a stack of these experts on this data."""
    names = hashlib.sha256("/".join(sorted(experts)).encode())
    return f"{experts_prefix(data_digest)}{names.hexdigest()[:16]}.safetensors"


def names_of(data: EncodedData, runs: Sequence[Settings]) -> set[str]:
    """Return the names of the experts that the runs of one stack need."""
    return set().union(*distinct_experts(data, runs))


def make_expert_stacks(
    runs: Iterable[Settings],
    data: EncodedData,
    known: Container[str],
    *,
    workers: int,
    max_runs: int | None = None,
) -> tuple[list[Blocks], list[Blocks]]:
    """Cut the distinct experts of runs into stacks, as even as may be, one for each worker.

    The others are compared with the utility experts of their seeds while they are trained, so
    these come first. A stack costs half of what a run alone costs, so there are no more of them
    than workers, unless memory asks for more.

    Args:
        runs: May differ in any setting that does not decide the data.
        data: What they are trained on.
        known: Names of experts that are trained already.
        workers: How many work at the same time.
        max_runs: As many experts as so many runs have may be in a stack.

    Returns:
        The stacks of utility experts, and those of the others.
    """
    stacks = make_stacks(runs)
    missing: list[list[list[Settings]]] = []
    taken: set[str] = set()
    for stack in stacks.values():
        # What no stack of runs shares may still leave experts alike, such as the gate's size.
        blocks = distinct_experts(data, stack)
        missing.append(
            [
                [one for name, one in block.items() if name not in known and name not in taken]
                for block in blocks
            ]
        )
        taken.update(name for block in blocks for name in block)
    utility_share = _share([blocks[:1] for blocks in missing], workers)
    other_share = _share([blocks[1:] for blocks in missing], workers)
    first: list[Blocks] = []
    second: list[Blocks] = []
    for (shared, stack), (utility, *others) in zip(stacks.items(), missing, strict=True):
        most = N_EXPERTS * min(shard_runs(data, shared), max_runs or len(stack))
        parts = cut(utility, -(-len(utility) // min(most, utility_share)))
        first += [(part, (), ()) for part in parts]
        n_parts = -(-sum(map(len, others)) // min(most, other_share))
        # Both blocks are cut into as many parts: with more than either has, some would be empty.
        n_parts = min(n_parts, max(map(len, others)))
        second += [
            ((), *both) for both in zip(*(cut(block, n_parts) for block in others), strict=True)
        ]
    return first, second


def group_shards(
    shards: Iterable[Runs], data: EncodedData, *, max_runs: int | None = None
) -> list[list[Runs]]:
    """Return shards in groups whose distinct experts are trained as one stack, in their order.

    Args:
        shards: Of one table, such as `make_shards` returns them.
        data: What they are trained on.
        max_runs: As many experts as so many runs have may be in a stack.
    """
    groups: list[list[Runs]] = []
    last: dict[Settings, list[Runs]] = {}
    room: dict[Settings, int] = {}
    taken: set[str] = set()
    for shard in shards:
        (shared,) = make_stacks(shard)
        new = names_of(data, shard) - taken
        if room.get(shared, 0) < len(new) or shared not in last:
            runs = shard_runs(data, shared)
            room[shared] = N_EXPERTS * min(runs, max_runs or runs)
            last[shared] = []
            groups.append(last[shared])
        last[shared].append(shard)
        room[shared] -= len(new)
        taken |= new
    return groups


def _share(missing: Sequence[Sequence[Sequence[Settings]]], workers: int) -> int:
    """Return how many experts each worker gets, at least 1."""
    experts = sum(len(block) for blocks in missing for block in blocks)
    return max(1, -(-experts // workers))


def compute_experts(
    data: EncodedData,
    blocks: Blocks,
    given: bytes | None = None,
    on_progress: OnProgress = ignore_progress,
) -> bytes:
    """Train a stack of experts.

    Args:
        data: What to train on.
        blocks: One of the stacks of `make_expert_stacks`.
        given: Those of them that are trained already; they are not returned.
        on_progress: Is told of the progress; stops the work by raising.

    Returns:
        The others, for `read_experts`. What loads them runs no code of them.
    """
    there = read_experts(given) if given else {}
    with experts_given(there):
        found = train_distinct_experts(data, blocks, on_progress=on_progress)
    return write_experts({name: one for name, one in found.items() if name not in there})


def write_experts(experts: Mapping[str, KeptExpert]) -> bytes:
    """Return experts as plain bytes with a checksum."""
    record = []
    tensors: dict[str, Tensor] = {}
    for place, (name, expert) in enumerate(experts.items()):
        for stage, weights in enumerate(expert.stages):
            tensors |= {f"{place}/stages/{stage}/{key}": value for key, value in weights.items()}
        for curve, (_, figures) in enumerate(expert.curves.values()):
            tensors[f"{place}/curves/{curve}"] = figures
        if expert.decisions is not None:
            tensors[f"{place}/decisions"] = expert.decisions
        curves = [[*key, list(epochs)] for key, (epochs, _) in expert.curves.items()]
        record.append({"name": name, "stages": len(expert.stages), "curves": curves})
    return seal({"experts": record}, tensors)


def read_experts(content: bytes) -> dict[str, KeptExpert]:
    """Return experts by name.

    Raises:
        InvalidInputError: The bytes are something else, or are damaged.
    """
    record, tensors = unseal(content)
    with complete():
        return {
            one["name"]: _read_expert(tensors, f"{place}/", one)
            for place, one in enumerate(record["experts"])
        }


def check_fit(
    experts: Mapping[str, KeptExpert], data: EncodedData, runs: Iterable[Settings]
) -> None:
    """Check that experts fit the data and the runs that they are for.

    Args:
        experts: By name, as they were read.
        data: What the runs are trained on.
        runs: Which would use them.

    Raises:
        InvalidInputError: Their weights or decisions have other shapes.
    """
    hidden = {
        name: shared.hidden
        for shared, stack in make_stacks(runs).items()
        for name in names_of(data, stack)
    }
    inputs, rows = data.train.x.shape[1], len(data.validation.y)
    with complete():
        for name, expert in experts.items():
            shape = (hidden.get(name, expert.stages[0]["weight1"].shape[0]), inputs)
            decided = expert.decisions
            if expert.stages[0]["weight1"].shape != shape or (
                decided is not None and decided.shape[1:] != (rows,)
            ):
                raise ValueError("experts of this data are needed")


def _read_expert(
    tensors: Mapping[str, Tensor], prefix: str, record: Mapping[str, Any]
) -> KeptExpert:
    """Return an expert.

    Raises:
        KeyError, TypeError, ValueError: A part is not there or is none of an expert's.
    """
    stages = [_read_weights(tensors, f"{prefix}stages/{i}/") for i in range(record["stages"])]
    curves = {
        (phase, name): (tuple(epochs), tensors[f"{prefix}curves/{i}"])
        for i, (phase, name, epochs) in enumerate(record["curves"])
    }
    if len({each["weight1"].shape for each in stages}) != 1:
        raise ValueError("weights of all stages are needed, as many in each")
    if any(figures.shape != (len(epochs),) for epochs, figures in curves.values()):
        raise ValueError("a figure for each epoch is needed")
    return KeptExpert(stages, tensors.get(f"{prefix}decisions"), curves)


def _read_weights(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    hidden, inputs = tensors[f"{prefix}weight1"].shape
    shapes = {
        "weight1": (hidden, inputs),
        "bias1": (hidden,),
        "weight2": (2, hidden),
        "bias2": (2,),
        "threshold": (),
    }
    weights = {name: tensors[f"{prefix}{name}"] for name in shapes}
    for name, shape in shapes.items():
        value = weights[name]
        if value.shape != shape or value.dtype != torch.float32 or not value.isfinite().all():
            raise ValueError("weights of one expert are needed")
    return weights
