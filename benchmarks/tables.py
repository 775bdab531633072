"""Real tables that benchmarks are run on."""

import os
from collections.abc import Callable
from pathlib import Path

from fairmoe.data import (
    DEMO_ROLES,
    EncodedData,
    Roles,
    Sensitive,
    Table,
    Target,
    assign_roles,
    demo_table,
    encode,
    read_table,
)

ROOT = Path(__file__).resolve().parents[1]


def path_of(name: str) -> Path:
    """Return where a table lies: in the folder FAIRMOE_DATA, or beside the project."""
    return Path(os.environ.get("FAIRMOE_DATA", ROOT.parent / "shared" / "data")) / name


def adult() -> tuple[Table, Roles]:
    """Return UCI Adult, its training part, with income as the target and sex as the group."""
    roles = Roles(target=Target("income-per-year"), sensitive=(Sensitive("sex"),))
    return read_table(path_of("adult.csv")), roles


def german() -> tuple[Table, Roles]:
    """Return German credit, raw, with good risk as the target and sex as the group."""
    roles = Roles(target=Target("class-label"), sensitive=(Sensitive("sex"),))
    return read_table(path_of("german_data_credit.csv")), roles


def math() -> tuple[Table, Roles]:
    """Return pupils' marks in mathematics, with passing as the target and sex as the group."""
    roles = Roles(target=Target("G3"), sensitive=(Sensitive("sex"),))
    return read_table(path_of("math.csv")), roles


TABLES: dict[str, Callable[[], tuple[Table, Roles]]] = {
    "Demo": lambda: (demo_table(), DEMO_ROLES),
    "Math": math,
    "German": german,
    "Adult": adult,
}


def encoded(name: str) -> EncodedData:
    """Return one of the tables, split and encoded as by default."""
    return encode(assign_roles(*TABLES[name]()))
