"""From a table to a run: what it holds, on the demo and on real data, and that it repeats."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from fairlearn.metrics import demographic_parity_difference, equal_opportunity_difference
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from fairmoe.config import Settings
from fairmoe.data import DEMO_NAME, DEMO_ROLES, Roles, Sensitive, Target, read_table
from fairmoe.errors import CancelledError
from fairmoe.experiment import prepare, run_experiment
from fairmoe.names import EVERY_RUN, EXPERTS, METRICS, SPLITS
from fairmoe.training import evaluate, make_batch

QUICK = Settings(epochs=40, fine_tune_every=10)


@pytest.fixture(scope="module")
def table(demo_file):
    return read_table(demo_file, name=DEMO_NAME)


@pytest.fixture(scope="module")
def run(table):
    return run_experiment(table, DEMO_ROLES, QUICK)


@pytest.fixture(scope="module")
def gate_that_chooses(table):
    settings = Settings(epochs=4, fine_tune_every=0, gate_start="random", select="last")
    return run_experiment(table, DEMO_ROLES, settings)


def test_every_model_is_scored_on_every_split(run):
    assert list(run.scores) == list(SPLITS)
    for split in SPLITS:
        assert set(run.scores[split]) == set(EVERY_RUN)
        for scores in run.scores[split].values():
            assert list(scores) == list(METRICS)
            assert all(math.isfinite(score) for score in scores.values())


def test_scores_are_those_of_the_kept_predictions(run):
    record = run.splits["test"]
    for model in EVERY_RUN:
        scores, proba = run.scores["test"][model], record.proba[model]
        hard = proba > 0.5
        groups = {"sensitive_features": record.group}
        assert scores["acc"] == pytest.approx(accuracy_score(record.y_true, hard))
        assert scores["f1"] == pytest.approx(f1_score(record.y_true, hard, zero_division=0))
        assert scores["auc"] == pytest.approx(roc_auc_score(record.y_true, proba))
        parity = demographic_parity_difference(record.y_true, hard, **groups)
        assert scores["dp"] == pytest.approx(parity)
        opportunity = equal_opportunity_difference(record.y_true, hard, **groups)
        assert scores["eo"] == pytest.approx(opportunity)


@pytest.mark.parametrize(("split", "nodes"), [("train", 8), ("validation", 32), ("test", 32)])
def test_attributions_of_rows_to_train_on_are_taken_at_fewer_nodes(
    gate_that_chooses, table, split, nodes
):
    run = gate_that_chooses
    data = prepare(table, run.roles, run.settings).data
    rows = make_batch(getattr(data, split).known(), slice(None), data.n_groups)

    def divergence(nodes):
        mixture = run.mixture.with_path_steps(nodes)
        found = evaluate(mixture, mixture.explainer, rows, data.n_groups, run.settings)
        return found.scores["att_jsd"].item()

    told = run.scores[split]["mixture"]["att_jsd"]
    assert told == pytest.approx(divergence(nodes), rel=1e-6)
    assert told != pytest.approx(divergence(40 - nodes), rel=1e-6)


def test_the_mixture_is_what_the_gate_makes_of_the_experts(run):
    record = run.splits["test"]
    experts = np.stack([record.proba[name] for name in EXPERTS], 1)
    assert np.allclose((experts * record.gate).sum(1), record.proba["mixture"], atol=1e-5)
    assert np.allclose(experts.mean(1), record.proba["uniform"], atol=1e-5)
    assert np.allclose(record.gate.sum(1), 1, atol=1e-5)


def test_the_model_and_encoder_of_a_run_predict_its_rows(run, table):
    record = run.splits["test"]
    x = run.encoder.transform(table.frame.iloc[record.rows])
    proba = run.mixture.proba(torch.as_tensor(x))[0].numpy()
    assert np.allclose(proba, record.proba["mixture"], atol=1e-6)


def test_splits_part_the_rows_and_groups_are_counted(run):
    rows = np.concatenate([run.splits[split].rows for split in SPLITS])
    assert sorted(rows) == list(range(4000))
    assert sum(run.data.groups.values()) == 4000
    assert run.data.columns == 13


@pytest.mark.slow
def test_the_same_work_has_the_same_id_and_numbers(run, table):
    again = run_experiment(table, DEMO_ROLES, QUICK)
    assert again.experts_reused
    assert again.run_id == run.run_id
    assert again.scores == run.scores
    other = run_experiment(table, DEMO_ROLES, QUICK.replace(temperature=2))
    assert other.run_id != run.run_id


@pytest.mark.parametrize(("change", "scores"), [({"top_k": 5}, "vef"), ({"top_ratio": 0.9}, "ref")])
@pytest.mark.slow
def test_evaluation_settings_reach_the_scores(change, scores, table):
    settings = QUICK.replace(select="last", fine_tune_every=0)
    one, other = (
        run_experiment(table, DEMO_ROLES, each).scores["test"]["logistic"][scores]
        for each in (settings, settings.replace(**change))
    )
    assert one != other


@pytest.mark.parametrize("phase", ["encode", "warm-up", "experts", "gate", "evaluate"])
@pytest.mark.slow
def test_every_phase_can_be_cancelled(phase, table):
    def cancel(progress):
        if progress.phase == phase:
            raise CancelledError

    with pytest.raises(CancelledError):
        run_experiment(table, DEMO_ROLES, QUICK.replace(seed=11), on_progress=cancel)


@pytest.mark.slow
def test_large_tables_can_be_cancelled_between_parts_of_a_split(run, monkeypatch, table):
    monkeypatch.setattr("fairmoe.training.evaluation.MOST_ROWS", 100)
    reports = []
    parted = run_experiment(table, DEMO_ROLES, QUICK, on_progress=reports.append)
    assert sum(each.phase == "evaluate" for each in reports) > 5 * 4000 / 100
    for model, scores in run.scores["test"].items():
        assert parted.scores["test"][model] == pytest.approx(scores, abs=1e-5)


@pytest.mark.slow
def test_the_seed_parts_the_rows_unless_a_split_seed_does(run, table):
    def rows(**changes):
        settings = QUICK.replace(epochs=4, **changes)
        return run_experiment(table, DEMO_ROLES, settings).splits["test"].rows

    assert not np.array_equal(rows(seed=1), run.splits["test"].rows)
    assert np.array_equal(rows(seed=1, split_seed=0), run.splits["test"].rows)


@pytest.mark.slow
def test_a_cancelled_run_raises_and_the_next_one_starts_clean(table):
    def cancel(progress):
        if progress.phase == "gate":
            raise CancelledError

    settings = QUICK.replace(seed=9)
    with pytest.raises(CancelledError):
        run_experiment(table, DEMO_ROLES, settings, on_progress=cancel)
    after = run_experiment(table, DEMO_ROLES, settings)
    assert math.isfinite(after.scores["test"]["mixture"]["final_score"])


@pytest.mark.slow
def test_a_group_without_positives_in_the_test_rows_is_not_estimable(table):
    frame = table.frame.copy()
    frame["office"] = "large"
    hired = frame.index[frame["hired"] == "yes"]
    not_hired = frame.index[frame["hired"] == "no"]
    frame.loc[[*hired[:4], *not_hired[:20]], "office"] = "small"
    frame["office"] = frame["office"].astype("category")
    part = np.resize(["train", "validation", "test"], len(frame)).astype(object)
    part[hired[:4]] = "train"
    part[hired[3]] = "validation"
    frame["part"] = part
    frame["part"] = frame["part"].astype("category")
    kinds = {**table.kinds, "office": "category", "part": "category"}
    changed = dataclasses.replace(table, frame=frame, kinds=kinds)
    roles = Roles(
        target=Target("hired"),
        sensitive=(Sensitive("office"),),
        dropped=("applicant_id",),
        split_column="part",
    )
    scores = run_experiment(changed, roles, QUICK).scores["test"]["mixture"]
    assert math.isnan(scores["eo"])
    assert math.isnan(scores["f_res"])
    assert math.isnan(scores["final_score"])
    assert math.isfinite(scores["dp"])
    assert math.isfinite(scores["utility"])


@pytest.mark.parametrize(
    ("name", "target", "sensitive"),
    [
        ("german_data_credit.csv", "class-label", "sex"),
        ("math.csv", "G3", "sex"),
        ("adult.csv", "income-per-year", "race"),
        ("dutch.csv", "occupation", "sex"),
    ],
)
@pytest.mark.slow
def test_real_data(real_data, name, target, sensitive):
    table = read_table(real_data(name))
    merge = (("Other", ("Other", "Amer-Indian-Eskimo")),) if sensitive == "race" else ()
    roles = Roles(target=Target(target), sensitive=(Sensitive(sensitive, merge),))
    run = run_experiment(table, roles, QUICK.replace(batch_size=2048))
    scores = run.scores["test"]
    assert scores["utility"]["auc"] > 0.6
    assert scores["mixture"]["auc"] > 0.6
    assert all(math.isfinite(score) for score in scores["mixture"].values())
