"""What the reader says of columns, in words that hold no cells."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fairmoe.data.reading.dates import DateOrder
from fairmoe.data.reading.missing import MARKS
from fairmoe.data.reading.numbers import Decimal
from fairmoe.data.reading.record import Change
from fairmoe.errors import InvalidInputError

_ORDERS: dict[DateOrder, str] = {
    "year first": "year, month, day",
    "day first": "day, month, year",
    "month first": "month, day, year",
    "day name": "day, month as a word, year",
    "name day": "month as a word, day, year",
}


def rows_of(count: int) -> str:
    """Return a count of rows in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def doubt(column: str, decimal: Decimal) -> Change:
    """Say that numbers could be read in two ways."""
    sign, other = ("point", "comma") if decimal == "point" else ("comma", "point")
    return Change(
        "doubt",
        column,
        f"Numbers of '{column}' can be read in two ways, and no column decides. The {sign} was "
        f"taken as the decimal sign; if it parts thousands, say that the decimal sign is the "
        f"{other}.",
    )


def mixed(column: str, units: Sequence[str]) -> Change:
    """Say that numbers of several forms stayed a category."""
    what = "several units" if units else "both decimal points and decimal commas"
    return Change(
        "mixed",
        column,
        f"Numbers of '{column}' have {what}, so the column stays a category.",
        tuple(unit or "no unit" for unit in units),
    )


def unit(column: str, sign: str) -> Change:
    """Say which unit was taken off."""
    example = f"; 5{sign} is 5" if sign in "%\u2030" else ""
    return Change("unit", column, f"The sign {sign} was taken off numbers of '{column}'{example}.")


def missing(column: str, rows: int, marks: Sequence[str]) -> Change:
    """Say which texts among numbers were taken for missing."""
    known = [mark for mark in marks if mark.casefold() in MARKS]
    named = ", ".join(f"'{mark}'" for mark in known)
    unnamed = len(marks) - len(known)
    other = f"{unnamed} other text{'' if unnamed == 1 else 's'}" if unnamed else ""
    return Change(
        "missing",
        column,
        f"'{column}' holds numbers; {' and '.join(filter(None, (named, other)))} in "
        f"{rows_of(rows)} {'was' if len(marks) == 1 else 'were'} taken as missing.",
        tuple(marks),
    )


def sentinel(column: str, value: float, rows: int) -> Change:
    """Offer to take a number that stands apart as missing."""
    return Change(
        "sentinel",
        column,
        f"{value:.0f} stands far from the other numbers of '{column}' in {rows_of(rows)}. It was "
        "taken as a number; say so if it means missing.",
        (f"{value:.0f}",),
    )


def too_large(column: str, rows: int) -> Change:
    """Say that absurd numbers were taken as missing."""
    return Change(
        "too large",
        column,
        f"{rows_of(rows)} of '{column}' hold{'s' if rows == 1 else ''} an infinite number or one "
        "beyond 1e30, taken as missing.",
    )


def date(column: str, order: DateOrder, *, in_doubt: bool) -> Change:
    """Say that dates were found, and how they were read."""
    doubtful = " It could also be month, day, year: no date decides." if in_doubt else ""
    return Change(
        "date",
        column,
        f"'{column}' holds dates ({_ORDERS[order]}). Models see the year, the month, the weekday "
        f"and the days since the first.{doubtful}",
    )


def long_text(column: str) -> Change:
    """Say that long texts are no feature."""
    return Change(
        "text", column, f"'{column}' holds texts of many words and is left out of the features."
    )


def alike(column: str, spellings: dict[str, str]) -> Change:
    """Offer to merge spellings."""
    levels = len(set(spellings.values()))
    return Change(
        "alike",
        column,
        f"{len(spellings)} levels of '{column}' differ only in case, blanks or Unicode form, and "
        f"would be {levels} if they were merged. They are kept apart.",
        tuple(spellings),
    )


def merged(column: str, before: int, after: int) -> Change:
    """Say that spellings were merged."""
    return Change(
        "merged",
        column,
        f"Levels of '{column}' that differ only in case, blanks or Unicode form were merged: "
        f"{before} became {after}.",
    )


def dropped(columns: Sequence[str]) -> Change:
    """Say which columns are left out because they were chosen to be."""
    named = ", ".join(f"'{column}'" for column in columns)
    return Change("left out", "", f"Left out, as chosen: {named}.")


def weighted(column: str, rows: int, effective: float) -> str:
    """Say that rows count differently, and how much less they tell for that."""
    return (
        f"Rows count as '{column}' says; the {rows_of(rows)} that count tell as much as "
        f"{effective:,.0f} that all count the same."
    )


