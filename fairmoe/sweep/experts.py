"""The distinct experts of a sweep: cut into stacks, trained, and handed on as plain bytes."""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence

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
    missing = [
        [[one for name, one in block.items() if name not in known] for block in blocks]
        for blocks in (distinct_experts(data, stack) for stack in stacks.values())
    ]
    utility_share = _share([blocks[:1] for blocks in missing], workers)
    other_share = _share([blocks[1:] for blocks in missing], workers)
    first: list[Blocks] = []
    second: list[Blocks] = []
    for (shared, stack), (utility, *others) in zip(stacks.items(), missing, strict=True):
        most = N_EXPERTS * min(shard_runs(data, shared), max_runs or len(stack))
        parts = cut(utility, -(-len(utility) // min(most, utility_share)))
        first += [(part, (), ()) for part in parts]
        n_parts = -(-sum(map(len, others)) // min(most, other_share))
        second += [
            ((), *both) for both in zip(*(cut(block, n_parts) for block in others), strict=True)
        ]
    return first, second


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
            one["name"]: KeptExpert(
                [_part(tensors, f"{place}/stages/{stage}/") for stage in range(one["stages"])],
                tensors.get(f"{place}/decisions"),
                {
                    (phase, name): (tuple(epochs), tensors[f"{place}/curves/{curve}"])
                    for curve, (phase, name, epochs) in enumerate(one["curves"])
                },
            )
            for place, one in enumerate(record["experts"])
        }


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
