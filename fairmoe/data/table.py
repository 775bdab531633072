"""A table that was read: its cleaned values and the kind of each column."""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from fairmoe.data.kinds import ColumnKind, as_category, as_number, plain
from fairmoe.data.reading.columns import interpret
from fairmoe.data.reading.raw import RawTable
from fairmoe.data.reading.record import Change, Reading, ReadOptions
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.progress import OnProgress, ignore_progress


@dataclass(frozen=True, eq=False)
class Table:
    """A cleaned table.

    Attributes:
        frame: The values, `(n, c)`, with row labels 0 to n - 1. Numbers are int64, or float64
            with NaN for missing; all else is categorical with text levels, NaN for missing, and
            dates are written as 2015-07-10.
        kinds: The kind of each column, in the order of the columns.
        sha256: Digest of the bytes that the table was read from.
        name: The name of the file or demo; may be empty.
        notes: How the file was read, one sentence each, without any values of cells.
        changes: What was done to the columns.
        reading: How the columns were read.
        raw: The cells before anything was decided of them.
    """

    frame: pd.DataFrame
    kinds: Mapping[str, ColumnKind]
    sha256: str
    name: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    reading: Reading = field(default_factory=Reading)
    raw: RawTable = field(default_factory=lambda: RawTable({}))

    def line(self, position: int) -> int:
        """Return the row at which a spreadsheet shows a position; its first row is the header.

        Example:
            >>> table_from_frame(pd.DataFrame({"a": [1, 2], "b": [3, 4]})).line(0)
            2
        """
        return self.raw.line(position)


def table_from_frame(frame: pd.DataFrame, *, name: str = "", sha256: str = "") -> Table:
    """Clean a data frame into a table.

    Booleans and texts become categories, numbers stay numbers, dates stay dates if there are at
    least three. Without `sha256` the digest is that of the values and the column names.

    Raises:
        InvalidInputError: Two columns have the same name.
    """
    check_names([str(column) for column in frame.columns])
    frame = frame.set_axis([str(column) for column in frame.columns], axis=1)
    cells = {}
    for column in frame.columns:
        values = plain(frame[column]).reset_index(drop=True)
        cells[column] = as_number(values)[0] if _is_number(values) else as_category(values)
    table = table_from_raw(RawTable(cells, typed=True), ReadOptions(), rows=len(frame), name=name)
    return dataclasses.replace(table, sha256=sha256 or _digest(table.frame))


def table_from_raw(
    raw: RawTable,
    options: ReadOptions,
    *,
    rows: int,
    name: str = "",
    sha256: str = "",
    on_progress: OnProgress = ignore_progress,
) -> Table:
    """Decide what each column is, and make a table of them.

    Raises:
        InvalidInputError: A column cannot be what it was told to be, or is not there.
    """
    for column in options.columns():
        check_has(raw.cells, column)
    columns = interpret(raw, options, on_progress)
    frame = pd.DataFrame(columns.cells, index=pd.RangeIndex(rows))
    shared = {
        name: frame[name]
        for name, values in columns.cells.items()
        if _is_same(values, raw.cells[name])
    }
    raw = dataclasses.replace(raw, cells={**raw.cells, **shared})
    return Table(
        frame=frame,
        kinds=columns.kinds,
        sha256=sha256,
        name=name,
        changes=columns.changes,
        reading=columns.reading,
        raw=raw,
    )


def reread(table: Table, options: ReadOptions) -> Table:
    """Return the table that the same file gives when its columns are read in another way.

    The cells are kept as they came, so the file is not needed again.

    Args:
        table: As it was read.
        options: The kinds of columns, the texts that mean missing, the levels that are one, and
            the decimal sign. Encoding and sheet are those of `table`, whatever is said here.

    Returns:
        A new table; `table` itself if the options are its own.

    Raises:
        InvalidInputError: A column that the options name is not in the table, or holds a cell
            that is not of the kind that they give it.
    """
    if options == table.reading.options:
        return table
    read = table_from_raw(table.raw, options, rows=len(table.frame))
    return dataclasses.replace(read, sha256=table.sha256, name=table.name, notes=table.notes)


def retype(table: Table, column: str, kind: ColumnKind) -> Table:
    """Return the table with a column taken as another kind.

    Raises:
        InvalidInputError: There is no such column, or it holds texts that do not fit.
    """
    check_columns(table.frame, [column])
    options = table.reading.options
    kinds = {**options.kinds, column: kind}
    return reread(table, dataclasses.replace(options, kinds=kinds))


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
        check_has({str(column): None for column in frame.columns}, name)


def check_has(columns: Mapping[str, object], name: str) -> None:
    """Check that there is a column of a name.

    Raises:
        InvalidInputError: There is none.
    """
    if name not in columns:
        raise InvalidInputError(
            f"Column '{name}' is needed",
            however="the table has no column of that name",
            remedy="Check the spelling, or choose one of its columns.",
            choices=nearest_first(name, columns),
        )


def _is_same(values: "pd.Series[Any]", raw: "pd.Series[Any]") -> bool:
    """Say whether numbers were taken as they are, so that they need not be held twice."""
    return _is_number(raw) and values.dtype == raw.dtype and bool(values.count() == raw.count())


def _is_number(values: "pd.Series[Any]") -> bool:
    dtype = values.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _digest(frame: pd.DataFrame) -> str:
    hashes = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    names = "\x1f".join(str(column) for column in frame.columns).encode()
    return hashlib.sha256(names + hashes.tobytes()).hexdigest()
