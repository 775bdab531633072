"""Projects: what is put in comes out."""

import dataclasses
import io
import zipfile

import numpy as np
import pytest

from fairmoe.data import read_table
from fairmoe.errors import InvalidInputError
from fairmoe.runs import (
    Project,
    check_vacant,
    load_project,
    load_run,
    open_project,
    read_project,
    save_project,
    save_run,
    write_project,
)
from tests.runs.repacking import fit, repacked


def test_a_project_comes_out_as_it_went_in(project, content):
    opened = read_project(content)
    assert (opened.shown, opened.tolerance, opened.table) == (1, 0.05, project.table)
    assert read_table(opened.table.content, options=opened.table.options).sha256 == (
        opened.table.sha256
    )
    for one, other in zip(project.runs, opened.runs, strict=True):
        assert (one.name, one.reason, one.notes) == (other.name, other.reason, other.notes)
        assert one.run.run_id == other.run.run_id
        np.testing.assert_equal(other.run.scores, one.run.scores)
    assert write_project(opened) == content


def test_without_the_table_no_cell_of_it_is_in_the_file(project):
    table = dataclasses.replace(project.table, content=None)
    content = write_project(dataclasses.replace(project, table=table))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert b"p1,yes" not in inside
    opened = read_project(content)
    assert (opened.table.sha256, opened.table.content) == (table.sha256, None)


def test_a_project_may_hold_no_run_yet(project, tmp_path):
    empty = Project(table=project.table)
    save_project(empty, tmp_path / "x.fairmoe")
    opened = load_project(tmp_path / "x.fairmoe")
    assert (opened.runs, opened.shown, opened.table) == ((), None, project.table)
    with pytest.raises(InvalidInputError, match="has none yet"):
        load_run(tmp_path / "x.fairmoe")


def test_a_run_is_kept_in_either_form_and_opened_alike(run, tmp_path):
    for name in ("run", "run.fairmoe"):
        save_run(run, tmp_path / name)
        assert load_run(tmp_path / name).run_id == run.run_id
        with pytest.raises(InvalidInputError, match=r"holds files already|is there already"):
            check_vacant(tmp_path / name)
    assert open_project(tmp_path / "run").runs[0].name == "run"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.fairmoe"}


def test_the_shown_run_is_the_one_that_is_loaded(content, tmp_path):
    (tmp_path / "x.fairmoe").write_bytes(content)
    assert load_run(tmp_path / "x.fairmoe").run_id == "ef56"


def test_nothing_is_left_of_a_project_that_cannot_be_written(project, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InvalidInputError, match="the disk is full"):
        save_project(project, tmp_path / "x.fairmoe")
    assert list(tmp_path.iterdir()) == []


def test_fits_of_others_come_out_as_they_went_in(content):
    opened = read_project(repacked(content, fit()))
    (peer,) = opened.peers
    assert (peer.method, peer.setting, peer.criterion) == ("adversarial", 1.0, "demographic_parity")
    assert np.isnan(peer.validation["f_proc"])
    assert dict(read_project(write_project(opened)).peers[0].test) == dict(peer.test)


def test_packing_again_is_no_damage(content):
    assert read_project(repacked(content, lambda *_: None)).shown == 1
