import dataclasses
import errno
import hashlib
import json
import re
import sys

import numpy as np
import pandas as pd
import pytest
from rich import progress

from fairmoe.cli import columns, commands, main, messages
from fairmoe.cli.arguments import group_names_from
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, demo_csv
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.names import EXPERTS, METRICS, MODELS
from fairmoe.runs import load_run, to_document
from tests.cli.shell import shell

ROLES = ("--target", "hired", "--sensitive", "sex")
QUICK = ("--set", "epochs=8", "--device", "cpu")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    rng = np.random.default_rng(0)
    skill = rng.normal(size=200)
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    pd.DataFrame(
        {
            "sex": rng.choice(["f", "m[red]"], 200),
            "age": rng.integers(20, 60, 200),
            "skill": skill.round(2),
            "wage, yearly": rng.integers(1, 9, 200),
            "grade": rng.choice(["a", "b", "c"], 200),
            "hired": np.where(skill + rng.normal(size=200) > 0, "yes", "no"),
        }
    ).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(file, tmp_path_factory):
    """Return what `train --json --out` printed, and the folder it kept the run in."""
    folder = tmp_path_factory.mktemp("kept") / "run"
    return *shell("train", file, *ROLES, *QUICK, "--json", "--out", folder), folder


@pytest.fixture
def asked(monkeypatch):
    """Stop before training, and return the list that takes the roles and settings asked for."""
    seen = []

    def stop(_, roles, settings, **__):
        seen.append((roles, settings))
        raise UnavailableError("Enough.")

    monkeypatch.setattr(columns, "prepare", stop)
    return seen


def raising(error):
    def run_prepared(*_, **__):
        raise error

    return run_prepared


