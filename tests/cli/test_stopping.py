"""Commands that a signal ends: one sentence, the signal's exit code, and nothing half done."""

import os
import signal
import sys

import pytest

from fairmoe.cli.stopping import stopping
from tests.cli.conftest import QUICK, ROLES
from tests.cli.shell import shell

needs_hangup = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminal hangs up here")


def signalled(number, error=None):
    """Return what is called in the place of a training, and gets a signal."""

    def run_prepared(*_, **__):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if error is not None:
                raise error from None
            raise

    return run_prepared


@pytest.mark.parametrize(
    ("name", "code"),
    [("SIGINT", 130), ("SIGTERM", 143), pytest.param("SIGHUP", 129, marks=needs_hangup)],
)
def test_a_signal_ends_a_training_in_one_sentence_and_nothing_is_left(
    name, code, monkeypatch, file, tmp_path
):
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)
    monkeypatch.setattr("fairmoe.experiment.run_prepared", signalled(number))
    try:
        ended = shell("train", file, *ROLES, *QUICK, "--out", tmp_path / "run")
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert ended[:2] == (code, "")
    assert ended[2].splitlines()[-1] == "Stopped."
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_takes_an_interrupt_for_something_else_does_not_change_that(
    monkeypatch, file
):
    error = ImportError("numpy cannot be imported")
    monkeypatch.setattr("fairmoe.experiment.run_prepared", signalled(signal.SIGINT, error))
    code, _, err = shell("train", file, *ROLES, *QUICK)
    assert (code, err.splitlines()[-1]) == (130, "Stopped.")


@needs_hangup
def test_a_signal_that_is_ignored_stays_ignored(monkeypatch, file):
    """As `nohup` has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr("fairmoe.cli.commands._run", lambda *_, **__: os.kill(os.getpid(), 1) or 1)
    try:
        with pytest.raises(TypeError, match="unpack"):
            shell("train", file, *ROLES, *QUICK)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_while_libraries_are_imported_is_no_traceback(monkeypatch):
    class Interrupted:
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "fairmoe.cli.commands", Interrupted())
    assert shell("--version") == (130, "", "Stopped.\n")


def test_a_second_ctrl_c_does_not_end_in_a_traceback_of_python(capsys):
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended, stopping(ends_process=True):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.value.code, capsys.readouterr().err) == (130, "Stopped.\n")


def test_a_run_that_is_kept_already_is_named(monkeypatch, file, tmp_path):
    monkeypatch.setattr("fairmoe.cli.output.print_tables", signalled(signal.SIGINT))
    code, _, err = shell("train", file, *ROLES, *QUICK, "--out", tmp_path / "run")
    assert code == 130
    assert err.splitlines()[-1] == f"Stopped: the run is kept in {tmp_path / 'run'}."
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.toml"}
