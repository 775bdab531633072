"""A run in MLflow, with the real client and a store in a folder."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from fairmoe.cli import commands
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.exports import check_mlflow, log_to_mlflow
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

mlflow = pytest.importorskip("mlflow")


@pytest.fixture
def uri(tmp_path, monkeypatch):
    # A database would need SQLAlchemy.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    return (tmp_path / "tracking").as_uri()


@pytest.fixture
def client(uri):
    return mlflow.MlflowClient(uri)


def logged(client):
    (experiment,) = [each for each in client.search_experiments() if each.name == "fairmoe"]
    return client.search_runs([experiment.experiment_id])


def test_settings_scores_curves_and_files_are_there(demo_run, uri, client, tmp_path):
    run, _ = demo_run
    check_mlflow(uri)
    made = log_to_mlflow(run, uri)
    (found,) = logged(client)
    assert (found.info.run_id, found.info.status) == (made, "FINISHED")
    assert found.info.run_name == f"{run.data.name}, seed 0"
    assert found.data.params["lambda_fair"] == "1.0"
    assert found.data.params["resolved.epochs"] == "60"
    assert set(run.settings.to_dict()) < set(found.data.params)
    for split in ("validation", "test"):
        assert "mixture" in run.scores[split]
        for model, scores in run.scores[split].items():
            for metric, value in scores.items():
                assert found.data.metrics.get(f"{split}/{model}/{metric}", value) == value
    assert found.data.metrics["test/mixture/acc"] == run.scores["test"]["mixture"]["acc"]
    curve = next(each for each in run.curves if each.name == "reward")
    history = client.get_metric_history(made, "gate/reward")
    assert [(each.step, each.value) for each in history] == list(
        zip(curve.epochs, curve.values, strict=True)
    )
    assert found.data.tags["fairmoe.run_id"] == run.run_id
    assert found.data.tags["fairmoe.sensitive"] == "sex"
    card, report = (
        Path(client.download_artifacts(made, name, tmp_path)).read_text("utf-8")
        for name in ("model_card.md", "report.json")
    )
    assert card.startswith("---\n")
    told = json.loads(report)
    assert told["run"]["run_id"] == run.run_id
    assert {each.path for each in client.list_artifacts(made)} == {"model_card.md", "report.json"}


def test_what_is_not_a_number_is_no_metric_and_a_second_run_joins_the_experiment(
    demo_run, uri, client
):
    run, _ = demo_run
    test = {model: dict(scores) for model, scores in run.scores["test"].items()}
    test["mixture"]["auc"] = float("nan")
    with pytest.raises(InvalidInputError):
        log_to_mlflow(run, uri, smallest_group=10**6)
    log_to_mlflow(run, uri)
    log_to_mlflow(dataclasses.replace(run, scores=dict(run.scores) | {"test": test}), uri)
    second, first = logged(client)
    assert set(first.data.metrics) - set(second.data.metrics) == {"test/mixture/auc"}


def test_small_groups_are_told_of_together(demo_run, uri, monkeypatch):
    run, _ = demo_run
    asked = []

    def noting(_, *, smallest_group):
        asked.append(smallest_group)
        raise InvalidInputError("Enough")

    monkeypatch.setattr("fairmoe.exports.tracking.make_report", noting)
    with pytest.raises(InvalidInputError, match="Enough"):
        log_to_mlflow(run, uri)
    assert asked == [10]


def test_a_run_that_could_not_be_logged_whole_has_failed(demo_run, uri, client, monkeypatch):
    def failing(*_):
        raise mlflow.MlflowException("Secret address")

    monkeypatch.setattr("mlflow.MlflowClient.log_text", failing)
    with pytest.raises(UnavailableError) as caught:
        log_to_mlflow(demo_run[0], uri, name="Ours")
    assert str(caught.value) == "MLflow did not take the run (MlflowException, INTERNAL_ERROR)."
    (found,) = logged(client)
    assert (found.info.run_name, found.info.status) == ("Ours", "FAILED")


def test_without_the_package_that_is_said_before_training(monkeypatch):
    monkeypatch.setattr("fairmoe.exports.tracking.find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"needs the package mlflow-skinny.*\[mlflow\]"):
        check_mlflow()


def test_the_shell_logs_what_it_trained(demo_run, uri, client, monkeypatch, tmp_path):
    run, labelled = demo_run
    monkeypatch.setattr(commands, "_run", lambda *_, **__: (None, labelled.table, run, None))
    file = tmp_path / "demo.csv"
    file.write_bytes(b"a,b\n1,2\n")
    asked = ("train", file, "--target", "hired", "--sensitive", "sex", "--mlflow", uri)
    code, _, told = shell(*asked, "--out", tmp_path / "run")
    assert code == 0, told
    (found,) = logged(client)
    assert f"Logged to MLflow as {found.info.run_id}" in told
    code, _, told = shell(*asked, "--smallest-group", 10**6)
    assert (code, len(logged(client))) == (2, 1)
    assert "Two groups of at least 1000000 people" in told
    # Where results go, perhaps with a password, is not written beside the run.
    assert "mlflow" not in (tmp_path / "run.toml").read_text()
    monkeypatch.setattr("mlflow.MlflowClient.search_experiments", lambda *_, **__: os.open("x", 9))
    monkeypatch.setattr(commands, "_run", None)
    code, _, told = shell(*asked)
    assert (code, told) == (3, "MLflow did not take the run (FileNotFoundError).\n")
