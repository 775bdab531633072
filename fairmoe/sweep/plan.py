"""Which runs a sweep has, and how they are cut into shards."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.errors import InvalidInputError, nearest_first
from fairmoe.nn import N_EXPERTS
from fairmoe.training import PER_RUN, Size, resolve_schedule, sweep_seconds

VALUES_AT_ONCE = 2**20
"""Hidden values of a stack that a step looks at: 4 MiB, about what stays near a processor.

On the demo that is 18 runs: from 4 to 32 a run of a stack costs half of a run alone, at 64 more.
"""

TABLE_BYTES = 2**30
"""What the tables of the gate phase, one entry per row, expert and column, may take."""

RUNS_PER_SHARD = 5
"""Runs of a shard where someone may stop the sweep: few are lost then, and few cost half of one."""

SHARDS_PER_WORKER = 3
"""Where several work, each is to get about as many shards: the last to finish waits less, the
time left is known sooner, and a worker that is lost loses less."""

MIN_RUNS = 4
"""Below this a stack pays for each run nearly what a run alone costs."""

Runs = tuple[Settings, ...]


def grid_settings(base: Settings, grid: Mapping[str, Sequence[Any]], *, seeds: int = 1) -> Runs:
    """Return the settings of each run of a grid: every combination of values, with every seed.

    All runs share one split, so that they are compared on the same rows and can be trained
    together: where the settings leave the split to the seed, it is that of the first seed.

    Args:
        base: What the grid does not name.
        grid: Values by the name of a setting; of the data's none but the split seed is fixed.
        seeds: How many seeds, counted from that of `base`.

    Raises:
        InvalidInputError: A setting is unknown, decides the split or the encoding, is the seed, or
            a value is not one it can have.

    Example:
        >>> runs = grid_settings(Settings(seed=7), {"lambda_fair": [0, 1]}, seeds=2)
        >>> [(run.lambda_fair, run.seed, run.split_seed) for run in runs]
        [(0.0, 7, 7), (0.0, 8, 7), (1.0, 7, 7), (1.0, 8, 7)]
    """
    if seeds < 1:
        raise InvalidInputError(
            "A sweep needs at least one seed", however=f"{seeds} were asked for"
        )
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    for name, values in grid.items():
        allowed = [each for each, field in fields.items() if field.metadata["part"] != "data"]
        allowed.remove("seed")
        if name not in allowed:
            raise InvalidInputError(
                "A grid needs settings that can differ between the runs of a sweep",
                however=f"'{name}' is none",
                remedy="Seeds have an option of their own." if name == "seed" else "",
                choices=nearest_first(name, allowed),
            )
        if not values:
            raise InvalidInputError("A grid needs values", however=f"'{name}' has none")
    if base.split_seed is None:
        base = base.replace(split_seed=base.seed)
    combinations = itertools.product(*grid.values())
    runs = (
        base.replace(**dict(zip(grid, values, strict=True)), seed=base.seed + i)
        for values in combinations
        for i in range(seeds)
    )
    return tuple(dict.fromkeys(runs))


def estimated_seconds(runs: Sequence[Settings], size: Size) -> float:
    """Return about how long runs take in shards of `RUNS_PER_SHARD`, at the pace of `REFERENCE`.

    Args:
        runs: Of one table, that are not there yet.
        size: Of its data.
    """
    stacks: dict[Settings, list[Settings]] = {}
    for run in sorted(runs, key=lambda run: run.seed):
        stacks.setdefault(run.replace(**_ANY_RUN), []).append(run)
    return sweep_seconds(
        size,
        [
            stack[first : first + RUNS_PER_SHARD]
            for stack in stacks.values()
            for first in range(0, len(stack), RUNS_PER_SHARD)
        ],
    )


def make_shards(
    runs: Iterable[Settings], data: EncodedData, *, workers: int = 1, max_runs: int | None = None
) -> tuple[Runs, ...]:
    """Cut runs into shards, each a stack that one worker trains at once.

    Args:
        runs: May differ in any setting that does not decide the data.
        data: What they are trained on.
        workers: How many work at the same time.
        max_runs: How many runs a shard may have, where that is fewer than would be cut.

    Returns:
        The shards, the largest stacks first; within a shard the runs agree in all settings that a
        stack shares.
    """
    stacks = make_stacks(runs)
    total = sum(map(len, stacks.values()))
    fair_share = -(-total // (SHARDS_PER_WORKER * workers)) if workers > 1 else total
    shards: list[Runs] = []
    for shared, stack in stacks.items():
        most_runs = min(shard_runs(data, shared), max(fair_share, MIN_RUNS), max_runs or total)
        shards += cut(stack, -(-len(stack) // most_runs))
    return tuple(sorted(shards, key=len, reverse=True))


def make_stacks(runs: Iterable[Settings]) -> dict[Settings, Runs]:
    """Return the runs that could be one stack, by what they share.

    Those of one seed share experts and their draws of dropout, so they are next to each other.
    """
    stacks: dict[Settings, list[Settings]] = {}
    for run in runs:
        stacks.setdefault(run.replace(**_ANY_RUN), []).append(run)
    return {
        shared: tuple(sorted(stack, key=lambda run: run.seed)) for shared, stack in stacks.items()
    }


def cut(stack: Sequence[Settings], parts: int) -> list[Runs]:
    """Return a stack in parts of about the same size, which keep their order."""
    n = len(stack)
    return [tuple(stack[i * n // parts : (i + 1) * n // parts]) for i in range(parts)]


def shard_runs(data: EncodedData, shared: Settings) -> int:
    """Return how many runs a stack may have: as many as stay in the cache and in memory."""
    schedule = resolve_schedule(shared, len(data.train.y))
    values = N_EXPERTS * schedule.batch_size * shared.hidden
    columns = len(data.encoder.columns)
    table = 8 * N_EXPERTS * len(data.train.y) * (columns + 8)
    return max(1, min(VALUES_AT_ONCE // values, TABLE_BYTES // table))


_ANY_RUN = {
    field.name: field.default for field in dataclasses.fields(Settings) if field.name in PER_RUN
}
