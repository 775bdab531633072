"""Many runs of one table at the price of few, and what they show together."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fairmoe.config import Settings
from fairmoe.data import DataSettings, EncodedData
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, make_run, run_id
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.runs import SCORED_SPLITS, Run, SweepScores, rows_digest
from fairmoe.sweep.executors import Executor
from fairmoe.sweep.experts import check_fit, experts_prefix, read_experts
from fairmoe.sweep.plan import estimated_seconds
from fairmoe.sweep.sealed import FORMAT
from fairmoe.sweep.shard import (
    Shard,
    data_prefix,
    read_shard,
    read_trained,
    version_of,
)
from fairmoe.sweep.stages import compute_runs
from fairmoe.sweep.stores import MemoryStore, Store
from fairmoe.sweep.time_left import TimeLeft
from fairmoe.training import PACE, KeptExpert, Size


@dataclass(frozen=True, eq=False, kw_only=True)
class Sweep(SweepScores):
    """Finished runs of one table, each of which can be opened in full.

    Attributes:
        prepared: What all of them were trained on.
        settings: Of each of the `n` runs, in the order in which they were asked for.
        scores: By split, **Shape** `(5, n, 12)`: models as in `TRAINED_MODELS`, metrics as in
            `METRICS`.
        alarming: By split, **Shape** `(5, n)`: which raise an alarm (`fairmoe.metrics.Alarm`).
        computed: How many runs were computed now; the others were there already.
        unreadable: Names of files that should have been parts of a sweep of this data, and are
            damaged or hold settings of another version.
        seconds: Wall time of computing.
    """

    prepared: Prepared
    unreadable: tuple[str, ...]
    _store: Store
    _places: tuple[tuple[str, int], ...]

    def open(self, position: int, *, on_progress: OnProgress = ignore_progress) -> Run:
        """Return one of the runs in full, as `run_experiment` would; nothing is trained.

        Args:
            position: Of the run in `settings`.
            on_progress: Is told of the progress; stops the work by raising `CancelledError`.
        """
        name, member = self._places[position]
        trained = read_trained(self._store.read(name)).select(member)
        return make_run(self.prepared, self.settings[position], trained, on_progress=on_progress)


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
        store: Where what is finished is kept and looked for; in memory by default.
        executor: Where to compute, such as `processes(4)` or `dask(address)`; in this process by
            default.
        max_runs: How many runs a shard may have. Fewer lose less when the sweep is stopped, and
            cost more; by default as many as are fast.
        on_progress: Is told how many of the runs to compute are done, and how long the rest takes;
            stops the work by raising `CancelledError`. What is finished is then in the store.

    Raises:
        InvalidInputError: There are no settings, they are not those of the data, or the store has
            shards of another version.
        UnavailableError: The executor or the store is not there (any more).
        CancelledError: `on_progress` said so.
    """
    runs = tuple(dict.fromkeys(settings))
    _check_data_settings(prepared, runs)
    store = MemoryStore() if store is None else store
    data = prepared.data
    found, unreadable = _find_stored(store, data.digest)
    missing = [run for run in runs if run not in found]
    expected = None
    if missing and executor is None:
        expected = PACE.factor() * estimated_seconds(missing, Size.of(data))
    time_left = TimeLeft("sweep", len(missing), on_progress, expected=expected)
    if missing:
        experts, no_experts = _find_experts(store, data, missing)
        unreadable += no_experts
        finished = compute_runs(
            executor, data, missing, experts, max_runs=max_runs, time_left=time_left
        )
        with closing(finished):
            for name, content in finished:
                store.write(name, content)
                if name.startswith(data_prefix(data.digest)):
                    found |= _places(name, read_shard(content))
    places = [found[run] for run in runs]
    return Sweep(
        data=prepared.summary,
        roles=prepared.roles,
        test_rows=len(data.test.y),
        rows=rows_digest(data.test.known().rows),
        prepared=prepared,
        settings=runs,
        run_ids=tuple(run_id(data, run) for run in runs),
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
        if version_of(name) == FORMAT:
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
    """Return the runs of some data that are in a store, and the names of what cannot be used.

    Raises:
        InvalidInputError: There are shards of another version, of whatever data.
    """
    outdated = [name for name in store.names() if version_of(name) not in (None, FORMAT)]
    if outdated:
        raise InvalidInputError(
            "A folder is needed without shards of another version of fairmoe",
            however=f"there are {len(outdated)}, such as '{outdated[0]}'",
            remedy="Name another folder, or remove them.",
        )
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


def _find_experts(
    store: Store, data: EncodedData, runs: Sequence[Settings]
) -> tuple[dict[str, KeptExpert], tuple[str, ...]]:
    """Return the experts of some data that are in a store, and the names of what cannot be used."""
    found: dict[str, KeptExpert] = {}
    unreadable = []
    for name in store.names():
        if name.startswith(experts_prefix(data.digest)):
            try:
                experts = read_experts(store.read(name))
                check_fit(experts, data, runs)
                found |= experts
            except InvalidInputError:
                unreadable.append(name)
    return found, tuple(unreadable)
