"""Texts -> numbers, in whichever way they are written.

Which of point and comma is the decimal sign is a matter of the file. Here each text is held against
both readings; what the texts of a column and of its neighbours say together is decided elsewhere.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Decimal = Literal["point", "comma"]
"""Which sign parts the whole from the fraction; the other may part thousands."""

DECIMALS: tuple[Decimal, ...] = ("point", "comma")

_SAMPLE = 200
_TINY_LOOK = 20

_INFINITE = r"^[-+]?(?i:inf|infinity)$"
_PATTERN: dict[Decimal, str] = {
    # Thousands are also grouped as in India, two digits above the last three.
    "point": r"^[-+]?(?:(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3})(?:\.\d*)?"
    r"|(?:\d+(?:\.\d*)?|\.\d+)[eE][-+]?\d+|\.\d+)$|" + _INFINITE,
    "comma": r"^[-+]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?"
    r"|(?:\d+(?:,\d*)?|,\d+)[eE][-+]?\d+|,\d+)$|" + _INFINITE,
}
_SIMPLE = r"^[-+]?[0-9.,]*[0-9][.,]?(?:[eE][-+]?[0-9]+)?$|" + _INFINITE

_PLAIN = r"^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"

_SYMBOL = (
    "[$\u00a2-\u00a5\u0e3f\u17db\u20a0-\u20cf\ufdfc\ufe69\uff04\uffe0\uffe1\uffe5\uffe6]"
    "|(?:US|A|C|NZ|HK|R|S)[$]"
)
_CODES = (
    "USD EUR GBP CHF JPY CNY RMB INR CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN RUB UAH TRY BRL "
    "MXN ARS CLP COP PEN ZAR KRW HKD SGD TWD THB IDR MYR PHP VND SAR AED ILS EGP NGN KES PKR BDT "
    "LKR ISK"
)
_WORDS = ["kr", "Kč", "zł", "Ft", "lei", "лв", "руб", "р", "TL", "Rs", "Fr", "SFr"]
_UNIT = "|".join(
    ["[%\u2030]", _SYMBOL, *_CODES.split(), *_CODES.lower().split()]
    + [rf"{re.escape(word)}[.]?" for word in sorted(_WORDS, key=len, reverse=True)]
)
_DRESSED = re.compile(
    rf"""
    (?P<open>\()? [ ]* (?P<before>[-+])? [ ]* (?P<prefix>{_UNIT})? [ ]* (?P<middle>[-+(])? [ ]*
    (?P<core>\d{{1,3}}(?P<gap>[ '])\d{{3}}(?:(?P=gap)\d{{3}})*(?:[.,]\d*)?|[\d.,]*\d[.,]?)
    (?P<power>[eE][-+]?\d+)? [ ]* (?P<suffix>{_UNIT})? [ ]* (?P<after>-)? [ ]* (?P<close>\))?
    """,
    re.VERBOSE | re.ASCII,
)
# In prices a dash may stand for "no cents": "5,-", "5.--".
_NO_CENTS = re.compile(r"(?<=\d)[.,]-+(?=\s|$)", re.ASCII)
_ALIKE = {
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2019\u02bc\u2018\u2032\uff07", "'"),
    **dict.fromkeys("\u066a\uff05\ufe6a", "%"),
    **dict.fromkeys("\u200e\u200f\u061c\ufeff\u202a\u202c", ""),
    "\uff0b": "+",
    "\uff0e": ".",
    "\uff0c": ",",
    "\t": " ",
}
_ARABIC_POINT, _ARABIC_COMMA = "\u066b", "\u066c"


@dataclass(frozen=True, eq=False)
class NumberTexts:
    """Texts held against both readings of point and comma.

    Attributes:
        cores: Sign, digits, points and commas of each text, `(k,)`; null for what is no number.
        units: The unit of each text, such as "%" or "€", `(k,)`; "" for none.
        fits: For each reading whether a text is a number under it, `(k,)`.
    """

    cores: pa.StringArray
    units: tuple[str, ...]
    fits: dict[Decimal, NDArray[np.bool_]]

    @property
    def is_number(self) -> NDArray[np.bool_]:
        """Which texts are numbers under some reading, `(k,)`."""
        return np.logical_or(self.fits["point"], self.fits["comma"])

    def needs(self, decimal: Decimal) -> NDArray[np.bool_]:
        """Return which texts are numbers under this reading only, `(k,)`."""
        other: Decimal = "comma" if decimal == "point" else "point"
        return np.logical_and(self.fits[decimal], ~self.fits[other])

    @property
    def is_ambiguous(self) -> NDArray[np.bool_]:
        """Which texts are other numbers under the other reading, `(k,)`: "8.920" and "1,250"."""
        both = self.fits["point"] & self.fits["comma"]
        signs = pc.match_substring_regex(self.cores, "[.,]").fill_null(False)
        ambiguous: NDArray[np.bool_] = both & signs.to_numpy(zero_copy_only=False)
        return ambiguous

    def values(self, decimal: Decimal) -> NDArray[np.int64] | NDArray[np.float64]:
        """Return the numbers, `(k,)`; NaN for a text that is none under this reading.

        They are integers if all texts are whole numbers that an int64 holds.
        """
        point, group = (".", ",") if decimal == "point" else (",", ".")
        plain = pc.replace_substring(pc.replace_substring(self.cores, group, ""), point, ".")
        plain = pc.utf8_ltrim(plain, characters="+")
        fits = self.fits[decimal]
        if fits.all() and not pc.any(pc.match_substring_regex(plain, "[.eEnN]")).as_py():
            try:
                whole: NDArray[np.int64] = plain.cast(pa.int64()).to_numpy()
            except pa.ArrowInvalid:
                pass
            else:
                return whole
        masked = pc.if_else(pa.array(fits), plain, pa.scalar(None, pa.string()))
        numbers: NDArray[np.float64] = masked.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return numbers


def look_at(texts: Sequence[str]) -> NumberTexts:
    """Hold texts without surrounding blanks against both readings of point and comma.

    Example:
        >>> seen = look_at(["8.920", "1,5", "(3 000)", "12 %", "four"])
        >>> seen.values("comma").tolist()
        [8920.0, 1.5, -3000.0, 12.0, nan]
    """
    cores = pa.array(texts, pa.string())
    units = [""] * len(texts)
    simple = _mask(cores, _SIMPLE)
    if not simple.all():
        undressed = cores.to_pylist()
        for i in np.flatnonzero(~simple).tolist():
            undressed[i], units[i] = _undress(texts[i])
        cores = pa.array(undressed, pa.string())
    fits = {decimal: _mask(cores, _PATTERN[decimal]) for decimal in DECIMALS}
    return NumberTexts(cores, tuple(units), fits)


def number_of(text: str, decimal: Decimal) -> float | None:
    """Return the number that a text is under a reading of point and comma, if it is one."""
    seen = look_at([text.strip()])
    return float(seen.values(decimal)[0]) if seen.fits[decimal][0] else None


def plain_numbers(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """Return texts as numbers, `(k,)`, if all are such as a program writes them: "-1.5", "2e3"."""
    array = pa.array(texts, pa.string())
    if not len(array) or not _mask(array, _PLAIN).all():
        return None
    numbers: NDArray[np.float64] = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers


def hardly_numbers(texts: Sequence[str]) -> bool:
    """Return whether a look at some of many texts shows that most of them are no numbers."""
    step = len(texts) // _SAMPLE
    if step < 2:
        return False
    sample = list(texts[::step])
    seen = look_at(sample[:_TINY_LOOK])
    if not seen.is_number.any():
        return True
    return bool(look_at(sample).is_number.mean() < 0.5)


def _mask(texts: pa.StringArray, pattern: str) -> NDArray[np.bool_]:
    matched = pc.match_substring_regex(texts, pattern).fill_null(False)
    mask: NDArray[np.bool_] = matched.to_numpy(zero_copy_only=False)
    return mask


def _undress(text: str) -> tuple[str | None, str]:
    """Return the core of a number without its blanks, brackets and unit, and the unit."""
    if not text.isascii():
        text = _translated(text)
    if not any("0" <= letter <= "9" for letter in text):
        return None, ""
    dressed = _DRESSED.fullmatch(_NO_CENTS.sub("", text.strip()))
    if dressed is None or (dressed["prefix"] and dressed["suffix"]):
        return None, ""
    signs = [dressed[name] for name in ("open", "before", "middle", "after") if dressed[name]]
    if ("(" in signs) != bool(dressed["close"]):
        return None, ""
    if len(signs) > 1:
        return None, ""
    core = dressed["core"].replace(dressed["gap"] or " ", "")
    unit = (dressed["prefix"] or dressed["suffix"] or "").rstrip(".")
    unit = unit.upper() if unit.upper() in _CODES.split() else unit
    sign = "".join(signs).replace("(", "-")
    return f"{sign}{core}{dressed['power'] or ''}", unit


def _translated(text: str) -> str:
    """Return a text with ASCII digits, signs and blanks in place of those of other scripts."""
    letters = []
    for letter in text:
        if letter in _ALIKE:
            letters.append(_ALIKE[letter])
        elif letter.isdecimal():
            letters.append(str(unicodedata.decimal(letter)))
        elif unicodedata.category(letter) == "Zs":
            letters.append(" ")
        else:
            letters.append(letter)
    plain = "".join(letters)
    if _ARABIC_POINT in plain or _ARABIC_COMMA in plain:
        # Zeros in front keep this comma from being taken for one between thousands.
        plain = re.sub(rf"(\d)(?=[\d{_ARABIC_COMMA}]*{_ARABIC_POINT})", r"0000\1", plain, count=1)
        plain = plain.replace(_ARABIC_COMMA, "").replace(_ARABIC_POINT, ",")
    return plain
