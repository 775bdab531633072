"""What was written on the command line -> roles and settings."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from fairmoe.config import Settings
from fairmoe.data import Outcome, Roles, Sensitive, Target
from fairmoe.data.roles import Unknown
from fairmoe.errors import InvalidInputError
from fairmoe.names import DECISIONS, Decision


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names in comma-separated texts; a quoted name may hold commas.

    Example:
        >>> names_in(["age, sex", '"wage, yearly"'])
        ('age', 'sex', 'wage, yearly')
    """
    return tuple(name for row in csv.reader(texts, skipinitialspace=True) for name in row)


def roles_from(  # noqa: PLR0913 - one parameter for each option
    *,
    target: str,
    sensitive: tuple[Sensitive, ...],
    positive: Iterable[str] | None,
    threshold: float | None,
    outcome: str | None,
    words: str | None,
    include_sensitive: bool = False,
    drop: Iterable[str] | None = None,
    split_column: str | None = None,
    merge_small: int = 0,
    group_names: Iterable[str] | None = None,
    weight: str | None = None,
    unknown_group: str = "leave out",
) -> Roles:
    """Return the roles of the columns that options name.

    Raises:
        InvalidInputError: They contradict each other.
    """
    return Roles(
        target=Target(target, tuple(positive or ()), threshold, *outcome_from(outcome, words)),
        sensitive=sensitive,
        include_sensitive=include_sensitive,
        dropped=names_in(drop or ()),
        split_column=split_column,
        merge_small=merge_small,
        group_names=tuple(group_names_from(group_names or ()).items()),
        weight=weight,
        # Whether it is one, `Roles` checks.
        unknown=cast("Unknown", unknown_group.replace("-", " ")),
    )


def group_names_from(texts: Iterable[str]) -> dict[str, str]:
    """Return what groups are to be called, by their own names.

    Raises:
        InvalidInputError: A text is no pair of names, or a group is named twice.

    Example:
        >>> group_names_from(["female=women, male=men"])
        {'female': 'women', 'male': 'men'}
    """
    names: dict[str, str] = {}
    for text in names_in(texts):
        # Groups of a number have a sign in their own names, such as "age = 1".
        own, _, shown = (part.strip() for part in text.rpartition("="))
        if not own or not shown:
            raise InvalidInputError(
                "Option --group-names needs the name of a group and the one to display",
                however="one of them is missing",
                remedy="Write them like --group-names 'female=women,male=men'.",
            )
        if own in names:
            raise InvalidInputError("A group can be named once", however="one was named twice")
        names[own] = shown
    return names


def share_from(tolerance: float | None) -> float | None:
    """Return a tolerance in percentage points as a share.

    Raises:
        InvalidInputError: It is not from 0 to 100.

    Example:
        >>> share_from(5.0), share_from(None)
        (0.05, None)
    """
    if tolerance is None:
        return None
    if not 0 <= tolerance <= 100:
        raise InvalidInputError(
            "Option --tolerance needs percentage points from 0 to 100",
            however=f"{tolerance:g} was given",
        )
    return tolerance / 100


def decision_from(text: str | None) -> Decision | None:
    """Return what a reviewer decided.

    Raises:
        InvalidInputError: It is none of `DECISIONS`.
    """
    if text is not None and text not in DECISIONS:
        raise InvalidInputError(
            "Option --decision needs a known decision",
            however="another was given",
            choices=tuple(DECISIONS),
        )
    return cast("Decision | None", text)


def outcome_from(
    outcome: str | None, words: str | None
) -> tuple[Outcome | None, tuple[str, str] | None]:
    """Return what the positive class is for the person, and what both outcomes are called.

    Whether the outcome is one, `Target` checks.

    Raises:
        InvalidInputError: The words are not two.
    """
    return cast("Outcome | None", outcome), None if words is None else words_from(words)


