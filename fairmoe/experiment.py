"""One call from a table to a finished run; the page, the shell and Python share it."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from fairmoe.baselines import fit_constant, fit_logistic
from fairmoe.config import Settings
from fairmoe.data import (
    Change,
    DataSettings,
    EncodedData,
    Reading,
    Roles,
    Table,
    assign_roles,
    encode,
)
from fairmoe.data.split import splits_of_rows
from fairmoe.errors import InvalidInputError
from fairmoe.explain import Explainable
from fairmoe.names import EXPERTS, SPLITS, Model, SplitName
from fairmoe.nn import Mixture
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.runs import Curve, DataSummary, Run, SplitRecord
from fairmoe.training import Trained, on_one_thread, train
from fairmoe.training.answers import Answers, Said, said_in
from fairmoe.training.judging import judge_split
from fairmoe.training.pace import learn_from, with_time_left


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table made ready for training; runs that share it are compared on the same rows.

    Attributes:
        data: Encoded rows, in their splits.
        data_settings: How they were split and encoded.
        summary: What the rows are, without any of their cells.
        roles: What each column is for.
        reading: How the columns were read.
        changes: What was done to the columns.
        seconds: Wall time of reading and encoding.
        existing: What the existing score says of each row of the table, `(rows,)`, in [0, 1]; NaN
            for rows that are not used. None without one.
    """

    data: EncodedData
    data_settings: DataSettings
    summary: DataSummary
    roles: Roles
    reading: Reading
    changes: tuple[Change, ...]
    seconds: float
    existing: NDArray[np.float32] | None = None


def run_experiment(
    table: Table,
    roles: Roles,
    settings: Settings,
    *,
    on_progress: OnProgress = ignore_progress,
    read_seconds: float = 0.0,
) -> Run:
    """Train a mixture on a table and score it beside its experts and the baselines.

    Args:
        table: What was read.
        roles: What each column is for.
        settings: Everything else.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
        read_seconds: What reading the table took, to be counted in the run's seconds.

    Returns:
        The run. On one machine the same arguments give the same numbers.

    Raises:
        InvalidInputError: The roles do not fit the table, or its rows are too few to train on.
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so; nothing is kept.
    """
    prepared = prepare(table, roles, settings, on_progress=on_progress, read_seconds=read_seconds)
    return run_prepared(prepared, settings, on_progress=on_progress)


def run_prepared(
    prepared: Prepared, settings: Settings, *, on_progress: OnProgress = ignore_progress
) -> Run:
    """Train a mixture on a table that was made ready, and score it as `run_experiment` does.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so; nothing is kept.
    """
    tell = with_time_left(on_progress, prepared.data, [settings])
    trained = train(prepared.data, [settings], on_progress=tell)
    run = make_run(prepared, settings, trained, on_progress=tell)
    learn_from(run)
    return run


def prepare(
    table: Table,
    roles: Roles,
    settings: Settings,
    *,
    on_progress: OnProgress = ignore_progress,
    read_seconds: float = 0.0,
    splits: Mapping[SplitName, NDArray[np.int64]] | None = None,
) -> Prepared:
    """Assign the roles, split the rows and encode them, as the settings of the data say.

    Args:
        table: What was read.
        roles: What each column is for.
        settings: How rows are split and encoded.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
        read_seconds: What reading the table took.
        splits: The positions of the rows of each split, where a run was judged on them, whichever
            these settings would give; those whose group is unknown are left out.

    Raises:
        InvalidInputError: The roles do not fit the table, its rows are too few to train on, or the
            splits are of other rows.
    """
    started = time.perf_counter()
    on_progress(Progress("encode", 0, 1))
    labelled = assign_roles(table, roles)
    if splits is not None:
        parts = [splits[name] for name in SPLITS]
        labelled = replace(labelled, split=splits_of_rows(labelled.rows, parts))
    data_settings = DataSettings.of(settings)
    data = encode(
        labelled,
        scale=data_settings.scale,
        rare_level=data_settings.rare_level,
        seed=data_settings.split_seed,
    )
    on_progress(Progress("encode", 1, 1))
    groups = np.bincount(labelled.group, minlength=data.n_groups).tolist()
    of_rows = (Change("rows", "", note) for note in labelled.notes)
    changes = (*labelled.changes, *data.encoder.changes, *of_rows)
    summary = DataSummary(
        name=table.name,
        rows=len(table.frame),
        columns=len(table.frame.columns),
        sha256=table.sha256,
        groups=dict(zip(data.group_names, groups, strict=True)),
        positive=data.positive,
        words=labelled.words,
        changes=tuple(change.sentence for change in changes),
    )
    return Prepared(
        data=data,
        data_settings=data_settings,
        summary=summary,
        roles=labelled.roles,
        reading=table.reading,
        changes=changes,
        seconds=read_seconds + time.perf_counter() - started,
        existing=labelled.existing,
    )


