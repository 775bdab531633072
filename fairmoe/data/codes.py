"""How one column of a table becomes inputs of a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.data.kinds import MISSING, as_category, as_number
from fairmoe.data.reading.dates import days_of
from fairmoe.data.reading.sentences import text_in_place_of_numbers
from fairmoe.errors import InvalidInputError

RARE = "(rare)"
MAX_SPREADS = 1e6
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class NumberCode:
    """How a number is encoded: `(x - center) / spread`, and whether it was missing.

    Values are clipped at `MAX_SPREADS` spreads from the centre, so that every input is finite.

    Attributes:
        column: Its name.
        median: What a missing value is taken as.
        center: What becomes 0.
        spread: What becomes 1, positive.
        indicator: Whether a second encoded column says 1 where the value is missing, which is so
            if a training row lacked it.
    """

    column: str
    median: float
    center: float
    spread: float
    indicator: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        return (self.column, f"{self.column} = {MISSING}")[: 1 + self.indicator]

    def write(self, values: "pd.Series[Any]", out: NDArray[np.float32]) -> None:
        """Encode values `(n,)` into `out` `(n, len(names))`.

        Raises:
            InvalidInputError: A value is text.
        """
        numbers = numbers_in(values, self.column)
        if self.indicator:
            out[:, 1] = numbers.isna()
        scaled = (numbers.fillna(self.median) - self.center) / self.spread
        out[:, 0] = scaled.clip(-MAX_SPREADS, MAX_SPREADS)


@dataclass(frozen=True)
class CategoryCode:
    """How a category is encoded: a column of 0 and 1 per level.

    Attributes:
        column: Its name.
        levels: Levels with a column of their own; `MISSING` may be one.
        rare: Levels that share a last column, where there are any; so does a level that no
            training row had. Without a column for rare levels such a row is 0 throughout.
    """

    column: str
    levels: tuple[str, ...]
    rare: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        levels = (*self.levels, RARE) if self.rare else self.levels
        return tuple(f"{self.column} = {level}" for level in levels)

    def write(self, values: "pd.Series[Any]", out: NDArray[np.float32]) -> None:
        """Encode values `(n,)` into `out` `(n, len(names))`."""
        category = as_category(values)
        position = {level: i for i, level in enumerate(self.levels)}
        other = len(self.levels) if self.rare else -1
        seen = [position.get(level, other) for level in (*category.cat.categories, MISSING)]
        # A missing value has code -1 and picks the last position.
        encoded = np.array(seen)[category.cat.codes.to_numpy()]
        rows = np.flatnonzero(encoded >= 0)
        out[:] = 0
        out[rows, encoded[rows]] = 1


@dataclass(frozen=True)
class DateCode:
    """How a date is encoded: its year, its month, the days since the first, and its weekday.

    Attributes:
        column: Its name.
        first: The first day among the training rows, such as "2015-07-10".
        parts: How year, month and days are encoded as numbers, and whether the date is missing.
    """

    column: str
    first: str
    parts: tuple[NumberCode, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        parts = (name for part in self.parts for name in part.names)
        return (*parts, *(f"{self.column} = {day}" for day in WEEKDAYS))

    def write(self, values: "pd.Series[Any]", out: NDArray[np.float32]) -> None:
        """Encode values `(n,)` into `out` `(n, len(names))`; what is no date counts as missing."""
        numbers, weekday = parts_of_dates(values, np.datetime64(self.first))
        start = 0
        for part in self.parts:
            stop = start + len(part.names)
            part.write(numbers[part.column], out[:, start:stop])
            start = stop
        rows = np.flatnonzero(weekday >= 0)
        out[:, start:] = 0
        out[rows, start + weekday[rows]] = 1

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "DateCode":
        """Return the code that `dataclasses.asdict` wrote."""
        parts = tuple(NumberCode(**part) for part in record["parts"])
        return cls(record["column"], record["first"], parts)


Code = NumberCode | CategoryCode | DateCode


def code_from(record: Mapping[str, Any]) -> Code:
    """Return the code that `dataclasses.asdict` wrote, also after a passage through JSON."""
    if "levels" in record:
        return CategoryCode(record["column"], tuple(record["levels"]), tuple(record["rare"]))
    return DateCode.from_dict(record) if "parts" in record else NumberCode(**record)


def dates_of(values: "pd.Series[Any]") -> NDArray[np.datetime64]:
    """Return the days that values say, `(n,)`: texts such as 2015-07-10, or times of pandas."""
    category = as_category(values)
    days = days_of(list(category.cat.categories), "year first")
    # A missing value has code -1 and picks the last entry.
    return np.append(days, np.datetime64("NaT", "D"))[category.cat.codes.to_numpy()]


def parts_of_dates(
    values: "pd.Series[Any]", first: np.datetime64
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return year, month and days since a first day of dates, and their weekday, -1 if missing.

    Args:
        values: The dates, `(n,)`.
        first: From when days are counted.
    """
    days = dates_of(values)
    index = pd.DatetimeIndex(days)
    numbers = {
        "year": index.year,
        "month": index.month,
        "days since the first": (days - first) / np.timedelta64(1, "D"),
    }
    named = {f"{values.name} ({part})": np.asarray(v, np.float64) for part, v in numbers.items()}
    # 1970 began on a Thursday.
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return pd.DataFrame(named, index=values.index), np.where(np.isnat(days), -1, weekday)


def numbers_in(values: "pd.Series[Any]", column: str) -> "pd.Series[float]":
    """Return values as numbers, or say which row of a file with a header holds a text."""
    numbers, wrong = as_number(values)
    if len(wrong):
        raise InvalidInputError(
            f"Column '{column}' needs numbers",
            however=text_in_place_of_numbers(int(wrong[0]) + 2, len(wrong)),
            remedy="Correct that value.",
        )
    return numbers.astype("float64")
