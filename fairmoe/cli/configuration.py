"""Options in a file: read before those of the command line, and written so that a run repeats."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from fairmoe._read import UnreadableError, read_plain
from fairmoe.errors import InvalidInputError, nearest_first

_OF_ONE_CALL = {"out", "project", "as_json", "quiet", "config", "mlflow"}
"""What says where a result goes, and not what it is."""

_MAX_MIB = 1


def take_options(context: typer.Context, path: Path | None) -> Path | None:
    """Take options from a TOML file; those of the command line count more.

    Args:
        context: The command's.
        path: The file; its keys are the options, without their dashes, and the arguments.

    Raises:
        InvalidInputError: It cannot be read, is no TOML, or names what the command does not take.
    """
    if path is not None:
        known = _names(context)
        told = _read(path)
        for name in told:
            if name not in known:
                raise InvalidInputError(
                    f"Options of '{context.info_name}' are needed in '{path}'",
                    however=f"there is none called '{name}'",
                    choices=nearest_first(name, known),
                )
        lists = {each.name for each in context.command.params if _takes_several(each)}
        context.default_map = {
            known[name]: [value] if known[name] in lists and not isinstance(value, list) else value
            for name, value in told.items()
        }
    return path


def options_given(context: typer.Context) -> dict[str, Any]:
    """Return the options and arguments that a command was given, as a file of them has them."""
    return {
        name: _plain(context.params[key])
        for name, key in _names(context).items()
        if key not in _OF_ONE_CALL and _is_given(context, key)
    }


def to_toml(values: Mapping[str, Any]) -> str:
    r"""Return texts, numbers, truth values and lists of them as TOML.

    Example:
        >>> print(to_toml({"target": 'so "called"', "threshold": 0.5, "drop": ["a", "b"]}), end="")
        target = "so \"called\""
        threshold = 0.5
        drop = ["a", "b"]
    """
    # JSON writes them alike, but for one sign that steers terminals.
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    lines = (f"{name} = {value}\n" for name, value in written.items())
    return "".join(lines).replace("\x7f", "\\u007f")


def _read(path: Path) -> dict[str, Any]:
    try:
        # Notepad begins a file with a mark of its own.
        return tomllib.loads(read_plain(path, _MAX_MIB).decode("utf-8-sig"))
    except (UnreadableError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        is_unreadable = isinstance(error, UnreadableError)
        raise InvalidInputError(
            "A file of options is needed",
            however=f"'{path}' {error if is_unreadable else 'cannot be read (it is not TOML)'}",
            remedy='Write lines like target = "hired" and drop = ["name", "id"].',
        ) from error


def _names(context: typer.Context) -> dict[str, str]:
    """Return the name of each parameter in code, by that in a file."""
    names = {}
    for parameter in context.command.params:
        written = max(parameter.opts, key=len) if parameter.opts else str(parameter.name)
        # One file of options does not name another.
        if parameter.name not in (None, "config"):
            names[written.lstrip("-")] = parameter.name
    return names


def _takes_several(parameter: Any) -> bool:
    return getattr(parameter, "multiple", False) or parameter.nargs == -1


def _is_given(context: typer.Context, key: str) -> bool:
    source = context.get_parameter_source(key)
    return source is not None and source.name in ("COMMANDLINE", "DEFAULT_MAP")


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value
