import dataclasses
import json
import re
from statistics import fmean, stdev

import pytest

import fairmoe.sweep
from fairmoe.data import make_demo
from fairmoe.runs import load_project, load_run
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

ROLES = ("--target", "hired", "--sensitive", "sex", "--drop", "applicant_id")
QUICK = ("--set", "epochs=8", "--device", "cpu")
GRID = ("--grid", "lambda_fair=0,10", "--grid", "select=best,last")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    make_demo(400).to_csv(path, index=False)
    return path


def test_a_sweep_tells_what_merged_groups_hold(tmp_path):
    frame = make_demo(400)
    frame["sex"] = frame["sex"].where(frame.index % 3 > 0, "other")
    frame.to_csv(tmp_path / "three.csv", index=False)
    merge = ("--merge", "sex=not male:female,other")
    _, out, _ = shell("sweep", tmp_path / "three.csv", *ROLES, *QUICK, *merge, "--out", tmp_path)
    assert out.startswith("Merged in not male (sex): female, other\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "sweep"


@pytest.mark.slow
def test_a_sweep_prints_its_front_and_goes_on_from_what_is_there(file, folder):
    command = ("sweep", file, *ROLES, *QUICK, *GRID, "--out", folder)

    code, out, err = shell(*command)
    assert code == 0
    assert "of 4 runs are Pareto-optimal on the validation rows" in out
    assert "lambda_fair" in out
    assert "Hypervolume on the test rows" in out
    assert "4 runs computed" in out
    assert "runs per second" in out
    assert "over their seeds" not in out
    assert "4/4" in err

    code, out, _ = shell(*command, "--seeds", 2, "--json")
    document = json.loads(out, parse_constant=pytest.fail)
    assert code == 0
    assert document["computed"] == 4
    assert len(document["runs"]) == 8
    assert document["front"]

    run_id = document["runs"][5]["run_id"]
    code, out, err = shell(*command, "--seeds", 2, "--keep", run_id)
    run = load_run(folder / run_id)
    assert code == 0
    assert "All runs were there already" in out
    means = out.split("mean over their seeds")[1].split("Hypervolume")[0]
    for first, second in zip(document["runs"][::2], document["runs"][1::2], strict=True):
        scores = [run["test"]["mixture"]["final_score"] for run in (first, second)]
        assert first["settings"] | {"seed": 1} == second["settings"]
        line = rf"2 +{first['settings']['lambda_fair']:g} +{first['settings']['select']} "
        found = re.search(rf"^{line}.* ([\d.]+) +([\d.]+) *$", means, re.MULTILINE)
        assert float(found[1]) == pytest.approx(fmean(scores), abs=6e-4)
        assert float(found[2]) == pytest.approx(stdev(scores), abs=6e-4)
    assert f"Kept in {folder / run_id}" in err
    assert run.run_id == run_id
    assert run.settings.seed == document["runs"][5]["settings"]["seed"]
    expected = document["runs"][5]["test"]["mixture"]
    assert run.scores["test"]["mixture"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--grid", "lambda_fair"), 2, "Option --grid needs a name and a value"),
        (("--grid", "lambda=1"), 2, "there is none called 'lambda'"),
        (("--grid", "lambda_fair=much"), 2, "Setting 'lambda_fair' needs a number"),
        (("--grid", "seed=1,2"), 2, "Seeds have an option of their own"),
        (("--seeds", "0"), 2, "at least one seed"),
        (("--jobs", "0"), 2, "At least one process is needed"),
        (("--jobs", "2", "--dask", "tcp://h:1"), 2, "both --jobs and --dask were given"),
        (("--keep", "none"), 2, "none has the id 'none'"),
        (("--out", "/dev/null/sweep"), 2, "a part of the path is a file"),
    ],
)
def test_bad_input_is_one_sentence(file, tmp_path, options, code, message):
    out = () if "--out" in options else ("--out", tmp_path / "sweep")

    found, _, err = shell("sweep", file, *ROLES, *QUICK, *out, *options)

    assert found == code
    assert message in err


def test_a_scheduler_that_is_not_there_is_exit_code_3(file, tmp_path, monkeypatch):
    monkeypatch.setattr("fairmoe.sweep.cluster.SECONDS_TO_CONNECT", 0.5)
    address = ("--dask", "tcp://127.0.0.1:1")

    code, _, err = shell("sweep", file, *ROLES, *QUICK, "--out", tmp_path, *address)

    assert code == 3
    assert "No Dask scheduler answers at 'tcp://127.0.0.1:1'" in err


def test_an_id_that_no_run_has_is_refused_before_anything_is_trained(file, tmp_path, monkeypatch):
    monkeypatch.setattr("fairmoe.sweep.run_sweep", pytest.fail)

    code, _, err = shell("sweep", file, *ROLES, *QUICK, "--out", tmp_path, "--keep", "none")

    assert code == 2
    assert "none has the id 'none'" in err


