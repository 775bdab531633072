"""A score or decision that is in use today is one more model of a run, wherever models are told."""

import dataclasses
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from fairmoe._escape import escape_html
from fairmoe.analysis import result_of
from fairmoe.analysis.audits import audit_rows, audited_beside
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Existing, assign_roles, make_demo, table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import prepare, run_experiment
from fairmoe.names import EVERY_RUN, METRICS, REPORT_SECTIONS, SPLITS
from fairmoe.report import Cover, make_report, to_csv, to_html, to_json
from fairmoe.runs import load_run, save_run, to_document
from fairmoe.sentences.audits import changes_beside, existing_in_words, existing_model

QUICK = Settings(epochs=4)
EXISTING = Existing("decile_score", 6.0)
ROLES = dataclasses.replace(DEMO_ROLES, existing=EXISTING)
REASONS = ("ref", "vef", "att_jsd", "f_proc", "final_score")


@pytest.fixture(scope="module")
def table():
    frame = make_demo(600)
    decile = np.ceil(2 * frame["interview_score"]).clip(1, 10)
    decile[:9] = np.nan
    return table_from_frame(frame.assign(decile_score=decile), name="scored.csv")


@pytest.fixture(scope="module")
def run(table):
    return run_experiment(table, ROLES, QUICK)


def test_its_answers_are_those_of_the_column_on_all_splits(table, run):
    rows = np.concatenate([run.splits[split].rows for split in SPLITS])
    assert run.models == (*EVERY_RUN, "existing")
    assert "decile_score" not in run.encoder.columns
    assert len(rows) == len(table.frame) - 9
    assert "9 rows left out because 'decile_score' is missing." in run.data.changes
    for split in SPLITS:
        record = run.splits[split]
        decile = table.frame["decile_score"].to_numpy()[record.rows]
        assert np.array_equal(record.proba["existing"] > 0.5, decile > 6)
        scores = run.scores[split]["existing"]
        assert list(scores) == list(METRICS)
        assert scores["acc"] == pytest.approx(((decile > 6) == record.y_true).mean())
        assert scores["f1"] == pytest.approx(f1_score(record.y_true, decile > 6))
        assert scores["auc"] == pytest.approx(roc_auc_score(record.y_true, decile))
        assert {metric for metric in METRICS if np.isnan(scores[metric])} == set(REASONS)


def test_other_roles_and_runs_without_one_stay_what_they_were(table):
    without = dataclasses.replace(DEMO_ROLES, dropped=(*DEMO_ROLES.dropped, "decile_score"))
    assert "existing" not in run_experiment(table, without, QUICK).models
    told = without.to_dict()
    assert type(without).from_dict({k: v for k, v in told.items() if k != "existing"}) == without
    other = dataclasses.replace(ROLES, existing=dataclasses.replace(EXISTING, cutoff=5.0))
    digests = {prepare(table, roles, QUICK).data.digest for roles in (without, ROLES, other)}
    assert len(digests) == 3


def test_what_is_told_of_it_is_what_an_audit_tells(table, run):
    labelled = assign_roles(table, ROLES)
    found = audit_rows(audited_beside(run, labelled, EXISTING))
    account = run.account(plain="existing")
    assert account.to_dict() == found.account.to_dict()
    assert result_of(run, plain="existing").gaps["plain"].value == found.gaps["plain"].value
    review, audited = run.review("existing"), found.audit.review
    pd.testing.assert_frame_equal(review.differences, audited.differences)
    # Of a decile nobody can say how well calibrated it is.
    assert review.calibration_error.isna().all()
    assert run.review("logistic").calibration_error.notna().any()
    document = json.loads(json.dumps(to_document(run)))
    assert document["beside_existing"] == json.loads(json.dumps(account.to_dict()))
    assert document["test"]["existing"]["f_proc"] is None


def test_an_answer_for_nearly_all_raises_the_alarm(table):
    roles = dataclasses.replace(ROLES, existing=Existing("decile_score", 9.5))
    assert "existing" in run_experiment(table, roles, QUICK).alarms()


def test_it_is_kept_with_the_run_and_read_without_the_table(run, tmp_path):
    point = dataclasses.replace(
        run, run_id="cd34", settings=run.settings.replace(fairness_weight=8.0)
    )
    save_run(run.with_front([point]), tmp_path / "run")
    again = load_run(tmp_path / "run")
    assert again.roles == run.roles
    for one in again.points:
        assert one.models == run.models
        for split in SPLITS:
            assert np.array_equal(
                one.splits[split].proba["existing"], run.splits[split].proba["existing"]
            )
    assert again.account(plain="existing").to_dict() == run.account(plain="existing").to_dict()
    header = (tmp_path / "run" / "predictions.csv").read_text().partition("\n")[0]
    assert header.split(",")[4 + len(EVERY_RUN)] == "proba_existing"


def test_a_kept_run_that_lacks_what_its_roles_promise_is_refused(run, tmp_path):
    save_run(run, tmp_path / "run")
    path = tmp_path / "run" / "run.json"
    record = json.loads(path.read_text())
    for damage in ("scores", "role"):
        changed = json.loads(json.dumps(record))
        if damage == "scores":
            del changed["test"]["existing"]
        else:
            changed["roles"]["existing"] = None
        path.write_text(json.dumps(changed))
        with pytest.raises(InvalidInputError, match="needs its files as they were written"):
            load_run(tmp_path / "run")


def test_the_report_tells_of_it_in_words_and_in_files(run):
    report = make_report(run)
    page = to_html(report, Cover(date(2026, 11, 22)), tuple(REPORT_SECTIONS))
    assert escape_html(existing_model(EXISTING, run.data.words)) in page
    everyone, words = run.account(plain="existing").everyone, run.good_and_bad
    model = existing_in_words(EXISTING)
    assert escape_html(changes_beside(everyone, *words, model=model, is_told=True)) in page
    document = json.loads(to_json(report, Cover(date(2026, 11, 22))))
    assert set(document["gaps"]) == set(document["rates"]) == set(run.models)
    assert set(document["review"]) == {"mixture", "utility", "existing"}
    assert document["roles"]["existing"]["column"] == "decile_score"
    assert {line.split(",")[1] for line in to_csv(report).splitlines()} >= {"existing"}
