"""A run with its front, trained once."""

import pytest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, make_demo, table_from_frame
from fairmoe.dial import train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.training import forget_experts

SETTINGS = Settings(epochs=60, gate_epochs=20, lambda_fair=10, lambda_rep=10, fine_tune_every=8)
WEIGHTS = (0.0, 0.5, 8.0)


@pytest.fixture(scope="package")
def prepared():
    return prepare(table_from_frame(make_demo(800)), DEMO_ROLES, SETTINGS)


@pytest.fixture(scope="package")
def front(prepared):
    forget_experts()
    run = run_prepared(prepared, SETTINGS)
    return train_front(prepared, run, weights=WEIGHTS)
