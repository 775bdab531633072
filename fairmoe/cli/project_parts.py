"""What a project adds to a report of its run: the table, and what a reviewer wrote down."""

from dataclasses import replace
from pathlib import Path

from fairmoe.cli.files import table_in
from fairmoe.data import LabelledTable, assign_roles, read_table
from fairmoe.report import Cover
from fairmoe.runs import Notes, Project, Run


def cover_over(given: Cover, notes: Notes) -> Cover:
    """Return a cover with what the reviewer wrote down, where nothing else is given."""
    written = {name: value for name, value in vars(notes).items() if value}
    return replace(given, **{n: v for n, v in written.items() if not getattr(given, n)})


def rows_for(run: Run, data: Path | None, project: Project) -> LabelledTable | None:
    """Return the rows that a run was trained on; None if they are not at hand.

    Args:
        run: The run.
        data: Their file, if it was named.
        project: May hold them.

    Raises:
        InvalidInputError: The file cannot be read, or its rows do not fit the roles.
    """
    if data is not None:
        return assign_roles(table_in(data, run.reading.options), run.roles)
    table = project.table
    if table is None or table.content is None or table.sha256 != run.data.sha256:
        return None
    read = read_table(table.content, name=table.name, options=run.reading.options)
    return assign_roles(read, run.roles)
