"""A small table, and a grid that is soon trained."""

import pytest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, make_demo, table_from_frame
from fairmoe.experiment import prepare
from fairmoe.sweep import grid_settings, run_sweep
from fairmoe.training import forget_experts

BASE = Settings(epochs=8, fine_tune_every=2, device="cpu")


@pytest.fixture(autouse=True)
def fresh_cache():
    """No test finds the experts of another."""
    forget_experts()
    yield
    forget_experts()


@pytest.fixture(scope="session")
def table():
    return table_from_frame(make_demo(500), name="demo")


@pytest.fixture(scope="session")
def runs():
    """Four runs, two with each seed."""
    return grid_settings(BASE, {"lambda_fair": [0, 10]}, seeds=2)


@pytest.fixture(scope="session")
def prepared(table, runs):
    return prepare(table, DEMO_ROLES, runs[0])


@pytest.fixture(scope="session")
def sweep(prepared, runs):
    return run_sweep(prepared, runs)


@pytest.fixture
def pairs(monkeypatch, prepared):
    """Cut into shards of two."""
    values = 3 * len(prepared.data.train.y) * BASE.hidden
    monkeypatch.setattr("fairmoe.sweep.plan.VALUES_AT_ONCE", 2 * values)
