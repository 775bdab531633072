"""Bytes of a CSV or Parquet file -> table."""

import contextlib
import csv
import dataclasses
import gzip
import hashlib
import io
import itertools
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyarrow.types

from fairmoe.data.kinds import MISSING_WORDS, as_category, number_of_levels, numbers_from
from fairmoe.data.table import Table, check_names, table_from_frame
from fairmoe.data.text import DELIMITERS, SAMPLE, decode, find_delimiter, records
from fairmoe.errors import InvalidInputError

MAX_COLUMNS = 1000
MAX_BYTES = 2**31 - 2
"""What the CSV reader takes in one piece, which it must, to know the type of a column."""


def read_table(source: bytes | str | Path, *, name: str = "") -> Table:
    """Read a CSV or Parquet file, plain or gzipped.

    Delimiter (comma, semicolon, tab, pipe) and encoding (UTF-8, UTF-16, Latin-1) are found. The
    first row names the columns. Blanks around values are removed; blank rows are left out; empty
    fields and the usual words for nothing (`?`, `NA`, `null`...) are missing values. A column is a
    number if all its values are (a decimal comma or commas between thousands will do), and a
    category otherwise.

    Args:
        source: The bytes of the file, or where it lies; text is a path.
        name: What to call the table; by default the name of the file.

    Raises:
        InvalidInputError: The file cannot be found, or is not a table that can be trained on; the
            message says what is wrong and where, rows counted as a spreadsheet does.
    """
    if isinstance(source, bytes):
        raw = source
    else:
        path = _path(source)
        raw, name = _bytes_at(path), name or path.name
    content = _decompressed(raw)
    is_parquet = content.startswith(b"PAR1")
    frame, notes, blank_lines = _parquet(content) if is_parquet else _csv(content)
    table = table_from_frame(frame, name=name, sha256=hashlib.sha256(raw).hexdigest())
    return dataclasses.replace(table, notes=notes, blank_lines=blank_lines)


_Parts = tuple[pd.DataFrame, tuple[str, ...], tuple[int, ...]]


def _path(source: str | Path) -> Path:
    """Refuse a table given as text, of which no error may tell."""
    if isinstance(source, str) and not {"\n", "\r", "\0"}.isdisjoint(source):
        raise InvalidInputError(
            "The path of a file is needed",
            however="a text of several lines was given",
            remedy="Give the content of a file as bytes.",
        )
    return Path(source)


def _bytes_at(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            "A file that can be read is needed",
            however=f"'{path}' cannot be ({error.strerror})",
            remedy="Check the path.",
        ) from error


def _decompressed(raw: bytes) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        content = raw
    else:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
                content = file.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInputError(
                "A complete gzip file is needed",
                however="this one is damaged or cut short",
                remedy="Compress the table again, or load it uncompressed.",
            ) from error
    if len(content) > MAX_BYTES:
        raise InvalidInputError(
            "A table of less than 2 GiB is needed",
            however="this one is larger",
            remedy="Load a sample of its rows.",
        )
    return content


def _parquet(content: bytes) -> _Parts:
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise InvalidInputError(
            "A complete Parquet file is needed",
            however="this one is damaged or cut short",
            remedy="Write it again, or load the table as CSV.",
        ) from error
    _check_columns(table.column_names)
    _check_has_rows(table.num_rows)
    for field in table.schema:
        if pyarrow.types.is_nested(field.type) or _is_binary(field.type):
            raise InvalidInputError(
                f"Column '{field.name}' needs one number or text in each row",
                however="it holds lists, records or bytes",
                remedy="Leave the column out of the file, or part it into plain columns.",
            )
    return _to_pandas(table), (), ()


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pyarrow.types.is_binary(kind)
        or pyarrow.types.is_large_binary(kind)
        or pyarrow.types.is_fixed_size_binary(kind)
    )


def _csv(content: bytes) -> _Parts:
    text, encoding = decode(content)
    if not text.strip():
        raise InvalidInputError("A table is needed", however="the file is empty")
    delimiter = find_delimiter(text)
    numbered = enumerate(records(text[:SAMPLE].rstrip("\r\n "), delimiter), start=1)
    filled = ((number, row) for number, row in numbered if row)
    header_row, header = next(filled)
    rows = len(list(itertools.islice(filled, 1)))
    names = [field.strip() or f"column {i}" for i, field in enumerate(header, start=1)]
    _check_columns(names)
    _check_header(header)
    check_names(names)
    _check_has_rows(rows)
    body = text.strip("\r\n ").encode()
    blank_lines = _blank_lines(text, delimiter)
    del text
    table = _parsed(body, names, delimiter, header_row)
    frame = _to_pandas(table)
    for column in frame.columns:
        frame[column] = _numbers_if_all_are(frame[column], delimiter)
    _check_values_differ_from_names(frame)
    notes = (f"{encoding}, {DELIMITERS[delimiter]}-separated.",)
    return frame, notes, blank_lines


