"""What a run says of rows that it has not seen."""

import numpy as np
import pandas as pd
import torch

from fairmoe.data import MISSING, Table
from fairmoe.data.codes import CategoryCode, NumberCode
from fairmoe.data.kinds import as_category, as_number
from fairmoe.data.reading.sentences import text_in_place_of_numbers
from fairmoe.data.table import check_columns
from fairmoe.errors import InvalidInputError
from fairmoe.names import EXPERTS
from fairmoe.runs import Run


def predict_rows(run: Run, table: Table) -> pd.DataFrame:
    """Return what the mixture of a run says of each row of a table.

    Args:
        run: The run.
        table: Any rows with the columns that the models see; neither the target nor, unless the
            models see them, the sensitive columns are needed.

    Returns:
        One row per row of the table: `row`, at which a spreadsheet shows it; `probability` of the
        positive class; `decision`, 1 above a probability of 0.5 and else 0; and the gate's weight
        for each expert, `gate_utility`, `gate_result`, `gate_procedural`.

    Raises:
        InvalidInputError: A column is missing, or one of numbers holds texts.
    """
    check_columns(table.frame, run.encoder.columns)
    for code in run.encoder.codes:
        if isinstance(code, NumberCode):
            _check_numbers(table, code.column)
    x = torch.as_tensor(run.encoder.transform(table.frame))
    with torch.no_grad():
        proba = run.mixture.proba(x)[0].numpy()
        gate = run.mixture.gate_proba(x)[0].numpy()
    return pd.DataFrame(
        {
            "row": [table.line(position) for position in range(len(x))],
            "probability": proba,
            "decision": (proba > 0.5).astype(np.int64),
        }
        | {f"gate_{expert}": gate[:, i] for i, expert in enumerate(EXPERTS)}
    )


def unknown_levels(run: Run, table: Table) -> dict[str, int]:
    """Return how many rows of each column hold a category that no training row had.

    Raises:
        InvalidInputError: A column is missing.
    """
    check_columns(table.frame, run.encoder.columns)
    unknown = {}
    for code in run.encoder.codes:
        if isinstance(code, CategoryCode):
            values = as_category(table.frame[code.column]).astype("str").fillna(MISSING)
            unknown[code.column] = int((~values.isin((*code.levels, *code.rare))).sum())
    return {column: count for column, count in unknown.items() if count}


def _check_numbers(table: Table, column: str) -> None:
    """The encoder would check the same, but it does not know the rows of the file."""
    _, wrong = as_number(table.frame[column])
    if len(wrong):
        raise InvalidInputError(
            f"Column '{column}' needs numbers, as in the rows that were trained on",
            however=text_in_place_of_numbers(table.line(int(wrong[0])), len(wrong)),
            remedy="Correct that value.",
        )
