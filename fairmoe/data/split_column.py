"""Which split each row is in, where a column of the table says it."""

import numpy as np
from numpy.typing import NDArray

from fairmoe.data.table import Table
from fairmoe.errors import InvalidInputError

SPLIT_WORDS = {
    "train": 0,
    "training": 0,
    "validation": 1,
    "valid": 1,
    "val": 1,
    "dev": 1,
    "test": 2,
}


def is_training(table: Table, column: str, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which of some rows a column gives to the training, `(n,)`."""
    words = table.frame[column].iloc[rows].astype("str").str.lower().map(SPLIT_WORDS)
    return (words == SPLIT_WORDS["train"]).to_numpy()


def split_of(table: Table, column: str, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the split of some rows, `(n,)`: 0 for training, 1 for validation, 2 for test.

    Raises:
        InvalidInputError: A row names no split, or no row one of the three.
    """
    words = table.frame[column].iloc[rows].astype("str").str.lower()
    split = words.map(SPLIT_WORDS)
    wrong = np.flatnonzero(split.isna())
    if len(wrong):
        raise InvalidInputError(
            f"Split column '{column}' needs to say train, validation or test in each row",
            however=f"row {table.line(int(rows[wrong[0]])):,} says something else",
            remedy="Correct that row, or choose no split column.",
        )
    for name in ("train", "validation", "test"):
        if not (split == SPLIT_WORDS[name]).any():
            raise InvalidInputError(
                "Rows for train, validation and test are needed",
                however=f"split column '{column}' names none for {name}",
                remedy="Name some, or choose no split column.",
            )
    return split.to_numpy().astype(np.int64)
