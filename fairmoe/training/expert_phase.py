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
from fairmoe.training.members import Members
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


def train_expert_phase(
    data: EncodedData, settings: Sequence[Settings], recorder: Recorder
) -> ExpertPhase:
    """Train the experts, or find them as they were trained before, one by one."""
    stack = _stack(data, settings)
    device = stack.device
    schedule = resolve_schedule(stack.shared, len(data.train.y))
    batches = make_batches(
        data.train, data.n_groups, schedule.batches, device, least=stack.shared.rare_rows
    )
    validation = _all_rows(data, device)
    explainer = make_explainer(data, stack.shared).to(device)
    members = Members.of_runs(stack.settings, device)
    keys = [
        _digest(data, one, EXPERTS[block], device)
        for one, block in zip(members.settings, members.block_of.tolist(), strict=True)
    ]
    kept = [find_expert(key) for key in keys]
    reused = tuple(
        name
        for block, name in enumerate(EXPERTS)
        if all(one for one, of in zip(kept, members.block_of, strict=True) if of == block)
    )
    if None in kept:
        known = dict(zip(members.blocks[0], kept[: members.sizes[0]], strict=True))
        trainer = ExpertTrainer(
            members.only([one is None for one in kept]),
            batches,
            validation,
            data.n_groups,
            explainer,
            favourable=data.favourable,
            known={settings: one for settings, one in known.items() if one},
        )
        trained = iter(
            trainer.train_in_stages(schedule.epochs // 2, schedule.fine_tunings, recorder)
        )
        kept = [one or next(trained) for one in kept]
    experts = [one for one in kept if one]
    for key, one in zip(keys, experts, strict=True):
        keep_expert(key, one)
    places = members.places_of(stack.settings)
    return ExpertPhase(
        stack, schedule, batches, validation, explainer, members, experts, places, reused
    )


def _stack(data: EncodedData, settings: Sequence[Settings]) -> Stack:
    rows = len(data.train.y)
    decided = [resolve_weight_decay(one, rows) for one in settings]
    return Stack(decided, resolve_device(settings[0].device))


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


def _digest(data: EncodedData, settings: Settings, expert: Model, device: torch.device) -> str:
    of_settings = settings.digest("experts", "schedule", "evaluation")
    parts = (data.digest, device.type, expert, of_settings)
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
