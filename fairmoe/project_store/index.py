"""The index of a store in SQLite: what it says of each project, and its errors in words."""

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairmoe.errors import InvalidInputError, UnavailableError

INDEX = "index.sqlite"
LONGEST = 100
"""How many characters a name may have."""

_OURS = 0x46414952
"""What SQLite calls the id of an application, by which an index is told from other databases."""

_FORMAT = 1
_PATIENCE = 5.0
"""Seconds that a process waits for another one that writes the index."""

KEY = re.compile(r"[0-9a-f]{32}")
COLUMNS = "key, name, saved, bytes, sha256, runs, table_name, with_table"
_TYPES = (str, str, float, int, str, int, str, int)
# A project that is being written is "new", one whose file is to go is "gone".
SCHEMA = f"""
CREATE TABLE projects (key TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL,
    state TEXT NOT NULL, saved REAL NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
    runs INTEGER NOT NULL, table_name TEXT NOT NULL, with_table INTEGER NOT NULL);
CREATE UNIQUE INDEX names ON projects (folded) WHERE state = 'kept';
PRAGMA application_id = {_OURS};
PRAGMA user_version = {_FORMAT};
"""


@dataclass(frozen=True)
class About:
    """What the list of projects says of one.

    Attributes:
        runs: How many runs it holds.
        table: The name of its table; "" if it has none.
        with_table: Whether the cells of the table are in it.
    """

    runs: int
    table: str
    with_table: bool


@dataclass(frozen=True)
class StoredProject:
    """A project of a store.

    Attributes:
        key: Names this state of the project: saving it anew gives it another key.
        name: What users call it.
        saved: When it was saved, in seconds since 1970.
        size: Bytes of its file.
        sha256: Digest of its file.
        about: What it holds.
    """

    key: str
    name: str
    saved: float
    size: int
    sha256: str
    about: About


def connect(folder: Path, mode: str) -> sqlite3.Connection:
    """Open the index of a folder; "rw" asks for one that is there, "rwc" makes it."""
    address = f"{(folder / INDEX).as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


def checked_name(name: str) -> str:
    """Return a name as it is kept.

    Raises:
        InvalidInputError: It is empty, too long, or holds what cannot be seen.
    """
    name = unicodedata.normalize("NFC", name).strip()
    needed = f"A name of 1 to {LONGEST} characters is needed"
    if not name:
        raise InvalidInputError(needed, however="this one is empty")
    if len(name) > LONGEST:
        raise InvalidInputError(needed, however=f"this one has {len(name):,}")
    if not name.isprintable():
        raise InvalidInputError(needed, however="this one holds a character that cannot be seen")
    return name


def folded(name: str) -> str:
    """Return a name without what two names may not differ in alone."""
    return unicodedata.normalize("NFC", name.strip().casefold())


def check_free(index: sqlite3.Connection, name: str, replacing: str | None) -> str | None:
    """Return the key of the project of a name if it is the one to be replaced.

    Raises:
        InvalidInputError: Another project has the name.
    """
    asked = "SELECT key FROM projects WHERE state = 'kept' AND folded = ?"
    found = index.execute(asked, (folded(name),)).fetchone()
    if found is not None and found[0] != replacing:
        raise InvalidInputError(
            "A name that no other project has is needed",
            however=f"there is a project '{name}' already"
            if replacing is None
            else f"the project '{name}' was saved by somebody else meanwhile",
            remedy="Choose another name.",
        )
    return None if found is None else str(found[0])


def check_ours(index: sqlite3.Connection) -> None:
    """Check that an index was written by this version.

    Raises:
        UnavailableError: It was not.
    """
    ours = index.execute("PRAGMA application_id").fetchone()[0] == _OURS
    written = index.execute("PRAGMA user_version").fetchone()[0]
    if not ours or written != _FORMAT:
        raise UnavailableError(
            f"The store's '{INDEX}' is none of fairmoe's, or one of another version."
        )


def stored(row: tuple[object, ...]) -> StoredProject:
    """Return what a row of the index says.

    Raises:
        UnavailableError: Nothing that fairmoe wrote.
    """
    key, name, saved, size, digest, runs, table, with_table = row
    good = all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True))
    if not good or not KEY.fullmatch(str(key)):
        raise _damaged()
    about = About(int(str(runs)), str(table), bool(with_table))
    return StoredProject(str(key), str(name), float(str(saved)), int(str(size)), str(digest), about)


def gone() -> InvalidInputError:
    """Return the error that says that a project is not there any more."""
    return InvalidInputError(
        "A project of the list is needed",
        however="somebody deleted this one, or saved it anew",
        remedy="Look at the list again.",
    )


def _damaged() -> UnavailableError:
    return UnavailableError(
        f"The store's '{INDEX}' is damaged; whoever runs the server can mend it."
    )


@contextlib.contextmanager
def transaction(index: sqlite3.Connection) -> Iterator[None]:
    """Change the index all at once or not at all; other processes wait."""
    index.execute("BEGIN IMMEDIATE")
    try:
        yield
        index.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # A full disk has ended it already.
            index.execute("ROLLBACK")
        raise


_REASONS = {
    sqlite3.SQLITE_BUSY: "Others are saving on this server. Try again in a moment.",
    sqlite3.SQLITE_FULL: "The server's disk is full. Nothing was changed.",
    sqlite3.SQLITE_READONLY: "The store may not be written on this server. Nothing was changed.",
    sqlite3.SQLITE_CANTOPEN: "The store of this server cannot be opened: its folder or index went "
    "away.",
    sqlite3.SQLITE_IOERR: "The server's disk failed. Nothing was changed.",
}


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Say errors of SQLite in a sentence.

    Raises:
        UnavailableError: Instead of them.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _REASONS:
            raise UnavailableError(_REASONS[code]) from error
        raise _damaged() from error
