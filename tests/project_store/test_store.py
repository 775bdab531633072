"""Projects on a server's disk: whole or not there, whoever else writes and whatever fails."""

import errno
import multiprocessing
import os
import shutil
import sqlite3

import pytest

from fairmoe._write import MAX_AGE
from fairmoe.errors import FairmoeError, InvalidInputError, UnavailableError
from fairmoe.project_store import About, ProjectStore

ABOUT = About(2, "a.csv", True)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    made = ProjectStore(tmp_path / "new" / "store", max_mib=1, clock=clock)
    made.prepare()
    return made


@pytest.fixture
def folder(store, tmp_path):
    del store
    return tmp_path / "new" / "store"


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "index.sqlite")


def names(store):
    return [each.name for each in store.projects()]


def test_what_was_saved_is_listed_and_read(store, folder, clock):
    first = store.save(b"one", " First ", ABOUT)
    clock.now += 1
    store.save(b"two", "zweites für / 第二", About(0, "", False))
    assert names(store) == ["zweites für / 第二", "First"]
    assert store.projects()[1] == first
    assert (first.saved, first.size, first.about) == (1000.0, 3, ABOUT)
    assert store.read(first.key) == b"one"
    assert len(files(folder)) == 2
    assert store.named("FIRST ") == first
    assert store.named("second") is None
    ProjectStore(folder).prepare()
    assert ProjectStore(folder).read(first.key) == b"one"


def test_the_folder_is_nobody_else_s(folder):
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x" * 300, "this one has 300."),
        ("  ", "this one is empty."),
        ("a\nb", "this one holds a character that cannot be seen."),
        ("\ud800", "this one holds a character that cannot be seen."),
    ],
)
def test_a_name_that_will_not_do_is_one_sentence(store, folder, name, why):
    kept = store.save(b"one", "x", ABOUT)
    for call in (lambda: store.save(b"two", name, ABOUT), lambda: store.rename(kept.key, name)):
        with pytest.raises(InvalidInputError) as caught:
            call()
        assert str(caught.value) == f"A name of 1 to 100 characters is needed; however, {why}"
    assert names(store) == ["x"]
    assert len(files(folder)) == 1


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a/b", "..", "con", "x" * 100])
def test_a_name_is_never_a_path(store, folder, tmp_path, name):
    key = store.save(b"one", name, ABOUT).key
    assert names(store) == [name]
    assert files(folder) == [f"{key}.fairmoe"]
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_name_is_there_once_and_its_project_is_replaced_only_by_who_knows_it(store, folder):
    first = store.save(b"one", "Straße", ABOUT)
    with pytest.raises(InvalidInputError) as caught:
        store.save(b"two", "STRASSE", ABOUT)
    assert str(caught.value) == (
        "A name that no other project has is needed; however, there is a project 'STRASSE' "
        "already. Choose another name."
    )
    second = store.save(b"two", "STRASSE", ABOUT, replacing=first.key)
    with pytest.raises(InvalidInputError, match="was saved by somebody else meanwhile"):
        store.save(b"three", "Straße", ABOUT, replacing=first.key)
    assert store.projects() == [second]
    assert store.read(second.key) == b"two"
    assert files(folder) == [f"{second.key}.fairmoe"]
    # Under another name it is a copy.
    store.save(b"three", "Copy", ABOUT, replacing=second.key)
    assert sorted(names(store)) == ["Copy", "STRASSE"]


def test_a_project_is_renamed_and_deleted(store, folder):
    first, second = store.save(b"one", "a", ABOUT), store.save(b"two", "b", ABOUT)
    store.rename(first.key, "A")
    with pytest.raises(InvalidInputError, match="A name that no other project has is needed"):
        store.rename(first.key, "B")
    assert sorted(names(store)) == ["A", "b"]
    store.delete(first.key)
    store.delete(first.key)
    assert names(store) == ["b"]
    assert files(folder) == [f"{second.key}.fairmoe"]
    for call in (lambda: store.read(first.key), lambda: store.rename(first.key, "c")):
        with pytest.raises(InvalidInputError) as caught:
            call()
        assert str(caught.value) == (
            "A project of the list is needed; however, somebody deleted this one, or saved it "
            "anew. Look at the list again."
        )


def test_a_file_that_went_away_or_was_changed_is_told_of(store, folder):
    kept = store.save(b"one", "a", ABOUT)
    path = folder / f"{kept.key}.fairmoe"
    path.write_bytes(b"One")
    with pytest.raises(InvalidInputError, match="'a' needs its file as it was saved; however, som"):
        store.read(kept.key)
    path.unlink()
    with pytest.raises(InvalidInputError) as caught:
        store.read(kept.key)
    assert str(caught.value) == (
        "The project 'a' needs its file; however, it cannot be read (No such file or directory)."
    )
    store.delete(kept.key)
    assert names(store) == []


def test_there_is_room_for_so_much(store):
    kept = store.save(bytes(700_000), "a", ABOUT)
    with pytest.raises(InvalidInputError) as caught:
        store.save(bytes(700_000), "b", ABOUT)
    assert str(caught.value) == (
        "The projects on this server may take 1 MiB in all; however, this one needs 0.7 and the "
        "others have 0.7. Delete one, or save without the table."
    )
    store.save(bytes(700_001), "a", ABOUT, replacing=kept.key)


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
