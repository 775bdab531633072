"""The front of a run: one point for each weight of the gaps, on the same experts."""

import dataclasses

import numpy as np
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, make_demo, table_from_frame
from fairmoe.dial import PATH_STEPS, choose_point, front_document, train_front
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import prepare, run_prepared
from fairmoe.names import EXPERTS, SPLITS
from fairmoe.training import evaluate, forget_experts, make_batch

SETTINGS = Settings(epochs=60, gate_epochs=20, lambda_fair=10, lambda_rep=10, fine_tune_every=8)
WEIGHTS = (0.0, 0.5, 8.0)


@pytest.fixture(scope="module")
def prepared():
    return prepare(table_from_frame(make_demo(800)), DEMO_ROLES, SETTINGS)


@pytest.fixture(scope="module")
def front(prepared):
    forget_experts()
    run = run_prepared(prepared, SETTINGS)
    return train_front(prepared, run, weights=WEIGHTS)


def test_the_runs_own_weight_is_a_point_and_the_run_itself(front):
    assert [point.settings.fairness_weight for point in front] == [0.0, 0.5, 1.0, 8.0]
    assert front[2].settings == SETTINGS
    assert front[2].experts_reused == ()
    assert all(point.experts_reused == EXPERTS for point in (*front[:2], front[3]))
    assert len({point.run_id for point in front}) == 4


def test_a_point_says_what_its_mixture_says(front, prepared):
    for point in (front[0], front[3]):
        mixture = point.mixture.with_path_steps(PATH_STEPS)
        for split in SPLITS:
            rows = make_batch(getattr(prepared.data, split), slice(None), 2)
            record = point.splits[split]
            said = torch.as_tensor(record.proba["mixture"])
            torch.testing.assert_close(said, mixture.proba(rows.x)[0])
            torch.testing.assert_close(torch.as_tensor(record.gate), mixture.gate_proba(rows.x)[0])
            of_experts = mixture.expert_proba(rows.x)[:, 0]
            for expert, proba in zip(EXPERTS, of_experts, strict=True):
                torch.testing.assert_close(torch.as_tensor(record.proba[expert]), proba)
            found = evaluate(mixture, mixture.explainer, rows, 2, SETTINGS).scores
            for metric, score in point.scores[split]["mixture"].items():
                assert score == pytest.approx(found[metric].item(), abs=1e-6)
    assert not torch.equal(front[0].mixture.gate.bias2, front[3].mixture.gate.bias2)


def test_more_weight_closes_more_of_the_gap_on_the_rows_it_is_chosen_by(front):
    least, most = (point.scores["validation"]["mixture"] for point in (front[0], front[3]))
    assert least["f_res"] + least["f_proc"] > most["f_res"] + most["f_proc"] + 0.02
    assert least["utility"] >= most["utility"]


def with_scores(point, **scores):
    told = {**point.scores["validation"]["mixture"], **scores}
    of_split = {**point.scores["validation"], "mixture": told, "utility": {"acc": 0.8}}
    return dataclasses.replace(point, scores={**point.scores, "validation": of_split})


@pytest.fixture
def drawn(front, monkeypatch):
    points = [
        with_scores(point, acc=acc, dp=dp)
        for point, acc, dp in zip(
            front, (0.81, 0.79, 0.78, 0.75), (0.2, 0.12, 0.05, 0.01), strict=True
        )
    ]
    monkeypatch.setattr(type(front[0]), "alarms", lambda *_: {})
    return points


def test_a_point_is_chosen_by_what_is_wished_on_validation_rows(drawn):
    assert choose_point(drawn, max_gap=0.13) is drawn[1]
    assert choose_point(drawn, max_gap=0.02) is drawn[3]
    assert choose_point(drawn, max_loss=0.03) is drawn[2]
    assert choose_point(drawn, max_loss=0.015) is drawn[1]


def test_a_point_that_raises_an_alarm_is_no_choice(drawn, monkeypatch):
    last = drawn[3].run_id
    monkeypatch.setattr(
        type(drawn[0]), "alarms", lambda self, _: {"mixture": 1} if self.run_id == last else {}
    )
    assert choose_point(drawn, max_loss=0.5) is drawn[2]
    with pytest.raises(InvalidInputError, match=r"the smallest gap there is 5\.0 pp"):
        choose_point(drawn, max_gap=0.02)


def test_a_wish_that_no_point_fulfils_is_told_what_there_is(drawn):
    with pytest.raises(InvalidInputError, match=r"however, the smallest loss is -1\.0 points"):
        choose_point(drawn, max_loss=-0.02)
    with pytest.raises(InvalidInputError, match="neither was given"):
        choose_point(drawn)
    with pytest.raises(InvalidInputError, match="both were given"):
        choose_point(drawn, max_gap=0.1, max_loss=0.1)


def test_the_document_of_a_front_has_weights_scores_and_alarms(front):
    document = front_document(front)
    assert [point["fairness_weight"] for point in document] == [0.0, 0.5, 1.0, 8.0]
    for told, point in zip(document, front, strict=True):
        assert told["test"]["dp"] == point.scores["test"]["mixture"]["dp"]
        assert told["alarm"] is ("mixture" in point.alarms())


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
