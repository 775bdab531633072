"""The command that trains many runs at once and prints what they show together."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fairmoe.cli import bundles, options
from fairmoe.cli.bundles import unbundled
from fairmoe.cli.messages import print_message, printable, progress_bars
from fairmoe.errors import InvalidInputError

if TYPE_CHECKING:
    from fairmoe.config import Settings
    from fairmoe.experiment import Prepared
    from fairmoe.sweep import Executor


@unbundled
def sweep(  # noqa: PLR0913 - typer reads one option from each parameter
    context: typer.Context,
    file: options.File,
    *,
    config: options.Config = None,
    target: options.TargetColumn,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR|FILE.fairmoe",
            help="Where finished runs are kept. The same command goes on from what is there. A "
            "name that ends in .fairmoe keeps what --project keeps, and nothing to go on from.",
        ),
    ],
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE[,VALUE]", help="A setting and its values; several are combined."
        ),
    ] = None,
    search: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="In place of a grid: N runs whose lambdas and weight of the gaps Optuna chooses "
            "for the front, from what the runs before came to on the validation rows.",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="Train every combination with so many seeds.")
    ] = 1,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", help="Compute in so many processes.")
    ] = None,
    dask_: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="tcp://HOST:PORT",
            help="Compute on the Dask cluster of this scheduler.",
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN_ID", help="Keep this run in full in DIR/RUN_ID; may be repeated."
        ),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.fairmoe",
            help="Keep the scores of all runs, and the Pareto-optimal runs in full, at most 12, in "
            "this new project too, which the app and report open.",
        ),
    ] = None,
    roles: bundles.RoleOptions,
    keep_column: options.KeepColumn = None,
    reading: bundles.ReadingOptions,
    settings: bundles.SettingOptions,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a grid of settings on one split, or search it, and print the Pareto-optimal runs."""
    from fairmoe.cli.arguments import grid_from
    from fairmoe.cli.columns import read_and_prepare
    from fairmoe.cli.keeping import keep_options
    from fairmoe.cli.output import print_sweep
    from fairmoe.cli.sweep_project import check_project, keep_front, places_of
    from fairmoe.runs import check_vacant, save_run
    from fairmoe.sweep import (
        RUNS_PER_SHARD,
        FolderStore,
        MemoryStore,
        check_search,
        finished_runs,
        grid_settings,
        run_sweep,
        search_front,
        to_document,
    )

    asked, base, told = roles.roles(target), settings.settings(), reading.read_options()
    if search is not None:
        _check_alone(grid, seeds)
        check_search()
    runs = grid_settings(base, grid_from(grid or ()), seeds=seeds)
    executor = _executor(jobs, dask_)
    folder, project = places_of(out, project, keep=keep or ())
    store = MemoryStore() if folder is None else FolderStore(folder)
    for name in keep or ():
        check_vacant(out / name)
    check_project(project)
    prepared, table = read_and_prepare(
        file, told, asked, runs[0], keep=keep_column, option="--keep-column"
    )
    with progress_bars() as on_progress:
        shared: dict[str, Any] = {"store": store, "executor": executor, "on_progress": on_progress}
        if search is None:
            _positions(prepared, runs, keep or ())
        try:
            if search is None:
                result = run_sweep(prepared, runs, max_runs=RUNS_PER_SHARD, **shared)
            else:
                at_once = RUNS_PER_SHARD * (jobs or 1)
                result = search_front(prepared, runs[0], search, at_once=at_once, **shared)
        except KeyboardInterrupt:
            if folder is None or not store.names():
                raise KeyboardInterrupt("nothing is kept") from None
            finished = finished_runs(store)
            there = len(finished if search else finished & set(runs))
            left = f"{there} of {search or len(runs)} runs are kept in {printable(str(out))}; "
            raise KeyboardInterrupt(f"{left}the same command goes on there") from None
    for name in result.unreadable:
        print_message(f"'{out / name}' cannot be used; what is needed of it was computed again.")
    for name, position in _positions(prepared, result.settings, keep or ()).items():
        save_run(result.open(position), out / name)
        print_message(f"Kept in {out / name}")
    if as_json:
        typer.echo(json.dumps(to_document(result), indent=2, allow_nan=False))
    else:
        print_sweep(result)
    # What was found is shown even if it cannot be kept.
    keep_front(result, table, project)
    keep_options(context, folder / "sweep" if folder else out, replace=folder is not None)


def _check_alone(grid: Sequence[str] | None, seeds: int) -> None:
    """Check that a search is not asked for beside what it takes the place of."""
    for told, given in (("--grid", bool(grid)), ("--seeds", seeds != 1)):
        if given:
            raise InvalidInputError(
                "A search chooses the runs itself", however=f"{told} was given too"
            )


def _executor(jobs: int | None, address: str | None) -> "Executor | None":
    from fairmoe.sweep import dask, processes

    if jobs is not None and address is not None:
        raise InvalidInputError(
            "A sweep is computed in one place", however="both --jobs and --dask were given"
        )
    if address is not None:
        return dask(address)
    return None if jobs is None else processes(jobs)


def _positions(
    prepared: "Prepared", runs: "Sequence[Settings]", run_ids: Iterable[str]
) -> dict[str, int]:
    """Return where among the runs those are that have some ids."""
    from fairmoe.experiment import run_id

    known = {run_id(prepared.data, run): position for position, run in enumerate(runs)}
    for wanted in run_ids:
        if wanted not in known:
            raise InvalidInputError(
                "A run of the sweep is needed",
                however=f"none has the id '{wanted}'",
                choices=tuple(known),
            )
    return {wanted: known[wanted] for wanted in run_ids}
