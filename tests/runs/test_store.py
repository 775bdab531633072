import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fairmoe.data.assign import assign_roles
from fairmoe.data.roles import Target
from fairmoe.errors import InvalidInputError
from fairmoe.names import EVERY_RUN, EXPERTS, METRICS, SPLITS
from fairmoe.runs import (
    SplitRecord,
    load_run,
    to_document,
)
from fairmoe.runs.predictions import read_predictions, write_predictions
from tests.runs.conftest import ROLES, make_table


def test_document_is_strict_json_with_null_for_what_is_not_estimable(run):
    document = json.loads(json.dumps(to_document(run), allow_nan=False))

    assert document["data"] == {
        "name": "applicants.csv",
        "rows": 120,
        "columns": 6,
        "sha256": run.data.sha256,
        "groups": {
            "women & age ≤ 40": 30,
            "women & age > 40": 30,
            "m & age ≤ 40": 30,
            "m & age > 40": 30,
        },
        "positive": "hired = yes",
        "words": ["hired", "not hired"],
        "changes": [],
    }
    assert document["settings"] == run.settings.to_dict()
    assert document["seconds"] == {"read": 0.1, "total": 0.5}
    for split in ("validation", "test"):
        assert list(document[split]) == list(EVERY_RUN)
        assert list(document[split]["mixture"]) == list(METRICS)
        assert document[split]["mixture"]["f1"] == 0.04
        assert document[split]["mixture"]["eo"] is None


def _rows(run, n):
    """Return the first test rows."""
    test = run.splits["test"]
    proba = {model: each[:n] for model, each in test.proba.items()}
    return SplitRecord(test.rows[:n], test.y_true[:n], test.group[:n], proba, test.gate[:n])


def test_the_account_compares_the_mixture_with_the_utility_expert_on_test_rows(run):
    test = _rows(run, 4)
    said = {"mixture": [0.9, 0.9, 0.1, 0.1], "utility": [0.9, 0.1, 0.9, 0.1]}
    proba = test.proba | {model: np.array(each, np.float32) for model, each in said.items()}
    test = dataclasses.replace(
        test, proba=proba, group=np.array([0, 0, 1, 1]), y_true=np.array([1, 1, 1, 0])
    )
    made = dataclasses.replace(run, splits={**run.splits, "test": test})

    account = to_document(made)["account"]

    women = account["groups"]["women & age ≤ 40"]
    names = ("n", "good_label", "better", "better_right", "worse", "harmed_model")
    assert [women[name] for name in names] == [2, 2, 1, 1, 0, 0]
    assert [account["everyone"][name] for name in names] == [4, 3, 1, 1, 1, 1]
    assert made.account("utility").everyone["better"] == 0
    bad = dataclasses.replace(
        made, roles=dataclasses.replace(ROLES, target=Target("hired", outcome="bad"))
    )
    assert [bad.account().everyone[name] for name in names] == [4, 1, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("outcome", "however"), [(None, "it was not told"), ("neither", "it is neither")]
)
def test_without_a_good_and_a_bad_outcome_there_is_no_account(run, outcome, however):
    roles = dataclasses.replace(ROLES, target=Target("hired", outcome=outcome))
    untold = dataclasses.replace(run, roles=roles)

    assert to_document(untold)["account"] is None
    with pytest.raises(InvalidInputError, match=f"good or bad for the person; however, {however}"):
        untold.account()
    assert untold.account(otherwise=True).to_dict() == run.account().to_dict()
    assert untold.good_and_bad == untold.data.words


def test_an_outcome_can_be_told_afterwards_but_not_turned(run):
    roles = dataclasses.replace(ROLES, target=Target("hired", positive=("yes",)))
    untold = dataclasses.replace(run, roles=roles)

    told = untold.with_outcome("bad", ("accused", "let go"))

    assert told.roles.target == Target(
        "hired", ("yes",), outcome="bad", words=("accused", "let go")
    )
    assert told.data.words == ("accused", "let go")
    assert told.run_id == run.run_id
    assert told.good_and_bad == ("let go", "accused")
    assert told.account(otherwise=True).to_dict() == told.account().to_dict()
    assert told.account().everyone["n"] == len(run.splits["test"].rows)
    assert untold.with_outcome().roles == roles
    assert run.with_outcome("good").roles == run.roles
    with pytest.raises(InvalidInputError, match="however, this one was trained with 'good'"):
        run.with_outcome("bad")
    with pytest.raises(InvalidInputError, match="needs to be good, bad or neither"):
        untold.with_outcome("great")


