"""How a file is read, as options say, and what was done to its columns."""

from collections.abc import Iterable
from typing import get_args

from fairmoe.cli.arguments import names_in, pairs_in
from fairmoe.cli.messages import print_message
from fairmoe.cli.options import MAX_MIB
from fairmoe.data import Change, ColumnKind, ReadOptions
from fairmoe.data.reading.budget import MAX_BYTES
from fairmoe.data.reading.record import ChangeCode
from fairmoe.errors import InvalidInputError

DECIMALS = {"point": "point", ".": "point", "comma": "comma", ",": "comma"}

HINTS: dict[ChangeCode, str] = {
    "doubt": "say --decimal point or --decimal comma",
    "missing": "to keep such texts, say --kind '{column}=category'",
    "sentinel": "say --missing '{column}={values}' if it means missing",
    "date": "to take them otherwise, say --kind '{column}=category'",
    "text": "to keep it, say --kind '{column}=category'",
    "alike": "say --alike '{column}' to merge them",
}


def read_options_from(
    *,
    decimal: str | None,
    encoding: str | None,
    sheet: str | None,
    kind: Iterable[str] | None = None,
    missing: Iterable[str] | None = None,
    alike: Iterable[str] | None = None,
    max_mib: int = MAX_MIB,
) -> ReadOptions:
    """Return what the options tell the reader.

    Args:
        decimal: "point" or "comma".
        encoding: The name of an encoding.
        sheet: The name of a sheet.
        kind: Texts such as "ward=category".
        missing: Texts such as "age=999, -1", or "unknown" for all columns.
        alike: Texts that list names.
        max_mib: How many MiB the file may take, decompressed.

    Raises:
        InvalidInputError: An option has a value that it cannot have.
    """
    if decimal is not None and decimal not in DECIMALS:
        raise InvalidInputError(
            "Option --decimal needs to be point or comma",
            however="something else was given",
            choices=("point", "comma"),
        )
    return ReadOptions(
        decimal=None if decimal is None else "point" if DECIMALS[decimal] == "point" else "comma",
        encoding=encoding or "",
        sheet=sheet or "",
        kinds={name: _kind(value) for name, value in pairs_in("--kind", kind or ())},
        missing=_missing(missing or ()),
        alike=names_in(alike or ()),
        max_bytes=min(max_mib * 2**20, MAX_BYTES),
    )


def print_changes(changes: Iterable[Change], title: str = "What was done to your columns:") -> None:
    """Print what was done to the columns, each with what could be done instead."""
    lines = []
    for change in changes:
        hint = HINTS.get(change.code, "").format(
            column=change.column, values=",".join(change.values)
        )
        texts = ""
        if change.code in ("missing", "alike", "not a number", "unseen"):
            texts = f" ({', '.join(repr(value) for value in change.values)})"
        lines.append(f"  {change.sentence}{texts}" + (f" ({hint})" if hint else ""))
    if lines:
        print_message(title)
        for line in lines:
            print_message(line)


def _kind(text: str) -> ColumnKind:
    kinds: tuple[ColumnKind, ...] = get_args(ColumnKind)
    for kind in kinds:
        if text == kind:
            return kind
    raise InvalidInputError(
        "Option --kind needs the kind of a column",
        however="something else was given",
        choices=kinds,
    )


def _missing(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        column, equals, listed = text.partition("=")
        column, listed = (column.strip(), listed) if equals else ("", text)
        values = tuple(value.strip() for value in names_in([listed]))
        found[column] = (*found.get(column, ()), *values)
    return found
