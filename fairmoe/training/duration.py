"""How long work takes, from its size, on the machine that the figures here were measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fairmoe.config import Settings
from fairmoe.data import EncodedData, LabelledTable
from fairmoe.names import SPLITS, Phase
from fairmoe.runs import Run
from fairmoe.training.batches import resolve_schedule
from fairmoe.training.experts import CHECKPOINTS
from fairmoe.training.members import DEPENDS_ON, reduce_settings

WARM_UP = 0.17
"""The share of the warm-up in the time of the experts."""

ENCODING = 1e-5
"""Seconds a row."""

_COALITIONS = frozenset({"shap", "lime"})
"""Attributions that ask the models about coalitions of columns."""

_SCORED = 1.8
"""What scoring a run of a stack in all its models takes, in mixtures scored alone."""

_OWN, _SHARED = 0.2, 0.6
"""What of the time to explain a mixture is its gate's, and what its experts', which runs share."""


@dataclass(frozen=True)
class Size:
    """What the time of a training depends on, of its data.

    Attributes:
        rows: To train on.
        validation: To choose on.
        scored: Of all splits.
        inputs: Encoded features.
        columns: Features of the table.
    """

    rows: int
    validation: int
    scored: int
    inputs: int
    columns: int

    @classmethod
    def of(cls, data: EncodedData) -> "Size":
        """Return the size of encoded data."""
        rows, validation = len(data.train.y), len(data.validation.y)
        scored = rows + validation + len(data.test.y)
        return cls(rows, validation, scored, data.train.x.shape[1], len(data.encoder.columns))

    @classmethod
    def of_run(cls, run: Run) -> "Size":
        """Return the size of what a run was trained on."""
        rows, validation, test = (len(run.splits[split].rows) for split in SPLITS)
        inputs, columns = len(run.encoder.encoded_names), len(run.encoder.columns)
        return cls(rows, validation, rows + validation + test, inputs, columns)

    @classmethod
    def of_labelled(cls, labelled: LabelledTable, inputs: int) -> "Size":
        """Return about what the size of rows will be that were not encoded yet.

        Args:
            labelled: The rows.
            inputs: About how many encoded features there will be.
        """
        rows = len(labelled.y)
        columns = len(labelled.roles.features(tuple(labelled.table.kinds)))
        return cls(int(0.6 * rows), int(0.2 * rows), rows, inputs, columns)


class NewExperts(NamedTuple):
    """How many experts of each kind are to be trained."""

    utility: int
    result: int
    procedural: int


def expected_seconds(
    size: Size,
    runs: Sequence[Settings],
    *,
    new: NewExperts | None = None,
    baselines: bool = True,
) -> dict[Phase, float]:
    """Return about how long a stack of runs takes by phase, on the machine of `pace.REFERENCE`.

    A linear model of sizes, fitted to processor seconds of 60 trainings on six tables of 600 to
    60,000 rows and 5 to 110 columns: within a fifth for three quarters of them, within a third for
    all but one (eight gates at once on 110 columns: 0.7 times what they took).

    Args:
        size: Of the data.
        runs: Which may differ in `PER_RUN`.
        new: The experts that are not there already; by default all that differ.
        baselines: Whether experts and baselines are scored too.
    """
    shared = runs[0]
    schedule = resolve_schedule(shared, size.rows)
    k, hidden = len(runs), shared.hidden
    offers = min(CHECKPOINTS, schedule.gate_epochs) + 1
    steps = schedule.gate_epochs * schedule.batches
    tables = (schedule.fine_tunings + 1) * size.rows
    gate = 2.2e-3 * steps + 5.3e-3 * offers
    seen = size.rows * schedule.gate_epochs / schedule.gate_turns
    gate += k * (1.5e-6 * seen + 1.7e-7 * tables * size.columns)
    explained = _OWN * k + _SHARED * sum(new_experts(runs)) / len(DEPENDS_ON)
    gate += explained * offers * size.validation * (1e-7 * hidden + 1.9e-7 * size.columns)
    by_row = 9e-6 + 2.5e-7 * hidden + 4e-8 * size.columns
    evaluate = 0.015 * k + explained * by_row * size.scored
    if baselines:
        by_row = 6e-6 + 6e-7 * hidden + 4e-8 * size.inputs
        evaluate += 0.025 + by_row * size.scored
    if shared.attribution_method in _COALITIONS:
        gate += k * hidden * (7e-6 * offers * size.validation + 1.8e-7 * tables * size.inputs)
        evaluate += k * size.scored * hidden * (1.5e-5 + 6.5e-7 * size.inputs)
    experts = _expert_seconds(size, shared, new_experts(runs) if new is None else new)
    return {
        "encode": ENCODING * size.scored,
        "warm-up": WARM_UP * experts,
        "experts": (1 - WARM_UP) * experts,
        "gate": gate,
        "evaluate": evaluate,
    }


def new_experts(runs: Sequence[Settings], known: Sequence[Settings] = ()) -> NewExperts:
    """Return how many distinct experts of each kind runs need that no run before had.

    Args:
        runs: On the same rows.
        known: The runs before.
    """
    counts = []
    for names in DEPENDS_ON.values():
        wanted, there = (
            {reduce_settings(one, names).digest("experts", "schedule", "evaluation") for one in of}
            for of in (runs, known)
        )
        counts.append(len(wanted - there))
    return NewExperts(*counts)


def _expert_seconds(size: Size, shared: Settings, new: NewExperts) -> float:
    schedule = resolve_schedule(shared, size.rows)
    epochs = schedule.epochs // 2 + schedule.fine_tunings * shared.fine_tune_epochs
    steps, rows = schedule.batches * epochs, size.rows * epochs
    checks = min(CHECKPOINTS, schedule.epochs // 2) * size.validation * shared.hidden
    if not any(new):
        return 0.0
    seconds = steps * (2e-3 + 1.8e-3 * (new.procedural > 0) + 5e-5 * sum(new))
    # Of a step on all rows of a batch, by hidden unit and by input; a utility expert is cheap.
    seconds += rows * shared.hidden * (1.3e-8 * new.result + 3.7e-8 * new.procedural)
    seconds += rows * size.inputs * (0.8e-9 * new.result + 5.7e-9 * new.procedural)
    seconds += checks * (2.8e-7 * new.result + 1.1e-7 * new.procedural)
    if shared.attribution_method in _COALITIONS:
        seconds += 1.2e-7 * checks * size.inputs
    return seconds


def sweep_seconds(size: Size, stacks: Sequence[Sequence[Settings]]) -> float:
    """Return about how long stacks take one after the other, each scored on two splits.

    Args:
        size: Of the data.
        stacks: The runs of each.
    """
    known: list[Settings] = []
    total = 0.0
    for stack in stacks:
        parts = expected_seconds(size, stack, new=new_experts(stack, known), baselines=False)
        # The mixture, its experts and their mean, on validation and test rows, in one go each.
        share = _SCORED * (size.scored - size.rows) / size.scored
        total += parts["warm-up"] + parts["experts"] + parts["gate"] + share * parts["evaluate"]
        known += stack
    return total
