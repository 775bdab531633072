"""The whole training of a stack of runs, as section 9.1 tells it."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.explain import Explainer
from fairmoe.names import Model
from fairmoe.nn import ExpertStack, GateStack, Mixture, make_stack
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.training.batches import Schedule, make_batches, name_of, turns_of
from fairmoe.training.cache import Curves, KeptExpert
from fairmoe.training.expert_phase import ExpertPhase, train_expert_phase, train_members
from fairmoe.training.gate import GateTrainer
from fairmoe.training.proportion import representative
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import Guard
from fairmoe.training.stack import GATE_STREAM
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
    phase = train_expert_phase(data, settings, recorder)
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
    phase = train_expert_phase(data, settings, Recorder(on_progress))
    experts = make_stack([one.at(0) for one in phase.of_runs()], slope=phase.stack.shared.slope)
    return experts.eval().requires_grad_(requires_grad=False), phase.explainer.cpu()


@on_one_thread()
def train_distinct_experts(
    data: EncodedData,
    blocks: Sequence[Sequence[Settings]],
    *,
    on_progress: OnProgress = ignore_progress,
) -> dict[str, KeptExpert]:
    """Train distinct experts for runs to come, exactly as `train` does.

    Args:
        data: Encoded rows; the test rows are not looked at.
        blocks: Settings of utility, result and procedural experts, as `distinct_experts` returns
            them.
        on_progress: Is told of the progress; stops the training by raising.

    Returns:
        The experts by name, on the CPU; among them the utility experts that others are compared
        with.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    return train_members(data, blocks, Recorder(on_progress))


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
    gate_trainer = _gate_trainer(data, train_expert_phase(data, settings, recorder))
    # Whoever wants to stop is asked while rows are scored, by what was told last.
    recorder.tell("experts", 1, 1, {})
    gate_trainer.keep_initial_gate(recorder)
    return _finished(gate_trainer.mixture)


def _gate_trainer(data: EncodedData, phase: ExpertPhase) -> GateTrainer:
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
    turns = turns_of(phase.schedule, len(rows.y))
    if rows is not data.train or turns > 1:
        number, least = turns * phase.schedule.batches, stack.shared.rare_rows
        batches = make_batches(rows, data.n_groups, number, stack.device, least=least)
    by_turn = [batches[turn::turns] for turn in range(turns)]
    return GateTrainer(
        stack, by_turn, phase.validation, data.n_groups, guard, mixture, stages, phase.places
    )


def _finished(mixture: Mixture) -> Mixture:
    """Return a mixture as it is used after training."""
    return mixture.cpu().eval().requires_grad_(requires_grad=False)
