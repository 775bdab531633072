"""A store whose disk, index, folder or fellow processes fail."""

import errno
import multiprocessing
import os
import shutil
import sqlite3

import pytest

from fairmoe._write import MAX_AGE
from fairmoe.errors import FairmoeError, InvalidInputError, UnavailableError
from fairmoe.project_store import ProjectStore
from tests.project_store.shared import ABOUT, files, names


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_fails_leaves_nothing_and_names_no_folder(store, folder, monkeypatch, code):
    kept = store.save(b"one", "a", ABOUT)

    def failing(*_):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", failing)
        for replacing in (None, kept.key):
            with pytest.raises(UnavailableError) as caught:
                store.save(b"two", "a" if replacing else "b", ABOUT, replacing=replacing)
            assert str(caught.value) == (
                f"The project could not be saved on the server's disk ({os.strerror(code)}). "
                "Nothing was changed."
            )
    assert store.projects() == [kept]
    assert files(folder) == [f"{kept.key}.fairmoe"]
    # Nothing holds room, either.
    with sqlite3.connect(folder / "index.sqlite") as index:
        assert index.execute("SELECT count(*) FROM projects").fetchone() == (1,)
    index.close()


def save_many(store):
    for place in range(500):
        store.save(b"two", f"{place} {'x' * 90}", ABOUT)


def test_a_full_index_is_one_sentence(store, folder, monkeypatch):
    kept = store.save(b"one", "a", ABOUT)
    connect = sqlite3.connect

    def full(*args, **options):
        index = connect(*args, **options)
        index.execute("PRAGMA max_page_count = 1")
        return index

    with monkeypatch.context() as patch:
        patch.setattr("sqlite3.connect", full)
        with pytest.raises(UnavailableError, match=r"^The server's disk is full\. Nothing was ch"):
            save_many(store)
    assert kept in store.projects()
    assert len(files(folder)) == len(store.projects())


def test_a_folder_that_went_away_is_not_made_anew(store, folder):
    kept = store.save(b"one", "a", ABOUT)
    shutil.rmtree(folder)
    calls = (
        store.projects,
        lambda: store.read(kept.key),
        lambda: store.save(b"two", "b", ABOUT),
        lambda: store.rename(kept.key, "b"),
        lambda: store.delete(kept.key),
    )
    for call in calls:
        with pytest.raises(UnavailableError) as caught:
            call()
        assert str(caught.value) == (
            "The store of this server cannot be opened: its folder or index went away."
        )
    assert not folder.exists()


def test_an_index_that_went_away_is_not_made_anew(store, folder):
    (folder / "index.sqlite").unlink()
    with pytest.raises(UnavailableError, match="its folder or index went away"):
        store.projects()
    assert list(folder.iterdir()) == []


def test_an_index_that_is_none_is_one_sentence(store, folder):
    path = folder / "index.sqlite"
    path.write_bytes(b"none" * 1000)
    with pytest.raises(UnavailableError, match=r"^The store's 'index.sqlite' is damaged"):
        store.projects()
    with pytest.raises(UnavailableError, match="is damaged"):
        store.prepare()
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    for call in (store.projects, store.prepare):
        with pytest.raises(UnavailableError, match="is none of fairmoe's, or one of another"):
            call()


@pytest.mark.parametrize(
    "change",
    [
        "key = '../../../x'",
        "name = x'ff'",
        "name = CAST(x'ff' AS TEXT)",
        "saved = 'x'",
        "runs = 'x'",
    ],
)
def test_a_row_that_fairmoe_did_not_write_is_damage(store, folder, change):
    store.save(b"one", "a", ABOUT)
    with sqlite3.connect(folder / "index.sqlite") as index:
        index.execute(f"UPDATE projects SET {change}")
    index.close()
    with pytest.raises(UnavailableError, match="is damaged"):
        store.projects()


def test_an_index_that_was_lost_is_not_begun_anew_over_projects(store, folder):
    store.save(b"one", "a", ABOUT)
    (folder / "index.sqlite").unlink()
    with pytest.raises(InvalidInputError, match=r"holds projects and no 'index\.sqlite'\. Put the"):
        ProjectStore(folder).prepare()
    assert not (folder / "index.sqlite").exists()


def test_a_place_where_nothing_can_be_kept_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file" / "store", tmp_path / ("x" * 300)):
        with pytest.raises(InvalidInputError, match="A folder for projects is needed; however"):
            ProjectStore(path).prepare()


@pytest.mark.parametrize("stop", ["before the file", "after the file", "after all"])
def test_what_a_killed_process_leaves_is_not_listed_and_goes(
    store, folder, clock, monkeypatch, stop
):
    kept = store.save(b"one", "a", ABOUT)

    def killed(*_):
        raise KeyboardInterrupt

    # Whoever is killed removes nothing.
    with monkeypatch.context() as patch:
        patch.setattr(ProjectStore, "_drop", lambda *_: None)
        module = "fairmoe.project_store.store"
        if stop == "before the file":
            patch.setattr(f"{module}._write", killed)
        elif stop == "after the file":
            write = __import__(module, fromlist=["_write"])._write
            patch.setattr(f"{module}._write", lambda *args: (write(*args), killed()))
        if stop == "after all":
            kept = store.save(b"two", "a", ABOUT, replacing=kept.key)
        else:
            with pytest.raises(KeyboardInterrupt):
                store.save(b"two", "a", ABOUT, replacing=kept.key)
    assert store.projects() == [kept]
    # Another process may be writing still.
    last = store.save(b"three", "c", ABOUT)
    assert len(files(folder)) == {"before the file": 2, "after the file": 3, "after all": 2}[stop]
    clock.now += MAX_AGE + 1
    last = store.save(b"three", "c", ABOUT, replacing=last.key)
    assert files(folder) == sorted(f"{each.key}.fairmoe" for each in (kept, last))


def _save_many(folder, start):
    store = ProjectStore(folder)
    told = []
    for place in range(start, start + 8):
        try:
            store.save(bytes([place]) * 1000, f"name {place % 4}", ABOUT)
        except FairmoeError as error:
            told.append(str(error))
        for each in store.projects():
            try:
                assert len(set(store.read(each.key))) == 1
                if each.name == "name 3":
                    store.delete(each.key)
            except InvalidInputError as error:
                told.append(str(error))
    return told


@pytest.mark.slow
def test_processes_share_a_store(store, folder):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        told = pool.starmap(_save_many, [(folder, 8 * place) for place in range(3)])
    known = ("A name that no other project has", "A project of the list is needed")
    assert all(said.startswith(known) for each in told for said in each)
    kept = store.projects()
    assert {"name 0", "name 1", "name 2"} <= set(names(store))
    assert files(folder) == sorted(f"{each.key}.fairmoe" for each in kept)
    for each in kept:
        assert len(set(store.read(each.key))) == 1


def test_another_process_that_writes_is_waited_for_in_vain(store, folder, monkeypatch):
    monkeypatch.setattr("fairmoe.project_store.index._PATIENCE", 0.05)
    index = sqlite3.connect(folder / "index.sqlite", isolation_level=None)
    index.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UnavailableError, match=r"^Others are saving on this server\. Try again"):
        store.save(b"one", "a", ABOUT)
    index.execute("ROLLBACK")
    index.close()
    store.save(b"one", "a", ABOUT)
