"""Runs of a folder in a list, and two of them side by side."""

import gc
import json
import shutil
import weakref

import pytest

import fairmoe.runs
from fairmoe.cli.kept_runs import _once_each
from fairmoe.data import demo_csv
from fairmoe.runs import load_run
from fairmoe.sentences.small_groups import ALL_SCORES_DO
from tests.cli.shell import shell

ROLES = ("--target", "hired", "--sensitive", "sex", "--device", "cpu", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a run, a project of another, a damaged one and a file of options."""
    folder = tmp_path_factory.mktemp("kept")
    file = tmp_path_factory.mktemp("data") / "applicants.csv"
    file.write_bytes(b"\n".join(demo_csv().split(b"\n")[:501]) + b"\n")
    for name, epochs in (("first", 4), ("second.fairmoe", 24)):
        options = ("--set", f"epochs={epochs}", "--out", folder / name)
        assert shell("train", file, *ROLES, *options)[0] == 0
    shutil.copytree(folder / "first", folder / "damaged")
    (folder / "damaged" / "model.safetensors").write_bytes(b"nothing")
    return folder


@pytest.mark.slow
def test_the_runs_of_a_folder_are_listed_and_a_damaged_one_is_named(folder):
    code, out, err = shell("runs", folder)
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    listed = {row[0]: row for row in rows[1:] if row}
    assert list(listed) == ["first", "second.fairmoe"]
    run = load_run(folder / "first")
    assert f"{run.scores['test']['mixture']['final_score']:.3f}" in listed["first"]
    assert f"'{folder / 'damaged'}' is left out. " in err


def test_a_list_is_json_too(folder):
    code, out, err = shell("runs", folder, "--json", "--quiet")
    assert (code, err) == (0, "")
    found = {each["path"]: each for each in json.loads(out, parse_constant=pytest.fail)}
    run = load_run(folder / "first")
    assert found["first"]["run_id"] == run.run_id
    assert found["first"]["data"] == "applicants.csv"
    assert (found["first"]["target"], found["first"]["sensitive"]) == ("hired", ["sex"])
    assert found["first"]["test"]["acc"] == run.scores["test"]["mixture"]["acc"]


def test_one_project_at_a_time_is_in_memory(folder, monkeypatch):
    opened = []
    honest = fairmoe.runs.open_project

    def watch(path):
        gc.collect()
        assert [project() for project in opened if project() is not None] == []
        project = honest(path)
        opened.append(weakref.ref(project))
        return project

    monkeypatch.setattr("fairmoe.runs.open_project", watch)
    assert shell("runs", folder, "--json")[0] == 0
    assert len(opened) == 2


@pytest.mark.parametrize(
    ("name", "message"), [("", "there is none in"), ("none", "cannot be read (No such file")]
)
def test_a_folder_without_runs_is_refused(tmp_path, name, message):
    code, _, err = shell("runs", tmp_path / name)
    assert code == 2
    assert message in err


def test_two_runs_are_compared_in_pairs(folder):
    code, out, _ = shell("compare", folder / "first", folder / "second.fairmoe")
    assert code == 0
    assert ["epochs", "4", "24"] in [line.split() for line in out.splitlines()]
    first, second = (load_run(folder / name) for name in ("first", "second.fairmoe"))
    assert f"of the same {len(first.splits['test'].rows)} rows" in " ".join(out.split())
    acc = [run.scores["test"]["mixture"]["acc"] for run in (first, second)]
    (shown,) = (line.split() for line in out.splitlines() if line.startswith("acc"))
    assert shown[1:3] == [f"{value:.3f}" for value in acc]

    told = json.loads(shell("compare", folder / "first", folder / "second.fairmoe", "--json")[1])
    paired = told["decisions"]
    assert told["settings"] == {"epochs": [4, 24]}
    change = (paired["second_right"] - paired["first_right"]) / paired["rows"]
    assert change == pytest.approx(acc[1] - acc[0])
    assert change == pytest.approx(told["scores"]["difference"]["acc"])


COUNTED = (
    "The final score counts every group by itself, also female and male with fewer than 30 people, "
    "and so few can make any gap. So do all scores of the table."
)


def test_that_scores_count_groups_of_too_few_people_is_told(tmp_path):
    file = tmp_path / "applicants.csv"
    file.write_bytes(b"\n".join(demo_csv().split(b"\n")[:101]) + b"\n")
    for name, epochs in (("first", 4), ("second", 8)):
        options = ("--set", f"epochs={epochs}", "--out", tmp_path / name)
        assert shell("train", file, *ROLES, *options)[0] == 0
    for command in (("runs", tmp_path), ("compare", tmp_path / "first", tmp_path / "second")):
        code, out, _ = shell(*command)
        assert code == 0
        assert " ".join(out.split()).count(COUNTED) == 1
        assert f": {COUNTED}" not in " ".join(out.split())


def test_runs_whose_scores_count_other_groups_are_named():
    assert _once_each(["", "", ""], ["a", "b", "c"]) == []
    assert _once_each(["So.", "", "So."], ["a", "b", "c"]) == [f"a and c: So. {ALL_SCORES_DO}"]


def test_a_list_says_nothing_where_all_groups_have_enough_people(folder):
    assert "counts every group" not in shell("runs", folder)[1]
