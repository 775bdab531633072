"""Where shards are kept, and what may go wrong there."""

import errno

import pytest

from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.sweep import (
    FolderStore,
    run_sweep,
)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    prepared, runs, tmp_path, monkeypatch
):
    store = FolderStore(tmp_path)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnavailableError, match=r"the disk is full.*goes on from there"):
        run_sweep(prepared, runs[:1], store=store)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(InvalidInputError, match=r"file/in' cannot be written: a part of the path"):
        FolderStore(tmp_path / "file" / "in")


def test_a_file_that_vanishes_is_one_sentence(tmp_path):
    with pytest.raises(UnavailableError, match=r"'.*gone' cannot be read"):
        FolderStore(tmp_path).read("gone")