def rare(column: str, kept: int, others: int) -> Change:
    """Say that rare levels share an input, or that a column has no others."""
    levels = f"{kept + others:,} levels"
    if not kept:
        sentence = f"None of the {levels} of '{column}' is frequent enough to learn from."
    elif others == 1:
        sentence = f"Of {levels} of '{column}' one is rare; levels not seen in training join it."
    else:
        sentence = f"Of {levels} of '{column}', {others:,} are rare and count as one."
    return Change("rare", column, sentence)


def unseen(column: str, rows: int, levels: tuple[str, ...]) -> Change:
    """Count the rows of levels that no training row had."""
    return Change(
        "unseen",
        column,
        f"{rows_of(rows)} of column '{column}' hold{'s' if rows == 1 else ''} a category that no "
        "training row had.",
        levels,
    )


def far(column: str, rows: int, what: str, limit: str) -> Change:
    """Count the rows of values far from those that a run was trained on.

    Args:
        column: Its name.
        rows: How many.
        what: "number" or "date".
        limit: How far that is.
    """
    return Change(
        "far",
        column,
        f"{rows_of(rows)} of '{column}' hold{'s' if rows == 1 else ''} a {what} {limit}. The model "
        "may be wrong there, however certain its answer.",
    )


def not_estimable(rows: int) -> Change:
    """Count the rows of which nothing is known that a model could go by."""
    has, its = ("has", "Its") if rows == 1 else ("have", "Their")
    return Change(
        "not estimable",
        "",
        f"{rows_of(rows)} {has} no feature that the model knows: all are "
        f"missing or of a category that no training row had. {its} decision is "
        "not estimable and left empty.",
    )


def two_ways(column: str, rows: int) -> Change:
    """Count the rows of numbers that could be read in two ways."""
    return Change(
        "doubt",
        column,
        f"{rows_of(rows)} of '{column}' hold{'s' if rows == 1 else ''} a number that can be read "
        "in two ways; the point was taken as the decimal sign.",
    )


def misread(
    column: str, cells: "pd.Series[Any]", found: "pd.Series[Any]", what: str
) -> list[Change]:
    """Count the rows whose text is not what the column held when the run was trained."""
    wrong = found.isna() & cells.notna()
    rows = int(wrong.sum())
    if not rows:
        return []
    return [
        Change(
            "not a number",
            column,
            f"{rows_of(rows)} of '{column}' hold{'s' if rows == 1 else ''} a text that is not "
            f"{what} as in the rows that were trained on, taken as missing.",
            tuple(map(str, cells[wrong].unique()[:5])),
        )
    ]


def other_sign(column: str, decimal: Decimal) -> Change:
    """Say that texts that were taken as missing would be numbers under the other reading."""
    return Change(
        "doubt",
        column,
        f"Some of these texts of '{column}' are numbers if the decimal sign is the {decimal}; say "
        "so if it is.",
    )


def empty(columns: int) -> Change:
    """Say that columns without names and values were left out."""
    words = "A column" if columns == 1 else f"{columns} columns"
    verb = "is" if columns == 1 else "are"
    return Change("left out", "", f"{words} without a name and without values {verb} left out.")


def index(column: str) -> Change:
    """Say that a column only counts the rows."""
    return Change("left out", column, f"'{column}' only counts the rows and is left out.")


def pandas_index(column: str) -> Change:
    """Say that the index of a data frame is no column."""
    return Change(
        "left out", column, f"'{column}' is the index that pandas wrote, and is left out."
    )


def texts_among(column: str, line: int, rows: int) -> InvalidInputError:
    """Say that a column cannot be read as numbers, and where its first text stands."""
    return InvalidInputError(
        f"Column '{column}' needs numbers",
        however=text_in_place_of_numbers(line, rows),
        remedy=f"Correct that value, say that it means missing, or take '{column}' as a category.",
    )


def text_in_place_of_numbers(line: int, count: int) -> str:
    """Say where texts stand in a column of numbers."""
    others = {1: "", 2: " and so does one other row"}.get(
        count, f" and so do {count - 1:,} other rows"
    )
    return f"row {line:,} holds text{others}"


def no_dates(column: str) -> InvalidInputError:
    """Say that a column cannot be read as dates."""
    return InvalidInputError(
        f"Column '{column}' needs dates",
        however="not all of its texts are dates of one form, or there are fewer than three",
        remedy="Correct them, or take the column as a category.",
    )
