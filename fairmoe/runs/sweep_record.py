"""The scores of a sweep as a file of a project: written, and checked whoever wrote it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from fairmoe.config import Settings
from fairmoe.data import DataSettings, Roles
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS, TRAINED_MODELS, Model
from fairmoe.runs.archive import damaged
from fairmoe.runs.parts import DataSummary
from fairmoe.runs.schema import Count, DataRecord, Id, Plain, Scores, Strict, check_known
from fairmoe.runs.sweep_scores import SCORED_SPLITS, SweepScores

SWEEP = "sweep.json"
MAX_SWEEP_RUNS = 2048
"""How many runs of a sweep a project tells of."""

_Flags = dict[Model, bool]


class SweptRecord(Strict):
    """A run of a sweep: in what it differs from the others, and how its models score."""

    run_id: Id
    settings: dict[str, Plain]
    validation: Scores
    test: Scores
    validation_alarms: _Flags
    test_alarms: _Flags

    @model_validator(mode="after")
    def _check(self) -> Self:
        for scores in (self.validation, self.test):
            check_known(scores, whole=TRAINED_MODELS)
        for flags in (self.validation_alarms, self.test_alarms):
            if flags.keys() != set(TRAINED_MODELS):
                raise ValueError("alarms")
        return self


class SweepRecord(Strict):
    """What `sweep.json` holds."""

    data: DataRecord
    roles: Roles
    test_rows: Annotated[int, Field(ge=1, lt=2**40)]
    around: Id | None
    shared: dict[str, Plain]
    runs: Annotated[tuple[SweptRecord, ...], Field(min_length=1, max_length=MAX_SWEEP_RUNS)]
    front: tuple[Id, ...]
    recommended: Id | None
    computed: Count
    seconds: Annotated[float, Field(ge=0)]
    rows: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None = None


def write_sweep(sweep: SweepScores) -> bytes:
    """Return the file that `read_sweep` reads; models are not in it.

    `front` and `recommended` are for readers, and follow from the scores.

    Raises:
        InvalidInputError: The sweep has more runs than a project tells of.
    """
    if len(sweep) > MAX_SWEEP_RUNS:
        raise InvalidInputError(
            f"A project tells of a sweep of at most {MAX_SWEEP_RUNS:,} runs",
            however=f"this one has {len(sweep):,}",
        )
    differing = (*sweep.varied, "seed")
    shared = sweep.settings[0].to_dict()
    record = {
        "data": asdict(sweep.data),
        "roles": sweep.roles.to_dict(),
        "test_rows": sweep.test_rows,
        "around": sweep.around or None,
        "shared": {name: value for name, value in shared.items() if name not in differing},
        "runs": [_run_record(sweep, place, differing) for place in range(len(sweep))],
        "front": _front(sweep),
        "recommended": _recommended(sweep),
        "computed": sweep.computed,
        "seconds": sweep.seconds,
        "rows": sweep.rows or None,
    }
    return (json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_sweep(content: bytes) -> SweepScores:
    """Return the sweep that `write_sweep` wrote, its types, ranges and what fits together checked.

    Raises:
        InvalidInputError: It is none, or was changed.
    """
    try:
        record = SweepRecord.model_validate_json(content)
        settings = tuple(Settings.from_dict(record.shared | run.settings) for run in record.runs)
    except (ValidationError, InvalidInputError, TypeError) as error:
        raise damaged(f"'{SWEEP}'") from error
    told = record.data.model_dump()
    words = told["words"] or (told["positive"], f"not {told['positive']}")
    sweep = SweepScores(
        data=DataSummary(**told | {"words": words}),
        roles=record.roles,
        test_rows=record.test_rows,
        settings=settings,
        run_ids=tuple(run.run_id for run in record.runs),
        scores={
            split: np.array(
                [[_row(getattr(run, split)[m]) for run in record.runs] for m in TRAINED_MODELS]
            )
            for split in SCORED_SPLITS
        },
        alarming={
            split: np.array(
                [
                    [getattr(run, f"{split}_alarms")[m] for run in record.runs]
                    for m in TRAINED_MODELS
                ]
            )
            for split in SCORED_SPLITS
        },
        computed=record.computed,
        seconds=record.seconds,
        around=record.around or "",
        rows=record.rows or "",
    )
    _check(sweep, record)
    return sweep


def _check(sweep: SweepScores, record: SweepRecord) -> None:
    """Check that the runs are different ones of one split, and that what follows from them does."""
    alike = (
        len(set(sweep.run_ids)) == len(set(sweep.settings)) == len(sweep)
        and len({DataSettings.of(one) for one in sweep.settings}) == 1
        and sweep.computed <= len(sweep)
        and record.front == tuple(_front(sweep))
        and record.recommended == _recommended(sweep)
    )
    if not alike:
        raise damaged(f"'{SWEEP}'")


def _run_record(sweep: SweepScores, place: int, differing: tuple[str, ...]) -> dict[str, Any]:
    settings = sweep.settings[place].to_dict()
    return {
        "run_id": sweep.run_ids[place],
        "settings": {name: settings[name] for name in differing},
        **{
            split: {
                model: {
                    metric: _or_none(sweep.scores[split][m, place, i])
                    for i, metric in enumerate(METRICS)
                }
                for m, model in enumerate(TRAINED_MODELS)
            }
            for split in SCORED_SPLITS
        },
        **{
            f"{split}_alarms": {
                model: bool(sweep.alarming[split][m, place])
                for m, model in enumerate(TRAINED_MODELS)
            }
            for split in SCORED_SPLITS
        },
    }


def _front(sweep: SweepScores) -> list[str]:
    return [run for run, on in zip(sweep.run_ids, sweep.front(), strict=True) if on]


def _recommended(sweep: SweepScores) -> str | None:
    place = sweep.recommended
    return None if place is None else sweep.run_ids[place]


def _row(scores: Mapping[str, float | None]) -> list[float]:
    known = (scores[metric] for metric in METRICS)
    return [math.nan if score is None else score for score in known]


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
