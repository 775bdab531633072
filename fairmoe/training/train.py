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
from fairmoe.names import Phase
from fairmoe.nn import ExpertStack, GateStack, Mixture
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.training.batches import (
    Batch,
    GroupSample,
    Schedule,
    make_batch,
    make_batches,
    name_of,
    resolve_device,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.cache import KeptExperts, find_experts, keep_experts
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.gate import GateTrainer
from fairmoe.training.proportion import representative
from fairmoe.training.reporting import Recorder
from fairmoe.training.stack import GATE_STREAM, Stack
from fairmoe.training.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Trained:
    """A stack of trained runs.

    Attributes:
        mixture: `k` mixtures, on the CPU.
        curves: Epochs, and figures of **Shape** `(epochs, k)`, by phase and name.
        schedule: What `auto` became.
        device: What computed it, such as "cpu" or "cuda (NVIDIA H200)".
        seconds: Wall time of "experts" and "gate", of the whole stack.
        experts_reused: Whether the experts came from the cache.
    """

    mixture: Mixture
    curves: dict[tuple[Phase, str], tuple[tuple[int, ...], Tensor]]
    schedule: Schedule
    device: str
    seconds: dict[str, float]
    experts_reused: bool

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
    gate_trainer.train(schedule.epochs - schedule.epochs // 2, recorder)
    return Trained(
        mixture=_finished(gate_trainer.mixture),
        curves=(phase.kept.curves if phase.kept else {}) | recorder.curves(),
        schedule=schedule,
        device=name_of(phase.stack.device),
        seconds={
            "experts": experts_done - started,
            "gate": time.perf_counter() - experts_done,
        },
        experts_reused=phase.kept is not None,
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
    experts = phase.trainer.experts.cpu().eval().requires_grad_(requires_grad=False)
    return experts, phase.explainer.cpu()


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


def keep_experts_of(data: EncodedData, settings: Sequence[Settings], run: int) -> None:
    """Let `train` take up the experts of one run of a stack that was trained here just now.

    Args:
        data: What they were trained on.
        settings: Of the stack.
        run: Its place there.
    """
    stack, alone = _stack(data, settings), _stack(data, settings[run : run + 1])
    kept = find_experts(_digest(data, stack))
    if kept is not None:
        states = tuple(
            # What is not larger than one run is the same for all of them.
            {name: value[run % len(value) :: len(stack)].clone() for name, value in state.items()}
            for state in kept.states
        )
        curves = {
            key: (epochs, figures[:, run : run + 1])
            for key, (epochs, figures) in kept.curves.items()
        }
        keep_experts(_digest(data, alone), KeptExperts(states, curves))


class _ExpertPhase(NamedTuple):
    """Phase 1 when it is over, with what the gate phase needs of it."""

    stack: Stack
    schedule: Schedule
    batches: list[Batch]
    validation: Batch
    explainer: Explainer
    trainer: ExpertTrainer
    kept: KeptExperts | None


def _train_experts(
    data: EncodedData, settings: Sequence[Settings], recorder: Recorder
) -> _ExpertPhase:
    """Train the experts, or find them as they were trained before."""
    stack = _stack(data, settings)
    device = stack.device
    schedule = resolve_schedule(stack.shared, len(data.train.y))
    batches = make_batches(
        data.train, data.n_groups, schedule.batches, device, least=stack.shared.rare_rows
    )
    validation = _all_rows(data, device)
    explainer = make_explainer(data, stack.shared).to(device)
    trainer = ExpertTrainer(
        stack, batches, validation, data.n_groups, explainer, favourable=data.favourable
    )
    key = _digest(data, stack)
    kept = find_experts(key)
    if kept is None:
        trainer.train(schedule.epochs // 2, recorder)
        states = tuple(
            {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}
            for module in trainer.modules()
        )
        keep_experts(key, KeptExperts(states, recorder.curves()))
    else:
        for module, state in zip(trainer.modules(), kept.states, strict=True):
            module.load_state_dict(state)
    return _ExpertPhase(stack, schedule, batches, validation, explainer, trainer, kept)


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
    mixture = Mixture(phase.trainer.experts, gate, phase.explainer)
    rows, batches = representative(data.train), phase.batches
    if rows is not data.train:
        batches = make_batches(
            rows, data.n_groups, phase.schedule.batches, stack.device, least=stack.shared.rare_rows
        )
    return GateTrainer(stack, batches, phase.validation, data.n_groups, phase.trainer, mixture)


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


def _digest(data: EncodedData, stack: Stack) -> str:
    parts = [one.digest("experts", "schedule", "evaluation") for one in stack.settings]
    return hashlib.sha256("/".join([data.digest, stack.device.type, *parts]).encode()).hexdigest()
