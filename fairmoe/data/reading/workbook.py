"""Bytes of a workbook (Excel or OpenDocument) -> raw cells."""

import datetime
import io
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import pandas as pd
import python_calamine

from fairmoe.data.kinds import as_category
from fairmoe.data.reading.budget import Budget, open_zip, read_member
from fairmoe.data.reading.layout import check_named, find_head, last_rows, last_rows_note
from fairmoe.data.reading.numbers import Decimal, look_at
from fairmoe.data.reading.raw import RawTable, labels_of
from fairmoe.data.reading.record import Reading, ReadOptions
from fairmoe.errors import InvalidInputError, nearest_first

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_HEAD_ROWS = 100
_LAST_ROWS = 20
_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_ODS_PART = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')


class Sheet(NamedTuple):
    """A sheet of a workbook, of which it is known where its rows stand.

    Attributes:
        raw: Its cells.
        names: The columns' names; "" for one without.
        notes: How it was read, one sentence each.
    """

    raw: RawTable
    names: tuple[str, ...]
    notes: tuple[str, ...]


def is_workbook(content: bytes) -> bool:
    """Say whether a file is a workbook, whatever its name says."""
    if content.startswith(OLD_EXCEL):
        return True
    if not content.startswith(b"PK\x03\x04"):
        return False
    with open_zip(content) as archive:
        names = set(archive.namelist())
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


def read_workbook(
    content: bytes, options: ReadOptions, budget: Budget, like: Reading | None = None
) -> Sheet:
    """Read a sheet of a workbook: the one that is named, or else the first that holds a table.

    Args:
        content: The file.
        options: What the reader is told.
        budget: How much it may take.
        like: How columns were read before, if they are to be read so again; others are left out.

    Raises:
        InvalidInputError: It is damaged, locked or too large, or the sheet is not there or empty.
    """
    _check_size(content, budget)
    note, cells = _cells(content, options.sheet, budget)
    needed: Collection[str] = () if like is None else like.columns
    texts = [[text_of(cell) for cell in row] for row in cells[:_HEAD_ROWS]]
    if not any(map(any, texts)):
        raise InvalidInputError("A table is needed", however="the sheet is empty")
    head = find_head(texts, needed)
    if like is None:
        check_named(head, texts)
    body = cells[head.first_row :]
    last = [[text_of(cell) for cell in row] for row in body[-_LAST_ROWS:]]
    count = 0 if like is not None else min(last_rows(last, len(head.names)), len(body))
    told = sum(map(any, last[len(last) - count :]))
    body = body[: len(body) - count]
    line = head.name_row + 1
    skipped = tuple(i for i in range(1, head.first_row + 1) if i != line)
    raw = RawTable(_columns(body, head.names, like), skipped_lines=skipped)
    notes = (note, *head.notes, *([last_rows_note(told)] if told else []))
    return Sheet(raw, head.names, notes)


def text_of(cell: Any) -> str:
    """Return a cell as text: 22.0 is "22", and a date without a time is 2015-07-10."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _cells(content: bytes, sheet: str, budget: Budget) -> tuple[str, list[list[Any]]]:
    """Return which sheet it is, in words, and its cells."""
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as workbook:
            names = workbook.sheet_names
            if sheet and sheet not in names:
                raise InvalidInputError(
                    "A sheet of the workbook is needed",
                    however=f"it has none called '{sheet}'",
                    choices=nearest_first(sheet, names),
                )
            for place, name in enumerate(names):
                if sheet and name != sheet:
                    continue
                found = workbook.get_sheet_by_name(name)
                budget.check_cells(found.total_height, found.total_width)
                is_table = found.total_height > 1 and found.total_width > 1
                if is_table or sheet or place == len(names) - 1:
                    note = f"Sheet '{name}', number {place + 1} of {len(names)}."
                    return note, found.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise _damaged() from error
    # The library's own mistakes are no Exception.
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged() from None
    raise _damaged()


def _columns(
    body: Sequence[Sequence[Any]], names: Sequence[str], like: Reading | None
) -> dict[str, "pd.Series[Any]"]:
    labels = labels_of(names, unique=like is not None)
    columns = {}
    for i, label in enumerate(labels):
        if like is None or label in like.columns:
            cells = [row[i] if i < len(row) else "" for row in body]
            decimal = None if like is None else like.columns[label].decimal or like.decimal
            columns[label] = _column(cells, decimal)
    return columns


def _column(cells: list[Any], decimal: Decimal | None) -> "pd.Series[Any]":
    """Return numbers if all cells are, and else a category of texts.

    Among texts, numbers are written as the texts write theirs, or with the sign that is given.
    """
    given = [cell for cell in cells if cell != "" and cell is not None]
    if given and all(type(cell) in (int, float) for cell in given):
        numbers = [float("nan") if cell == "" or cell is None else cell for cell in cells]
        whole = len(given) == len(cells) and all(float(cell).is_integer() for cell in given)
        return pd.Series(numbers, dtype="float64").astype("int64" if whole else "float64")
    texts = [text_of(cell) for cell in cells]
    if decimal is None:
        written = sorted({text for text, c in zip(texts, cells, strict=True) if isinstance(c, str)})
        seen = look_at(written)
        comma = seen.needs("comma").any() and not seen.needs("point").any()
        decimal = "comma" if comma else "point"
    if decimal == "comma":
        texts = [
            text.replace(".", ",") if isinstance(cell, float) else text
            for text, cell in zip(texts, cells, strict=True)
        ]
    return as_category(pd.Series(texts, dtype="str"))


def _check_size(content: bytes, budget: Budget) -> None:
    """Unpack a workbook once, counting, before what makes a full grid of its cells opens it."""
    if content.startswith(OLD_EXCEL):
        return
    with open_zip(content) as archive:
        if "xl/workbook.bin" in archive.namelist():
            raise InvalidInputError(
                "A workbook as .xlsx, .xls or .ods is needed",
                however="this one is binary (.xlsb)",
                remedy="Save it as .xlsx.",
            )
        total = 0
        for name in archive.namelist():
            part = read_member(archive, name, budget)
            total += len(part)
            budget.check_bytes(total)
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                budget.check_cells(*_extent(part))
            if name == "content.xml":
                budget.check_cells(*_ods_extent(part))


def _extent(xml: bytes) -> tuple[int, int]:
    rows = columns = 0
    for letters, digits in _CELL.findall(xml):
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        rows, columns = max(rows, int(digits)), max(columns, column)
    return rows, columns


def _ods_extent(xml: bytes) -> tuple[int, int]:
    """Return the rows and columns up to the last cell with a value, over all sheets."""
    most_rows = most_columns = rows = columns = 0
    for part, attributes in _ODS_PART.findall(xml):
        found = _REPEATED.search(attributes)
        count = int(found[1]) if found else 1
        if part == b"table":
            rows = 0
        elif part == b"table-row":
            rows, columns = rows + count, 0
        else:
            columns += count
            if b"value-type" in attributes:
                most_rows = max(most_rows, rows)
                most_columns = max(most_columns, columns)
    return most_rows, most_columns


def _damaged() -> InvalidInputError:
    return InvalidInputError(
        "A complete workbook without a password is needed",
        however="this one is damaged, locked or of another kind",
        remedy="Save it again as .xlsx, or export the sheet as CSV.",
    )
