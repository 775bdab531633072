"""What a session holds as a project, and a project in the place of what a session holds."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe.data import ReadOptions, read_table
from fairmoe.errors import FairmoeError, InvalidInputError
from fairmoe.sentences.limits import too_many_runs
from fairmoe.sentences.projects import explored_left_out, wrong_table
from fairmoe.ui.frame.kept import Explored, KeptRun, are_on_same_rows, explored_of
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.of_table import TOLERANCE, of_table
from fairmoe.ui.frame.room import check_session_fits
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.runs import Notes, PeerScores, Project, ProjectTable, Run, SweepScores

MAX_BYTES = 256 * 2**20
"""How much a table may take in the app, also decompressed."""

TAKEN, FAILED = "project-taken", "project-error"
"""Under what a session remembers, for the script that follows, how opening a project went."""

_OF_A_RUN = {
    "title": "title",
    "notes": "notes",
    "intended_use": "intended",
    "out_of_scope": "beyond",
    "decision": "decision",
    "reason": "reason",
}
"""What a reviewer writes of one run, and how the keys of its fields on Report begin."""

_OF_ALL_RUNS = ("author", "reviewer", "role")


@contextmanager
def opening(state: Session) -> Iterator[None]:
    """Remember that something was opened, or why it could not be."""
    try:
        yield
        state.parts[TAKEN] = True
    except FairmoeError as error:
        state.parts[FAILED] = error


def project_of(state: Session, entered: Mapping[str, Any], *, with_table: bool) -> "Project":
    """Return what a session holds as a project.

    Args:
        state: The session.
        entered: What was entered on Report, by the keys of its fields.
        with_table: Whether to put the table into it.
    """
    from fairmoe.runs import Project, ProjectRun  # noqa: PLC0415

    # A dial may stand at a point that is a run of its own too.
    kept_by_id = {kept.run.run_id: kept for kept in state.runs.values()}
    runs = tuple(
        ProjectRun(kept.run, kept.name, kept.reason, _notes(key, entered))
        for key, kept in kept_by_id.items()
    )
    table = _table_of(state, with_table=with_table)
    percent = entered.get(_tolerance_key(state.run, table))
    return Project(
        runs,
        None if state.run is None else list(kept_by_id).index(state.run.run_id),
        table,
        None if percent is None else percent / 100,
        _sweep(state),
        _peers(state),
    )


def take_project(state: Session, project: "Project") -> None:
    """Put a project in the place of what a session holds; call it before fields are drawn.

    Raises:
        InvalidInputError: Its table cannot be read, or columns have roles, as it says, or it takes
            too much memory; the session holds what it held.
        UnavailableError: There is no room for it.
    """
    told, table = project.table, None
    if len(project.runs) > limits().runs:
        needed, however, remedy = too_many_runs(len(project.runs), limits().runs)
        raise InvalidInputError(needed, however=however, remedy=remedy)
    taken = Session(token=state.token)
    # Whatever cannot be is found before anything is let go.
    if told is not None and told.content is not None:
        base = ReadOptions(
            sheet=told.options.sheet, encoding=told.options.encoding, max_bytes=MAX_BYTES
        )
        table = read_table(told.content, name=told.name, options=base)
        taken.load(table, told.roles, content=told.content)
        taken.overrule(_with(base, told.options))
        taken.settle(told.roles)
    for kept in project.runs:
        taken.keep(kept.run, None, kept.name, reason=kept.reason)
    if table is not None:
        taken.give_rows(table)
    check_session_fits(taken)
    state.clear()
    for name in (
        "source",
        "table",
        "content",
        "columns",
        "suggestion",
        "initial_roles",
        "labelled",
    ):
        setattr(state, name, getattr(taken, name))
    if told is not None and table is not None:
        _enter(_reading_fields(told.options, state.version))
    for kept in project.runs:
        rows = taken.runs[kept.run.run_id].rows
        state.keep(kept.run, rows, kept.name, reason=kept.reason)
        _enter(_fields_of(kept.notes, kept.run.run_id))
    if project.shown is not None:
        state.chosen = project.runs[project.shown].run.run_id
    state.explored = _explored(state, project)
    if project.tolerance is not None:
        _enter({_tolerance_key(state.run, told): 100 * project.tolerance})


def take_rows(state: Session, content: bytes) -> None:
    """Give the run that is shown its rows; call it before fields are drawn.

    Args:
        state: The session.
        content: The file that the run was trained on.

    Raises:
        InvalidInputError: It is another file.
    """
    assert state.kept is not None
    run = state.kept.run
    options = run.reading.options
    base = ReadOptions(sheet=options.sheet, encoding=options.encoding, max_bytes=MAX_BYTES)
    table = read_table(content, name=run.data.name, options=base)
    if table.sha256 != run.data.sha256:
        needed, however, remedy = wrong_table(run.data.name)
        raise InvalidInputError(needed, however=however, remedy=remedy)
    # What a run says of its rows may not fit them, if whoever wrote it is not to be trusted.
    state.kept.given_rows(table)
    if state.table is None:
        state.load(table, run.roles, content=content)
        _enter(_reading_fields(options, state.version))
        state.overrule(_with(base, options))
        state.settle(run.roles)
    state.give_rows(table)
    state.turns += 1


def _explored(state: Session, project: "Project") -> list[Explored]:
    """Return sweep and fits of a project, a sweep around the run around which it was begun."""
    from fairmoe.sweep import MemoryStore  # noqa: PLC0415

    if state.kept is None:
        return []
    fits = Explored(state.kept, MemoryStore(), peers=project.peers)
    sweep = project.sweep
    fitting = [kept for kept in state.runs.values() if sweep is not None and sweep.fits(kept.run)]
    if sweep is None or not fitting:
        return [fits]
    around = [kept for kept in fitting if _is_at(kept, sweep.around)]
    explored = Explored(next(iter((*around, *reversed(fitting)))), MemoryStore(), sweep)
    if not are_on_same_rows(explored.origin, state.kept):
        return [explored, fits]
    explored.peers = project.peers
    return [explored]


def _is_at(kept: KeptRun, run_id: str) -> bool:
    """Return whether a run, or a point of its dial, has an id."""
    return any(point.run_id == run_id for point in kept.run.points)


def _sweep(state: Session) -> "SweepScores | None":
    """Return the sweep on the rows of the run that is shown, or else the last of another run's."""
    runs = [kept.run for kept in state.runs.values()]
    sweeps = [
        each.sweep
        for each in reversed(state.explored)
        if each.sweep is not None and any(each.sweep.fits(run) for run in runs)
    ]
    own = [sweep for sweep in sweeps if state.run is not None and sweep.fits(state.run)]
    return next(iter((*own, *sweeps)), None)


