"""Projects in the shell: kept, told of, reported on, predicted with, opened in the app."""

import errno
import os

import pytest

from fairmoe.data import demo_csv
from fairmoe.runs import load_project, load_run
from tests.cli.shell import shell

TRAINED = (
    *("--target", "hired", "--sensitive", "sex", "--outcome", "good", "--device", "cpu"),
    *("--set", "epochs=8"),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    path.write_bytes(b"\n".join(demo_csv().split(b"\n")[:301]) + b"\n")
    return path


@pytest.fixture(scope="module")
def kept(file, tmp_path_factory):
    path = tmp_path_factory.mktemp("kept") / "x.fairmoe"
    code, _, err = shell("train", file, *TRAINED, "--out", path, "--with-table")
    assert code == 0, err
    assert "x.fairmoe. The file holds the table: whoever gets it can read every cell." in err
    return path


def test_a_project_with_the_table_holds_the_bytes_of_the_file(kept, file):
    project = load_project(kept)
    assert project.table.content == file.read_bytes()
    assert project.table.sha256 == project.runs[0].run.data.sha256
    assert project.table.roles == project.runs[0].run.roles


def test_a_project_is_reported_on_and_predicted_with_as_a_run(kept, file, tmp_path):
    code, _, err = shell("report", kept, "--data", file, "--out", tmp_path / "r.csv")
    assert code == 0, err
    code, out, err = shell("predict", kept, file)
    assert code == 0, err
    assert len(out.splitlines()) == 301


@pytest.mark.slow
def test_without_the_table_it_is_said_what_is_left_of_people(file, tmp_path):
    out = tmp_path / "x.fairmoe"
    options = ("--set", "attribution_method=gradient_shap", "--compare-aware")
    code, _, err = shell("train", file, *TRAINED, "--out", out, *options)
    assert code == 0, err
    assert "does not hold the table" in err
    assert "hold 16 encoded training rows" in err
    assert load_project(out).table.content is None
    assert load_run(tmp_path / "x-aware.fairmoe").roles.include_sensitive
    code, _, err = shell("train", file, *TRAINED, "--out", out)
    assert code == 2
    assert "is there already" in err


def test_what_cannot_be_kept_is_shown_all_the_same(file, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, out, err = shell("train", file, *TRAINED, "--out", tmp_path / "run")
    assert code == 2
    assert "the disk is full. Make room, or name another place." in err
    assert out.startswith("Scores on")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--with-table",), "however, nothing is kept"),
        (("--with-table", "--out", "folder"), "a folder does not hold the table"),
    ],
)
def test_a_table_that_cannot_be_kept_is_told_of_before_training(file, options, told):
    code, _, err = shell("train", file, *TRAINED, *options)
    assert code == 2
    assert told in err.replace("\n", " ")


def test_a_table_from_standard_input_is_not_kept(tmp_path):
    out = tmp_path / "x.fairmoe"
    code, _, err = shell("train", "-", *TRAINED, "--with-table", "--out", out)
    assert code == 2
    assert "the table came on standard input" in err


def test_the_app_opens_what_is_named_first(kept, monkeypatch, tmp_path):
    called = []
    monkeypatch.setattr("subprocess.call", lambda *of, **env: called.append((*of, env)) or 0)
    code, _, err = shell("app", kept, "--server.port", "8888")
    assert code == 0, err
    command, told = called[0]
    assert command[-2:] == ["--server.port", "8888"]
    assert told["env"]["FAIRMOE_OPEN"] == str(kept)
    assert told["env"]["PATH"] == os.environ["PATH"]
    (tmp_path / "y.fairmoe").write_bytes(b"none")
    code, _, err = shell("app", tmp_path / "y.fairmoe")
    assert code == 2
    assert "A project of fairmoe is needed" in err
    assert len(called) == 1
