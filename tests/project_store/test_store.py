"""Projects on a server's disk: whole or not there, whoever else writes and whatever fails."""

import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.project_store import About, ProjectStore
from tests.project_store.shared import ABOUT, files, names


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
