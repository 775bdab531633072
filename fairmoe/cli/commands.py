"""The commands: train on a file, sweep over settings, open the app, write the demo data, ..."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairmoe.cli import bundles, options
from fairmoe.cli.auditing import audit
from fairmoe.cli.bundles import unbundled
from fairmoe.cli.kept_runs import compare, runs
from fairmoe.cli.messages import (
    check_text,
    output,
    print_error,
    print_message,
    printable,
    progress_bars,
    set_quiet,
)
from fairmoe.cli.saved_run import export, predict, report
from fairmoe.cli.stopping import telling
from fairmoe.cli.sweeping import sweep
from fairmoe.errors import InvalidInputError, UnavailableError

if TYPE_CHECKING:
    from fairmoe.config import Settings
    from fairmoe.data import ReadOptions, Roles, Table
    from fairmoe.experiment import Prepared
    from fairmoe.runs import Run
    from fairmoe.sweep import Recommendation

INVALID_INPUT = 2
UNAVAILABLE = 3

MAX_CHOICES = 45

# A traceback in colour would print local variables, and with them cells.
# Help in boxes takes as long to draw as all else of it.
shell = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run a command as `fairmoe.cli.main` does, which says so if a signal ends it."""
    set_quiet(False)
    try:
        with output():
            check_text(sys.argv[1:] if arguments is None else arguments)
            shell(arguments, prog_name="fairmoe")
    except InvalidInputError as error:
        print_error(str(error))
        for title, shown, more in error.values(MAX_CHOICES):
            print_error(f"{title}: {', '.join(shown)}{f' and {more} more' if more else ''}")
        raise SystemExit(INVALID_INPUT) from error
    except UnavailableError as error:
        print_error(str(error))
        raise SystemExit(UNAVAILABLE) from error


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"fairmoe {version('fairmoe')}")
        raise typer.Exit


@shell.callback()
def describe(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version, and exit."
        ),
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """See what a fairness-aware mixture of experts does to your data."""


