"""Where runs are kept, and what is refused there."""

import ast
import dataclasses
import errno
from pathlib import Path

import pytest

import fairmoe
from fairmoe.errors import InvalidInputError
from fairmoe.runs import (
    check_vacant,
    load_run,
    save_run,
)


def test_kept_folder_holds_these_files_and_leaves_nothing_beside_it(kept):
    assert sorted(path.name for path in kept.iterdir()) == [
        "model.safetensors",
        "predictions.csv",
        "run.json",
    ]
    assert len({path.stat().st_mode for path in kept.iterdir()}) == 1
    assert list(kept.parent.iterdir()) == [kept]


def test_nothing_is_left_when_keeping_fails(run, tmp_path):
    unkeepable = dataclasses.replace(run, resolved={"epochs": object()})

    with pytest.raises(TypeError, match="not JSON serializable"):
        save_run(unkeepable, tmp_path / "run")

    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_used(run, tmp_path):
    (tmp_path / "run").mkdir()

    save_run(run, tmp_path / "run")

    assert load_run(tmp_path / "run").run_id == "ab12"


def test_a_link_to_an_empty_folder_is_followed(run, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")

    save_run(run, tmp_path / "link")

    assert load_run(tmp_path / "disk").run_id == "ab12"


def test_a_folder_that_holds_something_is_refused(run, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(InvalidInputError, match=r"new or empty .* holds files already"):
        save_run(run, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_place_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(InvalidInputError, match=r"deep/run' cannot be written: nothing may be"):
        check_vacant(tmp_path / "deep" / "run")


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("file", r"'.*file' is a file\."),
        ("file/run", r"run' cannot be written: a part of the path"),
    ],
)
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, folder, message):
    (tmp_path / "file").touch()

    with pytest.raises(InvalidInputError, match=message):
        check_vacant(tmp_path / folder)


def test_the_package_pickles_nothing_but_what_its_own_processes_send_one_another():
    root = Path(fairmoe.__file__).parent
    for path in set(root.rglob("*.py")) - {root / "jobs" / "wire.py"}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            elif isinstance(node, ast.Attribute):
                names = [ast.unparse(node)]
            else:
                continue
            loaders = {"pickle", "joblib", "shelve", "dill", "torch.load", "torch.save"}
            assert not loaders & set(names), path
            assert not any(name and name.endswith("_pickle") for name in names), path