def test_json_is_one_strict_document_on_standard_output(trained, file):
    code, out, err, _ = trained
    document = json.loads(out, parse_constant=pytest.fail)

    assert code == 0
    assert document["data"]["rows"] == 200
    assert document["data"]["columns"] == 6
    assert document["data"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert sum(document["data"]["groups"].values()) == 200
    assert list(document["data"]["groups"]) == ["f", "m[red]"]
    assert document["settings"] == Settings(epochs=8, device="cpu").to_dict()
    for split in ("test", "validation"):
        assert set(document[split]) == set(MODELS)
        for scores in document[split].values():
            assert set(scores) == set(METRICS)
    assert sum(document["routing"]["overall"].values()) == pytest.approx(1)
    for weights in document["routing"]["by_group"].values():
        assert set(weights) == set(EXPERTS)
    assert "Training the experts" in err
    assert "Training the gate" in err


def test_seconds_of_reading_are_part_of_the_total(trained):
    seconds = json.loads(trained[1])["seconds"]

    assert set(seconds) >= {"read", "experts", "gate", "evaluate", "total"}
    assert seconds["read"] > 0
    parts = sum(value for name, value in seconds.items() if name != "total")
    assert parts <= seconds["total"] * 1.001


def test_kept_run_is_the_printed_one(trained):
    _, out, err, folder = trained

    document, run = json.loads(out), load_run(folder)
    assert Roles.from_dict(document.pop("roles")) == run.roles
    assert document.pop("review")["mixture"] == run.review().to_dict()
    assert document == to_document(run)
    assert f"Kept in {folder}" in err


@pytest.mark.parametrize(
    ("name", "target", "rows", "groups"),
    [
        ("german_data_credit.csv", "class-label", 1000, {"female": 310, "male": 690}),
        ("math.csv", "G3", 395, {"sex = 0": 208, "sex = 1": 187}),
    ],
)
def test_real_tables_are_trained_on(real_data, name, target, rows, groups):
    path = real_data(name)

    code, out, _ = shell("train", path, "--target", target, "--sensitive", "sex", *QUICK, "--json")

    document = json.loads(out)
    assert code == 0
    assert document["data"]["rows"] == rows
    assert document["data"]["groups"] == groups
    assert all(
        score is not None for scores in document["test"].values() for score in scores.values()
    )


def test_tables_show_models_groups_and_what_is_not_estimable(file, trained, monkeypatch):
    run = load_run(trained[-1])
    scores, test = run.scores["test"], run.splits["test"]
    scores = {
        **{model: {**of, "final_score": 0.3} for model, of in scores.items()},
        "mixture": {**scores["mixture"], "acc": 0.12345, "eo": np.nan, "final_score": 0.4},
        "constant": {**scores["constant"], "final_score": 0.5},
    }
    proba = {
        **test.proba,
        "mixture": np.where(test.group == 1, 0.9, test.y_true).astype("float32"),
        "constant": np.zeros_like(test.proba["mixture"]),
        "result": np.zeros_like(test.proba["mixture"]),
    }
    gate = np.tile(np.array([[0.25, 0.75, 0]], dtype="float32"), (len(test.rows), 1))
    test = dataclasses.replace(test, proba=proba, gate=gate)
    chosen_by = run.scores["validation"]
    chosen_by = {**chosen_by, "mixture": {**chosen_by["mixture"], "eo": np.nan}}
    made_up = dataclasses.replace(
        run,
        scores={**run.scores, "test": scores, "validation": chosen_by},
        roles=Roles(Target("hired"), (Sensitive("sex", merge=(("all", ("f", "m")),)),)),
        splits={**run.splits, "test": test},
    )
    monkeypatch.setattr("fairmoe.experiment.run_prepared", lambda *_, **__: made_up)

    code, out, err = shell("train", file, *ROLES)

    rows = [line.split() for line in out.splitlines() if line.strip()]
    groups, n = pd.read_csv(file)["sex"].value_counts(), np.bincount(test.group)
    positive = np.bincount(test.group, test.y_true).astype(int)
    assert code == 0
    assert "Kept" not in err
    header = next(row for row in rows if row[0] == "mixture")
    assert [name.rstrip("*") for name in header] == list(MODELS)
    flagged = [name for name in header if name.endswith("*")]
    assert flagged == [f"{model}*" for model in made_up.alarms()]
    assert "Equal because everyone is treated worse: the result expert." in out
    figures = {row[0]: row[1:] for row in rows if row[0] in METRICS}
    assert list(figures) == list(METRICS)
    assert {len(row) for row in figures.values()} == {len(MODELS)}
    assert figures["acc"][0] == "0.123"
    assert figures["eo"][0] == "–"
    rate = f"{positive[0] / n[0]:.3f}"
    assert ["f", *map(str, (groups["f"], n[0], positive[0], positive[0])), rate] in rows
    assert ["m[red]", *map(str, (groups["m[red]"], n[1], positive[1], n[1])), "1.000"] in rows
    assert ["f", "0.250", "0.750", "0.000"] in rows
    assert ["all", "0.250", "0.750", "0.000"] in rows
    assert "Higher in final score than the mixture: Constant.\n" in out
    assert "Positive (is hired = yes)" in out
    assert "all (sex): f, m" in out
    assert "Not estimable on the validation rows: EO gap." in out
    assert f"Little to go by. f: {n[0]} rows, {positive[0]} of them positive" in out


@pytest.mark.parametrize(
    ("options", "roles", "settings"),
    [
        ((), Roles(Target("hired"), (Sensitive("sex"),)), Settings()),
        (
            ("--positive", "yes", "--positive", "maybe", "--include-sensitive"),
            Roles(Target("hired", ("yes", "maybe")), (Sensitive("sex"),), include_sensitive=True),
            Settings(),
        ),
        (
            ("--outcome", "bad", "--words", "hired / not hired"),
            Roles(
                Target("hired", outcome="bad", words=("hired", "not hired")), (Sensitive("sex"),)
            ),
            Settings(),
        ),
        (
            ("--threshold", "2.5", "--sensitive", "age", "--bins", "age=30, 45"),
            Roles(
                Target("hired", threshold=2.5), (Sensitive("sex"), Sensitive("age", bins=(30, 45)))
            ),
            Settings(),
        ),
        (
            (
                "--merge",
                "sex=others: f , x",
                "--merge",
                'sex = men:"m, or so"',
                "--sensitive",
                "age",
            ),
            Roles(
                Target("hired"),
                (
                    Sensitive("sex", merge=(("others", ("f", "x")), ("men", ("m, or so",)))),
                    Sensitive("age"),
                ),
            ),
            Settings(),
        ),
        (
            ("--drop", 'grade,"wage, yearly"', "--drop", "age", "--split-column", "part"),
            Roles(
                Target("hired"),
                (Sensitive("sex"),),
                dropped=("grade", "wage, yearly", "age"),
                split_column="part",
            ),
            Settings(),
        ),
        (
            ("--scale", "minmax", "--seed", "7", "--device", "cpu", "--set", "lambda_fair = 10"),
            Roles(Target("hired"), (Sensitive("sex"),)),
            Settings(scale="minmax", seed=7, device="cpu", lambda_fair=10),
        ),
    ],
)
def test_options_become_roles_and_settings(asked, file, options, roles, settings):
    shell("train", file, *ROLES, *options)

    assert asked == [(roles, settings)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--outcome", "great"), "needs to be good, bad or neither for the person; however, some"),
        (("--words", "hired"), "a word for each of the two outcomes; however, there is one in it."),
        (("--words", "a/b/c"), "a word for each of the two outcomes; however, there are 3 in it."),
        (("--words", "hired/ "), "one is empty or both are the same"),
    ],
)
def test_meanings_of_the_outcome_that_are_none(asked, file, options, message):
    code, _, err = shell("train", file, *ROLES, *options)

    assert code == 2
    assert message in " ".join(err.split())
    assert not asked


