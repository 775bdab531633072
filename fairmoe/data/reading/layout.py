"""Where the names and the rows of a sheet stand among titles, comments, units and totals."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from fairmoe.data.kinds import MISSING_WORDS
from fairmoe.data.reading.missing import MARKS
from fairmoe.data.reading.numbers import look_at
from fairmoe.errors import InvalidInputError

Fields = Sequence[str]

MOST_NAME_ROWS = 3
MOST_LAST_ROWS = 10
YEARS = range(1800, 2101)
_LOOK_ROWS = 50
_RULE = re.compile(r":?[-=+]{2,}:?")
_COMMENT = re.compile(r"\s*(#|//|--\s)")
_NOTE = re.compile(r"\W*(source|notes?|quelle|anmerkung|fuente|nota)\b", re.IGNORECASE)
_TOTAL = re.compile(
    r"\W*((grand|sub|over)?[ -]?(all )?totals?|sums?|average|mean|summe|gesamt(summe)?|insgesamt"
    r"|mittelwert|durchschnitt|somme|moyenne|totale?n?|suma|promedio|somma|media|totaal|razem"
    r"|общий|итого|всего|合計|总计|合计)\b.*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Head:
    """What stands above the first row of a sheet.

    Attributes:
        names: The name of each column; "" for one without.
        name_row: Which row of the sheet names the columns, from 0.
        first_row: Which is the first that holds values, from 0.
        notes: What was passed over, one sentence each.
    """

    names: tuple[str, ...]
    name_row: int
    first_row: int
    notes: tuple[str, ...] = ()


def find_head(rows: Sequence[Fields], needed: Collection[str] = ()) -> Head:
    """Find the row of names among the first rows of a sheet.

    Args:
        rows: The first rows; blank ones are empty.
        needed: Names that the row of names has to hold, if that is known.

    Raises:
        InvalidInputError: No row names the columns.
    """
    rows = [[field.strip() for field in row] for row in rows]
    width = _usual_width(rows)
    at = _row_with(rows, needed)
    if at is None:
        at = next((i for i in range(len(rows)) if _names_columns(rows, i, width)), None)
        at = next(i for i, row in enumerate(rows) if any(row)) if at is None else at
    names = list(rows[at])
    if names and _COMMENT.match(names[0]):
        names[0] = names[0].lstrip(" #/-")
    first, second = _further_names(rows, at, width) if not needed else (at + 1, [])
    notes = [_passed_over(at)] * bool(any(any(row) for row in rows[:at]))
    if second:
        joined = "" in names or len(set(names)) < len(names)
        names = _joined(names, second) if joined else names
        lines = " and ".join(f"{i + 1}" for i in range(at + 1, first))
        what = "is read as part of the names" if joined else "describes the columns and is left out"
        notes.append(f"Row {lines} {what}.")
    names = _with_unnamed(names, rows[first:], width)
    return Head(tuple(names), at, first, tuple(notes))


def check_named(head: Head, rows: Sequence[Fields]) -> None:
    """Check that names are names: no numbers, but for years above other values and 0, 1, 2, ...

    Args:
        head: What was found.
        rows: The same rows that it was found in.

    Raises:
        InvalidInputError: A name is a number.
    """
    numbers = look_at(head.names).values("point")
    numeric = np.flatnonzero(~np.isnan(numbers.astype(np.float64))).tolist()
    counted = np.arange(len(numbers))
    if np.array_equal(numbers, counted) or np.array_equal(numbers, counted + 1):
        return
    for i in numeric:
        column = [row[i] for row in rows[head.first_row :] if i < len(row)]
        years = [_is_year(field) for field in column if field.strip()]
        is_below_too = sum(years) > len(years) / 2
        if not _is_year(head.names[i]) or is_below_too or len(numeric) == len(numbers):
            raise InvalidInputError(
                "The first row needs to name the columns",
                however=f"field {i + 1} of row {head.name_row + 1} is a number",
                remedy="Add a row of names on top, or rename that column.",
            )


def last_rows(rows: Sequence[Fields], width: int, *, by_width_only: bool = False) -> int:
    """Return how many of the last rows are totals or notes and no rows of the table.

    Args:
        rows: The last rows of a sheet.
        width: How many columns the table has.
        by_width_only: Whether only what has another width is told apart, so that it does not depend
            on where a row stands whether it counts.
    """
    count = 0
    for row in reversed(rows[-MOST_LAST_ROWS:]):
        filled = [field.strip() for field in row if field.strip()]
        is_note = len(row) != width and bool(filled) and _is_note(filled)
        if filled and width > 2 and not by_width_only:
            is_note |= len(filled) == 1 and bool(row[0].strip())
            is_note |= bool(_TOTAL.fullmatch(filled[0]))
        if filled and not is_note:
            break
        count += 1
    return count


def _is_note(filled: Fields) -> bool:
    if _COMMENT.match(filled[0]) or _NOTE.match(filled[0]):
        return True
    return len(filled) == 1 and not look_at(filled).is_number[0]


def last_rows_note(count: int) -> str:
    """Say that totals or notes were left out."""
    if count == 1:
        return "The last row holds a total or a note and is left out."
    return f"The last {count} rows hold totals or notes and are left out."


def _usual_width(rows: Sequence[Fields]) -> int:
    widths = [len(row) for row in rows if any(row)]
    return max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width), default=0)


def _row_with(rows: Sequence[Fields], needed: Collection[str]) -> int | None:
    """Return the first row with most of the names that are needed."""
    found = [len(set(needed) & set(row)) for row in rows]
    return found.index(max(found)) if any(found) else None


def _names_columns(rows: Sequence[Fields], at: int, width: int) -> bool:
    """Say whether a row can be the one of names, rather than a title or a comment."""
    row = rows[at]
    following = next((later for later in rows[at + 1 :] if any(later)), None)
    is_followed_by_names = following is not None and _is_full(following, width)
    if not any(row):
        return False
    if _COMMENT.match(row[0]):
        return _is_full(row, width) and not is_followed_by_names
    filled = sum(map(bool, row))
    if len(row) == width - 1 and width > 2:
        return filled == len(row) and not is_followed_by_names
    if len(row) != width:
        return width < 2
    is_half_title = width == 2 and filled == 1 and bool(row[0])
    if is_half_title or (filled < width and look_at(row).is_number.any()):
        return not is_followed_by_names
    return 2 * filled >= width


def _is_full(row: Fields, width: int) -> bool:
    """Say whether a row has a text that is no number in each field."""
    return len(row) == width and all(row) and not look_at(row).is_number.any()


def _further_names(rows: Sequence[Fields], at: int, width: int) -> tuple[int, list[Fields]]:
    """Return the first row of values, and the rows between it and the one of names."""
    first = at + 1
    while first - at < MOST_NAME_ROWS and first < len(rows) and _is_further(rows, first, width):
        first += 1
    return first, [row for row in rows[at + 1 : first] if not _is_rule(row)]


def _is_rule(row: Fields) -> bool:
    """Say whether a row only draws a line below the names, as Markdown does."""
    return any(row) and all(_RULE.fullmatch(field) or not field for field in row)


def _is_further(rows: Sequence[Fields], at: int, width: int) -> bool:
    """Say whether a row has texts wherever those below have numbers, and else nothing of theirs."""
    row = rows[at]
    if _is_rule(row):
        return True
    body = [each for each in rows[at + 1 : at + 1 + _LOOK_ROWS] if len(each) == width]
    if len(row) != width or len(body) < 3:
        return False
    texts = 0
    for field, column in zip(row, zip(*body, strict=True), strict=True):
        given = [each for each in column if each not in MISSING_WORDS]
        numeric = look_at(given).is_number.mean() > 0.9 if given else False
        if numeric:
            if field in MISSING_WORDS or field.casefold() in MARKS or look_at([field]).is_number[0]:
                return False
            texts += 1
        elif field in given:
            return False
    return texts > 0


def _joined(names: Sequence[str], further: Sequence[Fields]) -> list[str]:
    """Return names put together from rows of which the first spans several columns."""
    spanning, joined = "", []
    for i, name in enumerate(names):
        spanning = name or spanning
        below = [row[i] for row in further if row[i]]
        joined.append(" ".join([spanning, *below]) if below else spanning)
    return joined


def _with_unnamed(names: list[str], body: Sequence[Fields], width: int) -> list[str]:
    """Return names with "" for a column more that the rows have: of row names, or empty.

    No two rows have the same name; where they would, some field was parted that should not be.
    """
    if len(names) != width - 1:
        return names
    wide = [row for row in body if len(row) == width]
    if not any(row[-1] for row in wide):
        return [*names, ""]
    return ["", *names] if len({row[0] for row in wide}) == len(wide) else names


def _passed_over(at: int) -> str:
    if at == 1:
        return "Row 1 stands above the names and is left out."
    return f"Rows 1 to {at} stand above the names and are left out."


def _is_year(text: str) -> bool:
    text = text.strip()
    return text.isascii() and text.isdigit() and int(text) in YEARS
