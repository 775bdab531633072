"""A run as one JSON document, and as a folder of plain files that can be loaded again."""

import dataclasses
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from safetensors.torch import load, save

from fairmoe.config import Settings
from fairmoe.data.encode import Encoder
from fairmoe.data.reading.record import Reading
from fairmoe.data.roles import Roles
from fairmoe.errors import InvalidInputError
from fairmoe.names import EXPERTS, MODELS, SPLITS, Model
from fairmoe.nn import Mixture
from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.front import curve_of, curve_record, front_document, pack_front, unpack_front
from fairmoe.runs.parts import DataSummary, SplitRecord
from fairmoe.runs.record import Run

FORMAT = 2
"""Version of the folder's layout; a run of another version is refused."""

RECORD, WEIGHTS, PREDICTIONS = "run.json", "model.safetensors", "predictions.csv"
FRONT = "front.safetensors"
"""What the other points of the front have of their own; only there if the run has a front."""


def to_document(run: Run) -> dict[str, Any]:
    """Return what a run found, ready for strict JSON.

    Returns:
        `run_id`, `device`, `experts_reused`; `data` with the rows of each group; `settings` as
        given, `resolved` what `auto` became; `seconds` by stage; `validation` and `test` with the
        scores of each model; `routing` with the mean gate weights on the test rows, `overall` and
        `by_group`; `account`, what the mixture changes for people against the utility expert, as
        `fairmoe.metrics.Account` names it, None unless the outcome is good or bad; `alarms`, by
        model what `fairmoe.metrics.Alarm` says of those that treat everyone worse; `cutoffs`, the
        thresholds of a variant by group; `front`, the scores of all points of its dial, None
        unless it was trained. None stands for what could not be estimated.
    """
    return {
        "run_id": run.run_id,
        "data": dataclasses.asdict(run.data)
        | {"words": list(run.data.words), "changes": list(run.data.changes)},
        "settings": run.settings.to_dict(),
        "resolved": dict(run.resolved),
        "device": run.device,
        "seconds": dict(run.seconds),
        "experts_reused": list(run.experts_reused),
        "validation": _scores(run.scores["validation"]),
        "test": _scores(run.scores["test"]),
        "routing": _routing(run.splits["test"], tuple(run.data.groups)),
        "account": None if run.roles.target.favourable is None else run.account().to_dict(),
        "alarms": {model: alarm.to_dict() for model, alarm in run.alarms().items()},
        "cutoffs": None if run.cutoffs is None else run.cutoffs.to_dict(),
        "front": front_document(run.points) if run.front else None,
    }