def test_groups_can_be_named_afterwards_and_again(run):
    own, other = list(run.data.groups)[:2]
    named = run.with_group_names({own: "x"})
    assert list(named.data.groups)[:2] == ["x", other]
    assert list(named.data.groups.values()) == list(run.data.groups.values())
    assert named.roles.group_names == ((own, "x"),)
    assert "x" in named.account().groups.index
    again = named.with_group_names({"x": "y"})
    assert again.roles.group_names == ((own, "y"),)
    assert "x" not in again.data.groups
    with pytest.raises(InvalidInputError, match="a group that there is not"):
        run.with_group_names({"nobody": "x"})
    with pytest.raises(InvalidInputError, match="two are to be displayed by the same"):
        run.with_group_names({own: other})


def test_routing_is_the_mean_gate_weight_on_the_test_rows(run):
    gate = np.array([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2], [1, 0, 0]], dtype=np.float32)
    test = dataclasses.replace(_rows(run, 3), gate=gate, group=np.array([0, 0, 3]))

    routing = to_document(dataclasses.replace(run, splits={**run.splits, "test": test}))["routing"]

    assert routing["overall"] == pytest.approx(
        {"utility": 1.6 / 3, "result": 0.7 / 3, "procedural": 0.7 / 3}
    )
    first, second, _, last = routing["by_group"].values()
    assert first == pytest.approx({"utility": 0.3, "result": 0.35, "procedural": 0.35})
    assert second == dict.fromkeys(EXPERTS)
    assert last == {"utility": 1.0, "result": 0.0, "procedural": 0.0}


def test_routing_is_of_people_where_rows_stand_for_several(run):
    split = run.splits["test"]
    people = np.arange(len(split.group)) % 3 + 1.0
    weighted = dataclasses.replace(split, weight=people)
    routing = to_document(dataclasses.replace(run, splits=run.splits | {"test": weighted}))[
        "routing"
    ]
    overall = np.average(split.gate, axis=0, weights=people)
    assert routing["overall"] == pytest.approx(dict(zip(EXPERTS, overall, strict=True)))
    first = split.group == 0
    of_first = np.average(split.gate[first], axis=0, weights=people[first])
    name = next(iter(run.data.groups))
    assert routing["by_group"][name] == pytest.approx(dict(zip(EXPERTS, of_first, strict=True)))


def test_loaded_run_is_the_kept_one(run, kept):
    loaded = load_run(kept)

    for field in ("run_id", "data", "roles", "settings", "resolved", "device", "encoder"):
        assert getattr(loaded, field) == getattr(run, field), field
    assert loaded.seconds == run.seconds
    assert loaded.experts_reused == run.experts_reused
    np.testing.assert_equal(
        [dataclasses.asdict(curve) for curve in loaded.curves],
        [dataclasses.asdict(curve) for curve in run.curves],
    )
    np.testing.assert_equal(loaded.scores, run.scores)
    for name in SPLITS:
        ours, theirs = (dataclasses.asdict(each.splits[name]) for each in (run, loaded))
        np.testing.assert_equal(theirs, ours)
        assert theirs["gate"].dtype == ours["gate"].dtype


def test_a_run_that_was_kept_before_outcomes_had_meanings_does_not_tell(kept):
    path = kept / "run.json"
    record = json.loads(path.read_text())
    assert record["data"].pop("words") == ["hired", "not hired"]
    assert record["roles"]["target"].pop("outcome") == "good"
    del record["roles"]["target"]["words"]
    path.write_text(json.dumps(record))

    loaded = load_run(kept)

    assert loaded.data.words == ("hired = yes", "not hired = yes")
    assert loaded.roles == dataclasses.replace(ROLES, target=Target("hired", positive=("yes",)))
    assert loaded.roles.target.outcome is None
    assert to_document(loaded)["data"]["words"] == ["hired = yes", "not hired = yes"]


