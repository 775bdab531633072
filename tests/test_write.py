"""Files that are whole or not there, whatever goes wrong while they are written."""

import errno
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from fairmoe._write import MAX_AGE, check_writable, write_folder, write_whole
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.runs import check_vacant, save_run
from fairmoe.sweep import FolderStore

LONG = "x" * 300
WAYS = ("file", "replaced", "folder")


def put(way: str, path: Path, content: bytes = b"whole") -> None:
    """Write in one of the three ways."""
    if way == "folder":
        write_folder(path, [("a", content), ("b", content)], needed="A new folder is needed")
    else:
        write_whole(path, content, replace=way == "replaced")


def fail(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    """Let a function of the system fail."""

    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(f"os.{name}", failing)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_written_is_there_and_nothing_else(way, tmp_path):
    put(way, tmp_path / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    found = tmp_path / "x" / "b" if way == "folder" else tmp_path / "x"
    assert found.read_bytes() == b"whole"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("code", "why"),
    [
        (errno.ENOSPC, "the disk is full. Make room, or name another place."),
        (errno.EDQUOT, "the disk is full. Make room, or name another place."),
        (errno.EROFS, "nothing may be written there. Name another place."),
        (errno.EIO, "Input/output error. Name another place."),
    ],
)
def test_a_disk_that_fails_is_one_sentence_and_leaves_nothing(
    way, code, why, tmp_path, monkeypatch
):
    fail(monkeypatch, "fsync", code)
    with pytest.raises(InvalidInputError) as caught:
        put(way, tmp_path / "x")
    needed = "A new folder is needed" if way == "folder" else "A new file is needed"
    assert str(caught.value) == (f"{needed}; however, '{tmp_path / 'x'}' cannot be written: {why}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_full_disk_leaves_nothing(way, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a disk cannot be mounted here")
    try:
        with pytest.raises(InvalidInputError, match="the disk is full"):
            put(way, disk / "x", bytes(100_000))
        with pytest.raises(InvalidInputError, match="has no room for 1 MiB"):
            check_writable(disk / "x", "A new file is needed")
        with pytest.raises(InvalidInputError, match="has no room for 1 MiB"):
            FolderStore(disk / "sweep")
        assert list(disk.iterdir()) == []
        put(way, disk / "x", bytes(10_000))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("way", WAYS)
def test_a_name_of_300_characters_is_one_sentence(way, tmp_path):
    with pytest.raises(InvalidInputError, match=r"the name is too long\. Choose a shorter name\."):
        put(way, tmp_path / LONG)
    for path in (tmp_path / LONG, tmp_path / "a" / LONG, tmp_path / LONG / "a"):
        with pytest.raises(InvalidInputError, match="the name is too long"):
            check_writable(path, "A new file is needed")
    for name in (LONG, f"{LONG}.fairmoe"):
        with pytest.raises(InvalidInputError, match="the name is too long"):
            check_vacant(tmp_path / name)
    with pytest.raises(InvalidInputError, match="the name is too long"):
        FolderStore(tmp_path / LONG)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["file", "replaced"])
def test_a_folder_that_vanished_is_named(way, tmp_path):
    with pytest.raises(InvalidInputError, match=r"the folder '.*gone' is not there\. Make it"):
        put(way, tmp_path / "gone" / "x")
    store = FolderStore(tmp_path / "sweep")
    store.write("a.safetensors", b"x")
    shutil.rmtree(store.folder)
    with pytest.raises(UnavailableError, match=r"sweep' is not there\..*goes on from there\."):
        store.write("a.safetensors", b"x")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_there_is_never_overwritten_unasked(way, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"mine")
    if way == "replaced":
        put(way, path)
        assert path.read_bytes() == b"whole"
        return
    with pytest.raises(InvalidInputError, match="cannot be written"):
        put(way, path)
    assert path.read_bytes() == b"mine"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("way", ["file", "replaced"])
def test_disks_without_links_do_as_well(way, tmp_path, monkeypatch):
    fail(monkeypatch, "link", errno.EOPNOTSUPP)
    put(way, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"whole"
    if way == "file":
        with pytest.raises(InvalidInputError, match="something of that name already"):
            put(way, tmp_path / "x", b"other")
    assert (tmp_path / "x").read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_a_folder_of_the_system_is_not_said_to_be_gone(tmp_path, monkeypatch):
    def gone(path, *_, **__):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))

    monkeypatch.setattr(Path, "open", gone)
    with pytest.raises(InvalidInputError, match="nothing may be written there"):
        check_writable(tmp_path / "a" / "x", "A new file is needed")
    with pytest.raises(InvalidInputError, match="nothing may be written there"):
        write_whole(tmp_path / "x", b"whole")


