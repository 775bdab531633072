"""What the bytes of a text table are: their encoding, their delimiter, their names."""

import csv
import io
import itertools
from collections.abc import Collection, Iterator

from fairmoe.errors import InvalidInputError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE = 1 << 18
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_NOT_TEXT = "Export it as CSV and load that."


def decode(raw: bytes, encoding: str = "") -> tuple[str, str]:
    r"""Decode bytes that should be text.

    Returns:
        The text without byte-order mark, and the name of the encoding: UTF-8, UTF-16 or Latin-1.
        Latin-1 is read as its superset Windows-1252, which is what spreadsheets write.

    Raises:
        InvalidInputError: The bytes are no text, or text damaged by NUL bytes.

    Example:
        >>> decode("prix;40 €".encode("cp1252"))
        ('prix;40 €', 'Latin-1')
    """
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature):
            raise InvalidInputError(
                "A table as text is needed",
                however=f"the file is {what}, whatever its name says",
                remedy=_NOT_TEXT,
            )
    utf_16 = _utf_16(raw)
    try:
        text = raw.decode(utf_16 or "utf-8-sig")
        encoding = "UTF-16" if utf_16 else "UTF-8"
    except UnicodeDecodeError:
        text, encoding = raw.decode("cp1252", errors="replace"), "Latin-1"
    _check_text(text)
    return text, encoding


def _utf_16(raw: bytes) -> str:
    """Return the UTF-16 codec that fits the bytes, or nothing."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = raw[:SAMPLE]
    half = len(sample) // 2
    zeros = [sample[offset::2].count(0) for offset in (0, 1)]
    # Most characters of a table are ASCII, and so every second byte of UTF-16 is zero.
    if half and zeros[1] > 0.7 * half and zeros[0] < 0.01 * half:
        return "utf-16-le"
    if half and zeros[0] > 0.7 * half and zeros[1] < 0.01 * half:
        return "utf-16-be"
    return ""


def _check_text(text: str) -> None:
    sample = text[:SAMPLE]
    unprintable = sum(sample.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 0xFFFD))
    zeros = sample.count("\0")
    if unprintable + zeros > 0.02 * len(sample) and unprintable > 0:
        raise InvalidInputError(
            "A table as text is needed",
            however="the file holds binary data, whatever its name says",
            remedy=_NOT_TEXT,
        )
    zero = text.find("\0")
    if zero >= 0:
        line = text.count("\n", 0, zero) + 1
        raise InvalidInputError(
            "Text without NUL bytes is needed",
            however=f"row {line:,} holds one",
            remedy="The file is damaged; export it again.",
        )


def find_delimiter(text: str, needed: Collection[str] = ()) -> str:
    r"""Return the delimiter under which the first rows agree best on a number of columns.

    Where several do equally well, the one that gives more columns wins, and then the comma. Where
    none parts a row, it is the comma.

    Args:
        text: The table.
        needed: Names that one row has to hold, if they are known; this decides before all else.

    Example:
        >>> find_delimiter("age;income\n38;1,5\n41;2,25\n")
        ';'
    """
    sample = text[:SAMPLE]
    complete = len(sample) == len(text)

    def agreement(delimiter: str) -> tuple[int, float, int]:
        rows = [row for row in itertools.islice(records(sample, delimiter), 200) if row]
        # The sample may cut its last row short.
        rows = rows if complete or len(rows) < 2 else rows[:-1]
        found = max(len(set(needed).intersection(map(str.strip, row))) for row in rows)
        widths = [len(row) for row in rows if len(row) > 1]
        if not widths:
            return found, 0.0, 1
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        return found, widths.count(usual) / len(rows), usual

    return max(DELIMITERS, key=agreement)


def records(text: str, delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """Yield the rows of a text table as lists of fields; a blank row is an empty list.

    Raises:
        csv.Error: A quote is never closed, and `strict`.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
