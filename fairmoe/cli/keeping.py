"""What is kept: a run in a folder, or a project with or without the table."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import typer

from fairmoe._write import MIB, write_whole
from fairmoe.cli.configuration import options_given, to_toml
from fairmoe.cli.messages import print_message, printable
from fairmoe.data import Table
from fairmoe.data.reading.budget import Budget, read_file
from fairmoe.errors import InvalidInputError
from fairmoe.runs import SUFFIX, Project, ProjectRun, ProjectTable, Run, save_project, save_run
from fairmoe.sentences.projects import what_it_holds


def check_table_wanted(file: Path, out: Path | None, *, with_table: bool) -> None:
    """Check, before anything is trained, that the table can be put where the run is kept.

    Raises:
        InvalidInputError: It cannot: only a project holds a table, and only that of a file.
    """
    if not with_table:
        return
    if out is None or out.suffix != SUFFIX:
        raise InvalidInputError(
            f"Option --with-table needs --out with a name that ends in {SUFFIX}",
            however="a folder does not hold the table" if out else "nothing is kept",
        )
    if str(file) == "-":
        raise InvalidInputError(
            "Option --with-table needs a file", however="the table came on standard input"
        )


def room_for(file: Path, *, with_table: bool) -> int:
    """Return about how many bytes a run of a file takes: its predictions grow with the rows."""
    size = file.stat().st_size if file.is_file() else 0
    return MIB + size * (1 + with_table)


def keep_run(kept: ProjectRun, out: Path, file: Path, table: Table, *, with_table: bool) -> None:
    """Keep a run, and say what whoever gets a project can read in it.

    Args:
        kept: The run, and what a project says of it.
        out: A new folder, or a new file whose name ends in .fairmoe.
        file: What the run was trained on.
        table: The table in it.
        with_table: Whether to put the file into the project.

    Raises:
        InvalidInputError: Nothing can be written there, or the file was changed meanwhile.
    """
    run = kept.run
    if out.suffix != SUFFIX:
        save_run(run, out)
        print_message(f"Kept in {out}")
        return
    content = _content(file, table) if with_table else None
    told = ProjectTable(table.name, table.sha256, table.reading.options, run.roles, content)
    save_project(Project((kept,), 0, told), out)
    encoded = len(run.mixture.explainer.background)
    holds = what_it_holds(with_table=with_table, encoded_rows=encoded)
    print_message(f"Kept in {out}. {holds}")


def try_to_keep(
    context: typer.Context,
    kept: ProjectRun,
    out: Path,
    file: Path,
    table: Table,
    *,
    with_table: bool,
) -> InvalidInputError | None:
    """Keep a run with the options beside it, and return why it cannot be kept, if so."""
    try:
        keep_run(kept, out, file, table, with_table=with_table)
        keep_options(context, out)
    except InvalidInputError as error:
        return error
    return None


def options_beside(out: Path) -> Path:
    """Return the file beside a kept run that repeats it.

    Example:
        >>> str(options_beside(Path("kept/run-1"))), str(options_beside(Path("loans.fairmoe")))
        ('kept/run-1.toml', 'loans.fairmoe.toml')
    """
    return out.with_name(f"{out.name}.toml")


def keep_options(context: typer.Context, out: Path, *, replace: bool = False) -> None:
    """Write the options of a command beside what it made, so that it can be repeated.

    Args:
        context: The command's.
        out: The kept run or project; of a sweep with a folder, a name in it.
        replace: Whether to take the place of what an earlier command wrote, as in the folder of a
            sweep, which goes on.

    Raises:
        InvalidInputError: It cannot be written.
    """
    path = options_beside(out)
    command = f"fairmoe {context.info_name} --config {path.name} --out another"
    made = {"train": "run"}.get(str(context.info_name), context.info_name)
    told = f"# {printable(command)} repeats this {made}; written by fairmoe {version('fairmoe')}\n"
    write_whole(path, (told + to_toml(options_given(context))).encode(), replace=replace)


def check_tracking(uri: str | None) -> None:
    """Check, before anything is trained, that MLflow is there, if the run is to be logged.

    Raises:
        UnavailableError: It is not.
    """
    if uri is not None:
        from fairmoe.exports import check_mlflow  # noqa: PLC0415

        check_mlflow(uri)


def track(run: Run, uri: str | None, *, smallest_group: int) -> None:
    """Log a run to MLflow, if that was asked for.

    Raises:
        UnavailableError: MLflow did not take it.
    """
    if uri is not None:
        from fairmoe.exports import log_to_mlflow  # noqa: PLC0415

        print_message(
            f"Logged to MLflow as {log_to_mlflow(run, uri, smallest_group=smallest_group)}"
        )


def _content(file: Path, table: Table) -> bytes:
    content = read_file(file, Budget(table.reading.options.max_bytes))
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise InvalidInputError(
            f"'{file}' is needed as it was when it was read", however="it was changed meanwhile"
        )
    return content