def words_from(text: str) -> tuple[str, str]:
    """Return what both outcomes are called, the positive one first.

    Raises:
        InvalidInputError: The text does not name two.

    Example:
        >>> words_from("hired / not hired")
        ('hired', 'not hired')
    """
    words = tuple(word.strip() for word in text.split("/"))
    if len(words) != 2:
        raise InvalidInputError(
            "Option --words needs a word for each of the two outcomes",
            however=f"there {'is one' if len(words) == 1 else f'are {len(words)}'} in it",
            remedy="Part them by one slash, like --words 'hired/not hired'.",
        )
    return words


def sensitive_from(
    columns: Iterable[str], merge: Iterable[str] | None, bins: Iterable[str] | None
) -> tuple[Sensitive, ...]:
    """Return the sensitive columns, which of their values are merged, and where numbers are cut.

    Args:
        columns: Texts that list names.
        merge: Texts such as "race=others: Asian, Black".
        bins: Texts such as "age=25,40".

    Raises:
        InvalidInputError: Cut points are not numbers, values are merged without a name for their
            group, or a column is not sensitive.
    """
    names = names_in(columns)
    merged: dict[str, list[tuple[str, tuple[str, ...]]]] = {name: [] for name in names}
    for name, text in pairs_in("--merge", merge or ()):
        _check_sensitive("Merged values", name, names)
        merged[name].append(_merged(name, text))
    cuts = _once("--bins", bins or ())
    for name in cuts:
        _check_sensitive("Cut points", name, names)
    return tuple(
        Sensitive(
            name,
            merge=tuple(merged[name]),
            bins=_numbers(name, cuts[name]) if name in cuts else (),
        )
        for name in names
    )


def settings_from(texts: Iterable[str], shorthands: Mapping[str, str | None]) -> Settings:
    """Return the settings that texts such as "epochs=200" and options of their own give.

    Raises:
        InvalidInputError: A setting is unknown, given twice or not given a value it can have.
    """
    given = [f"{name}={value}" for name, value in shorthands.items() if value is not None]
    return Settings.from_texts(_once("--set", [*texts, *given]))


def grid_from(texts: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Return the values of each setting that texts such as "lambda_fair=0,0.1,1" give.

    Raises:
        InvalidInputError: A setting is unknown or given twice.

    Example:
        >>> grid_from(["lambda_fair=0,0.1", "select=best,last"])
        {'lambda_fair': (0.0, 0.1), 'select': ('best', 'last')}
    """
    return {
        name: tuple(Settings.read(name, text) for text in values.split(",") if text.strip())
        for name, values in _once("--grid", texts).items()
    }


def _once(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, value in pairs_in(option, texts):
        if name in pairs:
            raise InvalidInputError("A value can be given once", however=f"'{name}' was given two")
        pairs[name] = value
    return pairs


def pairs_in(option: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the value in texts such as "name=value".

    Raises:
        InvalidInputError: A text has no equals sign.
    """
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InvalidInputError(
                f"Option {option} needs a name and a value", however="there is no '=' between them"
            )
        yield name, value


def _check_sensitive(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise InvalidInputError(
            f"{what} need a sensitive column",
            however="another name was given",
            remedy="Name the column with --sensitive.",
            about=(name,),
        )


def _merged(name: str, text: str) -> tuple[str, tuple[str, ...]]:
    group, _, listed = (part.strip() for part in text.partition(":"))
    values = tuple(value.strip() for value in names_in([listed]))
    if not group or not values or not all(values):
        raise InvalidInputError(
            f"Merged values of sensitive column '{name}' need a name for their group",
            however="there is none before a colon, or a value after it is missing",
            remedy=f"Write them like --merge '{name}=others: first, second'.",
        )
    return group, values


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInputError(
            f"The cut points of sensitive column '{name}' need to be numbers",
            however="something else was given",
            remedy=f"Write them like --bins '{name}=25,40'.",
        ) from error
