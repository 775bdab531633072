"""A run as a few plain files that can be loaded again, checked whoever wrote them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save

from fairmoe._write import MIB, check_writable, write_folder
from fairmoe.config import Settings
from fairmoe.data.encode import Encoder
from fairmoe.errors import InvalidInputError
from fairmoe.names import EXPERTS, SPLITS, Model
from fairmoe.nn import Mixture
from fairmoe.runs.document import scores_record, to_document
from fairmoe.runs.files import (
    FRONT,
    PREDICTIONS,
    RECORD,
    WEIGHTS,
    Files,
    Folder,
    not_as_written,
    record_changed,
)
from fairmoe.runs.front import curve_of, curve_record, known_scores, pack_front, unpack_front
from fairmoe.runs.parts import DataSummary
from fairmoe.runs.predictions import read_predictions, write_predictions
from fairmoe.runs.record import Run
from fairmoe.runs.schema import FORMAT, RunRecord, check_fit, models_of, read_record
from fairmoe.runs.weights import header_of, mixture_kinds, read_tensors

NEEDED = "A new or empty folder is needed to keep the run"


def check_folder(folder: Path, *, room: int = MIB) -> None:
    """Check that a run can be kept in a folder: it can be made, or is there and empty.

    Args:
        folder: The folder.
        room: How many bytes the run will need, about.

    Raises:
        InvalidInputError: It is a file or holds something, or its parent folder cannot be written
            in: a run is put in place by a rename.
    """
    check_writable(folder.resolve(), NEEDED, room=room)
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(
            NEEDED, however=f"'{folder}' is a file", remedy="Name another folder."
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidInputError(
            NEEDED, however=f"'{folder}' holds files already", remedy="Name another folder."
        )


MAX_ROUNDING = 1e-3
"""By how much an accuracy may differ from that of the decisions: scores may be of another type."""


def save_folder(run: Run, folder: Path) -> None:
    """Keep a run in a folder, whole or not at all; see `files_of` for what it holds.

    Raises:
        InvalidInputError: The folder is not vacant, or cannot be written.
    """
    check_folder(folder)
    write_folder(folder.resolve(), files_of(run), needed=NEEDED)


def files_of(run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a run that is kept, by their names.

    `model.safetensors` holds the weights, `predictions.csv` what each model said of each row, by
    the row's position; if the run has a front, `front.safetensors` what its other points have of
    their own. `run.json`, the last, holds the document, the roles, the encoder, the curves, and the
    digests of the others.
    """
    digests: dict[str, str] = {}
    points, tensors = pack_front(run)
    state = run.mixture.state_dict()
    weights = save({name: value.contiguous() for name, value in state.items()})
    for name, content in (
        (WEIGHTS, weights),
        (PREDICTIONS, write_predictions(run)),
        *([(FRONT, save(tensors))] if points else []),
    ):
        digests[name] = hashlib.sha256(content).hexdigest()
        yield name, content
    record = _record(run) | {"points": points, "sha256": digests}
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    yield RECORD, (text + "\n").encode()


def load_folder(folder: Path) -> Run:
    """Return the run that `save_folder` kept; its model predicts the same numbers.

    Whoever wrote the files, no code of theirs runs, and nothing is asked for that they do not hold.

    Raises:
        InvalidInputError: The folder holds no run, one of another version, or a damaged one.
    """
    return run_from(Folder(folder))


def run_from(files: Files) -> Run:
    """Return the run that the files of `files_of` hold; see `load_folder`."""
    record = read_record(files.read(RECORD))
    settings = Settings.from_dict(record.settings)
    encoder = Encoder.from_dict(record.encoder.model_dump())
    check_fit(record, settings, encoder)
    data = _summary(record)
    spec = record.mixture.model_dump()
    splits = read_predictions(_intact(files, record, PREDICTIONS), data, models_of(record.roles))
    run = Run(
        run_id=record.run_id,
        data=data,
        roles=record.roles,
        reading=record.reading,
        settings=settings,
        resolved=record.resolved,
        device=record.device,
        seconds=record.seconds,
        curves=tuple(curve_of(curve.model_dump()) for curve in record.curves),
        splits=splits,
        scores={
            split: {model: known_scores(told) for model, told in getattr(record, split).items()}
            for split in SPLITS
        },
        experts_reused=_reused(record.experts_reused),
        encoder=encoder,
        mixture=_mixture(_intact(files, record, WEIGHTS), spec),
        cutoffs=record.cutoffs,
    )
    check_scores(run)
    if not record.points:
        return run
    points = [point.model_dump() for point in record.points]
    run = unpack_front(run, points, _intact(files, record, FRONT))
    for point in run.front:
        check_scores(point)
    return run


def check_scores(run: Run) -> None:
    """Check that the scores of a run are those of its predictions, as far as these tell.

    Raises:
        InvalidInputError: They are not.
    """
    for split in SPLITS:
        record = run.splits[split]
        for model, proba in record.proba.items():
            right = (proba > 0.5) == (record.y_true == 1)
            weight = record.weight
            if weight is not None and not weight.sum():
                continue
            accuracy = float(np.average(right, weights=weight))
            if not abs(run.scores[split][model]["acc"] - accuracy) <= MAX_ROUNDING:
                raise record_changed(f"{split}.{model}.acc")


def _intact(files: Files, record: RunRecord, name: str) -> bytes:
    content = files.read(name)
    if hashlib.sha256(content).hexdigest() != record.sha256[name]:
        raise not_as_written(f"'{name}' is missing or was changed")
    return content


def _mixture(content: bytes, spec: dict[str, Any]) -> Mixture:
    header = header_of(content, WEIGHTS)
    _, (coalitions, *_) = header.get("explainer.masks", ("", (0,)))
    state = read_tensors(content, mixture_kinds(spec, coalitions), WEIGHTS)
    if state["explainer.column_of"].tolist() != list(spec["column_of"]):
        raise not_as_written(f"'{WEIGHTS}' holds other columns than '{RECORD}' says")
    return Mixture.from_state(spec, state).eval()


def _summary(record: RunRecord) -> DataSummary:
    told = record.data
    # Runs that were kept before outcomes had words have the positive class only.
    words = told.words or (told.positive, f"not {told.positive}")
    return DataSummary(**told.model_dump() | {"words": words})


def _record(run: Run) -> dict[str, Any]:
    return {
        "format": FORMAT,
        **to_document(run),
        "train": scores_record(run.scores["train"]),
        "roles": run.roles.to_dict(),
        "reading": run.reading.to_dict(),
        "encoder": run.encoder.to_dict(),
        "mixture": run.mixture.spec(),
        "curves": [curve_record(curve) for curve in run.curves],
    }


def _reused(record: tuple[Model, ...] | bool) -> tuple[Model, ...]:
    """Return which experts were reused; runs that were kept before say of all three or none."""
    if isinstance(record, bool):
        return EXPERTS if record else ()
    return record
