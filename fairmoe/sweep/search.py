"""The front with a given number of runs: Optuna proposes the lambdas."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.experiment import Prepared
from fairmoe.names import TRAINED_MODELS
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.runs import OBJECTIVES
from fairmoe.sweep.executors import Executor
from fairmoe.sweep.plan import RUNS_PER_SHARD, grid_settings
from fairmoe.sweep.stores import MemoryStore, Store
from fairmoe.sweep.sweep import Sweep, run_sweep

if TYPE_CHECKING:
    from optuna import Study, Trial

SPACE = {
    "lambda_rep": (0.01, 100.0),
    "lambda_fair": (0.01, 100.0),
    "lambda_attention": (0.01, 100.0),
    "lambda_adv": (0.01, 100.0),
    "fairness_weight": (0.1, 10.0),
}
"""What is searched, each on a logarithmic scale."""

_DIGITS = 3
"""Of a proposed value; more say nothing and are long to read."""

_FIRST = 10
"""How many runs are drawn at random before anything is learnt from them."""


def search_front(
    prepared: Prepared,
    base: Settings,
    n_runs: int,
    *,
    objectives: Sequence[str] = OBJECTIVES,
    store: Store | None = None,
    executor: Executor | None = None,
    at_once: int = RUNS_PER_SHARD,
    on_progress: OnProgress = ignore_progress,
) -> Sweep:
    """Train runs whose settings a sampler chooses for the front, from what the others came to.

    Optuna's TPE sampler proposes lambdas and the weight of the gaps, some runs at a time, and is
    told what the mixtures of these cost on the validation rows. The first run is `base`. A run that
    raises an alarm counts as the worst there can be. The same call proposes the same runs, so a
    search that was stopped goes on from what is in the store.

    Args:
        prepared: The table, encoded with the settings of `grid_settings(base, {})`.
        base: What is not searched.
        n_runs: How many runs there are to be.
        objectives: Metrics, or `BOTH_GAPS`, as `Sweep.front` takes them.
        store: See `run_sweep`.
        executor: See `run_sweep`.
        at_once: How many runs are proposed together: fewer learn more from one another, and cost
            more each.
        on_progress: See `run_sweep`.

    Returns:
        All runs, in the order in which they were proposed; fewer where nothing new is proposed.

    Raises:
        InvalidInputError: There is to be no run, or the settings are not those of the data.
        UnavailableError: Optuna is not installed (`fairmoe[optuna]`), or see `run_sweep`.
        CancelledError: `on_progress` said so.
    """
    if n_runs < 1:
        raise InvalidInputError(
            "A search needs at least one run", however=f"{n_runs} were asked for"
        )
    study = _study(base.seed, len(objectives))
    store = MemoryStore() if store is None else store
    (base,) = grid_settings(base, {})
    study.enqueue_trial({name: getattr(base, name) for name in SPACE})
    runs: tuple[Settings, ...] = ()
    computed, seconds = 0, 0.0
    while True:
        asked = [study.ask() for _ in range(min(at_once, n_runs - len(runs)))]
        proposed = [base.replace(**_proposal(trial)) for trial in asked]
        before = len(runs)
        runs = tuple(dict.fromkeys([*runs, *proposed]))

        def report(told: Progress, before: int = before) -> None:
            on_progress(replace(told, done=before + told.done, total=n_runs, seconds_left=None))

        result = run_sweep(
            prepared, runs, store=store, executor=executor, max_runs=at_once, on_progress=report
        )
        computed, seconds = computed + result.computed, seconds + result.seconds
        if len(runs) >= n_runs or len(runs) == before:
            return replace(result, computed=computed, seconds=seconds)
        places = {run: place for place, run in enumerate(runs)}
        found = np.nan_to_num(result.costs(objectives, "mixture", "validation"), nan=1.0)
        found[result.alarming["validation"][TRAINED_MODELS.index("mixture")]] = 1.0
        for trial, run in zip(asked, proposed, strict=True):
            study.tell(trial, found[places[run]].tolist())


def check_search() -> None:
    """Check that a front could be searched for.

    Raises:
        UnavailableError: Optuna is not installed.
    """
    if find_spec("optuna") is None:
        raise UnavailableError(
            "A search for the front needs the package optuna. Install it with: "
            "pip install 'fairmoe[optuna]'"
        )


def _study(seed: int, n_objectives: int) -> "Study":
    check_search()
    import optuna  # noqa: PLC0415

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_FIRST)
    return optuna.create_study(directions=["minimize"] * n_objectives, sampler=sampler)


def _proposal(trial: "Trial") -> dict[str, Any]:
    return {
        name: float(f"{trial.suggest_float(name, low, high, log=True):.{_DIGITS}g}")
        for name, (low, high) in SPACE.items()
    }
