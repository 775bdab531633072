"""A file of applicants, the run that the shell keeps of it, and what it was asked to train."""

import signal

import numpy as np
import pandas as pd
import pytest

from fairmoe.cli import columns
from fairmoe.errors import UnavailableError
from tests.cli.shell import shell

ROLES = ("--target", "hired", "--sensitive", "sex")
QUICK = ("--set", "epochs=8", "--device", "cpu")


@pytest.fixture(autouse=True)
def _heard():
    """Signals end a process, also where what began the tests ignores them."""
    ends = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in ends.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    rng = np.random.default_rng(0)
    skill = rng.normal(size=200)
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    pd.DataFrame(
        {
            "sex": rng.choice(["f", "m[red]"], 200),
            "age": rng.integers(20, 60, 200),
            "skill": skill.round(2),
            "wage, yearly": rng.integers(1, 9, 200),
            "grade": rng.choice(["a", "b", "c"], 200),
            "hired": np.where(skill + rng.normal(size=200) > 0, "yes", "no"),
        }
    ).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(file, tmp_path_factory):
    """Return what `train --json --out` printed, and the folder it kept the run in."""
    folder = tmp_path_factory.mktemp("kept") / "run"
    return *shell("train", file, *ROLES, *QUICK, "--json", "--out", folder), folder


@pytest.fixture
def asked(monkeypatch):
    """Stop before training, and return the list that takes the roles and settings asked for."""
    seen = []

    def stop(_, roles, settings, **__):
        seen.append((roles, settings))
        raise UnavailableError("Enough.")

    monkeypatch.setattr(columns, "prepare", stop)
    return seen
