"""What a project holds of people, what is missing without its table, and who sees kept ones."""

from fairmoe.sentences.wording import listed

WHO_SEES_THE_STORE = (
    "Projects that are saved here stay on the disk of this server until somebody deletes them. "
    "Everybody who can open this app can open, replace, rename and delete them."
)
DELETED_FOR_ALL = "Whoever deletes it deletes it for everybody. It cannot be brought back."
TAKES_THE_PLACE = "It takes the place of the table and the runs of this session."


def what_it_holds(*, with_table: bool, encoded_rows: int = 0) -> str:
    """Say what whoever gets a project can read in it.

    Args:
        with_table: Whether the table is in the file.
        encoded_rows: How many training rows the models hold to explain against.
    """
    if with_table:
        return "The file holds the table: whoever gets it can read every cell."
    told = (
        "The file does not hold the table. It does name columns, groups and levels of categories, "
        "and by its position it tells of each row the label, the group and what the models say. "
        "Attention, Individual and training ask for the table's file when the project is opened."
    )
    if encoded_rows:
        told += f" The models hold {encoded_rows} encoded training rows to explain against."
    return told


def sweep_too_long(runs: int, most: int) -> str:
    """Say that a project does not tell of a sweep, for it has too many runs.

    Args:
        runs: How many it has.
        most: Of how many a project tells.
    """
    return f"The scores of all {runs:,} are not in it: a project tells of at most {most:,} runs."


def explored_left_out(*, sweeps: int, fits: bool, holds_one: bool = True) -> str:
    """Say what a session explored around other runs, which a project does not tell of.

    Args:
        sweeps: How many sweeps there are beside the one in the project.
        fits: Whether Fairlearn's methods were fitted on other rows too.
        holds_one: Whether there is one in it.
    """
    other = "other " if holds_one else ""
    many = "" if sweeps == 1 else "s"
    parts = [f"{sweeps} {other}sweep{many} of this session"] if sweeps else []
    parts += ["Fairlearn's methods around other runs"] if fits else []
    if not parts:
        return ""
    return (
        f"A project holds one sweep, and what was fitted on the same rows. Not in it: "
        f"{listed(parts)}."
    )


def scores_without_model() -> str:
    """Say that a run of a sweep is known by its scores alone, and what to do."""
    return (
        "The project holds the scores of this run, not its model. Train it again to see it on all "
        "pages; its scores may then differ by some points, for it trains alone."
    )


def rows_needed(name: str) -> str:
    """Say which file is needed to see what rests on single rows.

    Args:
        name: Of the table that the run was trained on; may be empty.
    """
    table = f"the file '{name}'" if name else "the file that it was trained on"
    return (
        f"This needs the rows, and the run was opened without them. Give {table}, in the sidebar."
    )


def wrong_table(name: str) -> tuple[str, str, str]:
    """Say that a file is not the one that a run was trained on.

    Args:
        name: Of the table that the run was trained on; may be empty.

    Returns:
        What is needed, what came instead, and what to do.
    """
    return (
        "The file that the run was trained on is needed, byte for byte",
        "this one has another digest",
        f"Look for '{name}' as it was." if name else "Look for the file as it was.",
    )


def about_stored(*, runs: int, table: str, with_table: bool, saved: str, size: str) -> str:
    """Say what a project on the server holds.

    Args:
        runs: How many runs it holds.
        table: The name of its table; "" if it has none.
        with_table: Whether the table is in it.
        saved: When it was saved.
        size: What its file takes.
    """
    parts = [f"{runs} run{'' if runs == 1 else 's'}"]
    if with_table:
        parts.append(f"with the table {table}".rstrip())
    elif table:
        parts.append(f"without the table {table}")
    return f"{', '.join(parts)} · saved {saved} · {size}"


def name_is_taken(name: str, saved: str) -> str:
    """Say that another project has the name that was given.

    Args:
        name: The name.
        saved: When the other project was saved.
    """
    return f"There is a project '{name}' already, saved {saved}."


def stays_in_memory(time: str, *, found_again: bool, stored: bool) -> str:
    """Say where the data of a session stays and for how long.

    Args:
        time: How long it stays after the page was closed.
        found_again: Whether a reload finds it again.
        stored: Whether the server keeps projects on its disk.
    """
    where = "Your data stays in the memory of the server"
    ends = f"gone {time} after you close the page"
    if stored:
        ends += ", but for projects that were saved on this server: they stay on its disk"
    if not found_again:
        return f"{where}, and is {ends}."
    return (
        f"{where}. After a reload this browser finds it again by the address of the page. All is "
        f"{ends}."
    )
