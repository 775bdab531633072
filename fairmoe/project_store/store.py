"""Projects on a server's disk, for all who use it: their files, and an index of them."""

import contextlib
import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fairmoe._write import MAX_AGE, MIB, check_writable, write_whole
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.project_store.index import (
    COLUMNS,
    INDEX,
    KEY,
    SCHEMA,
    About,
    StoredProject,
    check_free,
    check_ours,
    checked_name,
    connect,
    folded,
    gone,
    in_words,
    stored,
    transaction,
)

MAX_PROJECT = 512 * MIB
"""What a file may take; a project holds no more, decompressed."""


class ProjectStore:
    """Projects in a folder of the server, shared by all processes that are given the folder.

    A name is never a path: files are named by chance, and SQLite keeps which is which. A project is
    there whole or not at all, whenever a process is killed; what that leaves is removed later.

    Args:
        folder: Where they lie, on a disk of this machine.
        max_mib: What all of them may take.
        clock: Returns seconds since 1970.
    """

    def __init__(
        self, folder: Path, *, max_mib: int = 4096, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder, self._max_mib, self._clock = folder.absolute(), max_mib, clock

    def prepare(self) -> None:
        """Make the folder and its index, if they are not there yet.

        Raises:
            InvalidInputError: Nothing can be kept there, or it holds something else.
        """
        needed = "A folder for projects is needed"
        path = self._folder / INDEX
        check_writable(path, needed)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists() and any(self._folder.glob("*.fairmoe")):
                raise InvalidInputError(
                    needed,
                    however=f"'{self._folder}' holds projects and no '{INDEX}'",
                    remedy="Put the index back, or name another folder; the app opens each file "
                    "by itself too.",
                )
            with in_words(), contextlib.closing(connect(self._folder, "rwc")) as index:
                with transaction(index):
                    if not index.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                        for statement in SCHEMA.split(";"):
                            index.execute(statement)
                check_ours(index)
        except OSError as error:
            raise InvalidInputError(
                needed, however=f"'{self._folder}' cannot be used ({error.strerror})"
            ) from error

    def projects(self) -> list[StoredProject]:
        """Return what is kept, the newest first.

        Raises:
            UnavailableError: The store cannot be read.
        """
        asked = f"SELECT {COLUMNS} FROM projects WHERE state = 'kept' ORDER BY saved DESC, key"
        with self._index() as index:
            return [stored(row) for row in index.execute(asked)]

    def named(self, name: str) -> StoredProject | None:
        """Return the project of a name, if there is one.

        Raises:
            UnavailableError: The store cannot be read.
        """
        asked = f"SELECT {COLUMNS} FROM projects WHERE state = 'kept' AND folded = ?"
        with self._index() as index:
            row = index.execute(asked, (folded(name),)).fetchone()
        return None if row is None else stored(row)

    def save(
        self, content: bytes, name: str, about: About, *, replacing: str | None = None
    ) -> StoredProject:
        """Keep a project.

        Args:
            content: Its file.
            name: What to call it.
            about: What it holds.
            replacing: The key of the project whose place it takes, if one has that name.

        Raises:
            InvalidInputError: The name will not do, another project has it, or all is full.
            UnavailableError: It cannot be written; nothing is left of it.
        """
        name, key = checked_name(name), secrets.token_hex(16)
        digest = hashlib.sha256(content).hexdigest()
        what = (about.runs, about.table, int(about.with_table))
        row = (key, name, float(self._clock()), len(content), digest, *what)
        with self._index() as index:
            self._remove_leftovers(index)
            with transaction(index):
                check_free(index, name, replacing)
                self._check_room(index, len(content), replacing)
                index.execute(
                    f"INSERT INTO projects ({COLUMNS}, folded, state) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new')",
                    (*row, folded(name)),
                )
            try:
                _write(self._path(key), content)
                with transaction(index):
                    # Meanwhile another process may have saved one of that name.
                    before = check_free(index, name, replacing)
                    index.execute("UPDATE projects SET state = 'gone' WHERE key = ?", (before,))
                    index.execute("UPDATE projects SET state = 'kept' WHERE key = ?", (key,))
            except BaseException:
                self._drop(index, key)
                raise
            if before is not None:
                self._drop(index, before)
        return stored(row)

    def read(self, key: str) -> bytes:
        """Return the file of a project, as it was saved.

        Raises:
            InvalidInputError: The project is not there any more, or its file was changed.
            UnavailableError: The store cannot be read.
        """
        kept = self._find(key)
        try:
            with self._path(key).open("rb") as file:
                content = file.read(MAX_PROJECT)
        except OSError as error:
            self._find(key)  # Whoever deleted it just now has deleted its file too.
            however = f"it cannot be read ({error.strerror})"
            raise InvalidInputError(
                f"The project '{kept.name}' needs its file", however=however
            ) from error
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            raise InvalidInputError(
                f"The project '{kept.name}' needs its file as it was saved",
                however="somebody changed it on the server's disk",
            )
        return content

    def rename(self, key: str, name: str) -> None:
        """Call a project something else.

        Raises:
            InvalidInputError: The name will not do, or the project is not there any more.
            UnavailableError: The store cannot be written.
        """
        name = checked_name(name)
        with self._index() as index, transaction(index):
            check_free(index, name, key)
            done = index.execute(
                "UPDATE projects SET name = ?, folded = ? WHERE key = ? AND state = 'kept'",
                (name, folded(name), key),
            )
            if not done.rowcount:
                raise gone()

    def delete(self, key: str) -> None:
        """Delete a project and its file; one that is not there any more is no error.

        Raises:
            UnavailableError: The store cannot be written.
        """
        with self._index() as index:
            index.execute("UPDATE projects SET state = 'gone' WHERE key = ?", (key,))
            self._drop(index, key)

    def _find(self, key: str) -> StoredProject:
        asked = f"SELECT {COLUMNS} FROM projects WHERE state = 'kept' AND key = ?"
        with self._index() as index:
            row = index.execute(asked, (key,)).fetchone()
        if row is None:
            raise gone()
        return stored(row)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.fairmoe"

    @contextlib.contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        # Not made anew: a folder that went away would look like an empty store.
        with in_words(), contextlib.closing(connect(self._folder, "rw")) as index:
            check_ours(index)
            yield index

    def _check_room(self, index: sqlite3.Connection, size: int, replacing: str | None) -> None:
        asked = (
            "SELECT coalesce(sum(bytes), 0) FROM projects WHERE state != 'gone' AND key IS NOT ?"
        )
        taken = index.execute(asked, (replacing,)).fetchone()[0]
        if size > MAX_PROJECT or taken + size > self._max_mib * MIB:
            raise InvalidInputError(
                f"The projects on this server may take {self._max_mib:,} MiB in all",
                however=f"this one needs {size / MIB:,.1f} and the others have {taken / MIB:,.1f}",
                remedy="Delete one, or save without the table.",
            )

    def _remove_leftovers(self, index: sqlite3.Connection) -> None:
        """Remove what killed processes left behind."""
        asked = "SELECT key FROM projects WHERE state = 'gone' OR (state = 'new' AND saved < ?)"
        for (key,) in index.execute(asked, (self._clock() - MAX_AGE,)).fetchall():
            self._drop(index, key)

    def _drop(self, index: sqlite3.Connection, key: str) -> None:
        """Remove a file, then its row; what cannot be removed now is tried again later."""
        with contextlib.suppress(OSError, sqlite3.Error):
            # Whoever is stopped right after a project was taken in must not lose it.
            asked = "SELECT 1 FROM projects WHERE key = ? AND state = 'kept'"
            if index.execute(asked, (key,)).fetchone():
                return
            if KEY.fullmatch(key):
                self._path(key).unlink(missing_ok=True)
            index.execute("DELETE FROM projects WHERE key = ?", (key,))


def _write(path: Path, content: bytes) -> None:
    """Write a file; whoever looks at a page need not know where on the server."""
    try:
        write_whole(path, content)
    except InvalidInputError as error:
        cause = error.__cause__
        why = cause.strerror if isinstance(cause, OSError) else "it is there already"
        raise UnavailableError(
            f"The project could not be saved on the server's disk ({why}). Nothing was changed."
        ) from error
