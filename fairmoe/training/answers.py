"""What models answer on the splits of their data and how well, as a run keeps it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.explain import Explainable, Explainer
from fairmoe.names import METRICS, SPLITS, Model, SplitName
from fairmoe.nn import FEWER_PATH_STEPS, PATH_STEPS, Mixture
from fairmoe.progress import OnProgress, Progress
from fairmoe.runs import Run
from fairmoe.training.batches import Batch, make_batch
from fairmoe.training.evaluation import evaluate

VALUES_AT_ONCE = 2**25
"""About how many shares of attention are held at once."""

MANY_ROWS = 4096
"""From how many rows on scores are as sure with half of the nodes."""


class Answers(NamedTuple):
    """What one model says of the rows of a split.

    Attributes:
        proba: **Shape** `(n,)`. Probability of the positive class.
        scores: By metric; NaN where not estimable.
    """

    proba: NDArray[np.float32]
    scores: dict[str, float]


Said = Mapping[SplitName, list[Answers]]
"""What the members of a stack say of each split."""


def said_in(run: Run, names: Sequence[Model]) -> Said:
    """Return what some models of a run said."""
    return {
        split: [Answers(record.proba[name], dict(run.scores[split][name])) for name in names]
        for split, record in run.splits.items()
    }


def answers_of(
    stack: Explainable,
    explainer: Explainer,
    rows: Batch,
    n_groups: int,
    settings: Settings,
    on_part: Callable[[], None],
) -> list[Answers]:
    """Return what each member of a stack says of some rows; arguments as in `evaluate`."""
    found = evaluate(stack, explainer, rows, n_groups, settings, on_part)
    return [
        Answers(proba.numpy(), {name: found.scores[name][place].item() for name in METRICS})
        for place, proba in enumerate(found.proba)
    ]


def on_split(model: Explainable, split: SplitName, n_rows: int) -> Explainable:
    """Return a model as it is explained on a split, which makes a difference to a mixture.

    At fewer nodes on rows that it was trained on; at half of them on many rows, for what an
    attribution misses at its nodes counts in a score as one row does.
    """
    if not isinstance(model, Mixture):
        return model
    steps = FEWER_PATH_STEPS if split == "train" else PATH_STEPS
    return model.with_path_steps(steps if n_rows < MANY_ROWS else steps // 2)


def mixture_answers(
    data: EncodedData, settings: Settings, mixture: Mixture, on_progress: OnProgress
) -> list[Mapping[SplitName, Answers]]:
    """Return what each of `k` mixtures says of all splits; those on the same experts in one go.

    Args:
        data: What they were trained on.
        settings: What scores depend on.
        mixture: The stack.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
    """
    at_once = VALUES_AT_ONCE // max(1, len(data.train.y) * mixture.explainer.n_columns)
    stacks = _alike(mixture, max(1, at_once))
    answers: list[dict[SplitName, Answers]] = [{} for _ in range(len(mixture))]
    total = len(SPLITS) * len(stacks)
    for done, runs in enumerate(stacks):
        stack = mixture.select(*runs)
        for place, split in enumerate(SPLITS):
            report = Progress("evaluate", len(SPLITS) * done + place, total)
            rows = make_batch(getattr(data, split).known(), slice(None), data.n_groups)
            found = answers_of(
                on_split(stack, split, len(rows.y)),
                mixture.explainer,
                rows,
                data.n_groups,
                settings,
                partial(on_progress, report),
            )
            for run, each in zip(runs, found, strict=True):
                answers[run][split] = each
    return [*answers]


def _alike(mixture: Mixture, most: int) -> list[list[int]]:
    """Return the runs in stacks of the same experts, apart those whose gate takes one of these."""
    alone = mixture.gate.only_expert()
    stacks: list[list[int]] = []
    for run in range(len(mixture)):
        for stack in stacks:
            first = stack[0]
            alike = (alone[run] is None) == (alone[first] is None)
            if alike and len(stack) < most and _same_experts(mixture, run, first):
                stack.append(run)
                break
        else:
            stacks.append([run])
    return stacks


def _same_experts(mixture: Mixture, one: int, other: int) -> bool:
    runs = len(mixture)
    return all(
        torch.equal(parameter[one::runs], parameter[other::runs])
        for parameter in mixture.experts.parameters()
    )
