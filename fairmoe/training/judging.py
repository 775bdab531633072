"""What the models of a run say of the rows of a split, and how that scores."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from fairmoe.config import Settings
from fairmoe.data import EncodedData, EncodedSplit
from fairmoe.explain import Explainable
from fairmoe.names import Model, SplitName
from fairmoe.nn import Mixture
from fairmoe.runs import SplitRecord
from fairmoe.training.answers import Answers, Said, answers_of, on_split
from fairmoe.training.batches import make_batch
from fairmoe.training.evaluation import score_answers


def judge_split(
    split_name: SplitName,
    data: EncodedData,
    models: dict[tuple[Model, ...], Explainable | Said],
    mixture: Mixture,
    settings: Settings,
    existing: NDArray[np.float32] | None,
    on_part: Callable[[], None],
) -> tuple[SplitRecord, dict[Model, dict[str, float]]]:
    """Return what every model says of a split's rows, and the twelve scores of each.

    Args:
        split_name: The split.
        data: The rows.
        models: By their names the models of a stack, or what they say where that is known.
        mixture: Explains all models, and its gate decides.
        settings: How they are explained.
        existing: What an existing score says of each row of the table, `(rows,)`, in [0, 1].
        on_part: Is called after each part of the work.
    """
    split: EncodedSplit = getattr(data, split_name).known()
    rows = make_batch(split, slice(None), data.n_groups)
    answers: dict[Model, Answers] = {}
    for names, stack in models.items():
        if isinstance(stack, Mapping):
            found = stack[split_name]
        else:
            model = on_split(stack, split_name, len(rows.y))
            found = answers_of(model, mixture.explainer, rows, data.n_groups, settings, on_part)
        answers |= zip(names, found, strict=True)
    proba = {name: each.proba for name, each in answers.items()}
    scores = {name: each.scores for name, each in answers.items()}
    if existing is not None:
        proba["existing"] = existing[split.rows]
        scores["existing"] = score_answers(torch.from_numpy(proba["existing"]), rows, data.n_groups)
    record = SplitRecord(
        rows=split.rows,
        y_true=split.y,
        group=split.group,
        proba=proba,
        gate=mixture.gate_proba(rows.x)[0].numpy(),
        weight=split.weight,
    )
    return record, scores
