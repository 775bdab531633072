"""A store in an empty folder, with a clock of its own."""

import pytest

from fairmoe.project_store import ProjectStore


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    made = ProjectStore(tmp_path / "new" / "store", max_mib=1, clock=clock)
    made.prepare()
    return made


@pytest.fixture
def folder(store, tmp_path):
    del store
    return tmp_path / "new" / "store"
