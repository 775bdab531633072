"""The record of a kept run: types, ranges, and what has to fit together."""

import datetime
import itertools
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

from fairmoe.config import Settings
from fairmoe.data.encode import Encoder
from fairmoe.data.reading.record import Reading
from fairmoe.data.roles import Roles
from fairmoe.errors import InvalidInputError
from fairmoe.names import EVERY_RUN, METRICS, Model, SplitName
from fairmoe.runs.cutoffs import Cutoffs
from fairmoe.runs.files import FRONT, PREDICTIONS, RECORD, WEIGHTS, record_changed

FORMAT = 2
"""Version of the layout; a run of another version is refused."""

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Score = Annotated[float, Field(allow_inf_nan=False)] | None
"""None where it is not estimable."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""It is part of names of files."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Expert = Literal["utility", "result", "procedural"]
Plain = bool | Annotated[int, Field(ge=-(2**63), lt=2**63)] | Number | str | None
_RANGES = {"vef": (0.0, 2.0), "f_proc": (0.0, 4 / 3), "final_score": (-7 / 3, 1.0)}
"""Of scores that are no shares: VEF is a gap of differences, and others are made of it."""
_ROUNDING = 1e-3
Scores = dict[Model, dict[str, Score]]


class Strict(BaseModel):
    """A part of a record: its types as they are, and no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class DataRecord(Strict):
    """See `DataSummary`; runs that were kept before outcomes had words lack the last two."""

    name: str
    rows: Annotated[int, Field(ge=1, lt=2**40)]
    columns: Annotated[int, Field(ge=1, lt=2**31)]
    sha256: str
    groups: Annotated[dict[str, Count], Field(min_length=1)]
    positive: str
    words: tuple[str, str] | None = None
    changes: tuple[str, ...] = ()


class NumberRecord(Strict):
    """See `fairmoe.data.codes.NumberCode`."""

    column: str
    median: Number
    center: Number
    spread: Positive
    indicator: bool


class CategoryRecord(Strict):
    """See `fairmoe.data.codes.CategoryCode`."""

    column: str
    levels: tuple[str, ...]
    rare: tuple[str, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({*self.levels, *self.rare}) < len(self.levels) + len(self.rare):
            raise ValueError("levels")
        return self


class DateRecord(Strict):
    """See `fairmoe.data.codes.DateCode`."""

    column: str
    first: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    parts: Annotated[tuple[NumberRecord, ...], Field(min_length=3, max_length=3)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        parts = tuple(f"{self.column} ({p})" for p in ("year", "month", "days since the first"))
        if tuple(part.column for part in self.parts) != parts:
            raise ValueError("parts")
        # A day that there is not is a ValueError too.
        datetime.date.fromisoformat(self.first)
        return self


class EncoderRecord(Strict):
    """See `fairmoe.data.Encoder`."""

    codes: Annotated[tuple[NumberRecord | CategoryRecord | DateRecord, ...], Field(min_length=1)]


class MixtureRecord(Strict):
    """See `fairmoe.nn.Mixture.spec`."""

    runs: Literal[1]
    n_inputs: Annotated[int, Field(ge=1)]
    hidden: int
    slope: Number
    gate_hidden: int
    temperature: Positive
    attribution_method: str
    background_rows: Annotated[int, Field(ge=0, le=1024)]
    column_of: tuple[int, ...]


class CurveRecord(Strict):
    """See `Curve`."""

    name: str
    phase: Literal["warm-up", "experts", "gate"]
    epochs: tuple[Annotated[int, Field(ge=0, lt=2**31)], ...]
    values: tuple[Number | None, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.epochs) != len(self.values):
            raise ValueError("values")
        if any(one >= other for one, other in itertools.pairwise(self.epochs)):
            raise ValueError("epochs")
        return self


class PointRecord(Strict):
    """A point of the front, as `fairmoe.runs.front.pack_front` packs it."""

    fairness_weight: Annotated[float, Field(ge=0, le=1000)]
    lambda_fair: Annotated[float, Field(ge=0, le=1e4)] | None = None
    run_id: Id
    resolved: dict[str, Plain]
    device: str
    seconds: dict[str, Annotated[float, Field(ge=0)]]
    experts_reused: tuple[Expert, ...]
    scores: dict[SplitName, Scores]
    curves: tuple[CurveRecord, ...]
    tensors: dict[str, Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]]


class RunRecord(Strict):
    """What `run.json` holds, beside what is derived from it and is not read again.

    Runs that were kept before there were readings, cut-offs or fronts lack them.
    """

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)

    run_id: Id
    data: DataRecord
    roles: Roles
    reading: Reading = Reading()
    settings: dict[str, Plain]
    resolved: dict[str, Plain]
    device: str
    seconds: dict[str, Annotated[float, Field(ge=0)]]
    experts_reused: tuple[Expert, ...] | bool
    train: Scores
    validation: Scores
    test: Scores
    encoder: EncoderRecord
    mixture: MixtureRecord
    curves: tuple[CurveRecord, ...]
    cutoffs: Cutoffs | None = None
    points: Annotated[tuple[PointRecord, ...], Field(max_length=64)] = ()
    sha256: dict[str, Digest]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for scores in (self.train, self.validation, self.test):
            check_known(scores, whole=models_of(self.roles))
        weights = [point.fairness_weight for point in self.points]
        weights.append(self.settings.get("fairness_weight", 1.0))  # type: ignore[arg-type]
        if len(set(weights)) < len(weights):
            raise ValueError("points")
        for point in self.points:
            if set(point.scores) != {"train", "validation", "test"}:
                raise ValueError("points")
            for scores in point.scores.values():
                check_known(scores)
        names = {WEIGHTS, PREDICTIONS} | ({FRONT} if self.points else set())
        if self.sha256.keys() != names:
            raise ValueError("sha256")
        return self


