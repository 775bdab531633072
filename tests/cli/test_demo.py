"""The commands that write the demo's file and start the app."""

import dataclasses
import signal
import sys

import pytest

from fairmoe.cli import commands
from fairmoe.data import DEMO_ROLES, Target, demo_csv
from tests.cli.shell import shell


def test_demo_writes_the_demo_data_and_how_to_train_on_it(tmp_path, asked):
    path = tmp_path / "demo.csv"

    code, out, err = shell("demo", path)

    assert code == 0
    assert out == ""
    assert path.read_bytes() == demo_csv()
    options = err.split("train on it with ")[1].split()
    shell("train", path, *options)
    ((roles, _),) = asked
    assert roles == dataclasses.replace(DEMO_ROLES, target=Target("hired", outcome="good"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("there.csv", "there is something of that name already"), ("no/a.csv", "is not there")],
)
def test_demo_does_not_overwrite(tmp_path, name, reason):
    (tmp_path / "there.csv").write_text("mine")

    code, _, err = shell("demo", tmp_path / name)

    assert code == 2
    assert "A new file is needed" in err
    assert reason in err
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_app_hands_its_options_to_streamlit(monkeypatch, pytestconfig):
    started = []
    monkeypatch.setattr(
        commands.subprocess, "call", lambda command, **_: started.append(command) or 5
    )

    code, _, _ = shell("app", "--server.port", "8600")

    assert code == 5
    script = str(pytestconfig.rootpath / "app.py")
    assert started == [[sys.executable, "-m", "streamlit", "run", script, "--server.port", "8600"]]


@pytest.mark.parametrize(
    ("arguments", "variable", "processors", "workers"),
    [
        ([], None, 8, "7"),
        ([], None, 1, "1"),
        (["--workers", "3"], None, 8, "3"),
        (["--workers", "0"], "5", 8, "0"),
        ([], "5", 8, None),
    ],
)
def test_the_app_trains_in_so_many_processes(monkeypatch, arguments, variable, processors, workers):
    found = []
    monkeypatch.setattr(commands.subprocess, "call", lambda *_, env: found.append(env) or 0)
    monkeypatch.setattr("fairmoe._app.processors", lambda: processors)
    monkeypatch.delenv("FAIRMOE_WORKERS", raising=False)
    if variable is not None:
        monkeypatch.setenv("FAIRMOE_WORKERS", variable)
    assert shell("app", *arguments)[0] == 0
    assert found[0]["FAIRMOE_WORKERS"] == (workers or variable)


def test_the_app_gives_memory_back_unless_it_is_told_otherwise(monkeypatch):
    found = []
    monkeypatch.setattr(commands.subprocess, "call", lambda *_, env: found.append(env) or 0)
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "mimalloc")
    assert shell("app")[0] == 0
    assert found[0]["MALLOC_ARENA_MAX"] == "2"
    assert found[0]["ARROW_DEFAULT_MEMORY_POOL"] == "mimalloc"


def test_ending_the_command_ends_the_server(monkeypatch):
    monkeypatch.setattr(
        commands.subprocess, "call", lambda *_, **__: signal.raise_signal(signal.SIGTERM)
    )
    assert shell("app")[0] == 128 + signal.SIGTERM


def test_the_app_is_told_where_to_keep_projects(monkeypatch, tmp_path):
    found = []
    monkeypatch.setattr(commands.subprocess, "call", lambda *_, env: found.append(env) or 0)
    monkeypatch.delenv("FAIRMOE_STORE", raising=False)
    assert shell("app")[0] == 0
    assert "FAIRMOE_STORE" not in found[0]
    monkeypatch.chdir(tmp_path)
    assert shell("app", "--store", "projects")[0] == 0
    assert found[1]["FAIRMOE_STORE"] == str(tmp_path / "projects")
    assert (tmp_path / "projects" / "index.sqlite").exists()
    (tmp_path / "file").write_bytes(b"")
    code, _, told = shell("app", "--store", "file")
    assert (code, len(found)) == (2, 2)
    assert "A folder for projects is needed" in told
