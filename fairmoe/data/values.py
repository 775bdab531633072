"""Values that the user names, as the table has them."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from fairmoe.data.kinds import MISSING, as_category, level_text
from fairmoe.data.reading.cells import spelling_key
from fairmoe.data.reading.dates import days_of
from fairmoe.data.reading.numbers import number_of
from fairmoe.data.roles import Roles
from fairmoe.data.table import Table


def roles_as_read(table: Table, roles: Roles) -> Roles:
    """Return roles whose values are those of the table, though they were written as in the file.

    A file may write 1.0, 01 or $1,200 where the table has 1, 1 and 1200. Values that the table does
    not have stay as they are.
    """
    target = dataclasses.replace(
        roles.target, positive=values_as_read(table, roles.target.column, roles.target.positive)
    )
    sensitive = tuple(
        dataclasses.replace(
            each,
            merge=tuple(
                (name, values_as_read(table, each.column, values)) for name, values in each.merge
            ),
        )
        for each in roles.sensitive
    )
    existing = roles.existing
    if existing is not None:
        positive = values_as_read(table, existing.column, existing.positive)
        existing = dataclasses.replace(existing, positive=positive)
    return dataclasses.replace(roles, target=target, sensitive=sensitive, existing=existing)


def values_as_read(table: Table, column: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return values of a column as the table has them.

    Args:
        table: The table.
        column: The column's name; one that is not there leaves the values as they are.
        values: As the table or as the file writes them.
    """
    values = tuple(values)
    if not values or column not in table.frame:
        return values
    levels = set(as_category(table.frame[column]).cat.categories)
    return tuple(dict.fromkeys(_as_read(table, column, value, levels) for value in values))


def _as_read(table: Table, column: str, value: str, levels: set[str]) -> str:
    reading = table.reading.columns.get(column)
    candidates = [value, value.strip()]
    if value == MISSING or reading is None:
        return value
    if reading.kind == "number" or reading.from_numbers:
        number = number_of(value, reading.decimal or table.reading.decimal or "point")
        candidates += [] if number is None else [level_text(number)]
    if reading.order is not None:
        candidates += [str(day) for day in days_of([value], reading.order) if not np.isnat(day)]
    if reading.alike:
        candidates += [level for level in levels if spelling_key(level) == spelling_key(value)]
    return next((candidate for candidate in candidates if candidate in levels), value)