@pytest.mark.slow
def test_a_tolerance_brings_verdicts_and_a_reference_is_compared_with(tmp_path):
    file = tmp_path / "demo.csv"
    file.write_bytes(demo_csv())
    roles = ("--target", "hired", "--sensitive", "sex", "--drop", "applicant_id")
    options = (*roles, *QUICK, "--outcome", "good", "--tolerance", "90", "--reference", "female")

    code, out, _ = shell("train", file, *options)

    told = " ".join(out.split())
    assert code == 0
    assert "at most 90 pp Demographic parity difference" in told
    assert re.search(r"parity difference +\d+\.\d \(\d+\.\d to \d+\.\d\) +within", told)
    assert re.search("(differs clearly|Clearly different) from female", told)
    assert "Of 2,400 people in the test rows the mixture gives the outcome “hired” to" in told

    code, out, _ = shell("train", file, *options, "--json")

    review = json.loads(out)["review"]["mixture"]
    assert (review["tolerance"], review["reference"]) == (0.9, "female")
    assert review["differences"]["demographic_parity_difference"]["verdict"] == "within"


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


def test_ctrl_c_is_exit_code_130_and_keeps_nothing(monkeypatch, file, tmp_path):
    monkeypatch.setattr("fairmoe.experiment.run_prepared", raising(KeyboardInterrupt))

    code, out, _ = shell("train", file, *ROLES, "--out", tmp_path / "run", "--json")

    assert code == 130
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_the_program_are_not_hidden(monkeypatch, file):
    monkeypatch.setattr("fairmoe.experiment.run_prepared", raising(ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        main(["train", str(file), *ROLES])


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


def test_bars_tell_the_time_left_and_then_what_it_took():
    now = 0.0
    bars = progress.Progress(get_time=lambda: now)
    task = bars.add_task("Gate", total=100, left=None)
    column = messages._TimeColumn()

    def told(**changes):
        bars.update(task, **changes)
        return column.render(bars.tasks[0]).plain

    assert told() == ""
    now = 10.0
    assert told(completed=10) == ""
    now = 20.0
    assert told(completed=20) == "80 s left"
    # What the work itself says is better than what a bar can tell.
    assert told(left=300) == "5 min left"
    # All steps may be done while something comes after them.
    now = 40.0
    assert told(completed=100, left=7) == "7 s left"
    assert told(left=None) == "40 s"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("female", "needs the name of a group and the one to display"),
        ("female=women,female=girls", "A group can be named once"),
    ],
)
def test_names_of_groups_are_pairs(text, message):
    with pytest.raises(InvalidInputError, match=message):
        group_names_from([text])
    assert group_names_from(["age = 1=young"]) == {"age = 1": "young"}


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    """A file with a copy of the target, a value given to the hired only, names and ids."""
    rng = np.random.default_rng(0)
    hired = rng.integers(0, 2, 400)
    path = tmp_path_factory.mktemp("leaky") / "leaky.csv"
    pd.DataFrame(
        {
            "id": np.arange(400),
            "name": [f"name {i}" for i in range(400)],
            "sex": rng.choice(["f", "m"], 400),
            "skill": rng.normal(size=400),
            "copy": np.where(hired, "in", "out"),
            "contract": np.where(hired == 1, rng.integers(1, 9, 400), np.nan),
            "hired": hired,
        }
    ).to_csv(path, index=False)
    return path


