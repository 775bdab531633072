"""Bytes of a Parquet file -> raw cells."""

import io

import pyarrow as pa
import pyarrow.parquet
import pyarrow.types

from fairmoe.data.reading.raw import RawTable, cells_of, without_blank_rows
from fairmoe.errors import InvalidInputError


def read_parquet(content: bytes) -> RawTable:
    """Read a Parquet file, whose texts stay texts.

    Raises:
        InvalidInputError: It is damaged, has no rows, or holds other than plain columns.
    """
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise _damaged() from error
    for field in table.schema:
        if pa.types.is_nested(field.type) or _is_binary(field.type):
            raise InvalidInputError(
                f"Column '{field.name}' needs one number or text in each row",
                however="it holds lists, records or bytes",
                remedy="Leave the column out of the file, or part it into plain columns.",
            )
    plain = pa.table([_plain(column) for column in table.columns], names=table.column_names)
    frame = plain.to_pandas(ignore_metadata=True)
    cells = {str(name): cells_of(frame[name]) for name in frame.columns}
    return without_blank_rows(RawTable(cells, typed=True))


def _damaged() -> InvalidInputError:
    return InvalidInputError(
        "A complete Parquet file is needed",
        however="this one is damaged or cut short",
        remedy="Write it again, or load the table as CSV.",
    )


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_temporal(column.type):
        return column.cast(pa.string()).dictionary_encode()
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64())
    return column
