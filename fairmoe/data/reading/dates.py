"""Texts -> days, in the ways that dates are written."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

DateOrder = Literal["year first", "day first", "month first", "day name", "name day"]
"""In which order a date says its parts; in the last two the month is a word."""

MIN_DATES = 3
"""A column of fewer different dates is a category."""

_SAMPLE = 50
_FIRST_YEARS_OF_TWO_DIGITS = 69

_TIME = (
    r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)? *(?:[AaPp]\.?[Mm]\.?)? *"
    r"(?:Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?$"
)
_DAY, _MONTH, _YEAR = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4}|\d{2})"
_NAME, _SEP = r"(?P<m>[A-Za-z]{3,9})\.?", r"(?:-|/|\. ?)"
_PATTERNS: dict[DateOrder, str] = {
    "year first": rf"^(?P<y>\d{{4}}){_SEP}{_MONTH}{_SEP}{_DAY}\.?{_TIME}",
    "day first": rf"^{_DAY}{_SEP}{_MONTH}{_SEP}{_YEAR}\.?{_TIME}",
    "month first": rf"^{_MONTH}{_SEP}{_DAY}{_SEP}{_YEAR}{_TIME}",
    "day name": rf"^{_DAY}(?:\.|st|nd|rd|th)?[- ]+{_NAME},?[- ]+{_YEAR}{_TIME}",
    "name day": rf"^{_NAME}[- ]+{_DAY}(?:st|nd|rd|th)?,?[- ]+{_YEAR}{_TIME}",
}
_COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def days_of(texts: Sequence[str], order: DateOrder) -> NDArray[np.datetime64]:
    """Return the day that each text says, `(k,)`; NaT for a text that says none in this order.

    Eight digits are year, month and day, as in 20150710. Two digits of a year are those of 1969 to
    2068. Times of day are let go.

    Example:
        >>> days_of(["10/07/2015", "31.12.69 23:59", "2015"], "day first").astype(str).tolist()
        ['2015-07-10', '1969-12-31', 'NaT']
    """
    array = _with_signs(texts)
    parts = pc.extract_regex(array, _PATTERNS[order])
    year, month, day = (pc.struct_field(parts, name) for name in "ymd")
    if "name" in order:
        month = pa.array([_month(word) for word in month.to_pylist()], pa.string())
    numbers: dict[str, NDArray[Any]] = {
        name: part.cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name, part in (("year", year), ("month", month), ("day", day))
    }
    years = numbers["year"]
    numbers["year"] = np.select(
        [years < _FIRST_YEARS_OF_TWO_DIGITS, years < 100], [years + 2000, years + 1900], years
    )
    # pandas takes no year before 1678 in nanoseconds, and no day 31 of a month of 30.
    days = pd.to_datetime(pd.DataFrame(numbers), errors="coerce")
    return days.to_numpy().astype("datetime64[D]")


def find_order(texts: Sequence[str]) -> tuple[DateOrder | None, bool]:
    """Return the order in which all of some texts are dates, and whether another would do too.

    Example:
        >>> find_order(["10/07/2015", "24/08/2010", "01/02/2011"])
        ('day first', False)
        >>> find_order(["10/07/2015", "04/08/2010", "01/02/2011"])
        ('day first', True)
        >>> find_order(["10/07/2015", "a", "b"])
        (None, False)
    """
    if len(texts) < MIN_DATES:
        return None, False
    sample = list(texts[:: max(1, len(texts) // _SAMPLE)])
    first = _with_signs(sample[:1])
    likely = [
        order for order, p in _PATTERNS.items() if pc.match_substring_regex(first, p)[0].as_py()
    ]
    fitting = [order for order in likely if not np.isnat(days_of(sample, order)).any()]
    if len(sample) < len(texts):
        fitting = [order for order in fitting if not np.isnat(days_of(texts, order)).any()]
    if not fitting:
        return None, False
    if len(fitting) == 1:
        return fitting[0], False
    first, second = (days_of(texts, order) for order in fitting[:2])
    return fitting[0], bool((first != second).any())


def _with_signs(texts: Sequence[str]) -> pa.Array:
    return pc.replace_substring_regex(pa.array(texts, pa.string()), _COMPACT, r"\1-\2-\3")


def _month(word: str | None) -> str | None:
    start = (word or "")[:3].lower()
    return str(_MONTHS.index(start) + 1) if start in _MONTHS else None
