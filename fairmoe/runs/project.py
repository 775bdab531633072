"""A project: runs, fronts, roles, notes and decisions in one file, with or without the table."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_core import from_json

from fairmoe._write import MIB
from fairmoe.data.reading.record import ReadOptions
from fairmoe.data.roles import Roles
from fairmoe.errors import InvalidInputError
from fairmoe.names import Decision
from fairmoe.runs.archive import MAX_BYTES, Archive, damaged, pack
from fairmoe.runs.files import MAX_MIB, RECORD
from fairmoe.runs.peer_scores import MAX_PEERS, PeerRecord, PeerScores, peer_of, record_of
from fairmoe.runs.record import Run
from fairmoe.runs.schema import Digest, Strict
from fairmoe.runs.store import files_of, run_from
from fairmoe.runs.sweep_record import SWEEP, read_sweep, write_sweep
from fairmoe.runs.sweep_scores import SweepScores, are_on_same_rows

FORMAT = 2
"""Version of a project's layout, the first that may hold a sweep; one of a later is refused."""

MAX_RUNS = 64
_INDEX, _TABLE = "project.json", "table"
_MAX_INDEX = 8 * MIB
_MAX_SWEEP = 32 * MIB
_LONGEST = 20_000
Text = Annotated[str, Field(max_length=_LONGEST)]


@dataclass(frozen=True)
class Notes:
    """What the reviewer of a run has written down.

    Attributes:
        title: Of the report.
        author: Who wrote it.
        notes: Free text.
        intended_use: What the model is meant for.
        out_of_scope: What it must not be used for.
        reviewer: Who decides.
        role: As what the reviewer decides.
        decision: What was decided; None if nothing was yet.
        reason: Why, and under which conditions.
    """

    title: Text = ""
    author: Text = ""
    notes: Text = ""
    intended_use: Text = ""
    out_of_scope: Text = ""
    reviewer: Text = ""
    role: Text = ""
    decision: Decision | None = None
    reason: Text = ""


@dataclass(frozen=True, eq=False)
class ProjectRun:
    """A run of a project.

    Attributes:
        run: The run, with its front.
        name: What the user calls it.
        reason: Why it has its settings, if a small sweep found them.
        notes: What the reviewer has written down.
    """

    run: Run
    name: str
    reason: str = ""
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True)
class ProjectTable:
    """The table of a project, by its digest; the cells only if the user wants them in the file.

    Attributes:
        name: Of the file.
        sha256: Digest of its bytes.
        options: How it is to be read: sheet, encoding, kinds of columns.
        roles: What each column is for, once that was settled.
        content: The bytes of the file; None if they are not in the project.
    """

    name: str
    sha256: str
    options: ReadOptions
    roles: Roles | None = None
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Project:
    """What is handed over as one file.

    Attributes:
        runs: The runs, the oldest first.
        shown: Which of them is shown; None if there are none.
        table: The table that is loaded, if there is one.
        tolerance: The largest gap that the reviewer accepts, in [0, 1]; None for no verdicts.
        sweep: What a sweep of the rows of one of the runs came to; None without one.
        peers: How the methods of others score on the rows of the run that is shown.
    """

    runs: tuple[ProjectRun, ...] = ()
    shown: int | None = None
    table: ProjectTable | None = None
    tolerance: float | None = None
    sweep: SweepScores | None = None
    peers: tuple[PeerScores, ...] = ()

    def sweep_of(self, run: Run) -> SweepScores | None:
        """Return the sweep, if it stands on the rows of a run, in the same roles and encoding."""
        return self.sweep if self.sweep is not None and self.sweep.fits(run) else None

    def peers_of(self, run: Run) -> tuple[PeerScores, ...]:
        """Return the fits of others, if they stand on the rows of a run, likewise."""
        if self.shown is None or not are_on_same_rows(run, self.runs[self.shown].run):
            return ()
        return self.peers


class _RunIndex(Strict):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Text = ""
    notes: Notes = Notes()


class _TableIndex(Strict):
    name: Annotated[str, Field(max_length=1000)]
    sha256: Annotated[str, Field(max_length=64)]
    options: ReadOptions
    roles: Roles | None = None
    included: bool


class _Index(Strict):
    format: Literal[1, 2]
    program: Annotated[str, Field(max_length=100)]
    runs: Annotated[tuple[_RunIndex, ...], Field(max_length=MAX_RUNS)]
    shown: Annotated[int, Field(ge=0)] | None
    table: _TableIndex | None
    tolerance: Annotated[float, Field(ge=0, le=1)] | None
    peers: Annotated[tuple[PeerRecord, ...], Field(max_length=MAX_PEERS)] = ()
    sha256: dict[str, Digest]