def models_of(roles: Roles) -> tuple[Model, ...]:
    """Return the models of a run that was trained with some roles, in their order."""
    return EVERY_RUN if roles.existing is None else (*EVERY_RUN, "existing")


def check_known(scores: Scores, *, whole: tuple[Model, ...] | None = None) -> None:
    """Check that scores are those of some models in all metrics, within their ranges.

    Args:
        scores: By model and metric.
        whole: The models of which there need to be scores; by default any.

    Raises:
        ValueError: They are not.
    """
    if whole is not None and scores.keys() != set(whole):
        raise ValueError("scores")
    if any(of_model.keys() != METRICS.keys() for of_model in scores.values()):
        raise ValueError("scores")
    for of_model in scores.values():
        for metric, score in of_model.items():
            low, high = _RANGES.get(metric, (0.0, 1.0))
            if score is not None and not low - _ROUNDING <= score <= high + _ROUNDING:
                raise ValueError("scores")


def check_fit(record: RunRecord, settings: Settings, encoder: Encoder) -> None:
    """Check that the parts of a record fit together.

    Raises:
        InvalidInputError: They do not.
    """
    columns, names = encoder.columns, encoder.encoded_names
    if len(set(columns)) < len(columns):
        raise record_changed("encoder")
    roles = record.roles
    if {roles.target.column, *roles.other_columns}.intersection(columns):
        raise record_changed("roles")
    expected = {
        "n_inputs": len(names),
        "column_of": tuple(encoder.column_of.tolist()),
        "hidden": settings.hidden,
        "slope": settings.slope,
        "gate_hidden": settings.gate_hidden,
        "temperature": settings.temperature,
        "attribution_method": settings.attribution_method,
    }
    for name, value in expected.items():
        if getattr(record.mixture, name) != value:
            raise record_changed(f"mixture.{name}")
    if record.cutoffs and len(record.cutoffs.thresholds) != len(record.data.groups):
        raise record_changed("cutoffs.thresholds")


def read_record(content: bytes) -> RunRecord:
    """Return the record of a kept run, its types and ranges checked.

    Raises:
        InvalidInputError: It is no record, one of another version, or damaged.
    """
    needed = "A folder with a kept run is needed"
    try:
        told = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidInputError(needed, however=f"its '{RECORD}' is damaged") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise InvalidInputError(
            needed,
            however=f"its '{RECORD}' was not written by this version of fairmoe",
            remedy="Train again with the settings that the file names.",
        )
    try:
        return RunRecord.model_validate_json(content)
    except ValidationError as error:
        raise record_changed(_place(error)) from error


def _place(error: ValidationError) -> str:
    """Return where the first fault is, by names of the layout and of columns only."""
    return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"][:3])
