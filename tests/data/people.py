"""A small table of people, and roles for it."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    assign_roles,
    table_from_frame,
)
from fairmoe.errors import InvalidInputError

N = 120


def people(**changes):
    """Return a frame of 120 rows: half women, half hired in each sex and age."""
    i = np.arange(N)
    frame = pd.DataFrame(
        {
            "sex": np.where(i % 2, "female", "male"),
            "age": 20 + i % 40,
            "race": np.array(["black", "other", "white"])[i % 3],
            "skill": np.sin(i),
            "hired": np.where(i // 2 % 2, "yes", "no"),
        }
    )
    return frame.assign(**changes)


ROLES = Roles(Target("hired"), (Sensitive("sex"),))


def assign(frame, roles=ROLES):
    return assign_roles(table_from_frame(frame), roles)


def refusal(frame, roles=ROLES):
    with pytest.raises(InvalidInputError) as caught:
        assign(frame, roles)
    return caught.value


def with_sensitive(*sensitive, **others):
    return Roles(Target("hired"), sensitive, **others)