def test_room_is_asked_for_before_it_is_needed(tmp_path, monkeypatch):
    fail(monkeypatch, "posix_fallocate", errno.ENOSPC)
    with pytest.raises(InvalidInputError) as caught:
        check_writable(tmp_path / "a" / "x", "A new file is needed", room=7 << 20)
    assert str(caught.value) == (
        f"A new file is needed; however, '{tmp_path / 'a' / 'x'}' cannot be written: the disk has "
        "no room for 7 MiB. Make room, or name another place."
    )
    assert list(tmp_path.iterdir()) == []
    fail(monkeypatch, "posix_fallocate", errno.EOPNOTSUPP)
    check_writable(tmp_path / "x", "A new file is needed")
    assert list(tmp_path.iterdir()) == []


def _die_while_writing(way: str, path: Path) -> None:
    os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    put(way, path)


@pytest.mark.parametrize("way", WAYS)
def test_what_a_killed_process_left_is_removed_with_the_next_write(way, tmp_path):
    process = multiprocessing.get_context("fork").Process(
        target=_die_while_writing, args=(way, tmp_path / "x")
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert re.fullmatch(r"\.fairmoe-[0-9a-f]{16}\.part", left.name)

    check_writable(tmp_path / "y", "A new file is needed")
    assert left.exists(), "a draft this young may be one of a process that lives"

    age(left)
    put(way, tmp_path / "y")
    assert [path.name for path in tmp_path.iterdir()] == ["y"]


def age(path: Path) -> None:
    """Let a draft look as if it was written before the last hour."""
    then = path.lstat().st_mtime - MAX_AGE - 60
    os.utime(path, (then, then), follow_symlinks=False)


def test_a_check_removes_leftovers_and_nothing_that_is_not_ours(tmp_path):
    ours = tmp_path / f".fairmoe-{'a' * 16}.part"
    ours.mkdir()
    (ours / "predictions.csv").write_text("labels")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("mine")
    link = tmp_path / f".fairmoe-{'b' * 16}.part"
    link.symlink_to(elsewhere)
    others = [".fairmoe-notes.part", f".fairmoe-{'a' * 16}.part.txt", ".hidden", "x.part"]
    for name in others:
        (tmp_path / name).write_text("mine")
    for path in tmp_path.iterdir():
        age(path)
    FolderStore(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*others, "elsewhere"}
    assert (elsewhere / "mine").read_text() == "mine"


def test_what_an_earlier_version_left_is_removed_and_nothing_like_it(tmp_path):
    def folder(hidden: str, name: str, *files: str) -> Path:
        path = tmp_path / hidden / name
        path.mkdir(parents=True)
        for file in files:
            (path / file).write_text("labels")
        age(path.parent)
        return path.parent

    left = [
        folder(".run-a1b2c3d_", "run", "model.safetensors", "predictions.csv"),
        folder(".my run-abcdefgh", "my run", "run.json"),
    ]
    others = [
        folder(".run-abcdefgh", "run", "run.json", "notes.txt"),
        folder(".run-bbbbbbbb", "other", "run.json"),
        folder(".run-cccccccc", "run"),
        folder(".cache-settings", "cache", "run.json", "index"),
        folder("run-abcdefgh", "run", "run.json"),
    ]
    young = folder(".run-dddddddd", "run", "run.json")
    os.utime(young)
    FolderStore(tmp_path)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in [*others, young])


@pytest.mark.slow
def test_a_run_that_cannot_be_kept_leaves_nothing(demo_run, tmp_path, monkeypatch):
    fail(monkeypatch, "fsync", errno.ENOSPC)
    for name in ("run", "run.fairmoe"):
        with pytest.raises(InvalidInputError, match="the disk is full"):
            save_run(demo_run[0], tmp_path / name)
    with pytest.raises(UnavailableError, match=r"the disk is full\..*What is finished is kept"):
        FolderStore(tmp_path).write("a.safetensors", b"x")
    assert list(tmp_path.iterdir()) == []
