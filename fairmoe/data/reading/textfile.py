"""Where the names and the rows of a text table stand."""

import csv
import io
import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fairmoe.data.reading.layout import Head, check_named, find_head, last_rows, last_rows_note
from fairmoe.data.reading.quoting import with_plain_quotes
from fairmoe.data.reading.record import ReadOptions
from fairmoe.data.reading.text import DELIMITERS, SAMPLE, decode, find_delimiter
from fairmoe.errors import InvalidInputError

_SEP_LINE = re.compile(r'"?sep=(.)"?[^\S\r\n]*(?:\r\n|\r|\n)', re.IGNORECASE)
_DIGITS = re.compile(r"\s*[-+]?\d+\s*")
_HEAD_ROWS = 100
_TAIL = 1 << 14


@dataclass(frozen=True)
class TextTable:
    """A text table of which it is known where its rows stand.

    Attributes:
        body: The rows alone, in UTF-8.
        delimiter: What parts their fields.
        names: The columns' names; "" for one without.
        name_line: The line of the names, as a spreadsheet counts.
        first_line: The line of the first row.
        skipped: Lines above the first row that are neither it nor the names, ascending.
        notes: How the file was read, one sentence each.
    """

    body: bytes
    delimiter: str
    names: tuple[str, ...]
    name_line: int
    first_line: int
    skipped: tuple[int, ...]
    notes: tuple[str, ...]


def open_text(content: bytes, options: ReadOptions, needed: Collection[str] = ()) -> TextTable:
    """Decode a text table, and find its delimiter, its names and its rows.

    Args:
        content: The file.
        options: What the reader is told.
        needed: Names of columns that it has to have, if that is known.

    Raises:
        InvalidInputError: It is no text, or has no rows below a row of names.
    """
    text, encoding = decode(content, options.encoding)
    if not text or text.isspace():
        raise InvalidInputError("A table is needed", however="the file is empty")
    said = _SEP_LINE.match(text)
    begin = said.end() if said else 0
    delimiter = said[1] if said else find_delimiter(text, needed)
    text = text[:begin] + with_plain_quotes(text[begin:], delimiter)
    rows, ends = _records(text[begin : begin + SAMPLE], delimiter, _HEAD_ROWS)
    # The sample may cut its last row short.
    if len(rows) > 1 and ends[-1] == SAMPLE < len(text) - begin:
        rows.pop()
    head = find_head(rows, needed)
    start = begin + ends[head.first_row - 1]
    if delimiter == "," and text[start : start + 1] != '"':
        _check_commas(head, rows)
    stop = max(start, _end(text))
    stop, note = _before_last_rows(
        text, start, stop, delimiter, len(head.names), by_width_only=bool(needed)
    )
    if not needed:
        check_named(head, rows)
    above = 1 if said else 0
    name_line = above + head.name_row + 1
    first_line = above + head.first_row + 1
    named = DELIMITERS.get(delimiter, "otherwise")
    return TextTable(
        body=text[start:stop].encode(),
        delimiter=delimiter,
        names=head.names,
        name_line=name_line,
        first_line=first_line,
        skipped=tuple(line for line in range(1, first_line) if line != name_line),
        notes=(f"{encoding}, {named}-separated.", *head.notes, *note),
    )


def _check_commas(head: Head, rows: Sequence[Sequence[str]]) -> None:
    """Refuse rows with a field more than there are names that may be two halves of one number.

    Raises:
        InvalidInputError: `36,9` may be one field or two.
    """
    above = rows[head.name_row]
    body = [row for row in rows[head.first_row :] if len(row) == len(above) + 1]
    if head.names[0] or not body or len(head.names) == len(above):
        return
    columns = zip(*body, strict=True)
    are_digits = [all(map(_DIGITS.fullmatch, column)) for column in columns]
    if any(one and other for one, other in itertools.pairwise(are_digits)):
        raise InvalidInputError(
            f"Each row needs {len(above)} fields, one per column",
            however=f"rows have {len(above) + 1}, and commas may stand within numbers",
            remedy="Part the columns by semicolons, put quotes around numbers with commas, or name "
            "the first column if it lacks a name.",
        )


def _end(text: str) -> int:
    """Return where a text ends but for blanks, without a copy of all of it."""
    tail = text[-_TAIL:]
    kept = len(tail.rstrip("\r\n "))
    return len(text) - len(tail) + kept if kept else len(text.rstrip("\r\n "))


def _before_last_rows(
    text: str, start: int, stop: int, delimiter: str, width: int, *, by_width_only: bool
) -> tuple[int, tuple[str, ...]]:
    """Return where the rows end and the totals and notes below them begin, and what to say."""
    begin = max(start, stop - _TAIL)
    if begin > start:
        begin = max(start, text.rfind("\n", start, begin) + 1, text.rfind("\r", start, begin) + 1)
    tail = text[begin:stop]
    if tail.count('"') % 2:
        return stop, ()
    rows, ends = _records(tail, delimiter)
    count = min(last_rows(rows, width, by_width_only=by_width_only), len(rows))
    told = sum(any(map(str.strip, row)) for row in rows[len(rows) - count :])
    if not told or count == len(rows):
        return stop, ()
    return begin + ends[len(rows) - count - 1], (last_rows_note(told),)


def _records(
    text: str, delimiter: str, most: int | None = None
) -> tuple[list[list[str]], list[int]]:
    """Return the records of a text, or the first of them, and the offset at which each ends."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    lines = io.StringIO(text, newline="").readlines()
    ends = list(itertools.accumulate(map(len, lines)))
    reader = csv.reader(lines, delimiter=delimiter)
    rows, stops = [], []
    for row in itertools.islice(reader, most):
        rows.append(row)
        stops.append(ends[reader.line_num - 1])
    return rows, stops
