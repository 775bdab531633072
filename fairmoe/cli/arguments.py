"""What was written on the command line -> roles and settings."""

import csv
from collections.abc import Iterable, Mapping
from typing import Any

from fairmoe.config import Settings, read_setting
from fairmoe.data import Roles, Sensitive, Target
from fairmoe.errors import InvalidInputError


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names that texts list, parted by commas; a quoted name may hold commas.

    Example:
        >>> names_in(["age, sex", '"wage, yearly"'])
        ('age', 'sex', 'wage, yearly')
    """
    return tuple(name for row in csv.reader(texts, skipinitialspace=True) for name in row)


def roles_from(
    *,
    target: str,
    sensitive: Iterable[str],
    positive: Iterable[str] | None,
    threshold: float | None,
    bins: Iterable[str] | None,
    include_sensitive: bool,
    drop: Iterable[str] | None,
    split_column: str | None,
) -> Roles:
    """Return the roles of the columns that options name.

    Raises:
        InvalidInputError: They contradict each other.
    """
    return Roles(
        target=Target(target, tuple(positive or ()), threshold),
        sensitive=sensitive_from(sensitive, bins or ()),
        include_sensitive=include_sensitive,
        dropped=names_in(drop or ()),
        split_column=split_column,
    )


def sensitive_from(columns: Iterable[str], bins: Iterable[str]) -> tuple[Sensitive, ...]:
    """Return the sensitive columns and where numbers among them are cut.

    Args:
        columns: Texts that list names.
        bins: Texts such as "age=25,40".

    Raises:
        InvalidInputError: Cut points are not numbers, or of a column that is not sensitive.
    """
    names = names_in(columns)
    cuts = {name: _numbers(name, text) for name, text in _pairs("--bins", bins).items()}
    for name in cuts:
        if name not in names:
            raise InvalidInputError(
                "Cut points need a sensitive column",
                however=f"'{name}' is none",
                remedy="Name it with --sensitive.",
            )
    return tuple(Sensitive(name, bins=cuts.get(name, ())) for name in names)


def settings_from(texts: Iterable[str], shorthands: Mapping[str, str | None]) -> Settings:
    """Return the settings that texts such as "epochs=200" and options of their own give.

    Raises:
        InvalidInputError: A setting is unknown, given twice or not given a value it can have.
    """
    given = [f"{name}={value}" for name, value in shorthands.items() if value is not None]
    return Settings.from_texts(_pairs("--set", [*texts, *given]))


def grid_from(texts: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Return the values of each setting that texts such as "lambda_fair=0,0.1,1" give.

    Raises:
        InvalidInputError: A setting is unknown or given twice.

    Example:
        >>> grid_from(["lambda_fair=0,0.1", "select=best,last"])
        {'lambda_fair': (0.0, 0.1), 'select': ('best', 'last')}
    """
    return {
        name: tuple(read_setting(name, text) for text in values.split(",") if text.strip())
        for name, values in _pairs("--grid", texts).items()
    }


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InvalidInputError(
                f"Option {option} needs a name and a value", however="there is no '=' between them"
            )
        if name in pairs:
            raise InvalidInputError("A value can be given once", however=f"'{name}' was given two")
        pairs[name] = value
    return pairs


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInputError(
            f"The cut points of sensitive column '{name}' need to be numbers",
            however="something else was given",
            remedy=f"Write them like --bins '{name}=25,40'.",
        ) from error
