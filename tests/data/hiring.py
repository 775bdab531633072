"""A small table of applicants, encoded."""

import numpy as np
import pandas as pd

from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    assign_roles,
    encode,
    table_from_frame,
)


def table(n=200, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n),
            "age": rng.integers(18, 70, n).astype(float),
            "town": rng.choice(["Ulm", "Bonn", "Jena"], n),
            "hired": rng.choice(["yes", "no"], n),
        }
    )
    frame.loc[::17, "age"] = np.nan
    return frame


ROLES = Roles(Target("hired"), (Sensitive("sex"),))


def encoded(frame, roles=ROLES, **settings):
    return encode(assign_roles(table_from_frame(frame), roles), **settings)
