import dataclasses
import json
import math

import numpy as np
import pytest

from fairmoe.data import DEMO_ROLES, Roles
from fairmoe.errors import CancelledError, InvalidInputError
from fairmoe.experiment import run_experiment
from fairmoe.names import METRICS, TRAINED_MODELS
from fairmoe.runs import SCORED_SPLITS, rows_digest
from fairmoe.sweep import (
    FolderStore,
    MemoryStore,
    finished_runs,
    grid_settings,
    run_sweep,
    to_document,
)
from fairmoe.sweep.sealed import FORMAT
from fairmoe.training import forget_experts
from fairmoe.training.experts import ExpertTrainer
from tests.sweep.conftest import BASE


def same(one, other):
    return all(
        np.allclose(one.scores[split], other.scores[split], atol=1e-6, equal_nan=True)
        for split in SCORED_SPLITS
    )


def stop_after_two(report):
    if report.done == 2:
        raise CancelledError


def test_a_run_of_a_sweep_is_the_run_alone(sweep, table, runs):
    opened = sweep.open(3)
    alone = run_experiment(table, DEMO_ROLES, runs[3])

    assert opened.run_id == alone.run_id == sweep.frame()["run_id"][3]
    assert sweep.rows == rows_digest(opened.splits["test"].rows)
    assert opened.settings == alone.settings
    assert opened.resolved == alone.resolved
    for split in SCORED_SPLITS:
        for position, model in enumerate(TRAINED_MODELS):
            expected = list(alone.scores[split][model].values())
            assert sweep.scores[split][position, 3] == pytest.approx(expected, abs=1e-4)
            assert list(opened.scores[split][model].values()) == pytest.approx(expected, abs=1e-4)
            assert sweep.alarming[split][position, 3] == (model in alone.alarms(split))
    assert {(curve.name, curve.phase) for curve in opened.curves} == {
        (curve.name, curve.phase) for curve in alone.curves
    }


def test_the_frame_has_a_row_per_run(sweep):
    frame = sweep.frame()

    assert frame["lambda_fair"].tolist() == [0, 0, 10, 10]
    assert frame["seed"].tolist() == [0, 1, 0, 1]
    assert frame["run_id"].is_unique
    for split in SCORED_SPLITS:
        for metric in METRICS:
            assert np.isfinite(frame[f"{split}_{metric}"]).all()
    assert not sweep.frame("utility")["test_acc"].equals(frame["test_acc"])


def with_scores(sweep, validation, test=None, alarming=None):
    """Return the sweep with other utilities and result gaps of its mixtures."""
    scores = {}
    for split, points in (("validation", validation), ("test", test or validation)):
        scores[split] = sweep.scores[split].copy()
        for name, values in zip(("utility", "f_res"), zip(*points, strict=True), strict=True):
            scores[split][0, :, list(METRICS).index(name)] = values
    flags = np.zeros((len(TRAINED_MODELS), len(sweep)), dtype=bool)
    flags[0] = alarming or [False] * len(sweep)
    return dataclasses.replace(sweep, scores=scores, alarming=dict.fromkeys(SCORED_SPLITS, flags))


def test_the_front_is_chosen_on_validation_and_measured_on_test(sweep):
    changed = with_scores(
        sweep,
        [(0.8, 0.5), (0.7, 0.1), (0.6, 0.3), (math.nan, 0.0)],
        [(0.5, 0.5), (0.5, 0.25), (0.9, 0.1), (0.9, 0.0)],
    )
    objectives = ("utility", "f_res")

    assert changed.front(objectives).tolist() == [True, True, False, False]
    # On the test rows only (0.5, 0.25) of the two counts: half of the utility, 3/4 of the gap.
    assert changed.hypervolume(objectives) == pytest.approx(0.5 * 0.75)
    # (1 - 0.2 - 0.3 x ...): the strips of costs (0.2, 0.5) and (0.3, 0.1).
    expected = 0.1 * 0.5 + 0.7 * 0.9
    assert changed.hypervolume(objectives, split="validation") == pytest.approx(expected)


