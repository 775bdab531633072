"""What is said of something that is more than a server takes, and how much it would take."""

from collections.abc import Mapping

_MIB = 2**20


def too_much_work(times: float, accepted: Mapping[str, int]) -> tuple[str, str, str]:
    """Say that a training is too large: what is needed, what came, and what would do.

    Args:
        times: How many times as large as it may be it is.
        accepted: How much would do of one thing, all else as it is, by what is counted.

    Example:
        >>> print(*too_much_work(12.3, {"epochs": 80, "rows": 5000}), sep="; ")
        This server takes trainings up to a certain size; this one is 12 times as large; It would take it with at most 80 epochs, or at most 5,000 rows.
    """  # noqa: E501 - the example is one line
    needed = "This server takes trainings up to a certain size"
    shown = f"{times:.1f}" if times < 9.95 else f"{times:,.0f}"
    however = f"this one is {shown} times as large"
    ways = ", or ".join(
        f"at most {count:,} {what if count > 1 else what.removesuffix('s')}"
        for what, count in accepted.items()
    )
    remedy = f"It would take it with {ways}." if ways else "Take far fewer rows, epochs and runs."
    return needed, however, remedy


def too_many_bytes(held: int, more: int, most: int) -> tuple[str, str, str]:
    """Say that a session would hold too much: what is needed, what came, and what would do."""
    needed = f"The tables of a session may take {_mib(most)} of the server's memory"
    if held:
        room = max(0, most - held)
        return (
            needed,
            f"this one takes {_mib(more)} beside the {_mib(held)} that are held",
            f"A table of {_mib(room)} would fit; delete runs that were trained on other tables, or "
            "load fewer rows or columns.",
        )
    return needed, f"this one takes {_mib(more)}", "Load fewer rows or columns."


def server_is_full(most: int) -> str:
    """Say that the sessions of a server hold as much as they may together."""
    return (
        f"The sessions of this server hold {_mib(most)} together, as much as they may. Try again "
        "later, or with a smaller table."
    )


def _mib(count: int) -> str:
    return f"{max(1, round(count / _MIB)):,} MiB"


def too_many_runs(runs: int, most: int) -> tuple[str, str, str]:
    """Return why a project is not opened that has more runs than a session may keep."""
    return (
        f"A project of at most {most:,} {'run' if most == 1 else 'runs'} can be opened here",
        f"this one has {runs:,}",
        f"Whoever runs the server can allow more (FAIRMOE_RUNS={runs}).",
    )
