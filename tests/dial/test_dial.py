"""The front of a run: one point for each weight of the gaps, on the same experts."""

import dataclasses

import numpy as np
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, make_demo, table_from_frame
from fairmoe.dial import train_front
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import make_run, prepare, run_prepared
from fairmoe.names import EXPERTS, SPLITS
from fairmoe.nn.mixture import FEWER_PATH_STEPS, PATH_STEPS
from fairmoe.runs import front_document, load_run, save_run, to_document
from fairmoe.training import (
    Trained,
    evaluate,
    make_batch,
    resolve_schedule,
)
from tests.dial.conftest import SETTINGS


def test_the_runs_own_weight_is_a_point_and_the_run_itself(front):
    assert [point.settings.fairness_weight for point in front] == [0.0, 0.5, 1.0, 8.0]
    assert front[2].settings == SETTINGS
    assert front[2].experts_reused == ()
    assert all(point.experts_reused == EXPERTS for point in (*front[:2], front[3]))
    assert len({point.run_id for point in front}) == 4


@pytest.mark.slow
def test_points_are_scored_as_if_alone(prepared, front):
    for point in front:
        alone = make_run(prepared, point.settings, trained_as(point))
        for split, record in point.splits.items():
            # What is summed in a stack may be rounded otherwise, so that a row changes its place.
            for model, proba in record.proba.items():
                np.testing.assert_allclose(alone.splits[split].proba[model], proba, atol=1e-5)
                for metric, score in point.scores[split][model].items():
                    other = alone.scores[split][model][metric]
                    np.testing.assert_allclose(other, score, atol=0.02)


def trained_as(point):
    fields = {"mixture": point.mixture, "curves": {}, "seconds": {}, "device": "cpu"}
    schedule = resolve_schedule(point.settings, 480)
    return Trained(**fields, schedule=schedule, experts_reused=())


def test_each_point_knows_the_others(front):
    for point in front:
        assert [other.run_id for other in point.points] == [other.run_id for other in front]
        assert all(other.front == () for other in point.front)
    told = front[0].with_group_names({"female": "women"}).with_outcome(words=("in", "out"))
    assert {point.data.words for point in told.points} == {("in", "out")}
    assert {"women" in point.data.groups for point in told.points} == {True}


def test_a_kept_run_carries_its_front_and_each_point_opens_as_it_was(front, tmp_path):
    """To the last bit, whichever of the points was kept."""
    for place in (2, 0):
        folder = tmp_path / str(place)
        save_run(front[place], folder)
        loaded = load_run(folder)
        assert loaded.run_id == front[place].run_id
        assert len(loaded.points) == len(front)
        for own, other in zip(front, loaded.points, strict=True):
            for name in ("run_id", "settings", "resolved", "device", "seconds", "encoder", "roles"):
                assert getattr(own, name) == getattr(other, name), name
            assert own.experts_reused == other.experts_reused
            np.testing.assert_equal(other.scores, own.scores)
            for one, two in ((own.curves, other.curves), (own.splits, other.splits)):
                told = [one, two] if one is own.curves else [one.values(), two.values()]
                ours, theirs = ([dataclasses.asdict(each) for each in parts] for parts in told)
                np.testing.assert_equal(theirs, ours)
            state = own.mixture.state_dict()
            assert state.keys() == other.mixture.state_dict().keys()
            for name, value in other.mixture.state_dict().items():
                assert torch.equal(value, state[name]), name


def test_a_front_is_kept_once_for_what_its_points_share(front, tmp_path):
    save_run(front[2], tmp_path / "run")
    size = (tmp_path / "run" / "front.safetensors").stat().st_size
    own = front[2].mixture.state_dict()
    weights = sum(value.nbytes for name, value in own.items() if name.startswith("gate."))
    rows = sum(len(split.rows) for split in front[2].splits.values())
    stages = 2 * sum(value.nbytes for name, value in own.items() if name.startswith("experts."))
    # Of each row the mixture, the three weights, and where the stage differs the experts.
    assert size < 3 * (weights + 4 * rows * 4) + stages + 4 * 5 * rows + 20_000


