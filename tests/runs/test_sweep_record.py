"""The sweep of a project: what is put in comes out, and tampering is told of in one sentence."""

import dataclasses
import hashlib
import io
import json
import math
import zipfile

import numpy as np
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS, TRAINED_MODELS
from fairmoe.runs import (
    SCORED_SPLITS,
    Project,
    ProjectRun,
    SweepScores,
    read_project,
    rows_digest,
    sweep_record,
    write_project,
)


@pytest.fixture(scope="module")
def sweep(run):
    """Four made-up runs, two with each seed; the first raises an alarm, the last has no EO."""
    base = run.settings.replace(split_seed=0)
    settings = tuple(
        base.replace(lambda_fair=value, seed=seed) for value in (0.0, 10.0) for seed in (0, 1)
    )
    rng = np.random.default_rng(0)
    scores = {s: rng.random((len(TRAINED_MODELS), 4, len(METRICS))) / 2 for s in SCORED_SPLITS}
    scores["test"][:, 3, list(METRICS).index("eo")] = math.nan
    alarming = {split: np.zeros((len(TRAINED_MODELS), 4), bool) for split in SCORED_SPLITS}
    alarming["validation"][:, 0] = True
    return SweepScores(
        data=run.data,
        roles=run.roles,
        test_rows=24,
        settings=settings,
        run_ids=("a0", "a1", "b0", "b1"),
        scores=scores,
        alarming=alarming,
        computed=3,
        seconds=1.25,
        around=run.run_id,
        rows=rows_digest(run.splits["test"].rows),
    )


@pytest.fixture(scope="module")
def content(run, sweep):
    of_its_split = dataclasses.replace(run, settings=run.settings.replace(split_seed=0))
    return write_project(Project((ProjectRun(of_its_split, "Run 1"),), 0, sweep=sweep))


def test_a_sweep_fits_a_run_on_its_test_rows_and_an_older_one_does_not_know_them(run, sweep):
    own = dataclasses.replace(run, settings=run.settings.replace(split_seed=0))
    test = run.splits["test"]
    turned = dataclasses.replace(test, rows=test.rows[::-1].copy())
    other = dataclasses.replace(own, splits={**run.splits, "test": turned})
    assert sweep.fits(own)
    assert not sweep.fits(other)
    older = dataclasses.replace(sweep, rows="")
    assert older.fits(own)
    assert older.fits(other)
    assert sweep_record.read_sweep(sweep_record.write_sweep(older)).rows == ""
    assert sweep_record.read_sweep(sweep_record.write_sweep(sweep)).rows == sweep.rows


def test_a_sweep_comes_out_as_it_went_in(sweep, content):
    opened = read_project(content)
    assert write_project(opened) == content
    for field in dataclasses.fields(SweepScores):
        one, other = getattr(sweep, field.name), getattr(opened.sweep, field.name)
        if field.name in ("scores", "alarming"):
            for split in SCORED_SPLITS:
                np.testing.assert_array_equal(one[split], other[split])
                assert one[split].dtype == other[split].dtype
        else:
            assert one == other, field.name
    assert opened.sweep.frame().equals(sweep.frame())
    assert opened.sweep.recommended == sweep.recommended
    assert opened.sweep_of(opened.runs[0].run) is opened.sweep


def test_the_best_to_begin_with_is_on_the_front_and_raises_no_alarm(sweep):
    final = list(METRICS).index("final_score")
    scores = {split: values.copy() for split, values in sweep.scores.items()}
    scores["validation"][0] = 0.3
    scores["validation"][0, :, final] = [0.9, 0.2, 0.4, 0.1]
    same = dataclasses.replace(sweep, scores=scores)
    assert same.recommended == 2
    scores["validation"][0] = math.nan
    assert same.recommended is None


def test_a_sweep_stands_on_the_rows_of_runs_of_its_split_roles_and_table(run, sweep):
    def fits(**changes):
        return sweep.fits(dataclasses.replace(run, **{"settings": sweep.settings[0], **changes}))

    assert fits()
    assert fits(settings=sweep.settings[0].replace(lambda_adv=7.0, seed=5))
    words = dataclasses.replace(run.roles.target, outcome="bad", words=("a", "b"))
    named = (("f", "women"),)
    assert fits(roles=dataclasses.replace(run.roles, target=words, group_names=named))
    assert not fits(settings=sweep.settings[0].replace(split_seed=1))
    assert not fits(roles=dataclasses.replace(run.roles, dropped=()))
    assert not fits(data=dataclasses.replace(run.data, sha256="0" * 64))


