"""How a file is to be read, how it was read, and what was done to its columns."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from fairmoe.data.kinds import ColumnKind
from fairmoe.data.reading.budget import MAX_BYTES
from fairmoe.data.reading.dates import DateOrder
from fairmoe.data.reading.numbers import Decimal

ChangeCode = Literal[
    "decimal",
    "doubt",
    "unit",
    "mixed",
    "missing",
    "sentinel",
    "too large",
    "date",
    "text",
    "alike",
    "merged",
    "left out",
    "rare",
    "not a number",
    "unseen",
    "far",
    "not estimable",
    "rows",
]


@dataclass(frozen=True)
class Change:
    """Something that was done to a column, or that could be done to it.

    Attributes:
        code: What kind of thing, by which a page or the shell knows what to offer.
        column: The column's name.
        sentence: It in words, without any values of cells.
        values: The texts concerned, which only who holds the table is shown.
    """

    code: ChangeCode
    column: str
    sentence: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadOptions:
    """What the reader is told; whatever is not told it finds out.

    Attributes:
        decimal: Which sign is the decimal one where a column leaves that in doubt.
        encoding: The encoding of a text table, as Python names it.
        sheet: The sheet of a workbook, by its name.
        kinds: The kinds of columns, by their names.
        missing: Further texts that mean missing, by column; those of "" count in all columns.
        alike: Columns in which levels that differ only in case, blanks or Unicode form are one.
        max_bytes: How much the file may take, also decompressed.
    """

    decimal: Decimal | None = None
    encoding: str = ""
    sheet: str = ""
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` wrote, also after a passage through JSON."""
        missing = {name: tuple(texts) for name, texts in record["missing"].items()}
        return cls(**{**record, "missing": missing, "alike": tuple(record["alike"])})

    def columns(self) -> tuple[str, ...]:
        """Return the names of columns that are told of."""
        named = [*self.kinds, *(name for name in self.missing if name), *self.alike]
        return tuple(dict.fromkeys(named))

    def missing_in(self, column: str) -> tuple[str, ...]:
        """Return the texts that mean missing in a column, beside those that always do."""
        return (*self.missing.get("", ()), *self.missing.get(column, ()))


@dataclass(frozen=True)
class ColumnReading:
    """How the texts of a column were read.

    Attributes:
        kind: As what.
        decimal: Of numbers, the decimal sign; None where no text showed one.
        unit: Of numbers, the unit that was taken off, such as "%".
        missing: Texts that mean missing, beside those that always do.
        order: Of dates, the order of their parts.
        from_numbers: Of a category, whether its levels are numbers in plain writing: 1.0 is "1".
        alike: Of a category, its levels, if spellings of them were merged.
    """

    kind: ColumnKind
    decimal: Decimal | None = None
    unit: str = ""
    missing: tuple[str, ...] = ()
    order: DateOrder | None = None
    from_numbers: bool = False
    alike: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` wrote, also after a passage through JSON."""
        lists = {name: tuple(record[name]) for name in ("missing", "alike")}
        return cls(**{**record, **lists})


@dataclass(frozen=True)
class Reading:
    """How a table was read: enough to read other rows of its columns in the same way.

    Attributes:
        decimal: The decimal sign of columns that showed none; None if no column showed one.
        columns: How each column was read, in their order.
        options: What the reader was told.
    """

    decimal: Decimal | None = None
    columns: Mapping[str, ColumnReading] = field(default_factory=dict)
    options: ReadOptions = field(default_factory=ReadOptions)

    def with_decimal(self, decimal: Decimal) -> Self:
        """Return the reading with another decimal sign in all columns of numbers."""
        columns = {name: replace(column, decimal=decimal) for name, column in self.columns.items()}
        return replace(self, decimal=decimal, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the reading in a form that JSON keeps."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the reading that `to_dict` wrote, also after a passage through JSON.

        Example:
            >>> reading = Reading("comma", {"age": ColumnReading("number", missing=("-",))})
            >>> Reading.from_dict(reading.to_dict()) == reading
            True
        """
        columns = record["columns"].items()
        return cls(
            record["decimal"],
            {name: ColumnReading.from_dict(one) for name, one in columns},
            ReadOptions.from_dict(record["options"]),
        )
