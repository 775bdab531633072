"""The door from the shell."""

from collections.abc import Sequence

from fairmoe.cli.stopping import stopping


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, by default the one that the process was called with, and exit.

    Exit codes: 0 done, 2 input that the user can mend, 3 something outside the program is missing,
    130 stopped by Ctrl-C, 143 by being asked to end.
    """
    with stopping(ends_process=arguments is None):
        # Ctrl-C is told of in a sentence from here on, while libraries are imported too.
        from fairmoe.cli.commands import run

        run(arguments)


__all__ = ["main"]
