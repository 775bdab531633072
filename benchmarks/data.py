"""Encoded data that benchmarks train on: the demo and, where they are at hand, real files."""

import os
from pathlib import Path

import torch

from fairmoe.data import (
    DEMO_ROLES,
    EncodedData,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    demo_table,
    encode,
    read_table,
)

FOLDER = Path(
    os.environ.get("FAIRMOE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
FILES = {
    "German": ("german_data_credit.csv", Roles(Target("class-label"), (Sensitive("sex"),))),
    "Math": ("math.csv", Roles(Target("G3"), (Sensitive("sex"),))),
    "Adult": ("adult.csv", Roles(Target("income-per-year"), (Sensitive("sex"),))),
}


def load(name: str) -> EncodedData:
    """Return "Demo", or a real data set from the folder that FAIRMOE_DATA names."""
    if name == "Demo":
        return encode(assign_roles(demo_table(), DEMO_ROLES))
    file, roles = FILES[name]
    return encode(assign_roles(read_table(FOLDER / file), roles))


def random_rows(rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return rows, labels that rest on their first columns, and two groups that the rows betray."""
    generator = torch.Generator().manual_seed(0)
    group = torch.randint(0, 2, (rows,), generator=generator)
    x = torch.randn(rows, columns, generator=generator)
    x[:, :4] += 0.5 * group[:, None]
    y = (x[:, :8].sum(1) + torch.randn(rows, generator=generator) > 0).long()
    return x, y, group
