"""The far end of a dial: a harder result expert where no expert of the run has small gaps."""

import dataclasses
import math

import numpy as np
import pytest

from fairmoe import dial
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, make_demo, table_from_frame
from fairmoe.dial import front_settings, train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.names import EXPERTS, SPLITS
from fairmoe.runs import front_document, front_tables, load_run, save_run
from fairmoe.training import forget_experts

SETTINGS = Settings(epochs=24, gate_epochs=8, fine_tune_every=4)
WEIGHTS = (0.5, 6.0, 8.0)


@pytest.fixture(scope="module")
def prepared():
    return prepare(table_from_frame(make_demo(600)), DEMO_ROLES, SETTINGS)


@pytest.fixture(scope="module")
def run(prepared):
    forget_experts()
    return run_prepared(prepared, SETTINGS)


def with_gap(run, gap, *models, **settings):
    """Return a run whose models have a result gap on the validation rows, and other settings."""
    of_models = {
        model: {**scores, "f_res": gap} if model in models else scores
        for model, scores in run.scores["validation"].items()
    }
    return dataclasses.replace(
        run,
        scores={**run.scores, "validation": of_models},
        settings=run.settings.replace(**settings),
    )


ALL = (*EXPERTS, "mixture")


def told(settings):
    return [(one.fairness_weight, one.lambda_fair) for one in settings]


def test_where_all_gaps_are_large_the_weights_6_and_8_are_tried_with_a_harder_expert_too(run):
    short = with_gap(run, 0.051, *ALL)
    points = [(0.5, 1.0), (6.0, 1.0), (8.0, 1.0)]
    assert told(front_settings(short, WEIGHTS)) == [*points, (6.0, 10.0), (8.0, 10.0)]
    assert told(front_settings(short, (0.5, 5.9))) == [(0.5, 1.0), (5.9, 1.0)]
    for one_is_small in ALL:
        small = with_gap(short, 0.05, one_is_small)
        assert told(front_settings(small, WEIGHTS)) == points, one_is_small
    nothing_known = with_gap(run, math.nan, *ALL)
    assert told(front_settings(nothing_known, WEIGHTS)) == points


@pytest.mark.parametrize(("lambda_fair", "harder"), [(0, None), (0.5, 5), (10, 100), (11, None)])
def test_an_expert_is_pushed_ten_times_as_hard_and_no_harder_than_100(run, lambda_fair, harder):
    short = with_gap(run, 0.2, *ALL, lambda_fair=lambda_fair)
    found = [one.lambda_fair for one in front_settings(short, WEIGHTS)]
    assert found == [lambda_fair] * 3 + [harder] * (2 if harder else 0)


@pytest.fixture(scope="module")
def far(prepared, run):
    """The front if mixtures with a harder expert always win."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dial, "SHORT", -1.0)
        patch.setattr(dial, "_beats", lambda *_: True)
        return train_front(prepared, run, weights=WEIGHTS)


def test_what_wins_takes_the_place_of_the_point(far, run):
    assert told(point.settings for point in far) == [(0.5, 1), (1, 1), (6, 10), (8, 10)]
    assert far[1].run_id == run.run_id
    assert far[0].experts_reused == EXPERTS
    assert all(point.experts_reused == ("utility", "procedural") for point in far[2:])
    proba = [point.splits["test"].proba for point in far]
    assert np.array_equal(proba[0]["utility"], proba[3]["utility"])
    assert not np.allclose(proba[0]["result"], proba[3]["result"], atol=1e-2)


def test_such_a_point_is_the_run_of_its_settings(far, prepared):
    point = far[3]
    alone = run_prepared(prepared, point.settings)
    assert alone.run_id == point.run_id
    for split in SPLITS:
        for model, proba in alone.splits[split].proba.items():
            np.testing.assert_allclose(point.splits[split].proba[model], proba, atol=1e-2)


def test_it_is_kept_and_told_with_its_lambda(far, tmp_path):
    save_run(far[1], tmp_path / "run")
    kept = load_run(tmp_path / "run").points
    assert [point.settings for point in kept] == [point.settings for point in far]
    assert [point.run_id for point in kept] == [point.run_id for point in far]
    assert [point["lambda_fair"] for point in front_document(far)] == [1, 1, 10, 10]
    points, _ = front_tables(far, far[1].run_id, "dp")
    assert points["harder"].tolist() == [1, 1, 10, 10]


def test_what_does_not_win_changes_nothing(prepared, run, monkeypatch):
    monkeypatch.setattr(dial, "SHORT", -1.0)
    monkeypatch.setattr(dial, "largest_standard_error", lambda _: 10.0)
    found = train_front(prepared, run, weights=WEIGHTS)
    assert told(point.settings for point in found) == [(0.5, 1), (1, 1), (6, 1), (8, 1)]


def with_scores(point, **changes):
    of_split = point.scores["validation"]
    scores = {**of_split, "mixture": {**of_split["mixture"], **changes}}
    return dataclasses.replace(point, scores={**point.scores, "validation": scores})


def test_by_how_much_it_must_win_is_told_by_the_number_of_rows(far, monkeypatch):
    """The criterion is U - 8 F of the validation rows."""

    monkeypatch.setattr(type(far[3]), "alarms", lambda *_: {})
    own = with_scores(far[3], dp=0.1, eo=0.1, f_res=0.1)
    least = 0.5 / math.sqrt(len(own.splits["validation"].rows)) / 8

    def with_gaps(gap):
        return with_scores(own, dp=gap, eo=gap, f_res=gap)

    assert dial._beats(with_gaps(0.1 - 1.01 * least), own)
    assert not dial._beats(with_gaps(0.1 - 0.99 * least), own)


def test_what_has_no_smaller_result_gap_does_not_win_by_its_procedure_gap(far, monkeypatch):
    monkeypatch.setattr(type(far[3]), "alarms", lambda *_: {})
    gaps = {"ref": 0.0, "vef": 0.0, "att_jsd": 0.0, "f_res": 0.06}
    own = with_scores(far[3], ref=0.9, vef=0.9, att_jsd=0.9, f_res=0.06)
    assert not dial._beats(with_scores(far[3], **gaps), own)
    assert dial._beats(with_scores(far[3], **gaps | {"f_res": 0.059}), own)


def test_what_raises_an_alarm_beats_nothing_and_is_beaten_by_all_that_does_not(far, monkeypatch):
    better, worse = (with_scores(far[3], f_res=gap) for gap in (0.01, 0.02))
    better = dataclasses.replace(better, run_id=far[2].run_id)
    alarming = {better.run_id}
    monkeypatch.setattr(
        type(far[0]), "alarms", lambda run, _: {"mixture": None} if run.run_id in alarming else {}
    )
    assert not dial._beats(better, worse)
    assert dial._beats(worse, better)
