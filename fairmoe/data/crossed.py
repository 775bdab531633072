"""Names of groups by two sensitive columns crossed."""

import re

CROSS = " & "
_CROSSED = re.compile("(“.*?”(?= & )|.*?) & (.*)", re.DOTALL)


def crossed_parts(name: str) -> tuple[str, str] | None:
    """Return the two names of which that of a crossed group is made; None if it has its own.

    Example:
        >>> crossed_parts("female & Black"), crossed_parts("“R & D” & old")
        (('female', 'Black'), ('R & D', 'old'))
        >>> crossed_parts("smaller groups") is None
        True
    """
    found = _CROSSED.fullmatch(name)
    if found is None:
        return None
    first, second = (part.removeprefix("“").removesuffix("”") for part in found.groups())
    return first, second


def quoted(name: str) -> str:
    """Return a name that cannot be taken for two crossed ones."""
    return f"“{name}”" if CROSS in name or name.startswith("“") else name
