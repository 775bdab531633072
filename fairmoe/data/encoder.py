"""Columns of numbers and categories -> a matrix of float32, fitted on the training rows."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from fairmoe.config import Scale
from fairmoe.data.kinds import MISSING, ColumnKind, as_category, as_number
from fairmoe.data.table import check_columns, text_in_place_of_numbers
from fairmoe.errors import InvalidInputError

RARE = "(rare)"
MAX_SPREADS = 1e6


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
        numbers = _numbers(values, self.column)
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


Code = NumberCode | CategoryCode


@dataclass(frozen=True)
class Encoder:
    """Turns the feature columns of a table into the inputs of a model.

    Scikit-learn learns what is to be done (see `fit`); the encoder keeps that as plain figures, so
    that it travels as JSON, and writes float32 column by column, so that no wider copy is made.

    Attributes:
        codes: One per source column, in the order of the columns.
    """

    codes: tuple[Code, ...]

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        kinds: Mapping[str, ColumnKind],
        *,
        scale: Scale = "standard",
        rare_level: float = 0.005,
    ) -> Self:
        """Learn from training rows how to encode each column.

        Args:
            frame: The training rows, `(n, c)`, `n >= 1`.
            kinds: The kind of each column.
            scale: Numbers to mean 0 and deviation 1, or to the range -1 to 1. A constant becomes 0.
            rare_level: Levels rarer than this share of the rows become one; 0 for none.

        Raises:
            InvalidInputError: A column of numbers holds texts.
        """
        numbers = [column for column in frame.columns if kinds[column] == "number"]
        categories = {
            column: as_category(frame[column])
            for column in frame.columns
            if kinds[column] == "category"
        }
        cleaned = pd.DataFrame(
            {column: _numbers(frame[column], column) for column in numbers}
            | {column: values.cat.codes for column, values in categories.items()}
        )
        scaler = StandardScaler() if scale == "standard" else MinMaxScaler((-1, 1))
        impute = SimpleImputer(strategy="median", keep_empty_features=True)
        # Without a share `min_frequency` has to be None; 0 is not taken.
        one_hot = OneHotEncoder(min_frequency=rare_level or None, dtype=np.float32)
        fitted = ColumnTransformer(
            [
                ("numbers", make_pipeline(impute, scaler), numbers),
                ("categories", one_hot, list(categories)),
            ]
        ).fit(cleaned)
        codes: dict[str, Code] = {}
        if numbers:
            codes |= _number_codes(fitted.named_transformers_["numbers"], cleaned[numbers])
        if categories:
            codes |= _category_codes(fitted.named_transformers_["categories"], categories)
        return cls(tuple(codes[column] for column in frame.columns))

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns, `(c,)`."""
        return tuple(code.column for code in self.codes)

    @property
    def column_of(self) -> NDArray[np.int64]:
        """The source column of each encoded column as an index into `columns`, `(d,)`."""
        return np.repeat(np.arange(len(self.codes)), [len(code.names) for code in self.codes])

    @property
    def encoded_names(self) -> tuple[str, ...]:
        """Names of the encoded columns, `(d,)`, such as "age" or "sex = female"."""
        return tuple(name for code in self.codes for name in code.names)

    def transform(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Encode rows.

        Args:
            frame: Rows with at least the source columns, in any order, `(n, *)`.

        Returns:
            The inputs of a model, `(n, d)`, finite.

        Raises:
            InvalidInputError: A column is missing, or one of numbers holds texts.
        """
        check_columns(frame, self.columns)
        encoded = np.empty((len(frame), len(self.encoded_names)), dtype=np.float32)
        start = 0
        for code in self.codes:
            stop = start + len(code.names)
            code.write(frame[code.column], encoded[:, start:stop])
            start = stop
        return encoded

    def to_dict(self) -> dict[str, Any]:
        """Return the encoder in a form that JSON keeps exactly."""
        return {"codes": [dataclasses.asdict(code) for code in self.codes]}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the encoder that `to_dict` wrote, also after a passage through JSON."""
        return cls(tuple(_code_from(code) for code in record["codes"]))


def _code_from(record: Mapping[str, Any]) -> Code:
    if "levels" in record:
        return CategoryCode(record["column"], tuple(record["levels"]), tuple(record["rare"]))
    return NumberCode(**record)


def _numbers(values: "pd.Series[Any]", column: str) -> "pd.Series[float]":
    """Return values as numbers, or say which row of a file with a header holds a text."""
    numbers, wrong = as_number(values)
    if len(wrong):
        raise InvalidInputError(
            f"Column '{column}' needs numbers",
            however=text_in_place_of_numbers(int(wrong[0]) + 2, len(wrong)),
            remedy="Correct that value.",
        )
    return numbers.astype("float64")


def _number_codes(pipeline: Any, values: pd.DataFrame) -> dict[str, Code]:
    impute, scaler = (step for _, step in pipeline.steps)
    if isinstance(scaler, StandardScaler):
        centers, spreads = scaler.mean_, scaler.scale_
    else:
        centers = scaler.data_min_ / 2 + scaler.data_max_ / 2
        spreads = scaler.data_range_ / 2
    has_missing = values.isna().any()
    return {
        column: NumberCode(
            column, float(median), float(center), float(spread) or 1.0, bool(has_missing[column])
        )
        for column, median, center, spread in zip(
            values.columns, impute.statistics_, centers, spreads, strict=True
        )
    }


def _category_codes(one_hot: Any, categories: "Mapping[str, pd.Series[Any]]") -> dict[str, Code]:
    none: list[Any] = [None] * len(categories)
    rare_codes = none if one_hot.min_frequency is None else one_hot.infrequent_categories_
    codes: dict[str, Code] = {}
    for (column, values), seen, rare in zip(
        categories.items(), one_hot.categories_, rare_codes, strict=True
    ):
        # A missing value has code -1, which picks the last name.
        names = np.array([*values.cat.categories, MISSING], dtype=object)
        rare_levels = () if rare is None else tuple(names[rare])
        levels = tuple(level for level in names[seen] if level not in rare_levels)
        codes[column] = CategoryCode(column, levels, rare_levels)
    return codes
