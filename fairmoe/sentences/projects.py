"""What a project holds of people, and what is missing in one that was opened without its table."""


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