def test_a_hypervolume_of_what_cannot_be_estimated_is_unknown_and_not_nothing(sweep):
    known, unknown = [(0.8, 0.5)] * 4, [(0.8, math.nan)] * 4
    for validation, test in ((unknown, known), (known, unknown)):
        changed = with_scores(sweep, validation, test)
        assert math.isnan(changed.hypervolume(("utility", "f_res")))
    document = json.loads(json.dumps(to_document(with_scores(sweep, unknown)), allow_nan=False))
    assert document["hypervolume"] == {"validation": None, "test": None}


def test_one_answer_for_all_is_on_the_front_only_if_there_is_no_other(sweep):
    points = [(0.8, 0.5), (0.7, 0.4), (0.5, 0.0), (0.5, 0.0)]
    objectives = ("utility", "f_res")

    some = with_scores(sweep, points, alarming=[False, False, True, True])
    assert some.front(objectives).tolist() == [True, True, False, False]
    every = with_scores(sweep, points, alarming=[True] * 4)
    assert every.front(objectives).tolist() == [True, True, True, True]


def test_many_rows_are_scored_as_in_a_run_that_is_opened(prepared, runs, monkeypatch):
    monkeypatch.setattr("fairmoe.training.answers.MANY_ROWS", 1)
    scored = run_sweep(prepared, runs[:1])
    opened = scored.open(0).scores

    for split in SCORED_SPLITS:
        of_models = zip(TRAINED_MODELS, scored.scores[split][:, 0], strict=True)
        for model, scores in of_models:
            wanted = [opened[split][model][metric] for metric in METRICS]
            assert scores == pytest.approx(wanted, abs=1e-7, nan_ok=True)


