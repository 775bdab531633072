"""Options from a file, and the file of options beside each run."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.cli.configuration import to_toml
from fairmoe.data import demo_csv
from fairmoe.runs import load_run
from tests.cli.shell import shell
from tests.odd_places import ODD_PLACES

pytestmark = pytest.mark.slow

GIVEN = (
    *("--target", "hired", "--sensitive", "sex", "--outcome", "good", "--device", "cpu"),
    *("--set", "epochs=4", "--set", "lambda_fair=10", "--merge-small", "5", "--include-sensitive"),
    *("--group-names", '"female=women, all",male=men'),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    path.write_bytes(b"\n".join(demo_csv().split(b"\n")[:501]) + b"\n")
    return path


@pytest.fixture(scope="module")
def kept(file):
    """Return the folder of a run; the file of options is beside it."""
    folder = file.with_name("run-1")
    code, _, err = shell("train", file, *GIVEN, "--out", folder)
    assert code == 0, err
    return folder


@pytest.mark.slow
def test_a_run_is_repeated_from_the_file_beside_it(kept):
    options = kept.with_name("run-1.toml")
    again = kept.with_name("run-2")

    code, _, err = shell("train", "--config", options, "--out", again)

    assert code == 0, err
    first, second = load_run(kept), load_run(again)
    assert (second.run_id, second.roles) == (first.run_id, first.roles)
    assert second.data.groups == first.data.groups
    assert second.scores["test"] == first.scores["test"]
    told = [
        path.read_text(encoding="utf-8").splitlines()
        for path in (options, kept.with_name("run-2.toml"))
    ]
    assert told[0][0].startswith(
        "# fairmoe train --config run-1.toml --out another repeats this run"
    )
    assert told[0][1:] == told[1][1:]


def test_options_of_the_command_line_count_more(kept):
    options = kept.with_name("run-1.toml")
    code, out, err = shell("train", "--config", options, "--seed", 3, "--json", "--quiet")
    assert (code, err) == (0, "")
    assert json.loads(out)["settings"]["seed"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('target = "hired', "cannot be read (it is not TOML)"),
        ('targte = "hired"', "there is none called 'targte'"),
        ('[train]\ntarget = "hired"', "there is none called 'train'"),
        ('config = "other.toml"', "there is none called 'config'"),
        ("target = " + "[" * 3000, "cannot be read (it is not TOML)"),
        (b"target = '\xff'", "cannot be read (it is not TOML)"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, file, text, message):
    path = tmp_path / "options.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, err = shell("train", file, "--config", path)
    assert code == 2
    assert message in err


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("missing", "cannot be read (No such file"),
        ("pipe", "is no plain file"),
        ("folder", "is no plain file"),
        ("device", "is no plain file"),
        ("large", "is larger than 1 MiB"),
    ],
)
def test_only_a_plain_file_of_options_is_read(place, message, tmp_path, file):
    path = tmp_path / "options.toml"
    ODD_PLACES[place](path)
    code, _, err = shell("train", file, "--config", path)
    assert code == 2
    assert f"'{path}' {message}" in err


def test_a_file_of_options_may_begin_with_the_mark_of_an_editor(tmp_path, file):
    path = tmp_path / "options.toml"
    path.write_text('target = "no such"\nsensitive = "sex"\n', encoding="utf-8-sig")
    code, _, err = shell("train", file, "--config", path)
    assert code == 2
    assert "no such" in err


def test_options_are_not_written_over_and_nothing_is_trained_for_it(tmp_path, file):
    (tmp_path / "run.toml").write_text("mine", encoding="utf-8")
    code, _, err = shell("train", file, *GIVEN, "--out", tmp_path / "run")
    assert code == 2
    assert "A new file is needed" in err
    assert "Training" not in err
    assert (tmp_path / "run.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("sensitive", ['"sex"', '["sex"]'])
def test_one_value_stands_for_a_list_of_it(tmp_path, file, sensitive):
    options = tmp_path / "options.toml"
    options.write_text(f'file = "{file}"\ntarget = "no such"\nsensitive = {sensitive}\n')
    code, _, err = shell("train", "--config", options)
    assert code == 2
    assert "no such" in err


VALUES = st.one_of(st.text(), st.booleans(), st.integers(-(2**40), 2**40), st.lists(st.text()))


@given(st.dictionaries(st.from_regex("[a-z-]{1,9}", fullmatch=True), VALUES))
def test_what_is_written_is_read_back(values):
    assert tomllib.loads(to_toml(values)) == values


def test_a_dash_is_standard_output(kept, file):
    assert shell("demo", "-", "-q")[1].encode() == demo_csv()
    code, out, _ = shell("predict", kept, file, "--out", "-")
    assert (code, out) == (0, shell("predict", kept, file)[1])
    code, out, _ = shell("report", kept, "--out", "-")
    assert code == 0
    assert out.startswith("<!DOCTYPE html>")
