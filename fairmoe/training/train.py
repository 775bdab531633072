"""The whole training of a stack of runs, as section 9.1 tells it."""

import dataclasses
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.explain import BACKGROUND_ROWS, Explainer
from fairmoe.names import EXPERTS, Model
from fairmoe.nn import ExpertStack, GateStack, Mixture, make_stack
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.training.batches import (
    Batch,
    Schedule,
    make_batch,
    make_batches,
    name_of,
    resolve_device,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.cache import Curves, KeptExpert, find_expert, keep_expert, stack_curves
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.gate import GateTrainer
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.members import Members
from fairmoe.training.proportion import representative
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import Guard
from fairmoe.training.stack import GATE_STREAM, Stack
from fairmoe.training.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Trained:
    """A stack of trained runs.

    Attributes:
        mixture: `k` mixtures, on the CPU.
        curves: Epochs, and values of **Shape** `(epochs, k)`, by phase and name.
        schedule: Epochs, rows per step and so on, with `auto` resolved.
        device: What computed it, such as "cpu" or "cuda (NVIDIA H200)".
        seconds: Wall time of the whole stack by phase, "experts" and "gate".
        experts_reused: Which experts came from the cache in every run.
    """

    mixture: Mixture
    curves: Curves
    schedule: Schedule
    device: str
    seconds: dict[str, float]
    experts_reused: tuple[Model, ...]

    def select(self, run: int) -> "Trained":
        """Return one of the runs as a stack of one, with its share of the seconds."""
        return dataclasses.replace(
            self,
            mixture=self.mixture.select(run).requires_grad_(requires_grad=False),
            curves={
                key: (epochs, figures[:, run : run + 1])
                for key, (epochs, figures) in self.curves.items()
            },
            seconds={part: seconds / len(self.mixture) for part, seconds in self.seconds.items()},
        )


@on_one_thread()
def train(
    data: EncodedData, settings: Sequence[Settings], *, on_progress: OnProgress = ignore_progress
) -> Trained:
    """Train one mixture for each of some settings, all at once.

    Args:
        data: Encoded rows; the test rows are not looked at.
        settings: One per run; they may differ in `stack.PER_RUN` only.
        on_progress: Is told of the progress; stops the training by raising.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    recorder = Recorder(on_progress)
    started = time.perf_counter()
    phase = _train_experts(data, settings, recorder)
    schedule = phase.schedule
    experts_done = time.perf_counter()
    gate_trainer = _gate_trainer(data, phase)
    gate_trainer.train(schedule.gate_epochs, recorder)
    return Trained(
        mixture=_finished(gate_trainer.mixture),
        curves=phase.curves()
        | {key: curve for key, curve in recorder.curves().items() if key[0] == "gate"},
        schedule=schedule,
        device=name_of(phase.stack.device),
        seconds={
            "experts": experts_done - started,
            "gate": time.perf_counter() - experts_done,
        },
        experts_reused=phase.reused,
    )


@on_one_thread()
def train_experts(
    data: EncodedData, settings: Sequence[Settings], *, on_progress: OnProgress = ignore_progress
) -> tuple[ExpertStack, Explainer]:
    """Train the experts only, exactly as `train` does before it turns to the gate.

    Args:
        data: Encoded rows; the test rows are not looked at.
        settings: One per run; they may differ in `stack.PER_RUN` only.
        on_progress: Is told of the progress; stops the training by raising.

    Returns:
        `3 k` experts, on the CPU, in the order utility, result, procedural, within each by run;
        and what attributes their log-odds to columns.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    phase = _train_experts(data, settings, Recorder(on_progress))
    experts = make_stack([one.at(0) for one in phase.of_runs()], slope=phase.stack.shared.slope)
    return experts.eval().requires_grad_(requires_grad=False), phase.explainer.cpu()


@on_one_thread()
def train_experts_with_fixed_gate(
    data: EncodedData, settings: Sequence[Settings], *, on_progress: OnProgress = ignore_progress
) -> Mixture:
    """Train the experts only, and weigh them as `train` would if the gate learnt nothing.

    Args:
        data: Encoded rows; the test rows are not looked at.
        settings: One per run; they may differ in `stack.PER_RUN` only.
        on_progress: Is told of the progress; stops the training by raising.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    recorder = Recorder(on_progress)
    gate_trainer = _gate_trainer(data, _train_experts(data, settings, recorder))
    # Whoever wants to stop is asked while rows are scored, by what was told last.
    recorder.tell("experts", 1, 1, {})
    gate_trainer.keep_initial_gate(recorder)
    return _finished(gate_trainer.mixture)


class _ExpertPhase(NamedTuple):
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


def _train_experts(
    data: EncodedData, settings: Sequence[Settings], recorder: Recorder
) -> _ExpertPhase:
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
    return _ExpertPhase(
        stack, schedule, batches, validation, explainer, members, experts, places, reused
    )


def _stack(data: EncodedData, settings: Sequence[Settings]) -> Stack:
    rows = len(data.train.y)
    decided = [resolve_weight_decay(one, rows) for one in settings]
    return Stack(decided, resolve_device(settings[0].device))


def _gate_trainer(data: EncodedData, phase: _ExpertPhase) -> GateTrainer:
    """Return what trains gates for experts that are trained."""
    stack = phase.stack
    gate = GateStack(
        data.train.x.shape[1],
        stack.shared.gate_hidden,
        temperature=stack.shared.temperature,
        generators=stack.generators(GATE_STREAM),
    ).to(stack.device)
    stages = [
        make_stack([one.at(stage) for one in phase.experts], slope=stack.shared.slope)
        .to(stack.device)
        .requires_grad_(requires_grad=False)
        for stage in range(phase.schedule.fine_tunings + 1)
    ]
    first = make_stack([one.at(0) for one in phase.of_runs()], slope=stack.shared.slope)
    mixture = Mixture(first.to(stack.device), gate, phase.explainer)
    guard = Guard(
        phase.validation, data.n_groups, favourable=data.favourable, on=stack.shared.guard
    )
    rows, batches = representative(data.train), phase.batches
    if rows is not data.train:
        batches = make_batches(
            rows, data.n_groups, phase.schedule.batches, stack.device, least=stack.shared.rare_rows
        )
    return GateTrainer(
        stack, batches, phase.validation, data.n_groups, guard, mixture, stages, phase.places
    )


def _finished(mixture: Mixture) -> Mixture:
    """Return a mixture as it is used after training."""
    return mixture.cpu().eval().requires_grad_(requires_grad=False)


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
