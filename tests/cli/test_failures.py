"""What the shell says of bad input, what is unavailable, and mistakes of its own."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fairmoe.cli import main
from fairmoe.errors import UnavailableError
from tests.cli.conftest import QUICK, ROLES
from tests.cli.shell import shell


def raising(error):
    def run_prepared(*_, **__):
        raise error

    return run_prepared


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tolerance", "101"), "needs percentage points from 0 to 100; however, 101 was given"),
        (("--reference", "x"), "The reference needs to be one of the groups; however, another"),
    ],
)
def test_what_cannot_be_reviewed_is_said_before_training(monkeypatch, file, options, message):
    monkeypatch.setattr("fairmoe.experiment.run_prepared", raising(ZeroDivisionError))

    code, _, err = shell("train", file, *ROLES, *QUICK, *options)

    assert code == 2
    assert message in " ".join(err.split())


def test_a_misspelt_value_is_told_among_those_there_are(file):
    _, _, err = shell("train", file, *ROLES, *QUICK, "--merge", "sex=all:f,w")
    assert err.splitlines()[-2:] == ["Possible: f, m[red]", "Concerned: w"]


def test_a_misspelt_positive_value_is_told_too(file):
    _, _, err = shell("train", file, *ROLES, *QUICK, "--positive", "Yess")
    assert "needs values of column 'hired'" in err
    assert err.splitlines()[-2:] == ["Possible: yes, no", "Concerned: Yess"]


@pytest.mark.parametrize(
    ("options", "message", "choices"),
    [
        (("--drop", "hat"), "Column 'hat' is needed; however, the table has no column", "skill"),
        (("--drop", "Skil"), "Column 'Skil' is needed", "Possible: skill, "),
        (("--scale", "huge"), "Setting 'scale' needs 'standard' or 'minmax'", "standard, minmax"),
        (("--set", "epoch=3"), "there is none called 'epoch'", "Possible: epochs, "),
        (("--set", "epochs"), "--set needs a name and a value; however, there is no '='", None),
        (("--set", "seed=1", "--seed", "2"), "'seed' was given two", None),
        (("--bins", "age=30"), "Cut points need a sensitive column; however, another", "age"),
        (("--merge", "age=old:60"), "Merged values need a sensitive column; however, anot", "age"),
        (("--merge", "sex=f,m"), "need a name for their group; however, there is none", None),
        (("--merge", "sex=all:f,"), "or a value after it is missing", None),
        (("--bins", "sex=thirty"), "cut points of sensitive column 'sex' need to be numbers", None),
        (("--positive", "yes", "--threshold", "1"), "either positive values or a threshold", None),
        (("--drop", "sex,hired"), "'hired' is both target and dropped", None),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(file, options, message, choices):
    code, out, err = shell("train", file, *ROLES, *QUICK, *options)

    complaint = [line for line in err.splitlines() if not line.startswith(("Reading", "Encod"))]
    assert code == 2
    assert out == ""
    assert message in complaint[0]
    assert len(complaint) == (1 if choices is None else 2)
    if choices is not None:
        assert complaint[1].startswith(("Possible: ", "Concerned: "))
        assert choices in complaint[1]


def test_values_at_fault_are_named(tmp_path):
    path = tmp_path / "small.csv"
    rows = ["f,1,yes", "m,2,no", "f,3,no", "m,4,yes"] * 10 + ["x,5,yes", "x,6,no"]
    path.write_text("\n".join(["sex,age,hired", *rows]), encoding="utf-8")

    code, _, err = shell("train", path, *ROLES)

    assert code == 2
    assert "Each group needs at least 10 rows" in err
    assert err.rstrip().endswith("Concerned: x: 2 rows, 1 positive")


def test_small_groups_are_merged_on_demand(tmp_path):
    path = tmp_path / "small.csv"
    rows = ["f,1,yes", "m,2,no", "f,3,no", "m,4,yes"] * 10 + ["x,5,yes", "x,6,no", "z,5,no"] * 6
    path.write_text("\n".join(["sex,age,hired", *rows]), encoding="utf-8")

    code, out, _ = shell(
        "train", path, *ROLES, "--merge-small", "15", "--group-names", "f=women,m=men",
        "--smallest-group", "0",
        "--set", "epochs=4", "--json",
    )  # fmt: skip

    assert code == 0
    found = json.loads(out)
    assert found["data"]["groups"] == {"women": 20, "men": 20, "smaller groups": 18}
    assert found["roles"]["merge_small"] == 15


def test_a_missing_file_is_bad_input(tmp_path):
    code, _, err = shell("train", tmp_path / "none.csv", *ROLES)

    assert code == 2
    assert "A file that can be read is needed" in err


def test_an_occupied_folder_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "notes.txt").touch()

    code, _, err = shell("train", tmp_path / "none.csv", *ROLES, "--out", tmp_path)

    assert code == 2
    assert "holds files already" in err
    assert "Reading" not in err


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_a_disk_without_room_is_told_of_before_anything_is_read(command, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "none.csv"
    with path.open("wb") as file:
        file.truncate(5 << 20)
    monkeypatch.setattr("os.posix_fallocate", full)

    code, _, err = shell(command, path, *ROLES, "--out", tmp_path / "run")

    room = 6 if command == "train" else 1
    assert code == 2
    assert f"the disk has no room for {room} MiB. Make room, or name another place." in err
    assert "Reading" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["none.csv"]


@pytest.mark.parametrize("option", ["--out", "--words"])
def test_what_is_no_text_is_told_of_before_anything_is_read(option, tmp_path):
    """It could be written into nothing that is kept."""
    code, _, err = shell("train", tmp_path / "none.csv", *ROLES, option, "run-\udcff")
    assert code == 2
    assert err == (
        "Arguments and names of files in UTF-8 are needed; however, "
        "'run-\N{REPLACEMENT CHARACTER}' is not. Rename the file; - reads standard input.\n"
    )


def test_what_could_steer_a_terminal_is_not_printed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\x9b31m,b\u202e\nx,1\ny,2\n", encoding="utf-8")

    code, _, err = shell("train", path, *ROLES)

    assert code == 2
    assert "Possible: a\N{REPLACEMENT CHARACTER}31m, b\N{REPLACEMENT CHARACTER}" in err
    assert "\x9b" not in err
    assert "\u202e" not in err


def test_something_unavailable_is_exit_code_3(monkeypatch, file):
    error = UnavailableError("Training is not wanted here.")
    monkeypatch.setattr("fairmoe.experiment.run_prepared", raising(error))

    code, out, err = shell("train", file, *ROLES)

    assert code == 3
    assert out == ""
    assert err.splitlines()[-1] == "Training is not wanted here."


def test_mistakes_in_the_program_are_not_hidden(monkeypatch, file):
    monkeypatch.setattr("fairmoe.experiment.run_prepared", raising(ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        main(["train", str(file), *ROLES])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
@pytest.mark.parametrize("arguments", [("--version",), ("demo", "-")])
def test_a_full_disk_behind_standard_output_is_one_sentence(arguments):
    command = [sys.executable, "-m", "fairmoe", *arguments, "--quiet"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stderr == (
        "The result could not be written to standard output: its disk is full. Make room, or send "
        "it elsewhere.\n"
    )


def test_a_pipe_that_closes_ends_a_command_quietly():
    command = [sys.executable, "-m", "fairmoe", "demo", "-", "--quiet"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as piped:
        assert piped.stdout is not None
        assert piped.stderr is not None
        piped.stdout.close()
        assert piped.stderr.read() == ""
    assert piped.returncode == 1
