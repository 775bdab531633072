"""Options that several commands take together: declared once, and read once."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_type_hints

from fairmoe.cli import options

if TYPE_CHECKING:
    from fairmoe.config import Settings
    from fairmoe.data import ReadOptions, Roles


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileOptions:
    """How a file of a kept run's columns is read."""

    decimal: options.Decimal = None
    encoding: options.Encoding = None
    sheet: options.Sheet = None
    max_mib: options.MaxMib = options.MAX_MIB

    def read_options(self) -> "ReadOptions":
        """Return what they tell the reader."""
        from fairmoe.cli.reading import read_options_from

        return read_options_from(**dataclasses.asdict(self))


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReadingOptions(FileOptions):
    """How a file is read whose columns nothing is known of."""

    kind: options.Kind = None
    missing: options.Missing = None
    alike: options.Alike = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupOptions:
    """Which label is positive, what it means, and which groups are compared."""

    sensitive: options.SensitiveColumns
    positive: options.Positive = None
    threshold: options.Threshold = None
    outcome: options.OutcomeOfPositive = None
    words: options.Words = None
    merge: options.Merge = None
    bins: options.Bins = None
    merge_small: options.MergeSmall = 0
    group_names: options.GroupNames = None
    weight: options.Weight = None
    unknown_group: options.UnknownGroup = "leave out"

    def roles(self, target: str) -> "Roles":
        """Return the roles of the columns that they name, with that target."""
        from fairmoe.cli.arguments import roles_from, sensitive_from

        told = dataclasses.asdict(self)
        sensitive = sensitive_from(*(told.pop(name) for name in ("sensitive", "merge", "bins")))
        return roles_from(target=target, sensitive=sensitive, **told)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoleOptions(GroupOptions):
    """The same, and which columns models see."""

    include_sensitive: options.IncludeSensitive = False
    drop: options.Drop = None
    split_column: options.SplitColumn = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExistingOptions:
    """Which column is the score or decision that is in use today, and how it decides."""

    score: options.ExistingScore = None
    decision: options.ExistingDecision = None
    cutoff: options.Cutoff = None
    falling: options.Falling = False
    decides: options.Decides = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class SettingOptions:
    """How models are trained."""

    scale: options.Scaling = None
    set_: options.Set = None
    seed: options.Seed = None
    device: options.Device = None

    def settings(self) -> "Settings":
        """Return the settings that they give."""
        from fairmoe.cli.arguments import settings_from

        shorthands = {"scale": self.scale, "seed": self.seed, "device": self.device}
        return settings_from(self.set_ or (), shorthands)


def unbundled(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes each option by itself, as typer reads them from a signature.

    Args:
        command: Parameters whose type is a dataclass stand for one option per field, in its place.
    """
    hints = get_type_hints(command, include_extras=True)
    bundles: dict[str, Any] = {
        name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind)
    }
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in bundles:
            parameters.extend(_options_of(bundles[parameter.name]))
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name]))

    @functools.wraps(command)
    def taking_each(*arguments: Any, **given: Any) -> None:
        for name, kind in bundles.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in _fields(kind)})
        command(*arguments, **given)

    taking_each.__dict__["__signature__"] = inspect.Signature(parameters)
    taking_each.__annotations__ = {each.name: each.annotation for each in parameters}
    return taking_each


def _options_of(bundle: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(bundle, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if _is_required(field) else field.default,
            annotation=hints[field.name],
        )
        for field in _fields(bundle)
    ]


def _fields(bundle: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(bundle)


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING
