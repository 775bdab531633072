"""A run with other cut-offs: the same models, other decisions."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import torch

from fairmoe.analysis.rows import rows_of_run
from fairmoe.data import LabelledTable
from fairmoe.errors import InvalidInputError
from fairmoe.functional.scores import all_scores
from fairmoe.names import EXPERTS, METRICS, SPLITS, SplitName
from fairmoe.runs import Cutoffs, Run, SplitRecord
from fairmoe.training import explain_rows, on_one_thread


def variant_of(run: Run, labelled: LabelledTable, cutoffs: Cutoffs) -> Run:
    """Return a run whose mixture decides by other cut-offs, scored anew on all splits.

    Of an expert's cut-offs the variant's gate sends every row to that expert. Probabilities are
    moved along their log-odds, so that decisions begin at one half as everywhere; attention does
    not change by that.

    Args:
        run: A run as it was trained.
        labelled: The table that it was trained on.
        cutoffs: The thresholds.

    Raises:
        InvalidInputError: The run has cut-offs already, they are not one for each group, or the
            table is another.
    """
    if run.cutoffs is not None:
        raise InvalidInputError(
            "Cut-offs are for a run as it was trained", however="this one has some already"
        )
    if len(cutoffs.thresholds) != len(run.data.groups):
        raise InvalidInputError(
            "Each group needs a cut-off",
            however=f"there are {len(cutoffs.thresholds)} for {len(run.data.groups)} groups",
        )
    if cutoffs.model != "mixture":
        run = replace(run, mixture=run.mixture.always(EXPERTS.index(cutoffs.model)))
    found = {split: _cut(run, labelled, split, cutoffs) for split in SPLITS}
    told = json.dumps([run.run_id, cutoffs.to_dict()])
    return replace(
        run,
        run_id=hashlib.sha256(told.encode()).hexdigest()[:16],
        splits={split: record for split, (record, _) in found.items()},
        scores={
            split: {**run.scores[split], "mixture": scores} for split, (_, scores) in found.items()
        },
        cutoffs=cutoffs,
        front=(),
    )


@on_one_thread()
@torch.no_grad()
def _cut(
    run: Run, labelled: LabelledTable, split: SplitName, cutoffs: Cutoffs
) -> tuple[SplitRecord, dict[str, float]]:
    rows = rows_of_run(run, labelled, split)
    record = rows.record
    proba, masked, attention = explain_rows(
        run.mixture, run.mixture.explainer, rows.x, top_k=run.settings.top_k
    )
    # As it was kept, so that a row on the edge is decided alike.
    own = proba[0].numpy() if cutoffs.model != "mixture" else record.proba["mixture"]
    shifted = cutoffs.shift(own, record.group).astype(np.float32)
    scores = all_scores(
        torch.from_numpy(shifted)[None],
        torch.from_numpy(cutoffs.shift(masked[0].numpy(), record.group).astype(np.float32))[None],
        attention,
        y_true=torch.from_numpy(record.y_true) == 1,
        group=torch.from_numpy(record.group),
        n_groups=len(run.data.groups),
        top_ratio=run.settings.top_ratio,
        weights=None if record.weight is None else torch.from_numpy(record.weight).float(),
    )
    gate = run.mixture.gate_proba(rows.x)[0].numpy()
    return (
        replace(record, proba={**record.proba, "mixture": shifted}, gate=gate),
        {name: scores[name].item() for name in METRICS},
    )
