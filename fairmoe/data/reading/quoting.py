"""Quotes that the reader knows, in place of others."""

import csv
import io
import itertools
import re
from collections.abc import Sequence

from fairmoe.data.reading.text import SAMPLE

_ROWS = 100
_NAME = re.compile(r"\s*'.+'\s*")


def with_plain_quotes(text: str, delimiter: str) -> str:
    r"""Return a text table with double quotes around its fields, and no blank before them.

    Single quotes are such if all names, or a field of each row, stand in them and the first rows
    have no double ones; double quotes if a field that begins with one follows a blank. Any other
    text is returned as it is.

    Example:
        >>> with_plain_quotes("'sex','age'\n'f','38'\n", ",")
        'sex,age\nf,38\n'
        >>> with_plain_quotes('sex, "place"\nf, "Rome, Italy"\n', ",")
        'sex,place\nf,"Rome, Italy"\n'
    """
    lines = list(itertools.islice(io.StringIO(text[:SAMPLE], newline=""), _ROWS))
    first = "".join(lines)
    if '"' not in first and "'" in first and _are_in_single_quotes(lines, delimiter):
        quote = "'"
    elif '"' in first and any(
        _keeps_quotes(field) for row in csv.reader(lines, delimiter=delimiter) for field in row
    ):
        quote = '"'
    else:
        return text
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    written = io.StringIO(newline="")
    fields = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, skipinitialspace=True
    )
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(fields)
    return written.getvalue()


def _are_in_single_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Say whether all names, or some field of each row, are in single quotes that close in it."""
    lines = [line for line in lines if line.strip()]
    rows = [row for row in csv.reader(lines, delimiter=delimiter, quotechar="'") if any(row)]
    begins = re.compile(rf"(?:^|{re.escape(delimiter)})[ ]*'")
    has_names = all(_NAME.fullmatch(name) for name in lines[0].split(delimiter))
    has_fields = all(map(begins.search, lines[1:]))
    are_whole = len(rows) == len(lines) and len(set(map(len, rows))) == 1
    return are_whole and (has_names or has_fields)


def _keeps_quotes(field: str) -> bool:
    """Say whether a field that was read still begins with a quote, for a blank stood before it."""
    return field != field.lstrip() and field.lstrip().startswith('"')
