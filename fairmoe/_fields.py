"""Settings: how they are declared, checked, written as text, and told apart by a digest."""

import dataclasses
import functools
import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Literal, Self, get_args, get_origin

from fairmoe.errors import InvalidInputError, nearest_first


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declared:
    """What frozen dataclasses have in common whose fields are declared with `setting`.

    Raises:
        InvalidInputError: A value is of the wrong type, unknown or outside its limits.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, checked(field, getattr(self, field.name)))

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some settings changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return all settings by name, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def read(cls, name: str, text: str) -> Any:
        """Return the value that is written as text, for the class to check.

        Raises:
            InvalidInputError: There is no setting of that name.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        if name not in fields:
            raise InvalidInputError(
                "A known setting is needed",
                however=f"there is none called '{name}'",
                choices=nearest_first(name, fields),
            )
        return parsed(fields[name], text)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Self:
        """Read settings written as text, as the shell gives them.

        Raises:
            InvalidInputError: A name is unknown or a text is not a value of its setting.
        """
        return cls(**{name: cls.read(name, text) for name, text in texts.items()})

    def digest(self, *parts: str) -> str:
        """Return the SHA-256 of the settings of some parts (of all parts if none is named)."""
        kept = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if not parts or field.metadata["part"] in parts
        }
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


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
    return _kinds_of(annotation)


@functools.cache
def _kinds_of(annotation: Any) -> tuple[tuple[type, ...], tuple[str, ...]]:
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
