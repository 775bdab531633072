"""The door from the shell."""

from fairmoe.cli.commands import main

__all__ = ["main"]
