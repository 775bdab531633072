"""A blind and an aware run, trained one after the other and printed side by side."""

from pathlib import Path
from typing import Any

from rich.console import Console

from fairmoe.analysis.awareness import compare_awareness, other_awareness
from fairmoe.cli.messages import print_message, printable, progress_bars
from fairmoe.cli.output import table_of
from fairmoe.data import Roles, Table
from fairmoe.experiment import run_experiment
from fairmoe.report.awareness import compared_rows
from fairmoe.runs import Run, save_run, to_document
from fairmoe.sentences.awareness import aware_means, awareness_in_words, blind_means


def other_folder(folder: Path, roles: Roles) -> Path:
    """Return where the run is kept that a run of some roles is compared with.

    Example:
        >>> from fairmoe.data import Sensitive, Target
        >>> str(other_folder(Path("run-a"), Roles(Target("hired"), (Sensitive("sex"),))))
        'run-a-aware'
    """
    other = "blind" if roles.include_sensitive else "aware"
    name, suffix = (
        (folder.stem, folder.suffix) if folder.suffix == ".fairmoe" else (folder.name, "")
    )
    return folder.with_name(f"{name}-{other}{suffix}")


def train_other(run: Run, table: Table, folder: Path | None) -> Run:
    """Train the run that differs only in whether its models see the sensitive columns.

    Args:
        run: The first one.
        table: What it was trained on.
        folder: Where to keep the other one, if it is to be kept.
    """
    with progress_bars() as on_progress:
        other = run_experiment(
            table, other_awareness(run.roles), run.settings, on_progress=on_progress
        )
    if folder is not None:
        save_run(other, folder)
        print_message(f"Kept in {folder}")
    return other


def awareness_of(run: Run, other: Run) -> dict[str, Any]:
    """Return, ready for JSON, the other run and how both compare."""
    table = compare_awareness(run, other).astype(object)
    comparison = table.where(table.notna(), None).to_dict("index")
    return {"other": to_document(other), "awareness": comparison}


def print_awareness(run: Run, other: Run) -> None:
    """Print both mixtures side by side, what blind and aware mean, and what follows."""
    stdout = Console(markup=False, emoji=False, highlight=False)
    comparison = compare_awareness(run, other)
    columns = run.roles.sensitive_columns
    stdout.print("\nThe mixture, blind and aware, on the test rows")
    table = table_of("", "blind", "aware")
    for row in compared_rows(run, comparison):
        table.add_row(*map(printable, row))
    stdout.print(table)
    words = run.good_and_bad if run.roles.target.favourable is not None else None
    for told in (
        *awareness_in_words(comparison, words=words),
        blind_means(columns),
        aware_means(columns),
    ):
        stdout.print(printable(told))
