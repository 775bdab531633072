"""How a sentence speaks of the people of a group."""

from collections.abc import Iterable

from fairmoe.data.crossed import crossed_parts
from fairmoe.data.kinds import MISSING
from fairmoe.data.roles import Roles
from fairmoe.data.small_groups import catch_all


def people_of(names: Iterable[str], roles: Roles) -> dict[str, str]:
    """Return each group as a noun in the plural, which any sentence can hold.

    A name that the user gave is one ("women"); a raw value is not ("Female"), and becomes "people
    with sex = Female"; of two columns crossed, "people with race = Black, sex = Female". Columns
    stay named, for levels such as "no" and "other" say nothing without them.

    Args:
        names: What the groups are called.
        roles: What they were made by.

    Example:
        >>> from fairmoe.data import Sensitive, Target
        >>> roles = Roles(Target("hired"), (Sensitive("sex"),), group_names=(("f", "women"),))
        >>> people_of(["women", "m", "smaller groups"], roles)
        {'women': 'women', 'm': 'people with sex = m', 'smaller groups': 'people in smaller groups'}
    """
    told, given = list(names), {shown for _, shown in roles.group_names}
    missing = max((name for name in told if name.rstrip("*") == MISSING), key=len, default="")
    made = {
        catch_all(told): "people in smaller groups",
        missing: f"people with no known {' or '.join(roles.sensitive_columns)}",
    }
    return {
        name: name if name in given else made.get(name) or _people(name, roles, given)
        for name in told
    }


def value_in_words(column: str, value: str, roles: Roles, *, is_number: bool = False) -> str:
    """Return a value of a sensitive column as its group is called.

    Args:
        column: The column.
        value: As a reader sees it.
        roles: With the names that the user gave.
        is_number: Whether it is a number, which says little without its column.

    Example:
        >>> from fairmoe.data import Sensitive, Target
        >>> names = (("sex = 1", "boys"), ("f", "women"))
        >>> roles = Roles(Target("hired"), (Sensitive("sex"),), group_names=names)
        >>> [value_in_words("sex", value, roles, is_number=True) for value in ("1", "0")]
        ['boys', 'sex = 0']
        >>> [value_in_words("sex", value, roles) for value in ("f", "m")]
        ['women', 'm']
    """
    own = f"{column} = {value}" if is_number else value
    return dict(roles.group_names).get(own, own)


def _people(name: str, roles: Roles, given: set[str]) -> str:
    columns = roles.sensitive_columns
    if len(columns) == 1:
        return f"people with {_condition(columns[0], name)}"
    parts = crossed_parts(name)
    if parts is None or given & set(parts):
        return f"people in the group “{name}”"
    told = [_condition(column, part) for column, part in zip(columns, parts, strict=True)]
    # No "and", which is left for what joins two groups.
    return f"people with {', '.join(told)}"


def _condition(column: str, part: str) -> str:
    """Return what a value says of a person; that of a number names its column already."""
    says_it = any(f"{column} {sign} " in part for sign in "=≤>") or f" < {column} ≤ " in part
    return part if says_it else f"{column} = {part}"