def _parsed(body: bytes, names: list[str], delimiter: str, header_row: int) -> pa.Table:
    if body.count(b'"') % 2:
        _check_rows(body, delimiter, len(names), header_row)
    # The reader's own error quotes cells, so it is left behind before another is raised.
    with contextlib.suppress(pa.ArrowInvalid):
        return pyarrow.csv.read_csv(
            pa.BufferReader(body),
            # One block: the type of a column is inferred from its first block only.
            read_options=pyarrow.csv.ReadOptions(
                block_size=len(body) + 1, column_names=names, skip_rows_after_names=1
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                null_values=list(MISSING_WORDS),
                strings_can_be_null=True,
                true_values=[],
                false_values=[],
                auto_dict_encode=True,
                auto_dict_max_cardinality=2**31 - 1,
            ),
        )
    _check_rows(body, delimiter, len(names), header_row)
    raise InvalidInputError(
        f"Each row needs {len(names)} fields, one per column",
        however="not all rows of the file can be told apart",
        remedy="Export it again, with quotes around texts.",
    )


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    def convert(column: pa.ChunkedArray) -> pa.ChunkedArray:
        if pyarrow.types.is_temporal(column.type):
            return column.cast(pa.string()).dictionary_encode()
        if pyarrow.types.is_decimal(column.type):
            return column.cast(pa.float64())
        return column

    names = table.column_names
    converted = pa.table([convert(column) for column in table.columns], names=names)
    frame: pd.DataFrame = converted.to_pandas(ignore_metadata=True)
    return frame


def _numbers_if_all_are(values: "pd.Series[Any]", delimiter: str) -> "pd.Series[Any]":
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    category = as_category(values)
    levels = list(category.cat.categories)
    numbers = numbers_from(levels, comma="thousands" if delimiter == "," else "decimal")
    if not levels or pd.isna(numbers).any():
        return category
    return number_of_levels(category, numbers)


def _check_columns(names: list[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise InvalidInputError(
            f"At most {MAX_COLUMNS:,} columns can be explained one by one",
            however=f"the table has {len(names):,}",
            remedy="Keep the columns that matter and load those.",
        )
    if len(names) < 2:
        raise InvalidInputError(
            "At least two columns are needed, a target and a sensitive one",
            however="the table has one",
            remedy="Part the columns by comma, semicolon, tab or pipe.",
        )


def _check_has_rows(rows: int) -> None:
    if not rows:
        raise InvalidInputError(
            "Rows below the names of the columns are needed", however="there are none"
        )


def _check_header(header: list[str]) -> None:
    numbers = numbers_from([field.strip() for field in header], comma="thousands")
    numeric = [i for i, number in enumerate(numbers, start=1) if not pd.isna(number)]
    if numeric:
        raise InvalidInputError(
            "The first row needs to name the columns",
            however=f"field {numeric[0]} of row 1 is a number",
            remedy="Add a row of names on top, or rename that column.",
        )


def _check_values_differ_from_names(frame: pd.DataFrame) -> None:
    """Refuse a first row of which half the fields recur below: it is data, not names."""
    n_repeated = sum(
        not pd.api.types.is_numeric_dtype(values.dtype) and column in values.cat.categories
        for column, values in frame.items()
    )
    if 2 * n_repeated >= frame.shape[1]:
        raise InvalidInputError(
            "The first row needs to name the columns",
            however=f"{n_repeated} of its {frame.shape[1]} fields are values of their own columns",
            remedy="Add a row of names on top.",
        )


def _check_rows(body: bytes, delimiter: str, width: int, header_row: int) -> None:
    """Find the first row that does not have one field per column."""
    text = body.decode()
    row = header_row
    try:
        for row, fields in enumerate(records(text, delimiter, strict=True), start=header_row):
            if fields and len(fields) != width:
                raise InvalidInputError(
                    f"Each row needs {width} fields, one per column",
                    however=f"row {row:,} has {len(fields)}",
                    remedy="Correct that row; a field that holds the delimiter needs quotes.",
                )
    except csv.Error as error:
        raise InvalidInputError(
            "Each quote that is opened needs to be closed",
            however=f"one after row {row:,} is not",
            remedy="Close it, or double the quotes that belong to the text.",
        ) from error


def _blank_lines(text: str, delimiter: str) -> tuple[int, ...]:
    text = text.rstrip("\r\n ")
    # Quick and nearly always enough; a blank line within quotes is told apart below.
    if not any(pair in text for pair in ("\n\n", "\n\r", "\r\r")) and text[0] not in "\r\n":
        return ()
    rows = enumerate(records(text, delimiter), start=1)
    return tuple(row for row, fields in rows if not fields)
