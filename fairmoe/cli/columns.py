"""Reading a table for training, with what is told of its columns."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fairmoe.cli.arguments import names_in
from fairmoe.cli.bundles import ExistingOptions
from fairmoe.cli.existing import with_existing
from fairmoe.cli.files import read_file
from fairmoe.cli.messages import print_message, progress_bars
from fairmoe.cli.reading import print_changes
from fairmoe.config import Settings
from fairmoe.data import ReadOptions, Roles, Table, assign_roles, find_leaks, suggest_roles
from fairmoe.data.table import check_columns
from fairmoe.experiment import Prepared, prepare
from fairmoe.sentences.data import LEAVE_OUT_LEAKS, leaks_in_words, left_out_by_default


def read_and_prepare(
    file: Path,
    reading: ReadOptions,
    roles: Roles,
    settings: Settings,
    *,
    keep: Iterable[str] | None,
    option: str = "--keep",
    existing: ExistingOptions | None = None,
) -> tuple[Prepared, Table]:
    """Read a table and make it ready, and print what was done to its columns.

    Args:
        file: Where it is.
        reading: How it is read.
        roles: As the options say.
        settings: Those of the data are used.
        keep: Texts that list columns which are not to be left out.
        option: The option that gives them.
        existing: The score or decision that is in use today, if there is one.

    Returns:
        What can be trained on, and the table.

    Raises:
        InvalidInputError: It cannot be read, or does not fit the roles.
    """
    with progress_bars() as on_progress:
        table, seconds = read_file(file, on_progress, reading)
    kept = names_in(keep or ())
    roles = _leave_out(table, roles, kept, option)
    roles = roles if existing is None else with_existing(table, roles, existing, kept)
    with progress_bars() as on_progress:
        prepared = prepare(table, roles, settings, on_progress=on_progress, read_seconds=seconds)
    print_changes(prepared.changes)
    _print_leaks(table, roles)
    return prepared, table


def _leave_out(table: Table, roles: Roles, keep: tuple[str, ...], option: str) -> Roles:
    """Return the roles without columns of names, texts, ids and dates, and say which they are."""
    check_columns(table.frame, keep)
    named = (roles.target.column, *roles.sensitive_columns, *roles.other_columns, *roles.dropped)
    used = set(named)
    left_out = {
        column: reason
        for column, reason in suggest_roles(table).left_out.items()
        if column not in used.union(keep)
    }
    if left_out:
        print_message(f"{left_out_by_default(left_out)} {option} COL takes a column in.")
    return replace(roles, dropped=(*roles.dropped, *left_out))


def _print_leaks(table: Table, roles: Roles) -> None:
    """Say which features may know the answer, and why."""
    labelled = assign_roles(table, roles)
    told = leaks_in_words(find_leaks(labelled), labelled.words[0])
    if told:
        print_message("These columns may give the answer away:")
        for sentence in told.values():
            print_message(f"  {sentence}")
        print_message(f"{LEAVE_OUT_LEAKS} --drop COL leaves a column out.")