def left_out(state: Session) -> str:
    """Say which sweeps and fits of a session its project does not hold; "" if it holds all."""
    sweep = _sweep(state)
    own = None if state.kept is None else explored_of(state.explored, state.kept)
    return explored_left_out(
        sweeps=sum(each.sweep is not None and each.sweep is not sweep for each in state.explored),
        fits=any(each.peers for each in state.explored if each is not own),
        holds_one=sweep is not None,
    )


def _peers(state: Session) -> "tuple[PeerScores, ...]":
    """Return the fits on the rows of the run that is shown."""
    found = None if state.kept is None else explored_of(state.explored, state.kept)
    return () if found is None else found.peers


def _table_of(state: Session, *, with_table: bool) -> "ProjectTable | None":
    from fairmoe.runs import ProjectTable  # noqa: PLC0415

    table = state.table
    if table is not None:
        roles = None if state.labelled is None else state.labelled.roles
        content = state.content if with_table else None
        return ProjectTable(table.name, table.sha256, table.reading.options, roles, content)
    if state.run is None:
        return None
    run = state.run
    return ProjectTable(run.data.name, run.data.sha256, run.reading.options, run.roles)


def _with(base: ReadOptions, told: ReadOptions) -> ReadOptions:
    """Return what a table is read with, with all that can be told of its columns."""
    return ReadOptions(
        told.decimal,
        base.encoding,
        base.sheet,
        told.kinds,
        told.missing,
        told.alike,
        base.max_bytes,
    )


def _reading_fields(options: ReadOptions, version: int) -> dict[str, Any]:
    """Return what the form of how columns are read says of some options, by key."""
    fields: dict[str, Any] = {}
    for kind in dict.fromkeys(options.kinds.values()):
        columns = [column for column, own in options.kinds.items() if own == kind]
        fields[f"kind-{kind}-{version}"] = columns
    if options.decimal is not None:
        fields[f"decimal-{version}"] = options.decimal
    if options.alike:
        fields[f"alike-{version}"] = list(options.alike)
    if words := options.missing.get("", ()):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(words)
        fields[f"missing-{version}"] = line.getvalue()
    sentinels = [
        f"{column}: {texts[0]}" for column, texts in options.missing.items() if column and texts
    ]
    if sentinels:
        fields[f"sentinels-{version}"] = sentinels
    return fields


def _notes(key: str, fields: Mapping[str, Any]) -> "Notes":
    from fairmoe.runs import Notes  # noqa: PLC0415

    entered = {name: fields.get(f"report-{own}-{key}") for name, own in _OF_A_RUN.items()}
    entered |= {name: fields.get(f"report-{name}") for name in _OF_ALL_RUNS}
    return Notes(**{name: value for name, value in entered.items() if value})


def _fields_of(notes: "Notes", key: str) -> dict[str, Any]:
    fields = {f"report-{own}-{key}": getattr(notes, name) for name, own in _OF_A_RUN.items()}
    fields |= {f"report-{name}": getattr(notes, name) for name in _OF_ALL_RUNS}
    return {key: value for key, value in fields.items() if value}


def _tolerance_key(run: "Run | None", table: "ProjectTable | None") -> str:
    """Return the key of the tolerance for the run that is shown, or else for the table."""
    if run is not None:
        return of_table(TOLERANCE, run.data.sha256)
    return of_table(TOLERANCE, "" if table is None else table.sha256)


def _enter(fields: dict[str, Any]) -> None:
    for key, value in fields.items():
        st.session_state[key] = value
