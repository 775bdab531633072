"""Columns of a table -> a matrix of float32, fitted on the training rows."""

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
from fairmoe.data.codes import (
    CategoryCode,
    Code,
    DateCode,
    NumberCode,
    code_from,
    dates_of,
    numbers_in,
    parts_of_dates,
)
from fairmoe.data.kinds import MISSING, ColumnKind, as_category
from fairmoe.data.reading import sentences
from fairmoe.data.reading.record import Change
from fairmoe.data.table import check_columns

MIN_LEVEL_ROWS = 20
MAX_LEVELS = 100
"""Where more levels than this are all rare, so many are kept that have enough rows each."""


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
            rare_level: Levels rarer than this share of the rows become one; 0 for none. Where that
                are all, the most frequent are kept that have enough rows to learn from.

        Raises:
            InvalidInputError: A column of numbers holds texts.
        """
        numbers = {
            column: numbers_in(frame[column], column)
            for column in frame.columns
            if kinds[column] == "number"
        }
        firsts = {c: _first_day(frame[c]) for c in frame.columns if kinds[c] == "date"}
        for column, first in firsts.items():
            days, _ = parts_of_dates(frame[column], np.datetime64(first))
            numbers |= {_part(column, str(part)): days[part] for part in days.columns}
        categories = {
            column: as_category(frame[column])
            for column in frame.columns
            if kinds[column] in ("category", "text")
        }
        cleaned = pd.DataFrame(
            numbers | {column: values.cat.codes for column, values in categories.items()}
        )
        scaler = StandardScaler() if scale == "standard" else MinMaxScaler((-1, 1))
        impute = SimpleImputer(strategy="median", keep_empty_features=True)
        # Without a share `min_frequency` has to be None; 0 is not taken.
        one_hot = OneHotEncoder(min_frequency=rare_level or None, dtype=np.float32)
        fitted = ColumnTransformer(
            [
                ("numbers", make_pipeline(impute, scaler), list(numbers)),
                ("categories", one_hot, list(categories)),
            ]
        ).fit(cleaned)
        codes: dict[str, Code] = {}
        if numbers:
            codes |= _number_codes(fitted.named_transformers_["numbers"], cleaned[list(numbers)])
        if categories:
            codes |= _category_codes(fitted.named_transformers_["categories"], categories)
        for column, first in firsts.items():
            parts = [part for part in codes if part.startswith(_part(column, ""))]
            codes[column] = DateCode(
                column,
                first,
                tuple(_renamed(codes.pop(name), _part(column, "")) for name in parts),
            )
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

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was done to columns whose levels are not all inputs of their own."""
        return tuple(
            sentences.rare(code.column, len(code.levels), len(code.rare))
            for code in self.codes
            if isinstance(code, CategoryCode) and code.rare
        )

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
        return cls(tuple(code_from(code) for code in record["codes"]))


def _first_day(values: "pd.Series[Any]") -> str:
    days = dates_of(values)
    given = days[~np.isnat(days)]
    return str(given.min() if len(given) else np.datetime64("1970-01-01", "D"))


def _part(column: str, part: str) -> str:
    """Return a name that no column has, for a part of a date while the scaler learns."""
    return f"{column}\0{part}"


def _renamed(code: Code, prefix: str) -> NumberCode:
    assert isinstance(code, NumberCode)
    return dataclasses.replace(code, column=code.column.removeprefix(prefix))


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
        kept = set(names[seen]).difference(rare_levels)
        if not kept - {MISSING} and len(rare_levels) > MAX_LEVELS:
            kept |= _most_frequent(values)
        levels = tuple(level for level in names[seen] if level in kept)
        rare_levels = tuple(level for level in rare_levels if level not in kept)
        codes[column] = CategoryCode(column, levels, rare_levels)
    return codes


def _most_frequent(values: "pd.Series[Any]") -> set[str]:
    """Return the most frequent levels that have enough rows to learn from."""
    counts = values.value_counts()
    return set(counts[counts >= MIN_LEVEL_ROWS].index[:MAX_LEVELS])
