"""Bytes of a Parquet file -> raw cells."""

import io
import re

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pyarrow.types

from fairmoe.data.reading import sentences
from fairmoe.data.reading.budget import Budget
from fairmoe.data.reading.raw import RawTable, cells_of, without_blank_rows
from fairmoe.errors import InvalidInputError

_INDEX = re.compile(r"__index_level_\d+__")
_ROWS_AT_ONCE = 1 << 16


def read_parquet(content: bytes, budget: Budget) -> RawTable:
    """Read a Parquet file, whose texts stay texts, and leave out the index that pandas put there.

    Raises:
        InvalidInputError: It is damaged, too large, or holds other than plain columns.
    """
    try:
        plain = _plain_table(content, budget)
        frame = plain.to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        # What it says may quote cells.
        raise InvalidInputError(
            "A complete Parquet file is needed",
            however="this one is damaged or cut short",
            remedy="Write it again, or load the table as CSV.",
        ) from None
    names = [str(name) for name in frame.columns]
    cells = {name: cells_of(frame[name]) for name in names if not _INDEX.fullmatch(name)}
    changes = tuple(sentences.pandas_index(name) for name in names if _INDEX.fullmatch(name))
    return without_blank_rows(RawTable(cells, typed=True, changes=changes))


def _plain_table(content: bytes, budget: Budget) -> pa.Table:
    """Read what the footer says is small enough, and count as it comes."""
    file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
    footer, schema = file.metadata, file.schema_arrow
    for field in schema:
        if pa.types.is_nested(field.type) or _is_binary(field.type):
            raise InvalidInputError(
                f"Column '{field.name}' needs one number or text in each row",
                however="it holds lists, records or bytes",
                remedy="Leave the column out of the file, or part it into plain columns.",
            )
    budget.check_cells(footer.num_rows, footer.num_columns)
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    budget.check_bytes(sum(group.total_byte_size for group in groups))
    texts = [field.name for field in schema if _is_text(field.type)]
    file = pyarrow.parquet.ParquetFile(io.BytesIO(content), read_dictionary=texts)
    batches, held = [], 0
    for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
        held += batch.nbytes
        budget.check_bytes(held)
        batches.append(batch)
    table = pa.Table.from_batches(batches, file.schema_arrow)
    columns = [_plain(column) for column in table.columns]
    for name, column in zip(table.column_names, columns, strict=True):
        if pa.types.is_dictionary(column.type):
            longest = max((_longest(chunk.dictionary) for chunk in column.chunks), default=0)
            budget.check_cell(name, longest)
    return pa.table(columns, names=table.column_names)


def _longest(texts: pa.Array) -> int:
    return pc.max(pc.binary_length(texts)).as_py() or 0 if _is_text(texts.type) else 0


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        # Days are those of the world's time; a zone may be one that nobody knows.
        column = column.cast(pa.timestamp(kind.unit))
    if pa.types.is_temporal(kind):
        return column.cast(pa.string()).dictionary_encode()
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    return column
