"""A table that was read: its cleaned values and the kind of each column."""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fairmoe.data.kinds import ColumnKind, as_category, as_number
from fairmoe.errors import InvalidInputError, nearest_first


@dataclass(frozen=True, eq=False)
class Table:
    """A cleaned table.

    Attributes:
        frame: The values, `(n, c)`, with row labels 0 to n - 1. Numbers are int64, or float64
            with NaN for missing; categories are categorical with text levels, NaN for missing.
        kinds: The kind of each column, in the order of the columns.
        sha256: Digest of the bytes that the table was read from.
        name: The name of the file or demo; may be empty.
        notes: What the reader noticed, one sentence each, without any values of cells.
        blank_lines: Rows, counted as a spreadsheet does, that are blank in the file, ascending.
    """

    frame: pd.DataFrame
    kinds: Mapping[str, ColumnKind]
    sha256: str
    name: str = ""
    notes: tuple[str, ...] = ()
    blank_lines: tuple[int, ...] = ()

    def line(self, position: int) -> int:
        """Return the row at which a spreadsheet shows a position; its first row is the header.

        Example:
            >>> table_from_frame(pd.DataFrame({"a": [1, 2], "b": [3, 4]})).line(0)
            2
        """
        line = position + 2
        for blank in self.blank_lines:
            line += blank <= line
        return line


def table_from_frame(frame: pd.DataFrame, *, name: str = "", sha256: str = "") -> Table:
    """Clean a data frame into a table.

    Booleans, texts and dates become categories, numbers stay numbers. Without `sha256` the digest
    is that of the values and the column names.

    Raises:
        InvalidInputError: Two columns have the same name.
    """
    check_names([str(column) for column in frame.columns])
    frame = frame.set_axis([str(column) for column in frame.columns], axis=1)
    cleaned: dict[str, pd.Series[Any]] = {}
    kinds: dict[str, ColumnKind] = {}
    for column in frame.columns:
        values = frame[column].infer_objects().reset_index(drop=True)
        kinds[column] = _kind_of(values)
        cleaned[column] = (
            as_category(values) if kinds[column] == "category" else as_number(values)[0]
        )
    table = pd.DataFrame(cleaned, index=pd.RangeIndex(len(frame)))
    return Table(table, kinds, sha256 or _digest(table), name)


def retype(table: Table, column: str, kind: ColumnKind) -> Table:
    """Return the table with a column taken as numbers, or as a category.

    Raises:
        InvalidInputError: There is no such column, or it holds texts that are not numbers.
    """
    check_columns(table.frame, [column])
    if table.kinds[column] == kind:
        return table
    values = table.frame[column]
    converted = as_category(values) if kind == "category" else numbers_of(table, column)
    frame = table.frame.assign(**{column: converted})
    return dataclasses.replace(table, frame=frame, kinds={**table.kinds, column: kind})


def numbers_of(table: Table, column: str) -> "pd.Series[Any]":
    """Return a column as numbers.

    Raises:
        InvalidInputError: It holds texts that are not numbers.
    """
    numbers, wrong = as_number(table.frame[column])
    if len(wrong):
        raise InvalidInputError(
            f"Column '{column}' needs numbers",
            however=text_in_place_of_numbers(table.line(int(wrong[0])), len(wrong)),
            remedy=f"Correct that value, or take '{column}' as a category.",
        )
    return numbers


def text_in_place_of_numbers(line: int, count: int) -> str:
    """Say where texts stand in a column of numbers."""
    others = {1: "", 2: " and so does one other row"}.get(
        count, f" and so do {count - 1:,} other rows"
    )
    return f"row {line:,} holds text{others}"


def check_names(names: list[str]) -> None:
    """Check that the columns can be told apart.

    Raises:
        InvalidInputError: A name is used twice.
    """
    first: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in first:
            raise InvalidInputError(
                "Each column needs a name of its own",
                however=f"columns {first[name]} and {position} are both called '{name}'",
                remedy="Rename one of them.",
            )
        first[name] = position


def check_columns(frame: pd.DataFrame, names: list[str] | tuple[str, ...]) -> None:
    """Check that a frame has these columns.

    Raises:
        InvalidInputError: One is missing.
    """
    for name in names:
        if name not in frame.columns:
            raise InvalidInputError(
                f"Column '{name}' is needed",
                however="the table has no column of that name",
                remedy="Check the spelling, or choose one of its columns.",
                choices=nearest_first(name, map(str, frame.columns)),
            )


def _kind_of(values: "pd.Series[Any]") -> ColumnKind:
    dtype = values.dtype
    numeric = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    return "number" if numeric else "category"


def _digest(frame: pd.DataFrame) -> str:
    hashes = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    names = "\x1f".join(str(column) for column in frame.columns).encode()
    return hashlib.sha256(names + hashes.tobytes()).hexdigest()
