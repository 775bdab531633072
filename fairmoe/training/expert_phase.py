"""Phase 1 from a table: the distinct experts of some runs, found or trained one by one."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.explain import BACKGROUND_ROWS, Explainer
from fairmoe.names import EXPERTS, Model
from fairmoe.training.batches import (
    Batch,
    Schedule,
    make_batch,
    make_batches,
    resolve_device,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.cache import Curves, KeptExpert, find_expert, keep_expert, stack_curves
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.members import BEGINNING, Members, reduce_settings
from fairmoe.training.reporting import Recorder
from fairmoe.training.stack import Stack


class ExpertPhase(NamedTuple):
    """Phase 1 when it is over, with what the gate phase needs of it.

    Attributes:
        experts: The distinct experts that the runs need.
        places: **Shape** `(3, k)`. Which of them are those of each run.
        reused: Which experts came from the cache, for all runs.
    """

    stack: Stack
    schedule: Schedule
    batches: list[Batch]
    validation: Batch
    explainer: Explainer
    members: Members
    experts: list[KeptExpert]
    places: Tensor
    reused: tuple[Model, ...]

    def of_runs(self) -> list[KeptExpert]:
        """Return the experts of all runs: utility, result, procedural, within each by run."""
        return [self.experts[place] for place in self.places.flatten().tolist()]

    def curves(self) -> Curves:
        """Return the curves of all runs."""
        of_runs, runs = self.of_runs(), len(self.stack)
        blocks = [of_runs[first : first + runs] for first in range(0, len(of_runs), runs)]
        return {key: curve for block in blocks for key, curve in stack_curves(block).items()}


class _Ground(NamedTuple):
    """What experts stand on that share a stack: the same for each of them."""

    schedule: Schedule
    batches: list[Batch]
    validation: Batch
    explainer: Explainer

    @classmethod
    def of(cls, data: EncodedData, shared: Settings, device: torch.device) -> "_Ground":
        schedule = resolve_schedule(shared, len(data.train.y))
        batches = make_batches(
            data.train, data.n_groups, schedule.batches, device, least=shared.rare_rows
        )
        explainer = make_explainer(data, shared).to(device)
        return cls(schedule, batches, _all_rows(data, device), explainer)


def train_expert_phase(
    data: EncodedData, settings: Sequence[Settings], recorder: Recorder
) -> ExpertPhase:
    """Train the experts, or find them as they were trained before, one by one."""
    stack = _stack(data, settings)
    ground = _Ground.of(data, stack.shared, stack.device)
    members = Members.of_runs(stack.settings, stack.device)
    experts, found = _find_or_train(data, members, ground, recorder)
    reused = tuple(
        name
        for block, name in enumerate(EXPERTS)
        if all(there for there, of in zip(found, members.block_of, strict=True) if of == block)
    )
    places = members.places_of(stack.settings)
    return ExpertPhase(stack, *ground, members, experts, places, reused)


def train_members(
    data: EncodedData, blocks: Sequence[Sequence[Settings]], recorder: Recorder
) -> dict[str, KeptExpert]:
    """Train distinct experts, or find them, without a run that needs them.

    Args:
        data: Encoded rows.
        blocks: Settings of utility, result and procedural experts as `distinct_experts` returns
            them. The utility experts that others are compared with need not be among them.
        recorder: Is told of the progress.

    Returns:
        Each expert by name, with the utility experts that others are compared with.
    """
    utility, *others = blocks
    beside = (reduce_settings(one, BEGINNING) for block in others for one in block)
    utility = list(dict.fromkeys([*utility, *beside]))
    shared = utility[0]
    device = resolve_device(shared.device)
    members = Members([utility, *others], device)
    experts, _ = _find_or_train(data, members, _Ground.of(data, shared, device), recorder)
    return dict(zip(_names(data, members), experts, strict=True))


def distinct_experts(
    data: EncodedData, runs: Sequence[Settings]
) -> tuple[dict[str, Settings], ...]:
    """Return the distinct experts that the runs of one stack need: settings by name, by block."""
    members = Members.of_runs(_decided(data, runs), torch.device("cpu"))
    names = iter(_names(data, members))
    return tuple({next(names): one for one in block} for block in members.blocks)


def _find_or_train(
    data: EncodedData, members: Members, ground: _Ground, recorder: Recorder
) -> tuple[list[KeptExpert], list[bool]]:
    """Return the experts of all members, and which of them were there."""
    names, device = _names(data, members), members.device.type
    kept = [find_expert(name, device) for name in names]
    found = [one is not None for one in kept]
    if not all(found):
        known = dict(zip(members.blocks[0], kept[: members.sizes[0]], strict=True))
        trainer = ExpertTrainer(
            members.only([not there for there in found]),
            ground.batches,
            ground.validation,
            data.n_groups,
            ground.explainer,
            favourable=data.favourable,
            known={settings: one for settings, one in known.items() if one},
        )
        schedule = ground.schedule
        trained = iter(
            trainer.train_in_stages(schedule.epochs // 2, schedule.fine_tunings, recorder)
        )
        kept = [one or next(trained) for one in kept]
    experts = [one for one in kept if one]
    for name, one in zip(names, experts, strict=True):
        keep_expert(name, device, one)
    return experts, found


def missing_experts(data: EncodedData, settings: Sequence[Settings]) -> list[int]:
    """Return how many distinct experts of each kind are to be trained, in the order of EXPERTS."""
    device = resolve_device(settings[0].device).type
    return [
        sum(find_expert(name, device) is None for name in block)
        for block in distinct_experts(data, settings)
    ]


def _stack(data: EncodedData, settings: Sequence[Settings]) -> Stack:
    return Stack(_decided(data, settings), resolve_device(settings[0].device))


def _decided(data: EncodedData, settings: Sequence[Settings]) -> list[Settings]:
    return [resolve_weight_decay(one, len(data.train.y)) for one in settings]


def make_explainer(data: EncodedData, settings: Settings) -> Explainer:
    """Return the explainer that settings ask for, with baseline and background of the data."""
    inputs, weight = torch.as_tensor(data.train.x), data.train.weight
    mean = inputs.mean(0)
    if weight is not None:
        mean = torch.as_tensor(weight / weight.sum()).to(inputs.dtype) @ inputs
    # Only gradient SHAP compares with rows of others; a kept model should hold none without need.
    background = mean.new_empty(0, len(mean))
    if settings.attribution_method == "gradient_shap":
        rows = make_batch(data.train, slice(None), data.n_groups)
        background = GroupSample(rows, BACKGROUND_ROWS).draw(torch.Generator().manual_seed(0))
    return Explainer(
        settings.attribution_method,
        baseline=mean if settings.attribution_baseline == "mean" else torch.zeros_like(mean),
        background=background,
        column_of=torch.as_tensor(data.encoder.column_of),
    )


def _all_rows(data: EncodedData, device: torch.device) -> Batch:
    split = data.validation
    return make_batch(split, slice(None), data.n_groups).to(device)


def _names(data: EncodedData, members: Members) -> list[str]:
    """Return a name for each member: a digest of all that decides it but the kind of processor."""
    names = []
    for one, block in zip(members.settings, members.block_of.tolist(), strict=True):
        of_settings = one.digest("experts", "schedule", "evaluation")
        decided = "/".join((data.digest, EXPERTS[block], of_settings))
        names.append(hashlib.sha256(decided.encode()).hexdigest())
    return names
