import json

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from fairmoe.errors import CancelledError, InvalidInputError
from fairmoe.names import METRICS, TRAINED_MODELS
from fairmoe.runs import SCORED_SPLITS
from fairmoe.sweep import MemoryStore, run_sweep, sealed
from fairmoe.sweep import shard as shard_module
from fairmoe.sweep.shard import (
    compute_shard,
    read_shard,
    read_trained,
    shard_name,
)
from fairmoe.training import train

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture(scope="module")
def content(prepared, runs):
    return compute_shard(prepared.data, runs)


def test_weights_and_curves_come_back_as_they_were_trained(content, prepared, runs):
    trained = train(prepared.data, runs)
    restored = read_trained(content)

    for name, value in trained.mixture.state_dict().items():
        assert torch.equal(restored.mixture.state_dict()[name], value)
    assert restored.curves.keys() == trained.curves.keys()
    for key, (epochs, figures) in trained.curves.items():
        assert restored.curves[key][0] == epochs
        assert torch.equal(restored.curves[key][1], figures)
    assert restored.schedule == trained.schedule
    assert restored.device == "cpu"
    assert not any(parameter.requires_grad for parameter in restored.mixture.parameters())


def test_one_run_of_a_stack_takes_its_figures_along(content):
    trained = read_trained(content)
    one = trained.select(2)

    assert torch.equal(one.mixture.gate.bias2, trained.mixture.gate.bias2[2:3])
    for key, (_, figures) in one.curves.items():
        assert torch.equal(figures[:, 0], trained.curves[key][1][:, 2])
    assert one.seconds["gate"] == pytest.approx(trained.seconds["gate"] / 4)


def test_a_shard_names_its_data_and_runs_and_holds_the_scores_of_each_model(
    content, prepared, runs
):
    shard = read_shard(content)

    assert shard.settings == runs
    assert shard.data_digest == prepared.data.digest
    for split in SCORED_SPLITS:
        assert shard.scores[split].shape == (len(TRAINED_MODELS), 4, len(METRICS))
        assert shard.scores[split].dtype == np.float64
        assert np.isfinite(shard.scores[split]).all()
        assert shard.alarming[split].shape == (len(TRAINED_MODELS), 4)


def test_each_distinct_expert_is_scored_once(prepared, runs, content, monkeypatch):
    asked = []
    plain = shard_module.evaluate

    def evaluate(model, explainer, rows, *others):
        asked.append(len(model.log_odds(rows.x)))
        return plain(model, explainer, rows, *others)

    monkeypatch.setattr(shard_module, "evaluate", evaluate)
    again = read_shard(compute_shard(prepared.data, runs))

    # Four mixtures of two utility, four result and two procedural experts; and their means.
    assert asked == [4, 8, 4] * len(SCORED_SPLITS)
    for split, scores in read_shard(content).scores.items():
        assert again.scores[split] == pytest.approx(scores, abs=1e-9, nan_ok=True)
        # Runs of one seed have their utility expert in common, and no other.
        utility, result = again.scores[split][1:3]
        assert [run.seed for run in runs] == [0, 1, 0, 1]
        assert (utility[0] == utility[2]).all()
        assert not (utility[0] == utility[1]).all()
        assert not (result[0] == result[2]).all()


@pytest.mark.parametrize("at", [3, 40, -5])
def test_damage_anywhere_is_noticed(content, at):
    damaged = bytearray(content)
    damaged[at] ^= 1

    with pytest.raises(InvalidInputError, match="or it was damaged"):
        read_shard(bytes(damaged))


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"hello",
        b"\xff" * 64,
        save({"a": torch.zeros(2)}, {"sha256": "0"}),
        len(DEEP).to_bytes(8, "little") + DEEP.encode(),
        save({}, {"record": DEEP, "sha256": sealed.digest(DEEP, {})}),
    ],
    ids=["empty", "text", "ones", "no record", "deep header", "deep record"],
)
def test_what_is_no_shard_is_refused(foreign):
    with pytest.raises(InvalidInputError, match="A shard of a sweep is needed"):
        read_shard(foreign)


@pytest.mark.parametrize(
    ("read", "gone"),
    [
        (read_shard, "scores/test"),
        (read_shard, "alarming/validation"),
        (read_trained, "weights/"),
        (read_trained, "curves/0"),
    ],
)
def test_a_part_that_is_not_there_is_damage_though_the_checksum_is_right(content, read, gone):
    record = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    tensors = {name: one for name, one in load(content).items() if not name.startswith(gone)}
    text = record["record"]
    forged = save(tensors, {"record": text, "sha256": sealed.digest(text, tensors)})
    with pytest.raises(InvalidInputError, match="or it was damaged"):
        read(forged)


def test_half_a_shard_is_refused(content):
    with pytest.raises(InvalidInputError, match="A shard of a sweep is needed"):
        read_trained(content[: len(content) // 2])


def test_scoring_can_be_stopped(prepared, runs):
    def stop(report):
        if report.phase == "evaluate":
            raise CancelledError

    with pytest.raises(CancelledError):
        compute_shard(prepared.data, runs[:1], on_progress=stop)


@pytest.mark.parametrize(
    "change", [lambda s: s.pop("gate_start"), lambda s: s.update(unheard_of=1)]
)
def test_settings_of_another_version_are_not_completed_with_todays_defaults(
    content, prepared, runs, change
):
    """The checksum is right: such a file is not damaged, it was written by another version."""
    length = int.from_bytes(content[:8], "little")
    record = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["record"])
    change(record["settings"][0])
    text, tensors = json.dumps(record), load(content)
    other = save(tensors, {"record": text, "sha256": sealed.digest(text, tensors)})

    with pytest.raises(InvalidInputError, match="some are missing or unknown"):
        read_shard(other)
    store = MemoryStore()
    name = shard_name(prepared.data.digest, runs)
    store.write(name, other)
    again = run_sweep(prepared, runs[:1], store=store)
    assert (again.computed, again.unreadable) == (1, (name,))