def test_loaded_run_predicts_the_same_numbers(run, kept):
    features = assign_roles(make_table(), ROLES).features
    loaded = load_run(kept)
    x = torch.from_numpy(run.encoder.transform(features))
    x_loaded = torch.from_numpy(loaded.encoder.transform(features))

    with torch.no_grad():
        assert torch.equal(loaded.mixture.proba(x_loaded), run.mixture.proba(x))
        assert torch.equal(loaded.mixture.gate_proba(x_loaded), run.mixture.gate_proba(x))
        assert torch.equal(
            loaded.mixture.explainer.attention(loaded.mixture, x_loaded),
            run.mixture.explainer.attention(run.mixture, x),
        )


@given(proba=hnp.arrays(np.float32, 40, elements=st.floats(0, 1, width=32)))
def test_predictions_are_kept_to_the_last_bit(run, proba):
    test = run.splits["test"]
    changed = dataclasses.replace(test, proba={**test.proba, "logistic": proba[: len(test.rows)]})
    content = write_predictions(dataclasses.replace(run, splits={**run.splits, "test": changed}))

    read = read_predictions(content, run.data)["test"].proba["logistic"]
    np.testing.assert_array_equal(read, changed.proba["logistic"])


def _append(path):
    path.write_bytes(path.read_bytes() + b"0")


@pytest.mark.parametrize("name", ["model.safetensors", "predictions.csv"])
@pytest.mark.parametrize("damage", [Path.unlink, _append])
def test_a_missing_or_changed_file_is_named(kept, name, damage):
    damage(kept / name)

    with pytest.raises(InvalidInputError, match=f"'{name}' is missing or was changed"):
        load_run(kept)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "has no 'run.json' that can be read"),
        ("{", "'run.json' is damaged"),
        ("[]", "not written by this version"),
        ('{"format": 0}', "not written by this version"),
    ],
)
def test_what_is_not_a_kept_run_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "run.json").write_text(text)

    with pytest.raises(InvalidInputError, match=message):
        load_run(tmp_path)


def test_kept_files_hold_no_cells_that_only_single_rows_have(kept):
    content = b"".join(path.read_bytes() for path in kept.iterdir())

    assert b"p17" not in content
    assert "São Paulo".encode() in content


@pytest.mark.parametrize("damage", ["sha256", "roles", "mixture"])
def test_a_record_that_lacks_something_is_refused_in_words(kept, damage):
    record = json.loads((kept / "run.json").read_text())
    del record[damage]
    (kept / "run.json").write_text(json.dumps(record))

    with pytest.raises(InvalidInputError, match=r"'run\.json' lacks something or was changed"):
        load_run(kept)


@pytest.mark.parametrize(
    "change", [lambda s: s.pop("gate_start"), lambda s: s.update(unheard_of=1)]
)
def test_settings_of_another_version_are_not_completed_with_todays_defaults(kept, change):
    record = json.loads((kept / "run.json").read_text())
    change(record["settings"])
    (kept / "run.json").write_text(json.dumps(record))

    with pytest.raises(InvalidInputError, match="some are missing or unknown"):
        load_run(kept)


def test_alarms_name_the_models_that_treat_everyone_worse_and_not_the_constant(run):
    """Of 40 test rows half are hired, and the utility expert is right about each."""
    right = np.tile([0.9, 0.1], 20)
    nobody = np.full(40, 0.1)
    test = dataclasses.replace(
        run.splits["test"],
        rows=np.arange(40),
        y_true=np.tile([1, 0], 20),
        group=np.repeat([0, 1], 20),
        proba=dict.fromkeys(EVERY_RUN, right) | {"mixture": nobody, "constant": nobody},
        gate=np.full((40, 3), 1 / 3),
    )
    made = dataclasses.replace(run, splits=dict(run.splits) | {"test": test})
    (model, alarm), *others = made.alarms().items()
    assert (model, others) == ("mixture", [])
    assert (alarm.inaccurate, alarm.lopsided, alarm.harmful) == (False, True, True)
    assert to_document(made)["alarms"] == {"mixture": alarm.to_dict()}
    assert alarm.to_dict()["harm"] == 1.0