@pytest.mark.parametrize(
    ("max_runs", "sizes"), [(2, [[1, 4, 1]]), (1, [[1, 1, 1], [0, 3, 0]]), (None, [[1, 4, 1]])]
)
def test_experts_of_several_shards_are_one_stack(prepared, monkeypatch, max_runs, sizes):
    runs = grid_settings(BASE, {"lambda_fair": [0, 1, 10, 100]})
    stacks = []
    plain = ExpertTrainer.train_in_stages

    def train_in_stages(trainer, *args):
        stacks.append(trainer._members.sizes)
        return plain(trainer, *args)

    monkeypatch.setattr(ExpertTrainer, "train_in_stages", train_in_stages)
    store = MemoryStore()
    found = run_sweep(prepared, runs, store=store, max_runs=max_runs)

    assert len(store.names()) == (4 // max_runs if max_runs else 1)
    assert stacks == sizes
    forget_experts()
    assert same(found, run_sweep(prepared, runs))


@pytest.mark.usefixtures("pairs")
@pytest.mark.slow
def test_a_cancelled_sweep_keeps_what_is_finished_and_goes_on(prepared, runs, sweep):
    store = MemoryStore()
    with pytest.raises(CancelledError):
        run_sweep(prepared, runs, store=store, on_progress=stop_after_two)
    assert len(store.names()) == 1

    reports = []
    finished = run_sweep(prepared, runs, store=store, on_progress=reports.append)

    assert finished.computed == 2
    assert reports[-1].done == reports[-1].total == finished.computed
    assert same(finished, sweep)


def test_a_sweep_that_is_there_computes_nothing_and_a_larger_one_the_rest(
    prepared, runs, sweep, tmp_path
):
    store = FolderStore(tmp_path / "a" / "b")
    first = run_sweep(prepared, runs[:3], store=store)
    again = run_sweep(prepared, runs[:3], store=store)
    larger = run_sweep(prepared, runs, store=store)

    assert (first.computed, again.computed, larger.computed) == (3, 0, 1)
    assert same(larger, sweep)
    assert larger.open(0).run_id == sweep.open(0).run_id
    assert all(name.endswith(".safetensors") for name in store.names())
    assert sorted(path.name for path in store.folder.iterdir()) == store.names()


def test_shards_of_other_data_are_left_alone(prepared, runs, tmp_path):
    store = FolderStore(tmp_path)
    run_sweep(prepared, runs[:1], store=store)
    other = dataclasses.replace(prepared, data=dataclasses.replace(prepared.data, digest="0" * 64))

    assert run_sweep(other, runs[:1], store=store).computed == 1
    assert len(store.names()) == 2


def test_a_folder_with_shards_of_another_version_is_refused_and_left_as_it_is(
    prepared, runs, sweep, tmp_path
):
    store = FolderStore(tmp_path)
    (name,) = sweep._store.names()
    of_before = name.replace(f"shard-{FORMAT}-", "shard-8-")
    store.write(of_before, sweep._store.read(name))

    with pytest.raises(InvalidInputError) as caught:
        run_sweep(prepared, runs[:1], store=store)
    assert str(caught.value) == (
        "A folder is needed without shards of another version of fairmoe; however, there are 1, "
        f"such as '{of_before}'. Name another folder, or remove them."
    )
    assert store.names() == [of_before]
    assert finished_runs(store) == frozenset()


def test_data_whose_digest_only_begins_alike_is_other_data(prepared, runs):
    store = MemoryStore()
    run_sweep(prepared, runs[:1], store=store)
    alike = prepared.data.digest[:16] + "0" * 48
    other = dataclasses.replace(prepared, data=dataclasses.replace(prepared.data, digest=alike))

    assert run_sweep(other, runs[:1], store=store).computed == 1


def test_a_damaged_file_is_named_and_its_runs_computed_again(prepared, runs, sweep, tmp_path):
    store = FolderStore(tmp_path)
    run_sweep(prepared, runs, store=store)
    (name,) = store.names()
    (tmp_path / "notes.safetensors").write_bytes(b"mine")
    (tmp_path / name).write_bytes(b"half a fi")

    mended = run_sweep(prepared, runs, store=store)

    assert mended.unreadable == (name,)
    assert mended.computed == len(runs)
    assert same(mended, sweep)
    assert run_sweep(prepared, runs, store=store).computed == 0
    assert (tmp_path / "notes.safetensors").read_bytes() == b"mine"


@pytest.mark.usefixtures("pairs")
def test_progress_counts_runs_and_tells_the_time_left(prepared, runs):
    reports = []
    run_sweep(prepared, runs, on_progress=reports.append)

    assert {report.phase for report in reports} == {"sweep"}
    assert {report.total for report in reports} == {4}
    done = [report.done for report in reports]
    assert done == sorted(done)
    assert done[-1] == 4
    assert 2 in done
    known = [report.seconds_left for report in reports if report.seconds_left is not None]
    assert known
    assert min(known) >= 0
    assert reports[-1].seconds_left is None


def test_runs_that_want_another_split_are_refused(prepared, runs):
    for change in ({"split_seed": 5}, {"scale": "minmax"}, {"split_seed": None, "seed": 1}):
        with pytest.raises(InvalidInputError, match="one split and one encoding"):
            run_sweep(prepared, [*runs, runs[0].replace(**change)])
    with pytest.raises(InvalidInputError, match="at least one run"):
        run_sweep(prepared, [])


def test_the_document_is_strict_json_and_says_what_the_sweep_does(sweep):
    document = json.loads(json.dumps(to_document(sweep), allow_nan=False))
    frame = sweep.frame()

    assert [run["run_id"] for run in document["runs"]] == frame["run_id"].tolist()
    assert document["runs"][2]["settings"] == {"lambda_fair": 10.0, "seed": 0}
    assert document["runs"][2]["test"]["mixture"]["acc"] == frame["test_acc"][2]
    utility = sweep.frame("utility")
    assert document["runs"][2]["validation"]["utility"]["dp"] == utility["validation_dp"][2]
    assert document["front"] == frame[sweep.front()]["run_id"].tolist()
    assert document["hypervolume"]["test"] == sweep.hypervolume()
    assert Roles.from_dict(document["roles"]) == sweep.prepared.roles
    assert document["shared"]["epochs"] == 8
    assert not set(document["shared"]) & {"lambda_fair", "seed"}
    (first, _) = document["means"]
    assert first["runs"] == 2
    assert first["test_acc"] == pytest.approx(frame["test_acc"][:2].mean())
    assert document["computed"] == 4
