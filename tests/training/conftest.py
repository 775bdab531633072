"""Small encoded data sets that the training tests share, and training in double precision."""

import dataclasses
import importlib

import numpy as np
import pytest
import torch

from fairmoe.data import DEMO_ROLES, EncodedData, assign_roles, encode, table_from_frame
from fairmoe.functional.guard import find_faults
from fairmoe.lessons.demo import lesson_applicants
from fairmoe.training import forget_experts


@pytest.fixture(scope="session")
def demo() -> EncodedData:
    """A demo of 800 rows: 480 to train on."""
    return encode(assign_roles(table_from_frame(lesson_applicants(800)), DEMO_ROLES))


@pytest.fixture(autouse=True)
def fresh_cache():
    """No test finds the experts of another."""
    forget_experts()
    yield
    forget_experts()


@pytest.fixture
def in_float64(monkeypatch):
    """Return what turns data into double precision; training then computes in it too.

    Adversarial training amplifies what is rounded off.
    """
    experts, gate = map(
        importlib.import_module, ("fairmoe.training.expert_phase", "fairmoe.training.train")
    )

    def doubled(batch):
        parts = {name: part for name, part in batch._asdict().items() if part is not None}
        real = {name: part.double() for name, part in parts.items() if part.is_floating_point()}
        return batch._replace(**real)

    def double_splits(data):
        splits = {
            name: dataclasses.replace(split, x=split.x.astype(np.float64))
            for name in ("train", "validation", "test")
            for split in [getattr(data, name)]
        }
        return dataclasses.replace(data, **splits)

    one, all_ = experts.make_batch, experts.make_batches
    monkeypatch.setattr(experts, "make_batch", lambda *a: doubled(one(*a)))
    for module in (experts, gate):
        monkeypatch.setattr(
            module, "make_batches", lambda *a, **k: [doubled(batch) for batch in all_(*a, **k)]
        )
    torch.set_default_dtype(torch.float64)
    yield double_splits
    torch.set_default_dtype(torch.float32)


def inadmissible_experts(decisions, rows):
    return find_faults(
        decisions,
        rows.y == 1,
        group=rows.group,
        n_groups=2,
        plain=decisions[:1].expand(3, -1),
        favourable=None,
        choosing=True,
    ).any