@on_one_thread()
def make_run(
    prepared: Prepared,
    settings: Settings,
    trained: Trained,
    *,
    known: Sequence[Run] = (),
    answers: Mapping[SplitName, Answers] | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Run:
    """Score a trained mixture beside its experts and the baselines, without training it again.

    Args:
        prepared: What it was trained on.
        settings: What it was trained with.
        trained: A stack of one run.
        known: Runs on the same rows whose settings differ in none that scores depend on: what they
            say of the baselines, and of the experts if these are the same, is not computed again.
        answers: What the mixture says of the splits, if that is known, from `mixture_answers`.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.

    Raises:
        InvalidInputError: Training diverged, so that some model says nothing of some rows.
        CancelledError: `on_progress` said so.
    """
    started = time.perf_counter()
    data, mixture = prepared.data, trained.mixture
    models = _models(data, mixture, known, answers)
    splits: dict[SplitName, SplitRecord] = {}
    scores: dict[SplitName, dict[Model, dict[str, float]]] = {}
    for done, name in enumerate(SPLITS):
        splits[name], scores[name] = judge_split(
            name,
            data,
            models,
            mixture,
            settings,
            prepared.existing,
            partial(on_progress, Progress("evaluate", done, len(SPLITS))),
        )
        if not all(np.isfinite(proba).all() for proba in splits[name].proba.values()):
            raise InvalidInputError(
                "Training needs losses that stay numbers",
                however="with these settings they did not, and nothing was kept",
                remedy="Take smaller steps (learning_rate) or smaller weights (lambda_...).",
            )
    on_progress(Progress("evaluate", len(SPLITS), len(SPLITS)))
    seconds = {"read": prepared.seconds, **trained.seconds}
    seconds["evaluate"] = time.perf_counter() - started
    return Run(
        run_id=run_id(data, settings),
        data=prepared.summary,
        roles=prepared.roles,
        reading=prepared.reading,
        settings=settings,
        resolved=trained.schedule._asdict() | {"features": data.train.x.shape[1]},
        device=trained.device,
        seconds=seconds | {"total": sum(seconds.values())},
        curves=_curves(trained),
        splits=splits,
        scores=scores,
        experts_reused=trained.experts_reused,
        encoder=data.encoder,
        mixture=mixture,
    )


def run_id(data: EncodedData, settings: Settings) -> str:
    """Return the id of the run that these settings give on this data."""
    return hashlib.sha256(f"{data.digest}/{settings.digest()}".encode()).hexdigest()[:16]


def _models(
    data: EncodedData,
    mixture: Mixture,
    known: Sequence[Run],
    answers: Mapping[SplitName, Answers] | None,
) -> dict[tuple[Model, ...], Explainable | Said]:
    """Return by their names the models to score, or what they say where that is known.

    The experts are one stack of three.
    """
    experts = mixture.experts.state_dict()
    alike = [run for run in known if _equal(run.mixture.experts.state_dict(), experts)]
    models: dict[tuple[Model, ...], Explainable | Said] = {
        ("mixture",): mixture if answers is None else {name: [answers[name]] for name in SPLITS},
        EXPERTS: said_in(alike[0], EXPERTS) if alike else mixture.experts.part(),
        ("uniform",): said_in(alike[0], ("uniform",)) if alike else mixture.uniform(),
    }
    if known:
        return models | {(name,): said_in(known[0], (name,)) for name in ("constant", "logistic")}
    x, y = torch.as_tensor(data.train.x), torch.as_tensor(data.train.y)
    weights = None if data.train.weight is None else torch.as_tensor(data.train.weight)
    return models | {
        ("constant",): fit_constant(x, y, weights),
        ("logistic",): fit_logistic(x, y, weights),
    }


def _equal(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def _curves(trained: Trained) -> tuple[Curve, ...]:
    return tuple(
        Curve(name, phase, epochs, tuple(figures[:, 0].tolist()))
        for (phase, name), (epochs, figures) in trained.curves.items()
    )
