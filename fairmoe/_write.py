"""Files and folders that are there whole or not at all, whatever happens while they are written."""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from fairmoe.errors import InvalidInputError

MIB = 2**20
MAX_AGE = 3600
"""Seconds after which a draft is taken for one of a killed process; writing takes a few."""

_DRAFT = re.compile(r"\.fairmoe-[0-9a-f]{16}\.part")
_EARLIER_DRAFT = re.compile(r"\.(.+)-[a-z0-9_]{8}")
_EARLIER_FILES = frozenset({"run.json", "model.safetensors", "predictions.csv"})
"""In a hidden folder around the run's own, with these and nothing else, earlier versions wrote."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
_UNSUPPORTED = (errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EPERM, errno.EINVAL)


def write_whole(
    path: Path,
    content: bytes,
    *,
    needed: str = "A new file is needed",
    replace: bool = False,
    parents: bool = False,
) -> None:
    """Write a file, whole or not at all.

    The bytes go to a draft in the same folder, then to the disk, and then get their name. A draft
    is removed on any error; those that a killed process left are removed with the next write.

    Args:
        path: The file.
        content: Its bytes.
        needed: The beginning of the sentence if it cannot be written.
        replace: Whether to take the place of a file that is there; else that is refused.
        parents: Whether to make the folders above it; else they have to be there.

    Raises:
        InvalidInputError: It cannot be written; nothing is left of it.
    """
    with _in_words(path, needed):
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft_in(path.parent)
        try:
            _write_synced(draft, content)
            _remove_leftovers(path.parent, draft.lstat().st_mtime)
            if replace:
                draft.replace(path)
            else:
                _give_name(draft, path)
        finally:
            draft.unlink(missing_ok=True)


def write_folder(path: Path, files: Iterable[tuple[str, bytes]], *, needed: str) -> None:
    """Write a folder of files, whole or not at all, as `write_whole` writes one.

    Args:
        path: A new or empty folder; the folders above it are made.
        files: Names and bytes.
        needed: The beginning of the sentence if it cannot be written.

    Raises:
        InvalidInputError: It cannot be written, or it holds something.
    """
    made = list(files)
    with _in_words(path, needed):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft_in(path.parent)
        try:
            draft.mkdir()
            _remove_leftovers(path.parent, draft.lstat().st_mtime)
            for name, content in made:
                _write_synced(draft / name, content)
            if os.path.lexists(path):
                path.rmdir()
            # A folder never takes the place of a file, or of a folder that holds something.
            draft.rename(path)
        finally:
            if os.path.lexists(draft):
                shutil.rmtree(draft)


def check_writable(path: Path, needed: str, *, room: int = MIB, inside: bool = False) -> None:
    """Check that something can be put at a path, by reserving room for it for a moment.

    Drafts of killed processes that lie there are removed.

    Args:
        path: What is to be put there; the folders above it need not be there yet.
        needed: The beginning of the sentence if it cannot be.
        room: How many bytes it will need, about.
        inside: Whether the path is a folder that things are put in, which may be there.

    Raises:
        InvalidInputError: It cannot be: a name is too long, nothing may be written there, what is
            above it is no folder, or the disk is too full.
    """
    path = path.absolute()
    with _in_words(path, needed, room):
        places = (path, *path.parents) if inside else path.parents
        folder = next(place for place in places if os.path.lexists(place))
        for part in path.relative_to(folder).parts:
            with contextlib.suppress(FileNotFoundError):
                (folder / part).lstat()
        draft = _draft_in(folder)
        try:
            with draft.open("xb") as file:
                _reserve(file.fileno(), room)
            _remove_leftovers(folder, draft.lstat().st_mtime)
        finally:
            draft.unlink(missing_ok=True)


def _draft_in(folder: Path) -> Path:
    return folder / f".fairmoe-{secrets.token_hex(8)}.part"


def _write_synced(draft: Path, content: bytes) -> None:
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _give_name(draft: Path, path: Path) -> None:
    """Give a draft a name that nothing has: renaming would overwrite, linking does not."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        # No links on this disk: whoever makes the empty file first has the name.
        path.open("xb").close()
        try:
            draft.replace(path)
        except BaseException:
            path.unlink()
            raise


def _reserve(handle: int, room: int) -> None:
    if not hasattr(os, "posix_fallocate"):
        os.write(handle, bytes(room))
        return
    try:
        os.posix_fallocate(handle, 0, room)
    except OSError as error:
        # Some disks of a network cannot reserve; writing tells then.
        if error.errno not in _UNSUPPORTED:
            raise


def _remove_leftovers(folder: Path, now: float) -> None:
    """Remove drafts of killed processes.

    Args:
        folder: Where to look.
        now: The time by the clock of the disk, which may differ from that of this machine.
    """
    drafts: list[os.DirEntry[str]] = []
    # A folder may be written without being listed.
    with contextlib.suppress(PermissionError), os.scandir(folder) as entries:
        drafts = [
            entry
            for entry in entries
            if _DRAFT.fullmatch(entry.name) or _is_of_an_earlier_version(entry)
        ]
    for entry in drafts:
        # Another process may remove it too, and somebody else's may not be removed.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            if now - entry.stat(follow_symlinks=False).st_mtime <= MAX_AGE:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                Path(entry.path).unlink()


def _is_of_an_earlier_version(entry: "os.DirEntry[str]") -> bool:
    named = _EARLIER_DRAFT.fullmatch(entry.name)
    if named is None or not entry.is_dir(follow_symlinks=False):
        return False
    with contextlib.suppress(OSError):
        inside = [(each.name, each.is_dir(follow_symlinks=False)) for each in os.scandir(entry)]
        if inside != [(named[1], True)]:
            return False
        files = list(os.scandir(Path(entry.path, named[1])))
        return bool(files) and all(
            each.name in _EARLIER_FILES and each.is_file(follow_symlinks=False) for each in files
        )
    return False


@contextlib.contextmanager
def _in_words(path: Path, needed: str, room: int = 0) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        however, remedy = _reason(error, path, room)
        raise InvalidInputError(
            needed, however=f"'{path}' cannot be written: {however}", remedy=remedy
        ) from error


def _reason(error: OSError, path: Path, room: int) -> tuple[str, str]:
    """Return why a path cannot be written, and what to do."""
    if error.errno in _FULL:
        what = f"has no room for {max(1, round(room / MIB)):,} MiB" if room else "is full"
        return f"the disk {what}", "Make room, or name another place."
    # A system's own folders say that a file is not found where none can be made.
    odd = error.errno == errno.ENOENT and (room or path.parent.is_dir())
    if error.errno in _FORBIDDEN or odd:
        return "nothing may be written there", "Name another place."
    known = {
        errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
        errno.EEXIST: ("there is something of that name already", "Name another place."),
        errno.ENOTEMPTY: ("there is something of that name already", "Name another place."),
        errno.ENOENT: (
            f"the folder '{path.parent}' is not there",
            "Make it, or name another place.",
        ),
        errno.ENOTDIR: ("a part of the path is a file and no folder", "Name another place."),
    }
    return known.get(error.errno or 0, (f"{error.strerror}", "Name another place."))
