"""A run as a run of MLflow: settings, scores, curves, a model card and a report for programs."""

import contextlib
import datetime
import math
import os
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from fairmoe.errors import UnavailableError
from fairmoe.report import Cover, make_report, to_card, to_json
from fairmoe.runs import Run

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "fairmoe"
_AT_ONCE = 1000
"""Metrics that MLflow takes in one call; of parameters and tags it takes a hundred."""


def log_to_mlflow(
    run: Run,
    uri: str | None = None,
    *,
    experiment: str = EXPERIMENT,
    name: str | None = None,
    smallest_group: int = 10,
) -> str:
    """Log a run to MLflow: settings, scores of both splits, curves, a model card and a report.

    Cells of the table, single rows and weights are not logged.

    Args:
        run: The run.
        uri: Of the tracking server or database; None for what MLflow itself is configured with.
        experiment: The experiment of MLflow, made if there is none of that name.
        name: What MLflow calls the run; by default its table and its seed.
        smallest_group: How many people of a split a group needs to be told of by itself.

    Returns:
        The id that MLflow gave the run.

    Raises:
        InvalidInputError: Too few groups are large enough.
        UnavailableError: MLflow is not installed (`fairmoe[mlflow]`), or did not take the run.
    """
    report = make_report(run, smallest_group=smallest_group)
    cover = Cover(datetime.date.today())
    texts = {"model_card.md": to_card(report, cover), "report.json": to_json(report, cover)}
    with _in_words():
        client = _client(uri)
        told = name or f"{run.data.name or 'table'}, seed {run.settings.seed}"
        made = client.create_run(_experiment(client, experiment), run_name=told)
        made_id = str(made.info.run_id)
        try:
            _log(client, made_id, run)
            for file, text in texts.items():
                client.log_text(made_id, text, file)
        except BaseException:
            with contextlib.suppress(Exception):
                client.set_terminated(made_id, "FAILED")
            raise
        client.set_terminated(made_id)
    return made_id


def check_mlflow(uri: str | None = None) -> None:
    """Check that a run could be logged, before anything is trained for it.

    Args:
        uri: See `log_to_mlflow`.

    Raises:
        UnavailableError: MLflow is not installed, or does not answer.
    """
    with _in_words():
        _client(uri).search_experiments(max_results=1)


def _log(client: "MlflowClient", made_id: str, run: Run) -> None:
    from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415

    now = round(1000 * time.time())
    settings = run.settings.to_dict() | {f"resolved.{k}": v for k, v in run.resolved.items()}
    params = [Param(key, str(value)) for key, value in settings.items()]
    tags = {
        "fairmoe.version": version("fairmoe"),
        "fairmoe.run_id": run.run_id,
        "fairmoe.data.sha256": run.data.sha256,
        "fairmoe.data.rows": str(run.data.rows),
        "fairmoe.target": run.data.positive,
        "fairmoe.sensitive": ", ".join(run.roles.sensitive_columns),
        "fairmoe.device": run.device,
        "fairmoe.alarms": ", ".join(run.alarms()) or "none",
    }
    client.log_batch(made_id, tags=[RunTag(key, value) for key, value in tags.items()])
    for start in range(0, len(params), 100):
        client.log_batch(made_id, params=params[start : start + 100])
    metrics = [Metric(key, value, now, step) for key, value, step in _figures(run)]
    for start in range(0, len(metrics), _AT_ONCE):
        client.log_batch(made_id, metrics=metrics[start : start + _AT_ONCE])


def _figures(run: Run) -> Iterator[tuple[str, float, int]]:
    """Yield name, value and step of all figures; what could not be estimated is left out."""
    for split, models in run.scores.items():
        for model, scores in models.items():
            for metric, value in scores.items():
                if math.isfinite(value):
                    yield f"{split}/{model}/{metric}", float(value), 0
    for curve in run.curves:
        for epoch, value in zip(curve.epochs, curve.values, strict=True):
            if math.isfinite(value):
                yield f"{curve.phase}/{curve.name}", float(value), epoch


def _client(uri: str | None) -> "MlflowClient":
    if find_spec("mlflow") is None:
        raise UnavailableError(
            "Logging to MLflow needs the package mlflow-skinny. Install it with: "
            "pip install 'fairmoe[mlflow]'"
        )
    if "mlflow" not in sys.modules:
        # It tells its makers of its use unless it is told not to.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient  # noqa: PLC0415

    return MlflowClient(tracking_uri=uri)


def _experiment(client: "MlflowClient", name: str) -> str:
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say what MLflow or the way to it raises in a sentence, without the address: it may be secret.

    Raises:
        UnavailableError: Instead of it.
    """
    try:
        yield
    except UnavailableError:
        raise
    except Exception as error:
        raise UnavailableError(f"MLflow did not take the run ({_kind(error)}).") from error


def _kind(error: Any) -> str:
    code = getattr(error, "error_code", None)
    return f"{type(error).__name__}, {code}" if code else type(error).__name__
