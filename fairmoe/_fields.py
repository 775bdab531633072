"""One setting: how it is declared, which values it takes, how it is written as text."""

import dataclasses
import math
from typing import Any, Literal, get_args, get_origin

from fairmoe.errors import InvalidInputError


def setting(
    default: Any, part: str, text: str, low: float = -math.inf, high: float = math.inf
) -> Any:
    """Declare a setting of a dataclass.

    Args:
        default: Its value if none is given.
        part: What it belongs to.
        text: What it does, in a sentence.
        low: The least number that it takes.
        high: The greatest.
    """
    return dataclasses.field(
        default=default, metadata={"part": part, "help": text, "low": low, "high": high}
    )


def checked(field: dataclasses.Field[Any], value: Any) -> Any:
    """Return a value as its setting takes it; a whole number is one for a setting of floats too.

    Raises:
        InvalidInputError: It is of the wrong type, unknown or outside the limits.
    """
    types, words = _kinds(field)
    if getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str):
        if value in words:
            return value
    elif isinstance(value, bool) or value is None:
        if type(value) in types:
            return value
    elif isinstance(value, int | float) and (
        float in types or (int in types and float(value).is_integer())
    ):
        low, high = field.metadata["low"], field.metadata["high"]
        if not low <= value <= high:
            raise InvalidInputError(
                f"Setting '{field.name}' needs a value between {low:g} and {high:g}",
                however=f"{value:g} was given",
            )
        return float(value) if float in types else int(value)
    raise InvalidInputError(
        f"Setting '{field.name}' needs {_expected(types, words)}",
        however=f"{value!r} was given",
        choices=words,
    )


def parsed(field: dataclasses.Field[Any], text: str) -> Any:
    """Return the value that is written as text, for `checked` to check."""
    types, words = _kinds(field)
    text = text.strip()
    if text in words:
        return text
    if bool in types:
        return {"true": True, "false": False}.get(text.lower(), text)
    if type(None) in types and text.lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _kinds(field: dataclasses.Field[Any]) -> tuple[tuple[type, ...], tuple[str, ...]]:
    """Return the plain types and the words that a field takes."""
    annotation: Any = field.type
    options = (
        (annotation,)
        if get_origin(annotation) is Literal or not get_args(annotation)
        else get_args(annotation)
    )
    types = tuple(option for option in options if get_origin(option) is not Literal)
    words = tuple(
        word for option in options if get_origin(option) is Literal for word in get_args(option)
    )
    return types, words


def _expected(types: tuple[type, ...], words: tuple[str, ...]) -> str:
    names = {int: "a whole number", float: "a number", bool: "true or false", type(None): "nothing"}
    expected = [names[kind] for kind in types if kind is not type(None)] + [
        f"'{word}'" for word in words
    ]
    return " or ".join(expected)
