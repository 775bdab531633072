"""The command line, as a function."""

import contextlib
import io

import pytest

from fairmoe.cli import main


def shell(*arguments):
    """Return exit code, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as exit_,
    ):
        main([str(argument) for argument in arguments])
    return exit_.value.code or 0, out.getvalue(), err.getvalue()
