"""Fixtures that several test modules share."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.data import (
    DEMO_NAME,
    DEMO_ROLES,
    LabelledTable,
    assign_roles,
    make_demo,
    read_table,
)
from fairmoe.experiment import run_experiment
from fairmoe.runs import Run

# Timings on a busy machine say nothing of a function; the same examples come up in every run.
hypothesis.settings.register_profile("project", deadline=None, max_examples=25, derandomize=True)
hypothesis.settings.load_profile("project")

# What is computed here is small: where anything else keeps the processors busy, threads would wait
# for one another a hundred times as long as they work.
torch.set_num_threads(1)

# What trains in the process of the tests can be seen and replaced there; some begin workers.
os.environ["FAIRMOE_WORKERS"] = "0"

ROOT = Path(__file__).resolve().parents[1]
SHAPED = ("functional", "nn", "training")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and what `make check` runs with shapes checked.

    The checks take as long as the numbers.
    """
    for item in items:
        folder = item.path.relative_to(ROOT).parts[1]
        if folder in SHAPED and "tests" in item.path.parts and "slow" not in item.keywords:
            item.add_marker("shapes")
        if folder == "browser":
            item.add_marker("browser")


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return a function from a file name to the path of a real data set.

    The folder is named by FAIRMOE_DATA, or lies beside the project in `shared/data`.
    """
    folder = Path(os.environ.get("FAIRMOE_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"real data set {name} is not in {folder}; set FAIRMOE_DATA to its folder")
        return path

    return find


@pytest.fixture(scope="session")
def demo_file() -> bytes:
    """A third of the demo data, as a CSV file."""
    return make_demo(4000).to_csv(index=False).encode()


@pytest.fixture(scope="session")
def demo_run(demo_file: bytes) -> tuple[Run, LabelledTable]:
    """A short run on a third of the demo data, and the rows that it was trained on."""
    table = read_table(demo_file, name=DEMO_NAME)
    run = run_experiment(table, DEMO_ROLES, Settings(epochs=60))
    return run, assign_roles(table, DEMO_ROLES)
