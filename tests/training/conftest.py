"""Small encoded data sets that the training tests share."""

import pytest

from fairmoe.data import DEMO_ROLES, EncodedData, assign_roles, encode, make_demo, table_from_frame
from fairmoe.training import forget_experts


@pytest.fixture(scope="session")
def demo() -> EncodedData:
    """A demo of 800 rows: 480 to train on."""
    return encode(assign_roles(table_from_frame(make_demo(800)), DEMO_ROLES))


@pytest.fixture(autouse=True)
def fresh_cache():
    """No test finds the experts of another."""
    forget_experts()
    yield
    forget_experts()