@shell.command()
@unbundled
def train(  # noqa: PLR0913 - typer reads one option from each parameter
    context: typer.Context,
    file: options.File,
    *,
    config: options.Config = None,
    target: options.TargetColumn,
    roles: bundles.RoleOptions,
    existing: bundles.ExistingOptions,
    keep: options.Keep = None,
    reading: bundles.ReadingOptions,
    settings: bundles.SettingOptions,
    tolerance: options.Tolerance = None,
    reference: options.Reference = None,
    smallest_group: options.SmallestGroup = 10,
    auto: Annotated[
        bool,
        typer.Option(
            "--auto", help="Try some likely settings, and keep the best on validation rows."
        ),
    ] = False,
    compare_aware: options.CompareAware = False,
    front: options.ShowFront = False,
    gap: options.Gap = "dp",
    max_gap: options.MaxGap = None,
    max_loss: options.MaxLoss = None,
    out: options.Out = None,
    with_table: options.WithTable = False,
    mlflow: options.Mlflow = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train on a file, and print scores on the rows that were held out for testing."""
    from fairmoe.cli import dialing
    from fairmoe.cli.arguments import share_from
    from fairmoe.cli.awareness import other_folder, print_awareness, train_other
    from fairmoe.cli.documents import run_document
    from fairmoe.cli.existing import check_existing
    from fairmoe.cli.files import check_new_file
    from fairmoe.cli.keeping import (
        check_table_wanted,
        check_tracking,
        options_beside,
        room_for,
        track,
        try_to_keep,
    )
    from fairmoe.cli.output import print_candidates, print_tables
    from fairmoe.cli.reviewing import print_review
    from fairmoe.runs import ProjectRun, check_vacant

    asked, wanted, told = roles.roles(target), settings.settings(), reading.read_options()
    accepted = share_from(tolerance)
    wish = dialing.Wish(gap, max_gap, max_loss)
    wish.check()
    check_existing(existing)
    check_table_wanted(file, out, with_table=with_table)
    beside = None if out is None else other_folder(out, asked)
    if out is not None:
        check_vacant(out, room=room_for(file, with_table=with_table))
        check_new_file(options_beside(out))
    if compare_aware and beside is not None:
        check_vacant(beside)
    check_tracking(mlflow)
    prepared, table, run, recommendation = _run(
        file, told, asked, wanted, keep=keep, existing=existing, auto=auto, reference=reference
    )
    points: tuple[Run, ...] = ()
    if front or wish.is_one:
        points, run = dialing.turn_dial(prepared, run, wish)
    # What was trained is shown even if it cannot be kept.
    reason = "" if recommendation is None else recommendation.reason
    kept = ProjectRun(run, "Run 1", reason)
    failure = out and try_to_keep(context, kept, out, file, table, with_table=with_table)
    with telling("" if out is None or failure else f"the run is kept in {printable(str(out))}"):
        other = train_other(run, table, beside) if compare_aware else None
        if as_json:
            document = run_document(
                run,
                reference=reference,
                tolerance=accepted,
                smallest=smallest_group,
                recommendation=recommendation,
                other=other,
            )
            typer.echo(json.dumps(document, indent=2, allow_nan=False))
        else:
            if recommendation is not None:
                print_candidates(recommendation)
            print_tables(run)
            if points:
                dialing.print_front(points, run, wish)
            print_review(run, reference, accepted)
            if other is not None:
                print_awareness(run, other)
        if failure:
            raise failure
        track(run, mlflow, smallest_group=smallest_group)


shell.command()(sweep)


@shell.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def app(
    context: typer.Context,
    *,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=512,
            help="Processes that train; 0 to train in the server's own. By default one less than "
            "there are processors, at least one.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep projects in this folder of the server. Everybody who can open the app can "
            "then list, open, replace, rename and delete them.",
        ),
    ] = None,
) -> None:
    """Open the app in the browser, with a project or a kept run if one is named first.

    Options that follow go to Streamlit, like --server.port 80. Limits of a server are variables
    of the environment (docs/hosting.md).
    """
    from fairmoe._app import GIVES_BACK, OPENED, STORE, WORKERS, app_folder, processors

    arguments, told = context.args, {}
    if workers is not None:
        told[WORKERS] = str(workers)
    elif WORKERS not in os.environ:
        told[WORKERS] = str(max(1, processors() - 1))
    if store is not None:
        from fairmoe.project_store import ProjectStore

        ProjectStore(store).prepare()
        told[STORE] = str(store.absolute())
    if arguments and not arguments[0].startswith("-"):
        from fairmoe.runs import open_project

        path, *arguments = arguments
        open_project(path)
        told[OPENED] = str(Path(path).absolute())
    script = str(app_folder() / "app.py")
    command = [sys.executable, "-m", "streamlit", "run", script, *arguments]
    # Whoever ends this process ends the server: `call` kills what it waits for.
    raise typer.Exit(subprocess.call(command, env=GIVES_BACK | os.environ | told))


@shell.command()
def demo(
    out: Annotated[
        Path, typer.Argument(metavar="OUT.csv", help="The file to write; - for standard output.")
    ],
    *,
    quiet: options.Quiet = False,
) -> None:
    """Write the demo data: job applicants, generated, with a known bias against women."""
    from fairmoe.cli.files import write_out
    from fairmoe.data import DEMO_ROLES, demo_csv

    write_out(out, demo_csv())
    roles = DEMO_ROLES
    print_message(
        f"You can train on it with --target {roles.target.column} "
        f"--outcome {roles.target.outcome} --sensitive {','.join(roles.sensitive_columns)} "
        f"--drop {','.join(roles.dropped)}"
    )


shell.command()(report)
shell.command()(predict)
shell.command()(export)
shell.command()(audit)
shell.command()(runs)
shell.command()(compare)


def _run(
    file: Path,
    reading: "ReadOptions",
    roles: "Roles",
    settings: "Settings",
    *,
    keep: Sequence[str] | None,
    existing: bundles.ExistingOptions,
    auto: bool,
    reference: str | None,
) -> "tuple[Prepared, Table, Run, Recommendation | None]":
    from fairmoe.cli.columns import read_and_prepare
    from fairmoe.experiment import run_prepared
    from fairmoe.metrics import check_reference
    from fairmoe.sweep import recommend

    prepared, table = read_and_prepare(file, reading, roles, settings, keep=keep, existing=existing)
    check_reference(reference, prepared.data.group_names)
    with progress_bars() as on_progress:
        if not auto:
            run = run_prepared(prepared, settings, on_progress=on_progress)
            return prepared, table, run, None
        recommendation = recommend(prepared, settings, on_progress=on_progress)
    print_message(recommendation.reason)
    return prepared, table, recommendation.run, recommendation
