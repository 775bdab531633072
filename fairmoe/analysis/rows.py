"""The rows of a run's split, as people read them and as its model does."""

from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from fairmoe.data import LabelledTable
from fairmoe.errors import InvalidInputError
from fairmoe.names import SplitName
from fairmoe.runs import Run, SplitRecord


@dataclass(frozen=True, eq=False)
class RunRows:
    """The rows of one split of a run.

    Attributes:
        run: The run.
        split: Which rows these are.
        record: What its models said of these rows.
        frame: The table's cells of these rows, `n` of them, with the table's own index of rows.
        x: **Shape** `(n, d)`. The same rows encoded.
    """

    run: Run
    split: SplitName
    record: SplitRecord
    frame: pd.DataFrame
    x: Tensor


def rows_of_run(run: Run, labelled: LabelledTable, split: SplitName) -> RunRows:
    """Return the rows of a split of a run.

    Args:
        run: The run.
        labelled: The table it was trained on.
        split: Which rows.

    Raises:
        InvalidInputError: The table is not the one that the run was trained on.
    """
    if labelled.table.sha256 != run.data.sha256 or labelled.roles != run.roles:
        raise InvalidInputError(
            "The table that the run was trained on is needed, with the same roles",
            however=f"'{labelled.table.name}' is another",
        )
    record = run.splits[split]
    frame = labelled.table.frame.iloc[record.rows]
    return RunRows(run, split, record, frame, torch.as_tensor(run.encoder.transform(frame)))
