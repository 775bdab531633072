"""What is said beneath a figure."""


def drawn_from(name: str, rows: int, split: str, seed: int) -> str:
    """Say what a figure is drawn from.

    Example:
        >>> drawn_from("people.csv", 1000, "test", 7)
        'people.csv, 1,000 test rows, seed 7.'
    """
    return f"{name or 'Unnamed table'}, {rows:,} {split} rows, seed {seed}."