def test_train_says_what_it_leaves_out_and_what_may_give_the_answer_away(leaky):
    code, out, err = shell("train", leaky, *ROLES, *QUICK, "--json")
    assert code == 0
    assert (
        "Left out by default: id and name (only names the row). --keep COL takes a column in."
        in err
    )
    assert "These columns may give the answer away:\n" in err
    assert "  copy: alone it tells the outcome with an AUC of 100%.\n" in err
    assert ("  contract: where it has a value, 100% are “hired”; where it is missing, 0%.\n") in err
    assert "--drop COL leaves a column out." in err
    assert json.loads(out)["roles"]["dropped"] == ["id", "name"]


def test_a_column_that_would_be_left_out_is_kept_when_asked_for(leaky, asked):
    shell("train", leaky, *ROLES, "--keep", "id", "--drop", "copy")
    assert asked[0][0].dropped == ("copy", "name")
    shell("train", leaky, *ROLES, "--keep", "id,name")
    assert asked[1][0].dropped == ()
    code, _, err = shell("train", leaky, *ROLES, "--keep", "idd")
    assert code == 2
    assert "idd" in err


def test_columns_with_a_role_are_not_left_out(leaky, asked):
    shell("train", leaky, "--target", "hired", "--sensitive", "name", "--drop", "id")
    assert asked[0][0].dropped == ("id",)


def test_a_blind_and_an_aware_run_are_trained_and_compared(file, tmp_path):
    options = (*ROLES, *QUICK, "--outcome", "good", "--compare-aware", "--out", tmp_path / "run")
    code, out, err = shell("train", file, *options)
    assert code == 0
    assert f"Kept in {tmp_path / 'run'}\n" in err
    assert f"Kept in {tmp_path / 'run-aware'}\n" in err
    blind, aware = load_run(tmp_path / "run"), load_run(tmp_path / "run-aware")
    assert not blind.roles.include_sensitive
    assert aware.roles == dataclasses.replace(blind.roles, include_sensitive=True)
    told = " ".join(out[out.index("The mixture, blind and aware, on the test rows") :].split())
    assert "Blind: the models do not see sex." in told
    assert "Aware: the models see sex" in told
    code, out, _ = shell("train", file, *ROLES, *QUICK, "--compare-aware", "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document["awareness"]) == {"blind", "aware"}
    assert document["awareness"]["blind"]["harmed"] is None
    assert document["other"]["run_id"] != document["run_id"]
    (tmp_path / "run3-aware").mkdir()
    (tmp_path / "run3-aware" / "x").touch()
    code, _, err = shell("train", file, *options[:-1], tmp_path / "run3")
    assert code == 2
    assert "run3-aware" in err
    assert not (tmp_path / "run3").exists()
