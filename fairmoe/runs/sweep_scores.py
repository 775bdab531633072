"""What many runs of one split show together, without their models."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.config import Settings
from fairmoe.data import DataSettings, Roles
from fairmoe.metrics import costs, hypervolume, pareto_front
from fairmoe.names import BOTH_GAPS, METRICS, TRAINED_MODELS, Model, SplitName
from fairmoe.runs.parts import DataSummary
from fairmoe.runs.record import Run

OBJECTIVES = ("utility", "f_res", "f_proc")

SCORED_SPLITS: tuple[SplitName, ...] = ("validation", "test")
"""The splits on which the runs of a sweep are scored."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SweepScores:
    """The settings and scores of `n` finished runs of one table.

    Attributes:
        data: What all of them were trained on.
        roles: What each column was for.
        test_rows: How many rows the test split has.
        settings: Of each run, in the order in which they were asked for.
        run_ids: Of each run.
        scores: By split, **Shape** `(5, n, 12)`: models as in `TRAINED_MODELS`, metrics as in
            `METRICS`.
        alarming: By split, **Shape** `(5, n)`: which raise an alarm (`fairmoe.metrics.Alarm`).
        computed: How many runs were computed by the last call; the others were there already.
        seconds: Wall time of computing.
        around: The id of the run around which it was begun, which other settings were taken from;
            "" if there is none.
        rows: What `rows_digest` returns of the test rows; "" if an earlier version kept the sweep.
    """

    data: DataSummary
    roles: Roles
    test_rows: int
    settings: tuple[Settings, ...]
    run_ids: tuple[str, ...]
    scores: Mapping[SplitName, NDArray[np.float64]]
    alarming: Mapping[SplitName, NDArray[np.bool_]]
    computed: int
    seconds: float
    around: str = ""
    rows: str = ""

    def __len__(self) -> int:
        return len(self.settings)

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings in which the runs differ, without the seed."""
        return varied(self.settings)

    @property
    def recommended(self) -> int | None:
        """Which run to begin with: on the front, the best final score on the validation rows.

        None if no run is Pareto-optimal.
        """
        mixture = TRAINED_MODELS.index("mixture")
        final = self.scores["validation"][mixture, :, list(METRICS).index("final_score")]
        on_front = np.where(self.front(), final, np.nan)
        return None if np.isnan(on_front).all() else int(np.nanargmax(on_front))

    def fits(self, run: Run) -> bool:
        """Return whether a run stands on the same rows, in the same roles and encoding.

        Without `rows` it is not known whether both were split alike; then what they were split by
        decides.
        """
        own = _rows_key(self.data.sha256, self.roles, self.settings[0])
        if own != _rows_key(run.data.sha256, run.roles, run.settings):
            return False
        return not self.rows or self.rows == rows_digest(run.splits["test"].rows)

    def frame(self, model: Model = "mixture") -> pd.DataFrame:
        """Return what each run is and how a model of it scores.

        Returns:
            One row per run, in the order of `settings`: `run_id`, the varied settings, `seed`;
            `alarming` on the validation rows; and for each metric `validation_METRIC` and
            `test_METRIC`, NaN where it could not be estimated.
        """
        columns: dict[str, Any] = {"run_id": list(self.run_ids)}
        for name in (*self.varied, "seed"):
            columns[name] = [getattr(one, name) for one in self.settings]
        position = TRAINED_MODELS.index(model)
        columns["alarming"] = self.alarming["validation"][position]
        for split in SCORED_SPLITS:
            for i, metric in enumerate(METRICS):
                columns[f"{split}_{metric}"] = self.scores[split][position, :, i]
        return pd.DataFrame(columns)

    def front(
        self, objectives: Sequence[str] = OBJECTIVES, *, model: Model = "mixture"
    ) -> NDArray[np.bool_]:
        """Return which runs no other run beats, by the validation rows, **Shape** `(n,)`.

        A run that raises an alarm is on the front only if all do: that treating everyone worse
        closes gaps needs no sweep.

        Args:
            objectives: Metrics, or `BOTH_GAPS`.
            model: Whose scores count.
        """
        points = self.costs(objectives, model, "validation")
        alarming = self.alarming["validation"][TRAINED_MODELS.index(model)]
        if not alarming.all():
            points[alarming] = np.nan
        return pareto_front(points)

    def hypervolume(
        self,
        objectives: Sequence[str] = OBJECTIVES,
        *,
        model: Model = "mixture",
        split: SplitName = "test",
    ) -> float:
        """Return which share of the unit box of costs the front reaches or undercuts, in [0, 1].

        The runs are chosen on the validation rows. The reference is a utility of 0 and gaps of 1.
        NaN if the objectives of none of them can be estimated.

        Args:
            objectives: Two or three metrics, or `BOTH_GAPS`.
            model: Whose scores count.
            split: Where the front is measured.
        """
        chosen = self.costs(objectives, model, split)[self.front(objectives, model=model)]
        if np.isnan(chosen).any(axis=1).all():
            return float("nan")
        return hypervolume(chosen, (1.0,) * len(objectives))

    def costs(
        self, objectives: Sequence[str], model: Model, split: SplitName
    ) -> NDArray[np.float64]:
        """Return what each run costs in some objectives, **Shape** `(n, m)`, less being better.

        Args:
            objectives: Metrics, or `BOTH_GAPS`; of utility what is missing to 1.
            model: Whose scores count.
            split: Which rows; NaN where they do not tell.
        """
        of_model = self.scores[split][TRAINED_MODELS.index(model)]
        known = dict(zip(METRICS, of_model.T, strict=True))
        known[BOTH_GAPS] = known["f_res"] + known["f_proc"]
        return costs(known, objectives)


def varied(runs: Sequence[Settings]) -> tuple[str, ...]:
    """Return the settings in which runs differ, without the seed, in the order of `Settings`."""
    return tuple(
        field.name
        for field in dataclasses.fields(Settings)
        if field.name != "seed" and len({getattr(run, field.name) for run in runs}) > 1
    )


def _rows_key(sha256: str, roles: Roles, settings: Settings) -> tuple[object, ...]:
    """Return what decides the rows of each split, their labels, groups and encoding.

    Runs of an earlier version may have other rows all the same; see `are_on_same_rows`.

    What an outcome means, and what outcomes and groups are called, may be told after a training.

    Args:
        sha256: The digest of the table.
        roles: What each column is for.
        settings: Of a run.
    """
    target = dataclasses.replace(roles.target, outcome=None, words=None)
    own = dataclasses.replace(roles, target=target, group_names=())
    return sha256, own, DataSettings.of(settings)


def rows_digest(rows: NDArray[np.int64]) -> str:
    """Return a digest of the positions of rows in their table, 16 hexadecimal digits."""
    return hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()[:16]


def are_on_same_rows(one: Run, other: Run) -> bool:
    """Return whether two runs were trained on the same rows in the same roles, encoded alike.

    Splits that are drawn are another matter than what they are drawn by: of merged groups an
    earlier version drew others.
    """
    first, second = (_rows_key(run.data.sha256, run.roles, run.settings) for run in (one, other))
    return first == second and np.array_equal(one.splits["test"].rows, other.splits["test"].rows)
