"""Many runs of one table at the price of few, and what they show together."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.config import Settings
from fairmoe.data import DataSettings
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, make_run, run_id
from fairmoe.metrics import costs, hypervolume, pareto_front
from fairmoe.names import BOTH_GAPS, METRICS, TRAINED_MODELS, Model, SplitName
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.runs import Run
from fairmoe.sweep.executors import Executor, compute_shards
from fairmoe.sweep.plan import varied
from fairmoe.sweep.shard import (
    SCORED_SPLITS,
    Shard,
    data_prefix,
    read_shard,
    read_trained,
    shard_name,
)
from fairmoe.sweep.stores import MemoryStore, Store
from fairmoe.sweep.time_left import TimeLeft

OBJECTIVES = ("utility", "f_res", "f_proc")


@dataclass(frozen=True, eq=False)
class Sweep:
    """Finished runs of one table.

    Attributes:
        prepared: What all of them were trained on.
        settings: Of each of the `n` runs, in the order in which they were asked for.
        scores: By split, **Shape** `(5, n, 12)`: models as in `TRAINED_MODELS`, metrics as in
            `METRICS`.
        alarming: By split, **Shape** `(5, n)`: which raise an alarm (`fairmoe.metrics.Alarm`).
        computed: How many runs were computed now; the others were there already.
        unreadable: Names of files that should have been shards of this data, and are damaged or
            of another version.
        seconds: Wall time of computing.
    """

    prepared: Prepared
    settings: tuple[Settings, ...]
    scores: dict[SplitName, NDArray[np.float64]]
    alarming: dict[SplitName, NDArray[np.bool_]]
    computed: int
    unreadable: tuple[str, ...]
    seconds: float
    _store: Store
    _places: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.settings)

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings in which the runs differ, without the seed."""
        return varied(self.settings)

    def frame(self, model: Model = "mixture") -> pd.DataFrame:
        """Return what each run is and how a model of it scores.

        Returns:
            One row per run, in the order of `settings`: `run_id`, the varied settings, `seed`;
            `alarming` on the validation rows; and for each metric `validation_METRIC` and
            `test_METRIC`, NaN where it could not be estimated.
        """
        columns: dict[str, Any] = {
            "run_id": [run_id(self.prepared.data, one) for one in self.settings]
        }
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

    def open(self, position: int, *, on_progress: OnProgress = ignore_progress) -> Run:
        """Return one of the runs in full, as `run_experiment` would; nothing is trained.

        Args:
            position: Of the run in `settings`.
            on_progress: Is told of the progress; stops the work by raising `CancelledError`.
        """
        name, member = self._places[position]
        trained = read_trained(self._store.read(name)).select(member)
        return make_run(self.prepared, self.settings[position], trained, on_progress=on_progress)

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


def run_sweep(
    prepared: Prepared,
    settings: Sequence[Settings],
    *,
    store: Store | None = None,
    executor: Executor | None = None,
    max_runs: int | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Sweep:
    """Train every run that is not in the store yet.

    Args:
        prepared: The table, encoded with these settings.
        settings: Of each run, such as `grid_settings` returns them; a repeated one counts once.
        store: Where finished shards are kept and looked for; in memory by default.
        executor: Where to compute, such as `processes(4)` or `dask(address)`; in this process by
            default.
        max_runs: How many runs a shard may have. Fewer lose less when the sweep is stopped, and
            cost more; by default as many as are fast.
        on_progress: Is told how many of the runs to compute are done, and how long the rest takes;
            stops the work by raising `CancelledError`. What is finished is then in the store.

    Raises:
        InvalidInputError: There are no settings, or they are not those of the data.
        UnavailableError: The executor or the store is not there (any more).
        CancelledError: `on_progress` said so.
    """
    runs = tuple(dict.fromkeys(settings))
    _check_data_settings(prepared, runs)
    store = MemoryStore() if store is None else store
    data = prepared.data
    found, unreadable = _find_stored(store, data.digest)
    missing = [run for run in runs if run not in found]
    time_left = TimeLeft("sweep", len(missing), on_progress)
    if missing:
        finished = compute_shards(executor, data, missing, max_runs=max_runs, time_left=time_left)
        with closing(finished):
            for content in finished:
                shard = read_shard(content)
                name = shard_name(data.digest, shard.settings)
                store.write(name, content)
                found |= _places(name, shard)
                time_left.finish(len(shard.settings))
    places = [found[run] for run in runs]
    return Sweep(
        prepared=prepared,
        settings=runs,
        scores={
            split: np.stack([place.shard.scores[split][:, place.member] for place in places], 1)
            for split in SCORED_SPLITS
        },
        alarming={
            split: np.stack([place.shard.alarming[split][:, place.member] for place in places], 1)
            for split in SCORED_SPLITS
        },
        computed=len(missing),
        unreadable=unreadable,
        seconds=time_left.seconds(),
        _store=store,
        _places=tuple((place.name, place.member) for place in places),
    )


def finished_runs(store: Store) -> frozenset[Settings]:
    """Return the settings of all runs in a store, of whatever data."""
    found: set[Settings] = set()
    for name in store.names():
        with suppress(InvalidInputError):
            found.update(read_shard(store.read(name)).settings)
    return frozenset(found)


def _check_data_settings(prepared: Prepared, runs: Sequence[Settings]) -> None:
    """Check that the data is what every run would make of the table."""
    if not runs:
        raise InvalidInputError("A sweep needs at least one run", however="there is none")
    if any(DataSettings.of(run) != prepared.data_settings for run in runs):
        raise InvalidInputError(
            "The runs of a sweep need one split and one encoding of the data",
            however="some settings ask for another",
            remedy="Give all of them the scale, rare_level and split_seed of the data.",
        )


class _Place(NamedTuple):
    """Where a run is: the name of its shard, its position there, and the shard."""

    name: str
    member: int
    shard: Shard


def _places(name: str, shard: Shard) -> dict[Settings, _Place]:
    return {run: _Place(name, i, shard) for i, run in enumerate(shard.settings)}


def _find_stored(store: Store, data_digest: str) -> tuple[dict[Settings, _Place], tuple[str, ...]]:
    """Return the runs of some data that are in a store, and the names of what cannot be used."""
    found: dict[Settings, _Place] = {}
    unreadable = []
    prefix = data_prefix(data_digest)
    for name in store.names():
        if not name.startswith(prefix):
            continue
        try:
            shard = read_shard(store.read(name))
        except InvalidInputError:
            unreadable.append(name)
            continue
        if shard.data_digest == data_digest:
            found |= _places(name, shard)
    return found, tuple(unreadable)