def write_project(project: Project) -> bytes:
    """Return a project as one file: a zip of an index, of kept runs, and of the table if wanted.

    Raises:
        InvalidInputError: It is larger than a project may be.
    """
    return pack(_members(project))


def _members(project: Project) -> Iterator[tuple[str, bytes]]:
    digests: dict[str, str] = {}
    for place, kept in enumerate(project.runs):
        for name, content in files_of(kept.run):
            # The record has the digests of the other files.
            if name == RECORD:
                digests[f"runs/{place}/{name}"] = hashlib.sha256(content).hexdigest()
            yield f"runs/{place}/{name}", content
    table = project.table
    if table is not None and table.content is not None:
        digests[_TABLE] = hashlib.sha256(table.content).hexdigest()
        yield _TABLE, table.content
    if project.sweep is not None:
        content = write_sweep(project.sweep)
        digests[SWEEP] = hashlib.sha256(content).hexdigest()
        yield SWEEP, content
    index = {
        "format": FORMAT,
        "program": f"fairmoe {version('fairmoe')}",
        "runs": [
            {"name": kept.name, "reason": kept.reason, "notes": asdict(kept.notes)}
            for kept in project.runs
        ],
        "shown": project.shown,
        "table": None
        if table is None
        else {
            "name": table.name,
            "sha256": table.sha256,
            "options": asdict(table.options),
            "roles": None if table.roles is None else table.roles.to_dict(),
            "included": table.content is not None,
        },
        "tolerance": project.tolerance,
        "peers": [record_of(peer) for peer in project.peers],
        "sha256": digests,
    }
    text = json.dumps(index, indent=2, ensure_ascii=False, allow_nan=False)
    yield _INDEX, (text + "\n").encode()


def read_project(content: bytes) -> Project:
    """Return the project that `write_project` wrote, checked whoever wrote it.

    Nothing is unpacked to disk, no code of the file runs, and runs are checked as `load_run` does.

    Raises:
        InvalidInputError: It is no project, one of another version, or a damaged one.
    """
    archive = Archive(content)
    index = _read_index(archive.read(_INDEX, _MAX_INDEX))
    folders = [f"runs/{place}/" for place in range(len(index.runs))]
    included = index.table is not None and index.table.included
    has_sweep = index.format > 1 and SWEEP in index.sha256
    sealed = {f"{folder}{RECORD}" for folder in folders}
    sealed |= ({_TABLE} if included else set()) | ({SWEEP} if has_sweep else set())
    known = {f"{folder}{name}" for folder in folders for name in MAX_MIB}
    if index.sha256.keys() != sealed or not archive.names.keys() <= known | sealed | {_INDEX}:
        raise damaged("one of its files")
    for name, digest in index.sha256.items():
        if hashlib.sha256(archive.read(name, MAX_BYTES)).hexdigest() != digest:
            raise damaged(f"'{name}'")
    if index.shown is None if folders else index.shown is not None:
        raise damaged("'shown'")
    if index.shown is not None and index.shown >= len(folders):
        raise damaged("'shown'")
    runs = tuple(
        ProjectRun(run_from(_Members(archive, folder)), told.name, told.reason, told.notes)
        for folder, told in zip(folders, index.runs, strict=True)
    )
    if len({kept.run.run_id for kept in runs}) < len(runs):
        raise damaged("'runs'")
    sweep = read_sweep(archive.read(SWEEP, _MAX_SWEEP)) if has_sweep else None
    if index.peers and (index.format == 1 or not runs):
        raise damaged("'peers'")
    return Project(
        runs,
        index.shown,
        _table(archive, index.table),
        index.tolerance,
        sweep,
        tuple(map(peer_of, index.peers)),
    )


class _Members:
    """The files of one kept run among the members of a project."""

    def __init__(self, archive: Archive, folder: str) -> None:
        self._archive, self._folder = archive, folder

    def read(self, name: str) -> bytes:
        return self._archive.read(self._folder + name, MAX_MIB[name] * MIB)


def _table(archive: Archive, told: _TableIndex | None) -> ProjectTable | None:
    if told is None:
        return None
    content = archive.read(_TABLE, MAX_BYTES) if told.included else None
    if content is not None and hashlib.sha256(content).hexdigest() != told.sha256:
        raise damaged(f"'{_TABLE}'")
    return ProjectTable(told.name, told.sha256, told.options, told.roles, content)


def _read_index(content: bytes) -> _Index:
    try:
        told: Mapping[str, object] = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise damaged(f"'{_INDEX}'") from error
    written = told.get("format") if isinstance(told, dict) else None
    if isinstance(written, int) and written > FORMAT:
        raise InvalidInputError(
            "A project that this version of fairmoe can read is needed",
            however="a later one wrote this",
            remedy="Install the newest version.",
        )
    try:
        return _Index.model_validate_json(content)
    except ValidationError as error:
        raise damaged(f"'{_INDEX}'") from error
