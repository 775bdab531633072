"""Real tables that benchmarks are run on."""

import os
from pathlib import Path

from fairmoe.data import Roles, Sensitive, Table, Target, read_table

ROOT = Path(__file__).resolve().parents[1]


def path_of(name: str) -> Path:
    """Return where a table lies: in the folder FAIRMOE_DATA, or beside the project."""
    return Path(os.environ.get("FAIRMOE_DATA", ROOT.parent / "shared" / "data")) / name


def adult() -> tuple[Table, Roles]:
    """Return UCI Adult, its training part, with income as the target and sex as the group."""
    roles = Roles(target=Target("income-per-year"), sensitive=(Sensitive("sex"),))
    return read_table(path_of("adult.csv")), roles