def test_a_project_of_the_first_format_opens_without_a_sweep(run):
    content = write_project(Project((ProjectRun(run, "Run 1"),), 0))
    before = changed(content, lambda index, _: index.update(format=1))
    assert read_project(before).sweep is None
    assert read_project(before).runs[0].run.run_id == run.run_id


def test_a_sweep_that_is_too_long_is_refused(sweep, monkeypatch):
    monkeypatch.setattr(sweep_record, "MAX_SWEEP_RUNS", 3)
    with pytest.raises(InvalidInputError, match="at most 3 runs; however, this one has 4"):
        write_project(Project(sweep=sweep))


def changed(content, change):
    """Return a project of which index and sweep were changed, with the digests made right again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(members["project.json"])
    sweep = json.loads(members.get("sweep.json", b"{}"))
    text = change(index, sweep)
    if "sweep.json" in members:
        members["sweep.json"] = text if isinstance(text, bytes) else json.dumps(sweep).encode()
        index["sha256"]["sweep.json"] = hashlib.sha256(members["sweep.json"]).hexdigest()
    members["project.json"] = json.dumps(index).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


def put(*place, value):
    def change(_, sweep):
        inner = sweep
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value

    return change


def drop(*place):
    def change(_, sweep):
        inner = sweep
        for key in place[:-1]:
            inner = inner[key]
        del inner[place[-1]]

    return change


def twice(_, sweep):
    sweep["runs"].append(sweep["runs"][0])


TAMPERED = {
    "in a project of the first format": lambda index, _: index.update(format=1),
    "that is empty": lambda *_: b"",
    "that is no JSON": lambda *_: b"{",
    "that is deep": lambda *_: b"[" * 100_000,
    "that is a list": lambda *_: b"[]",
    "with a field more": put("script", value="x"),
    "without data": drop("data"),
    "without runs": put("runs", value=[]),
    "with runs of another kind": put("runs", value={"a": 1}),
    "with a run twice": twice,
    "with two runs of one id": put("runs", 0, "run_id", value="a1"),
    "with two runs of one setting": put("runs", 0, "settings", "seed", value=1),
    "with an id that is a path": put("runs", 0, "run_id", value="../../x"),
    "with an unknown setting": put("runs", 0, "settings", "x", value=1),
    "with a setting left out": drop("shared", "epochs"),
    "with a setting beyond": put("shared", "hidden", value=10**12),
    "with a setting of another kind": put("shared", "hidden", value=["x"]),
    "with runs of two splits": put("runs", 0, "settings", "split_seed", value=1),
    "with a score beyond": put("runs", 0, "test", "mixture", "acc", value=2.0),
    "with a score below": put("runs", 0, "validation", "mixture", "dp", value=-0.1),
    "with a score of text": put("runs", 0, "test", "mixture", "acc", value="0.5"),
    "with a score left out": drop("runs", 0, "test", "mixture", "acc"),
    "with a metric more": put("runs", 0, "test", "mixture", "x", value=0.1),
    "with a model left out": drop("runs", 0, "test", "uniform"),
    "with a model more": put("runs", 0, "test", "other", value={}),
    "with an alarm left out": drop("runs", 0, "test_alarms", "uniform"),
    "with an alarm of another kind": put("runs", 0, "test_alarms", "uniform", value="no"),
    "with another front": put("front", value=["a0"]),
    "with a front of no run": put("front", value=["nobody"]),
    "with another recommendation": put("recommended", value="a0"),
    "with more computed than there are": put("computed", value=5),
    "with less than none computed": put("computed", value=-1),
    "with seconds below none": put("seconds", value=-1.0),
    "with no test rows": put("test_rows", value=0),
    "around a path": put("around", value="../x"),
    "with roles of another kind": put("roles", "sensitive", value=[]),
    "with groups of text": put("data", "groups", value={"f": "x"}),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_changed_sweep_is_refused_in_one_sentence(content, kind):
    refused(changed(content, TAMPERED[kind]))


def test_a_sweep_that_is_told_of_and_not_there_is_refused(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {n: archive.read(n) for n in archive.namelist() if n != "sweep.json"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    refused(out.getvalue())


def test_a_sweep_of_another_digest_is_refused(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["sweep.json"] = members["sweep.json"].replace(b'"seconds": 1.25', b'"seconds": 1.5')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    refused(out.getvalue())


def refused(content):
    with pytest.raises(InvalidInputError) as caught:
        read_project(content)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
