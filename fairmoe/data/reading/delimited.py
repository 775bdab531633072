"""The rows of a text table -> raw cells."""

import contextlib
import csv
from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.types

from fairmoe.data.kinds import MISSING_WORDS
from fairmoe.data.reading.budget import Budget
from fairmoe.data.reading.numbers import look_at
from fairmoe.data.reading.raw import RawTable, cells_of, labels_of, without_blank_rows
from fairmoe.data.reading.record import Reading, ReadOptions
from fairmoe.data.reading.text import SAMPLE, records
from fairmoe.data.reading.textfile import TextTable
from fairmoe.errors import InvalidInputError

_FIRST_ROWS = 100
_TEXT = pa.dictionary(pa.int32(), pa.string())


def read_text(
    table: TextTable, options: ReadOptions, budget: Budget, like: Reading | None = None
) -> RawTable:
    """Read the rows of a text table.

    Columns of plain numbers are read as such at once, unless their point may part thousands; all
    others as texts.

    Args:
        table: The table.
        options: What the reader is told.
        budget: How many cells it may have, and how long.
        like: How columns were read before, if they are to be read so again; others are left out.

    Raises:
        InvalidInputError: A row has more or fewer fields than there are names.
    """
    names = labels_of(table.names, unique=like is not None)
    budget.check_cells(table.body.count(b"\n") + 1, len(names))
    if like is None:
        included = names
        as_text = {name for name, kind in options.kinds.items() if kind != "number"}
    else:
        included = [name for name in names if name in like.columns]
        as_text = {name for name, one in like.columns.items() if one.kind != "number"}
    read = _parsed(table, names, included, as_text)
    again = _in_doubt(read, table, names, like)
    if again:
        texts = _parsed(table, names, again, again)
        for name in again:
            read = read.set_column(read.column_names.index(name), name, texts[name])
    for field in read.schema:
        if pa.types.is_dictionary(field.type):
            budget.check_cell(field.name, _longest(read[field.name]))
    frame = read.to_pandas(ignore_metadata=True)
    raw = RawTable(
        cells={name: cells_of(frame[name]) for name in included},
        points=frozenset(f.name for f in read.schema if pa.types.is_floating(f.type)),
        comma="point" if table.delimiter == "," else "comma",
        skipped_lines=_skipped_lines(table),
    )
    return raw if like is not None else without_blank_rows(raw)


def _parsed(
    table: TextTable, names: list[str], included: list[str], as_text: Collection[str]
) -> pa.Table:
    if table.body.count(b'"') % 2:
        _check_rows(table)
    # The reader's own error quotes cells, so it is left behind before another is raised.
    with contextlib.suppress(pa.ArrowInvalid):
        return pyarrow.csv.read_csv(
            pa.BufferReader(table.body),
            # One block: the type of a column is inferred from its first block only.
            read_options=pyarrow.csv.ReadOptions(
                block_size=len(table.body) + 1, column_names=names
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=table.delimiter, newlines_in_values=True
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                null_values=list(MISSING_WORDS),
                strings_can_be_null=True,
                true_values=[],
                false_values=[],
                include_columns=included,
                column_types=dict.fromkeys(as_text, _TEXT),
                auto_dict_encode=True,
                auto_dict_max_cardinality=2**31 - 1,
            ),
        )
    _check_rows(table)
    raise InvalidInputError(
        f"Each row needs {len(names)} fields, one per column",
        however="not all rows of the file can be told apart",
        remedy="Export it again, with quotes around texts.",
    )


def _longest(texts: pa.ChunkedArray) -> int:
    """Return the bytes of the longest text."""
    lengths = (pc.max(pc.binary_length(chunk.dictionary)).as_py() for chunk in texts.chunks)
    return max((length or 0 for length in lengths), default=0)


def _in_doubt(
    read: pa.Table, table: TextTable, names: list[str], like: Reading | None
) -> list[str]:
    """Return the columns that were not read as texts but have to be.

    These are dates, numbers whose point may part thousands, and numbers that may be hexadecimal.
    """
    looked_at = table.body if like is not None else table.body[:SAMPLE]
    may_be_codes = b"0x" in looked_at or b"0X" in looked_at
    doubtful = [
        field.name
        for field in read.schema
        if pa.types.is_temporal(field.type)
        or (may_be_codes and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)))
    ]
    floats = [field.name for field in read.schema if pa.types.is_floating(field.type)]
    if like is not None:
        other = [name for name in floats if (like.columns[name].decimal or like.decimal) != "point"]
    else:
        showing = _showing_points(table, names, floats)
        other = [name for name in floats if name not in showing]
    return list(dict.fromkeys([*doubtful, *other]))


def _showing_points(table: TextTable, names: list[str], columns: list[str]) -> set[str]:
    """Return those columns of which an early cell is a number with a decimal point only."""
    if not columns:
        return set()
    positions = {name: names.index(name) for name in columns}
    sample = table.body[:SAMPLE].decode(errors="ignore")
    rows = list(records(sample, table.delimiter))[: -1 if len(sample) < len(table.body) else None]
    showing = set()
    for some in (rows[:_FIRST_ROWS], rows[_FIRST_ROWS:]):
        for name, i in positions.items():
            if name not in showing:
                texts = {row[i].strip() for row in some if i < len(row)}
                if texts and look_at(list(texts)).needs("point").any():
                    showing.add(name)
    return showing


def _check_rows(table: TextTable) -> None:
    """Find the first row that does not have one field per column."""
    text, width, line = table.body.decode(), len(table.names), table.first_line - 1
    try:
        rows = records(text, table.delimiter, strict=True)
        for line, fields in enumerate(rows, start=table.first_line):
            if fields and len(fields) != width:
                raise InvalidInputError(
                    f"Each row needs {width} fields, one per column",
                    however=f"row {line:,} has {len(fields)}",
                    remedy="Correct that row; a field that holds the delimiter needs quotes.",
                )
    except csv.Error as error:
        raise InvalidInputError(
            "Each quote that is opened needs to be closed",
            however=f"one after row {line:,} is not",
            remedy="Close it, or double the quotes that belong to the text.",
        ) from error


def _skipped_lines(table: TextTable) -> tuple[int, ...]:
    body = table.body
    # Quick and nearly always enough; a blank line within quotes is told apart below.
    pairs = (b"\n\n", b"\n\r", b"\r\r") if b"\r" in body else (b"\n\n",)
    if not any(pair in body for pair in pairs) and not body.startswith((b"\n", b"\r")):
        return table.skipped
    rows = enumerate(records(body.decode(), table.delimiter), start=table.first_line)
    return (*table.skipped, *(line for line, fields in rows if not fields))