@pytest.mark.slow
def test_a_point_is_the_run_of_its_settings(front, prepared):
    """As if it had been trained by itself, with its own curves and baselines of its own."""
    for point in (front[0], front[3]):
        alone = run_prepared(prepared, point.settings)
        assert point.run_id == alone.run_id
        assert [curve.name for curve in point.curves] == [curve.name for curve in alone.curves]
        for name, weight in alone.mixture.state_dict().items():
            torch.testing.assert_close(point.mixture.state_dict()[name], weight, atol=1e-3, rtol=0)
        for split in SPLITS:
            for model, proba in alone.splits[split].proba.items():
                np.testing.assert_allclose(point.splits[split].proba[model], proba, atol=1e-2)
        mixture = point.mixture
        for split in SPLITS:
            rows = make_batch(getattr(prepared.data, split), slice(None), 2)
            for model, name in ((mixture, "mixture"), (mixture.uniform(), "uniform")):
                nodes = FEWER_PATH_STEPS if split == "train" else PATH_STEPS
                found = evaluate(
                    model.with_path_steps(nodes), mixture.explainer, rows, 2, SETTINGS
                ).scores
                for metric, score in point.scores[split][name].items():
                    assert score == pytest.approx(found[metric].item(), abs=0.02)
    assert not torch.equal(front[0].mixture.gate.bias2, front[3].mixture.gate.bias2)


def test_a_front_is_of_the_rows_that_its_run_was_trained_on(front, prepared):
    other = prepare(table_from_frame(make_demo(700)), DEMO_ROLES, SETTINGS)
    with pytest.raises(InvalidInputError, match="however, these are others"):
        train_front(other, front[2])
    own = dataclasses.replace(front[2], cutoffs=object())
    with pytest.raises(InvalidInputError, match="has cut-offs of its own"):
        train_front(prepared, own)


def test_what_is_told_of_the_outcome_afterwards_holds_for_all_points(prepared, front):
    told = front[2].with_outcome(words=("taken", "not taken"))
    points = train_front(prepared, told, weights=(0.5,))
    assert {point.data.words for point in points} == {("taken", "not taken")}


def test_more_weight_closes_more_of_the_gap_on_the_rows_it_is_chosen_by(front):
    least, most = (point.scores["validation"]["mixture"] for point in (front[0], front[3]))
    assert least["f_res"] + least["f_proc"] > most["f_res"] + most["f_proc"] + 0.02
    assert least["utility"] >= most["utility"]


def test_the_document_of_a_front_has_weights_scores_and_alarms(front):
    document = front_document(front)
    assert [point["fairness_weight"] for point in document] == [0.0, 0.5, 1.0, 8.0]
    for told, point in zip(document, front, strict=True):
        assert told["test"]["dp"] == point.scores["test"]["mixture"]["dp"]
        assert told["alarm"] is ("mixture" in point.alarms())
        assert told["run_id"] == point.run_id
    assert to_document(front[2])["front"] == document
    assert to_document(dataclasses.replace(front[2], front=()))["front"] is None


def test_points_are_scored_on_rows_of_known_groups_only():
    table = make_demo(300)
    table["w"] = 1 + table.index % 3
    table["sex"] = table["sex"].where(table.index % 5 > 0)
    roles = Roles(
        Target("hired"),
        (Sensitive("sex"),),
        dropped=("applicant_id",),
        weight="w",
        unknown="train",
    )
    settings = Settings(epochs=8)
    prepared = prepare(table_from_frame(table), roles, settings)
    front = train_front(prepared, run_prepared(prepared, settings), weights=(0.0, 2.0))
    for point in front:
        record = point.splits["train"]
        assert (record.group >= 0).all()
        assert len(record.proba["mixture"]) == len(record.weight) == len(record.rows)
        right = (record.proba["mixture"] > 0.5) == record.y_true
        expected = np.average(right, weights=record.weight)
        assert point.scores["train"]["mixture"]["acc"] == pytest.approx(expected)
