"""Runs and projects on disk: a run in a folder, a project in one file, and which is which."""

import os
from pathlib import Path

from fairmoe._read import UnreadableError, read_plain
from fairmoe._write import MIB, check_writable, write_whole
from fairmoe.errors import InvalidInputError
from fairmoe.runs.archive import MAX_BYTES
from fairmoe.runs.project import Project, ProjectRun, read_project, write_project
from fairmoe.runs.record import Run
from fairmoe.runs.store import check_folder, load_folder, save_folder

SUFFIX = ".fairmoe"
_NEEDED = "A new file is needed to keep the project"


def check_vacant(path: Path, *, room: int = MIB) -> None:
    """Check that a run can be kept at a place: in a new or empty folder, or in a new project.

    Args:
        path: The place.
        room: How many bytes it will need, about.

    Raises:
        InvalidInputError: Something is there already, or nothing can be written there.
    """
    if path.suffix != SUFFIX:
        check_folder(path, room=room)
    elif os.path.lexists(path):
        raise InvalidInputError(
            _NEEDED, however=f"'{path}' is there already", remedy="Name another file."
        )
    else:
        check_writable(path, _NEEDED, room=room)


def open_project(path: str | Path) -> Project:
    """Return the project in a file, or one of the run in a folder.

    Raises:
        InvalidInputError: There is none, it is one of another version, or damaged.
    """
    path = Path(path)
    if path.suffix == SUFFIX and not path.is_dir():
        return load_project(path)
    return Project((ProjectRun(load_folder(path), path.resolve().name[:200] or "Run 1"),), shown=0)


def save_run(run: Run, path: str | Path) -> None:
    """Keep a run in a folder, or as a project if the name ends in .fairmoe; whole or not at all.

    Raises:
        InvalidInputError: Something is there already, or nothing can be written there.
    """
    path = Path(path)
    if path.suffix == SUFFIX:
        save_project(Project((ProjectRun(run, "Run 1"),), shown=0), path)
    else:
        save_folder(run, path)


def load_run(path: str | Path) -> Run:
    """Return the run in a folder that `save_run` kept, or the one that a project shows.

    Its model predicts the same numbers. Whoever wrote the files, no code of theirs runs, and
    nothing is asked for that they do not hold.

    Raises:
        InvalidInputError: There is no run, it is one of another version, or damaged.
    """
    return open_shown(path)[1].run


def open_shown(path: str | Path) -> tuple[Project, ProjectRun]:
    """Return the project in a file, or one of the run in a folder, and the run that it shows.

    Raises:
        InvalidInputError: There is no run, it is one of another version, or damaged.
    """
    project = open_project(path)
    if project.shown is None:
        raise InvalidInputError(
            "A project with a run is needed",
            however=f"'{path}' has none yet",
            remedy="Open it in the app and train.",
        )
    return project, project.runs[project.shown]


def load_project(path: str | Path) -> Project:
    """Return the project in a file.

    Raises:
        InvalidInputError: See `read_project`; or it is no plain file, or is too large.
    """
    path = Path(path)
    needed = "A project of fairmoe is needed"
    try:
        content = read_plain(path, MAX_BYTES // MIB)
    except UnreadableError as error:
        raise InvalidInputError(needed, however=f"'{path}' {error}") from error
    return read_project(content)


def save_project(project: Project, path: str | Path) -> None:
    """Write a project into a new file, whole or not at all.

    Raises:
        InvalidInputError: The file is there, cannot be made, or the project is too large.
    """
    path = Path(path)
    check_vacant(path)
    content = write_project(project)
    # The folder above it is made, as for a run.
    write_whole(path, content, needed=_NEEDED, parents=True)
