"""What the bytes of a text table are: their encoding, their delimiter, their names."""

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator

import charset_normalizer

from fairmoe.errors import InvalidInputError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE = 1 << 18
_SIGNATURES = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x89HDF": "HDF5",
    b"SQLite format 3": "a database",
    b"<stata_dta>": "of Stata",
    b"$FL": "of SPSS",
    b"ARROW1": "Arrow or Feather",
    b"RDX": "of R",
    b"{\\rtf": "a text document",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
}
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?P<JSON>\[\s*[{\[]|\{\s*\")|(?P<XML><\?xml\b)"
    rb"|(?P<HTML><(?:!doctype html|html|table|div)\b)|(?P<ARFF>(?:%[^\n]*\n\s*)*@relation\b))",
    re.IGNORECASE,
)
_ENOUGH_LETTERS = 40
_GUESS_BYTES = 1 << 16
_OTHER_SCRIPTS = (
    *("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1253", "cp1255"),
    *("cp1256", "cp874"),
)
_SIGN_IN_WORD = re.compile(
    r"[^\W\d_][£¥ª³¹¿¼¾](?=[^\W\d_])|(?<!\w)[£¯][^\W\d_]|[^\W\d_][³¹¿](?!\w)"
)
_WESTERN_SIGNS = frozenset("£€¢¥½¼¾°–—’‘“”„…§©®™±²³µ·×÷«»\u00a0")
_HIGH, _TWO_HIGH = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\x80-\xff]{2}")
_OLD_LETTER = re.compile(
    rb"[A-Za-z](?:[\x81\x83\x87\x88\x90]|[\x82\x84\x85\x94](?=[a-z]))"
    rb"|[a-z][\x82\x84\x8a\x8c-\x8f]"
)
_FEWEST_OLD = 3
_SMALL_LETTER = re.compile("[A-Za-z][äöüßéèêëàâáãåçñíîïìóôòõúûùæøœ]")
_CHINESE = re.compile(
    rb"(?<![A-Za-z])(?:[\xb0-\xd7][\xa1-\xfe]|\xa3[\xa1-\xfe]|\xa1[\xa2-\xbf])+(?![A-Za-z])"
)
_LAST_KOREAN = 0xC8
_MOST_CHAOS = 0.3
_NOT_TEXT = "Export it as CSV and load that."


def decode(raw: bytes, encoding: str = "") -> tuple[str, str]:
    r"""Decode bytes that should be text.

    UTF-8 and UTF-16 are told for sure; among other encodings charset-normalizer guesses, where
    there is enough to go by, and else it is Windows-1252, which is what spreadsheets write.

    Args:
        raw: The bytes.
        encoding: The encoding, as Python names it, if it is known.

    Returns:
        The text without byte-order mark, and in which encoding it was read, in words.

    Raises:
        InvalidInputError: The bytes are no text, or text damaged by NUL bytes; there is no such
            encoding, or it does not fit.

    Example:
        >>> decode("prix;40 €".encode("cp1252"))
        ('prix;40 €', 'Latin-1 (guessed)')
    """
    what = next((what for begin, what in _SIGNATURES.items() if raw.startswith(begin)), "")
    markup = _MARKUP.match(raw)
    if what or markup:
        raise InvalidInputError(
            "A table as text is needed",
            however=f"the file is {what or (markup and markup.lastgroup)}, whatever its name says",
            remedy=_NOT_TEXT,
        )
    if encoding:
        text, named = _decoded(raw, encoding), encoding
    else:
        text, named = _found(raw)
    _check_text(text)
    return text.removeprefix("\ufeff"), named


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except (LookupError, ValueError) as error:
        raise InvalidInputError(
            "The encoding of the file is needed",
            however=f"'{encoding}' is none, or does not fit",
            remedy="Name another, such as utf-8, cp1252, cp1250 or gb18030, or none.",
        ) from error


def _found(raw: bytes) -> tuple[str, str]:
    utf_16 = _utf_16(raw)
    if utf_16:
        return raw.decode(utf_16, errors="replace"), "UTF-16"
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return raw.decode("utf-32", errors="replace"), "UTF-32"
    with contextlib.suppress(UnicodeDecodeError):
        return raw.decode("utf-8-sig"), "UTF-8"
    old = _old_encoding(raw[:SAMPLE])
    if old:
        return raw.decode(old), f"{old} (guessed)"
    # What says something of the encoding: lines with other letters than ASCII has.
    telling = b"\n".join(line for line in raw[:SAMPLE].split(b"\n") if not line.isascii())
    letters = sum(byte > 127 for byte in telling)
    if letters >= _ENOUGH_LETTERS:
        guess = _guess(telling[:_GUESS_BYTES])
        with contextlib.suppress(UnicodeDecodeError):
            if guess:
                return raw.decode(guess), f"{guess} (guessed)"
    return raw.decode("cp1252", errors="replace"), "Latin-1 (guessed)"


def _old_encoding(sample: bytes) -> str:
    """Return the encoding of DOS or of the old Macintosh, if letters are where those have them.

    They lie where the encodings of Windows have signs, capitals within words, or nothing.
    """
    high = len(_HIGH.findall(sample))
    within = len(_OLD_LETTER.findall(sample))
    if within < _FEWEST_OLD or within < high / 10 or 5 * len(_TWO_HIGH.findall(sample)) > high:
        return ""
    counts = {
        name: len(_SMALL_LETTER.findall(sample.decode(name))) for name in ("cp850", "mac_roman")
    }
    return max(counts, key=counts.__getitem__)


def _guess(telling: bytes) -> str:
    """Return the encoding that lines with many other letters than ASCII's are likely in, or ""."""
    western = telling.decode("cp1252", errors="replace")
    if all(letter.isascii() or letter in _WESTERN_SIGNS for letter in western):
        return ""
    if _is_common_chinese(telling):
        return "gb18030"
    guesses = charset_normalizer.from_bytes(
        telling, cp_isolation=[*_OTHER_SCRIPTS, "cp1252"], threshold=0.6
    )
    best = min(guesses, key=lambda guess: guess.chaos - guess.coherence, default=None)
    if best is not None and best.encoding in _OTHER_SCRIPTS and best.chaos < _MOST_CHAOS:
        return best.encoding
    # Signs within words are letters elsewhere: "£ód\u017a" is "Łódź".
    if len(_SIGN_IN_WORD.findall(western)) > len(western) / 1000:
        return "cp1250"
    icelandic, turkish = (sum(map(western.count, some)) for some in ("áóúæ", "þðýÞÐÝ"))
    return "cp1254" if turkish > icelandic else ""


def _is_common_chinese(telling: bytes) -> bool:
    """Say whether all letters beyond ASCII are pairs of bytes for frequent Chinese characters.

    Some of them have to lie where Korean has none. Short words leave charset-normalizer undecided.
    """
    words = _CHINESE.findall(telling)
    beyond_korean = any(first > _LAST_KOREAN for word in words for first in word[::2])
    return beyond_korean and _CHINESE.sub(b"", telling).isascii()


def _utf_16(raw: bytes) -> str:
    """Return the UTF-16 codec that fits the bytes, or nothing."""
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return ""
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
