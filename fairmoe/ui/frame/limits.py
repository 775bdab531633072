"""How much one session, one person and all together may have of a server."""

import dataclasses
import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass

from fairmoe.config import Settings
from fairmoe.data import LabelledTable
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.limits import too_much_work

_OF_COALITIONS = 6
"""As how much work a step is whose attributions ask the models about coalitions, as measured."""


def _limit(default: int, variable: str, most: int = 10**9, least: int = 1) -> int:
    metadata = {"variable": f"FAIRMOE_{variable}", "most": most, "least": least}
    found: int = dataclasses.field(default=default, metadata=metadata)
    return found


@dataclass(frozen=True)
class Limits:
    """What a server lets through; each is read from the variable beside it.

    Attributes:
        session_mib: What the tables and runs of one session may take.
        all_mib: What those of all sessions may take.
        away_mib: What sessions may take together whose page is away; the oldest goes.
        uploads_mib: What files may take that arrived and were not read yet, of all sessions.
        work: The size of one job: rows times encoded features times epochs times hidden units times
            runs, in thousand millions.
        minutes: How long one job may run; 0 for as long as it takes.
        sweep_runs: Runs of one sweep.
        runs: Runs that one session keeps; the oldest goes.
        waiting: Jobs that may wait for one device.
        by_person: Jobs of one person that may wait or run.
        by_address: Jobs from one address that may wait or run.
        analyses: Analyses and reports that are computed at a time.
        smallest_group: How many people of a split a group needs to be told of by itself in files.
        store_mib: What all projects on the server's disk may take, if it keeps any.
        workers: Processes that train; 0 to train in the server's own, one at a time.
    """

    session_mib: int = _limit(1024, "SESSION_MIB")
    all_mib: int = _limit(4096, "ALL_MIB")
    away_mib: int = _limit(1024, "AWAY_MIB")
    uploads_mib: int = _limit(512, "UPLOADS_MIB")
    work: int = _limit(500, "WORK")
    minutes: int = _limit(120, "JOB_MINUTES", least=0)
    sweep_runs: int = _limit(200, "SWEEP_RUNS")
    runs: int = _limit(12, "RUNS", 1000)
    waiting: int = _limit(48, "WAITING", 10_000)
    by_person: int = _limit(3, "JOBS_BY_PERSON", 10_000)
    by_address: int = _limit(32, "JOBS_BY_ADDRESS", 10_000)
    analyses: int = _limit(2, "ANALYSES", 1000)
    smallest_group: int = _limit(10, "SMALLEST_GROUP", least=0)
    store_mib: int = _limit(4096, "STORE_MIB")
    workers: int = _limit(1, "WORKERS", 512, least=0)

    @classmethod
    def read(cls) -> "Limits":
        """Return what the environment says.

        Raises:
            ValueError: A variable holds no whole number, or one out of its range.
        """
        return cls(**{field.name: _read(field) for field in dataclasses.fields(cls)})


@functools.cache
def limits() -> Limits:
    """Return the limits of this server."""
    return Limits.read()


def _read(field: "dataclasses.Field[int]") -> int:
    variable, least, most = (field.metadata[name] for name in ("variable", "least", "most"))
    told = os.environ.get(variable, "")
    try:
        value = int(told) if told else field.default
        if not (isinstance(value, int) and least <= value <= most):
            raise ValueError
    except ValueError:
        raise ValueError(f"{variable} needs a whole number from {least} to {most}") from None
    return value


FRONT_AS_RUNS = 2
"""As how many runs a front counts that is trained for one, as measured with that run itself."""

PEERS_AS_RUNS = 3
"""As how many runs of the default settings Fairlearn's methods count, as measured."""


def check_front(labelled: LabelledTable, settings: Settings) -> None:
    """Check that the front of a run is no larger than the server takes; see `check_training`."""
    check_training(labelled, settings, runs=FRONT_AS_RUNS, told=("epochs", "rows", "hidden units"))


def check_peers(labelled: LabelledTable) -> None:
    """Check that Fairlearn's methods can be fitted on some rows; see `check_training`."""
    check_training(labelled, Settings(), runs=PEERS_AS_RUNS, told=("rows",))


def check_training(
    labelled: LabelledTable,
    settings: Settings,
    *,
    runs: int = 1,
    told: Sequence[str] = ("epochs", "rows", "hidden units", "runs"),
) -> None:
    """Check that a training is no larger than the server takes.

    Args:
        labelled: What to train on.
        settings: Of each run.
        runs: How many there are.
        told: What whoever asks can change.

    Raises:
        InvalidInputError: It is; the error says what would be taken.
    """
    from fairmoe.training import resolve_schedule  # noqa: PLC0415

    rows = len(labelled.y)
    epochs = resolve_schedule(settings, rows).epochs
    # Each feature, and about as much beside them.
    inputs = encoded_features(labelled, settings) + 10
    size = rows * inputs * settings.hidden * epochs * runs
    if settings.attribution_method in ("shap", "lime"):
        size *= _OF_COALITIONS
    times = size / (limits().work * 10**9)
    if times <= 1:
        return
    parts = {"epochs": (epochs, 4), "rows": (rows, 100), "hidden units": (settings.hidden, 1)}
    if runs > 1:
        parts["runs"] = (runs, 1)
    fitting = {what: int(parts[what][0] / times) for what in told if what in parts}
    accepted = {what: n for what, n in fitting.items() if n >= parts[what][1]}
    needed, however, remedy = too_much_work(times, accepted)
    raise InvalidInputError(needed, however=however, remedy=remedy)


def encoded_features(labelled: LabelledTable, settings: Settings) -> int:
    """Return about how many inputs a model has: one a number, one a level that is not rare."""
    table, roles = labelled.table, labelled.roles
    most = int(1 / settings.rare_level) + 1 if settings.rare_level else len(labelled.y)
    return sum(
        min(most, table.frame[column].nunique()) if table.kinds[column] == "category" else 1
        for column in roles.features(tuple(table.kinds))
    )
