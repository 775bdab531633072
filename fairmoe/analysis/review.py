"""What a reviewer asks of a run that its predictions alone do not tell: the table is needed too."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from fairmoe.analysis.individual import THRESHOLD, predict
from fairmoe.analysis.rows import RunRows, rows_of_run
from fairmoe.data import LabelledTable
from fairmoe.metrics import Review, flip_rate, representation_difference
from fairmoe.names import EXPERTS, MIXTURE_AND_EXPERTS, Model, SplitName
from fairmoe.runs import Run
from fairmoe.training import on_one_thread


def review_run(
    run: Run,
    labelled: LabelledTable,
    model: Model = "mixture",
    *,
    split: SplitName = "test",
    reference: str | None = None,
    tolerance: float | None = None,
) -> Review:
    """Return what `Run.review` does, with flip rate and representation difference.

    The flip rate is the share of rows whose decision changes if their sensitive columns hold what
    is usual in another group: its most frequent value, of a number its median. With more than two
    groups it is enough that one of them changes it.

    Args:
        run: The run.
        labelled: The table that it was trained on.
        model: Whose decisions they are.
        split: Which rows.
        reference: See `Run.review`.
        tolerance: See `Run.review`.

    Raises:
        InvalidInputError: The table is another, or what `Run.review` raises.
    """
    found = run.review(model, split=split, reference=reference, tolerance=tolerance)
    rows = rows_of_run(run, labelled, split)
    return replace(
        found,
        flip_rate=_flip_rate(rows, labelled, model),
        representation_difference=_representation_difference(rows, model),
    )


def _flip_rate(rows: RunRows, labelled: LabelledTable, model: Model) -> float:
    run, group = rows.run, rows.record.group
    cutoffs = run.cutoffs if model == "mixture" else None
    is_seen = run.roles.include_sensitive or (cutoffs is not None and cutoffs.by_group)
    if not is_seen or model not in MIXTURE_AND_EXPERTS:
        return math.nan
    own = rows.record.proba[model] > THRESHOLD
    changes = np.zeros(len(group), dtype=bool)
    for other in range(len(run.data.groups)):
        frame = rows.frame.assign(**_usual_cells(rows.frame, labelled, other))
        proba = predict(run, torch.as_tensor(run.encoder.transform(frame)))[model].to_numpy()
        ids = np.full(len(group), other)
        swapped = proba > THRESHOLD if cutoffs is None else cutoffs.decide(proba, ids)
        changes |= (swapped != own) & (group != other)
    return flip_rate(own, own ^ changes)


def _usual_cells(
    frame: pd.DataFrame, labelled: LabelledTable, group: int
) -> "dict[str, pd.Series[float]]":
    """Return the sensitive columns, filled with what is usual in a group."""
    cells = {}
    for column in labelled.roles.sensitive_columns:
        values = labelled.table.frame[column].iloc[labelled.rows[labelled.group == group]]
        is_number = labelled.table.kinds[column] == "number"
        usual = values.median() if is_number else values.mode(dropna=False).iloc[0]
        cells[column] = pd.Series(usual, index=frame.index, dtype=frame[column].dtype)
    return cells


@on_one_thread()
@torch.no_grad()
def _representation_difference(rows: RunRows, model: Model) -> float:
    if model not in EXPERTS:
        return math.nan
    experts = rows.run.mixture.experts.part()
    hidden = experts.outputs(experts.first_layer(rows.x)).hidden[EXPERTS.index(model)]
    return representation_difference(
        hidden.numpy(), group=rows.record.group, n_groups=len(rows.run.data.groups)
    )