def check_vacant(folder: Path) -> None:
    """Check that a run can be kept in a folder: it can be made, or is there and empty.

    Raises:
        InvalidInputError: It is a file or holds something, or its parent folder cannot be written
            in: a run is put in place by a rename.
    """
    needed = "A new or empty folder is needed to keep the run"
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(
            needed, however=f"'{folder}' is a file", remedy="Name another folder."
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidInputError(
            needed, however=f"'{folder}' holds files already", remedy="Name another folder."
        )
    existing_parent = next(parent for parent in folder.absolute().parents if parent.exists())
    if not (existing_parent.is_dir() and os.access(existing_parent, os.W_OK)):
        raise InvalidInputError(
            needed,
            however=f"nothing can be written in '{existing_parent}'",
            remedy="Name another folder.",
        )


def save_run(run: Run, folder: str | Path) -> None:
    """Keep a run in a folder, whole or not at all.

    `run.json` holds the document, the roles, the encoder and the curves, `model.safetensors` the
    weights, and `predictions.csv` what each model said of each row, by the row's position. If the
    run has a front, `front.safetensors` holds what its other points have of their own.

    Raises:
        InvalidInputError: The folder is not vacant.
    """
    folder = Path(folder)
    check_vacant(folder)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # In the same parent, so that the last step is a rename; a rename cannot be seen half done.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        state = run.mixture.state_dict()
        weights = save({name: value.contiguous() for name, value in state.items()})
        (draft / WEIGHTS).write_bytes(weights)
        # Nine digits tell every float32 from its neighbours.
        _predictions(run).to_csv(draft / PREDICTIONS, index=False, float_format="%.9g")
        points, tensors = pack_front(run)
        if points:
            (draft / FRONT).write_bytes(save(tensors))
        kept = sorted(path.name for path in draft.iterdir())
        record = _record(run) | {
            "points": points,
            "sha256": {name: _sha256(draft / name) for name in kept},
        }
        text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
        (draft / RECORD).write_text(text + "\n", encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)


def load_run(folder: str | Path) -> Run:
    """Return the run that `save_run` kept; its model predicts the same numbers.

    Raises:
        InvalidInputError: The folder holds no run, one of another version, or a damaged one.
    """
    folder = Path(folder)
    record = _read_record(folder)
    try:
        return _load_checked(record, folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            "A kept run needs its files as they were written",
            however=f"'{RECORD}' lacks something or was changed",
            remedy="Keep the run again.",
        ) from error


def _load_checked(record: dict[str, Any], folder: Path) -> Run:
    for name, digest in record["sha256"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise InvalidInputError(
                "A kept run needs its files as they were written",
                however=f"'{name}' is missing or was changed",
                remedy="Keep the run again.",
            )
    mixture = Mixture.from_spec(record["mixture"])
    mixture.load_state_dict(load((folder / WEIGHTS).read_bytes()))
    predictions = pd.read_csv(folder / PREDICTIONS)
    run = Run(
        run_id=record["run_id"],
        data=_summary(record["data"]),
        roles=Roles.from_dict(record["roles"]),
        reading=Reading.from_dict(record["reading"]) if "reading" in record else Reading(),
        settings=Settings.from_dict(record["settings"]),
        resolved=record["resolved"],
        device=record["device"],
        seconds=record["seconds"],
        curves=tuple(map(curve_of, record["curves"])),
        splits={split: _split(predictions[predictions["split"] == split]) for split in SPLITS},
        scores={
            split: {
                model: dict(zip(scores, _numbers(scores.values()), strict=True))
                for model, scores in record[split].items()
            }
            for split in SPLITS
        },
        experts_reused=_reused(record["experts_reused"]),
        encoder=Encoder.from_dict(record["encoder"]),
        mixture=mixture.eval(),
        cutoffs=Cutoffs.from_dict(told) if (told := record.get("cutoffs")) else None,
    )
    # Runs that were kept before fronts were have none.
    points = record.get("points", ())
    return unpack_front(run, points, load((folder / FRONT).read_bytes())) if points else run


def _summary(record: Mapping[str, Any]) -> DataSummary:
    # Runs that were kept before outcomes had words have the positive class only, and no changes.
    words = record.get("words", (record["positive"], f"not {record['positive']}"))
    changes = tuple(record.get("changes", ()))
    return DataSummary(**{**record, "words": tuple(words), "changes": changes})


def _record(run: Run) -> dict[str, Any]:
    return {
        "format": FORMAT,
        **to_document(run),
        "train": _scores(run.scores["train"]),
        "roles": run.roles.to_dict(),
        "reading": run.reading.to_dict(),
        "encoder": run.encoder.to_dict(),
        "mixture": run.mixture.spec(),
        "curves": [curve_record(curve) for curve in run.curves],
    }


def _read_record(folder: Path) -> dict[str, Any]:
    needed = "A folder with a kept run is needed"
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            needed, however=f"'{folder}' has no '{RECORD}' that can be read"
        ) from error
    except ValueError as error:
        raise InvalidInputError(needed, however=f"its '{RECORD}' is damaged") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InvalidInputError(
            needed,
            however=f"its '{RECORD}' was not written by this version of fairmoe",
            remedy="Train again with the settings that the file names.",
        )
    return record


def _predictions(run: Run) -> pd.DataFrame:
    frames = []
    for name in SPLITS:
        split = run.splits[name]
        columns: dict[str, Any] = {"row": split.rows, "group": split.group, "y_true": split.y_true}
        columns |= {f"proba_{model}": split.proba[model] for model in MODELS}
        columns |= {f"gate_{expert}": split.gate[:, i] for i, expert in enumerate(EXPERTS)}
        if split.weight is not None:
            columns["weight"] = split.weight
        frame = pd.DataFrame(columns)
        frame.insert(1, "split", name)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _split(frame: pd.DataFrame) -> SplitRecord:
    return SplitRecord(
        rows=frame["row"].to_numpy("int64"),
        y_true=frame["y_true"].to_numpy("int64"),
        group=frame["group"].to_numpy("int64"),
        proba={model: frame[f"proba_{model}"].to_numpy("float32") for model in MODELS},
        gate=frame[[f"gate_{expert}" for expert in EXPERTS]].to_numpy("float32"),
        weight=frame["weight"].to_numpy("float64") if "weight" in frame else None,
    )


def _routing(split: SplitRecord, groups: tuple[str, ...]) -> dict[str, Any]:
    weights = pd.DataFrame(split.gate, columns=list(EXPERTS), dtype="float64")
    by_group = weights.groupby(split.group).mean().reindex(range(len(groups)))
    return {
        "overall": _or_none_by_name(weights.mean().to_dict()),
        "by_group": {
            name: _or_none_by_name(by_group.loc[i].to_dict()) for i, name in enumerate(groups)
        },
    }


def _scores(scores: Mapping[Model, Mapping[str, float]]) -> dict[str, dict[str, float | None]]:
    return {model: _or_none_by_name(scores[model]) for model in MODELS}


def _or_none_by_name(values: Mapping[Any, float]) -> dict[str, float | None]:
    return {name: _or_none(value) for name, value in values.items()}


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(math.nan if value is None else value for value in values)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reused(record: Sequence[Model] | bool) -> tuple[Model, ...]:
    """Return which experts were reused; runs that were kept before say of all three or none."""
    if isinstance(record, bool):
        return EXPERTS if record else ()
    return tuple(record)