def test_a_narrow_shell_loses_no_figures(file, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    grid = ("--grid", "lambda_fair=0,1", "--grid", "lambda_attention=0,1")
    _, out, _ = shell("sweep", file, *ROLES, *QUICK, *grid, "--out", tmp_path / "kept")
    rows = re.findall(r"^[0-9a-f]{16} .*$", out, re.MULTILINE)
    assert rows
    # A run, two lambdas, the seed, and four scores.
    assert {len(row.split()) for row in rows} == {8}


def test_long_seeds_are_printed_in_full(file, tmp_path):
    code, out, _ = shell("sweep", file, *ROLES, *QUICK, "--seed", 12345678, "--out", tmp_path)

    assert code == 0
    assert " 12345678 " in out


def test_a_damaged_file_is_named(file, tmp_path):
    command = ("sweep", file, *ROLES, *QUICK, "--out", tmp_path)
    shell(*command)
    (shard,) = tmp_path.glob("*.safetensors")
    shard.write_bytes(b"broken")

    code, out, err = shell(*command)

    assert code == 0
    assert "1 runs computed" in out
    assert f"'{shard}' cannot be used; what is needed of it was computed again" in err


def test_ctrl_c_is_exit_code_130(file, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("fairmoe.sweep.run_sweep", interrupted)

    folder = tmp_path / "kept"
    code, out, err = shell("sweep", file, *ROLES, *QUICK, "--out", folder)

    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "Stopped: nothing is kept."
    assert not folder.exists()


def test_what_was_finished_before_ctrl_c_is_kept(file, tmp_path, monkeypatch):
    honest = fairmoe.sweep.run_sweep
    command = ("sweep", file, *ROLES, *QUICK, "--grid", "lambda_fair=0,1,10", "--seeds", 2)
    command = (*command, "--out", tmp_path / "kept")

    def interrupt(*arguments, on_progress, **keywords):
        def stop(report):
            on_progress(report)
            if report.done >= 3:
                raise KeyboardInterrupt

        return honest(*arguments, on_progress=stop, **keywords)

    monkeypatch.setattr("fairmoe.sweep.run_sweep", interrupt)
    code, _, err = shell(*command)
    assert code == 130
    kept = f"3 of 6 runs are kept in {tmp_path / 'kept'}"
    assert err.splitlines()[-1] == f"Stopped: {kept}; the same command goes on there."
    monkeypatch.setattr("fairmoe.sweep.run_sweep", honest)
    assert "3 runs computed" in shell(*command)[1]


@pytest.mark.slow
def test_auto_says_what_it_chose_and_prints_that_run(file):
    code, out, err = shell("train", file, *ROLES, *QUICK, "--auto", "--json")
    assert code == 0
    assert re.search(r"(of 9 settings|none of 8 others) .* mean final score of 2 seeds", err)
    document = json.loads(out, parse_constant=pytest.fail)
    assert document["settings"]["epochs"] == 8
    assert document["recommended"]["reason"] in err
    candidates = document["recommended"]["candidates"]
    assert len(candidates) == 9
    assert candidates[0]["low"] <= candidates[0]["mean"] <= candidates[0]["high"]
    out = shell("train", file, *ROLES, *QUICK, "--auto")[1]
    assert "Settings tried" in out
    assert all(candidate["changes"] in out for candidate in candidates)


def test_a_run_that_collapsed_is_no_part_of_the_means_over_seeds(file, tmp_path, monkeypatch):
    honest = fairmoe.sweep.run_sweep

    def with_one_collapsed(*arguments, **keywords):
        result = honest(*arguments, **keywords)
        alarming = {split: flags.copy() for split, flags in result.alarming.items()}
        alarming["validation"][:, 0] = True
        return dataclasses.replace(result, alarming=alarming)

    monkeypatch.setattr("fairmoe.sweep.run_sweep", with_one_collapsed)
    grid = ("--grid", "lambda_fair=0,10", "--seeds", 2)
    out = shell("sweep", file, *ROLES, *QUICK, *grid, "--out", tmp_path / "sweep")[1]
    means = out.split("mean over their seeds")[1].split("Hypervolume")[0]
    assert re.search(r"^1 +0 .*–", means, re.MULTILINE)
    assert re.search(r"^2 +10 ", means, re.MULTILINE)
    assert "1 runs" in out


@pytest.mark.slow
def test_the_front_is_kept_as_a_project(file, folder, tmp_path):
    path = tmp_path / "front.fairmoe"
    asked = ("sweep", file, *ROLES, *QUICK, *GRID, "--out", folder, "--project", path)
    code, out, err = shell(*asked, "--json")
    assert code == 0, err
    found = json.loads(out)
    project = load_project(path)
    assert [kept.run.run_id for kept in project.runs] == found["front"]
    scores = {run["run_id"]: run["validation"]["mixture"] for run in found["runs"]}
    best = max(found["front"], key=lambda run_id: scores[run_id]["final_score"])
    assert load_run(path).run_id == best
    assert project.runs[0].name.startswith("λ fair ")
    assert project.table.content is None
    front = len(found["front"])
    told = f"{front} of {front} Pareto-optimal runs are kept in {path}, and the scores of all 4."
    assert told in err
    assert list(project.sweep.run_ids) == [run["run_id"] for run in found["runs"]]
    assert project.sweep.run_ids[project.sweep.recommended] == best
    assert project.sweep_of(project.runs[0].run) is project.sweep
    assert shell(*asked)[0] == 2
    code, _, err = shell(*asked[:-1], tmp_path / "front.zip")
    assert (code, "A file name that ends in .fairmoe is needed" in err) == (2, True)


def test_its_options_are_kept_and_repeat_it(folder):
    told = (folder / "sweep.toml").read_text(encoding="utf-8")
    assert told.startswith("# fairmoe sweep --config sweep.toml --out another repeats this sweep;")
    code, out, _ = shell("sweep", "--config", folder / "sweep.toml", "--out", folder)
    assert code == 0
    assert "All runs were there already" in out


def test_a_project_in_the_place_of_the_folder_holds_the_same(file, tmp_path):
    path = tmp_path / "only.fairmoe"
    asked = ("sweep", file, *ROLES, *QUICK, "--out", path)
    for option in (("--project", tmp_path / "x.fairmoe"), ("--keep", "x")):
        code, _, err = shell(*asked, *option)
        assert (code, f"Option {option[0]} needs a folder as --out" in err) == (2, True)
    code, _, err = shell(*asked)
    assert code == 0, err
    assert len(load_project(path).sweep) == len(load_project(path).runs) == 1
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"only.fairmoe", "only.fairmoe.toml"}
