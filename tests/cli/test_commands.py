import dataclasses
import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
from rich import progress

from fairmoe.cli.arguments import group_names_from
from fairmoe.cli.bars import _TimeColumn
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, demo_csv
from fairmoe.errors import InvalidInputError
from fairmoe.names import EVERY_RUN, EXPERTS, METRICS
from fairmoe.runs import load_run, to_document
from tests.cli.conftest import QUICK, ROLES
from tests.cli.shell import shell


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
        assert set(document[split]) == set(EVERY_RUN)
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
    assert document.pop("merged_groups") == []
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
    assert [name.rstrip("*") for name in header] == list(EVERY_RUN)
    flagged = [name for name in header if name.endswith("*")]
    assert flagged == [f"{model}*" for model in made_up.alarms()]
    assert "The same answer goes to far too many: the result expert." in out
    figures = {row[0]: row[1:] for row in rows if row[0] in METRICS}
    assert list(figures) == list(METRICS)
    assert {len(row) for row in figures.values()} == {len(EVERY_RUN)}
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
    told = " ".join(out.split())
    assert f"positive ones). f: {n[0]} rows, {positive[0]} of them positive" in told


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


def test_bars_tell_the_time_left_and_then_what_it_took():
    now = 0.0
    bars = progress.Progress(get_time=lambda: now)
    task = bars.add_task("Gate", total=100, left=None)
    column = _TimeColumn()

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
