"""Bytes of a file -> table."""

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from fairmoe.data.reading.again import interpret_like
from fairmoe.data.reading.archives import only_table
from fairmoe.data.reading.budget import Budget, read_file, unzip_gzip
from fairmoe.data.reading.delimited import read_text
from fairmoe.data.reading.parquet import read_parquet
from fairmoe.data.reading.raw import (
    RawTable,
    labels_of,
    without_blank_rows,
    without_index,
    without_names,
)
from fairmoe.data.reading.record import Reading, ReadOptions
from fairmoe.data.reading.textfile import open_text
from fairmoe.data.reading.workbook import is_workbook, read_workbook
from fairmoe.data.table import Table, check_names, table_from_raw
from fairmoe.errors import InvalidInputError
from fairmoe.progress import OnProgress, ignore_progress

MAX_COLUMNS = 1000


def read_table(
    source: bytes | str | Path,
    *,
    name: str = "",
    options: ReadOptions | None = None,
    like: Reading | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Table:
    """Read a text table, a workbook (.xlsx, .xls, .ods) or a Parquet file, also gzipped or zipped.

    Delimiter (comma, semicolon, tab, pipe), encoding, the sheet, the row of names and the decimal
    sign are found. Blanks around values are removed; blank rows are left out; empty
    fields and the usual words for nothing (`?`, `NA`, `null`...) are missing values. A column is a
    number if all its values are, but for a few texts that mark missing ones; a date or a long text
    if they are; and a category otherwise.

    Args:
        source: The bytes of the file, or where it lies; text is a path.
        name: What to call the table; by default the name of the file.
        options: What the reader is told, where it is not to find out itself.
        like: How a table was read before, `Table.reading`. The columns that it names are read in
            the same way, whatever else is in the file, and others are left out: so each row is read
            by itself.
        on_progress: Is told how many columns are read; stops the reading by raising.

    Raises:
        CancelledError: `on_progress` said so.
        InvalidInputError: The file cannot be found, or is not a table that can be trained on; the
            message says what is wrong and where, rows counted as a spreadsheet does.
    """
    options = options or ReadOptions()
    budget = Budget(options.max_bytes, on_progress)
    if isinstance(source, bytes):
        content = source
        budget.check_bytes(len(content))
    else:
        path = _path(source)
        # A name that is no UTF-8 could not be kept with the run.
        content, name = (
            read_file(path, budget),
            name or os.fsencode(path.name).decode(errors="replace"),
        )
    sha256 = hashlib.sha256(content).hexdigest()
    raw, notes = _raw(content, options, like, budget)
    if like is not None:
        return _table_like(raw, like, name=name, sha256=sha256, notes=notes)
    table = table_from_raw(
        raw, options, rows=raw.rows, name=name, sha256=sha256, on_progress=on_progress
    )
    del raw
    # Arrow would keep what the texts took, twice what the table does, for tables to come.
    pa.default_memory_pool().release_unused()
    return dataclasses.replace(table, notes=notes)


def _table_like(
    raw: RawTable, like: Reading, *, name: str, sha256: str, notes: tuple[str, ...]
) -> Table:
    columns = interpret_like(raw, like)
    return Table(
        frame=pd.DataFrame(columns.cells, index=pd.RangeIndex(raw.rows)),
        kinds=columns.kinds,
        sha256=sha256,
        name=name,
        notes=notes,
        changes=columns.changes,
        reading=columns.reading,
        raw=raw,
    )


def _raw(
    content: bytes,
    options: ReadOptions,
    like: Reading | None,
    budget: Budget,
    packed: tuple[str, ...] = (),
) -> tuple[RawTable, tuple[str, ...]]:
    """Return the cells of a file, and how it was read."""
    if content.startswith(b"\x1f\x8b") and "gzip" not in packed:
        return _raw(unzip_gzip(content, budget), options, like, budget, (*packed, "gzip"))
    if content.startswith(b"PK\x03\x04") and not is_workbook(content) and "ZIP" not in packed:
        return _raw(only_table(content, budget), options, like, budget, (*packed, "ZIP"))
    names: tuple[str, ...]
    notes: tuple[str, ...]
    if content.startswith(b"PAR1"):
        raw = read_parquet(content, budget)
        names, notes = tuple(raw.cells), ("Parquet.",)
        _check_columns(names, 1)
    elif is_workbook(content):
        sheet = read_workbook(content, options, budget, like)
        raw, names, notes = sheet
        _check_names(names, like)
        raw = raw if like is not None else without_blank_rows(raw)
    else:
        text = open_text(content, options, () if like is None else tuple(like.columns))
        names, notes = text.names, text.notes
        _check_names(names, like)
        _check_has_rows(bool(text.body) and not text.body.isspace())
        raw = read_text(text, options, budget, like)
    if like is not None:
        return raw, notes
    _check_has_rows(bool(raw.rows))
    unnamed = [label for label, given in zip(labels_of(names), names, strict=True) if not given]
    raw, repeated = without_names(raw)
    _check_values_differ_from_names(raw)
    raw = without_index(raw, unnamed)
    _check_columns(tuple(raw.cells), 2)
    return raw, (*notes, *repeated)


def _check_names(names: tuple[str, ...], like: Reading | None) -> None:
    labels = labels_of(names, unique=like is not None)
    _check_columns(labels, 2 if like is None else 1)
    check_names(labels)


def _path(source: str | Path) -> Path:
    """Refuse a table given as text, of which no error may tell."""
    if isinstance(source, str) and not {"\n", "\r", "\0"}.isdisjoint(source):
        raise InvalidInputError(
            "The path of a file is needed",
            however="a text of several lines was given",
            remedy="Give the content of a file as bytes.",
        )
    return Path(source)


def _check_columns(names: Sequence[str], fewest: int) -> None:
    if len(names) > MAX_COLUMNS:
        raise InvalidInputError(
            f"At most {MAX_COLUMNS:,} columns can be explained one by one",
            however=f"the table has {len(names):,}",
            remedy="Keep the columns that matter and load those.",
        )
    if len(names) < fewest:
        raise InvalidInputError(
            "At least two columns are needed, a target and a sensitive one",
            however="the table has one",
            remedy="Part the columns by comma, semicolon, tab or pipe.",
        )


def _check_has_rows(has_rows: bool) -> None:
    if not has_rows:
        raise InvalidInputError(
            "Rows below the names of the columns are needed", however="there are none"
        )


def _check_values_differ_from_names(raw: RawTable) -> None:
    """Refuse a first row of which half the fields recur below: it is data, not names."""
    n_repeated = sum(
        isinstance(values.dtype, pd.CategoricalDtype) and column in values.cat.categories
        for column, values in raw.cells.items()
    )
    if 2 * n_repeated >= len(raw.cells):
        raise InvalidInputError(
            "The first row needs to name the columns",
            however=f"{n_repeated} of its {len(raw.cells)} fields are values of their own columns",
            remedy="Add a row of names on top.",
        )
