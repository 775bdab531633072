"""Which groups were merged for being small."""

import numpy as np
import pytest

from fairmoe.data import MISSING, Roles, Sensitive, Target, assign_roles, table_from_frame
from fairmoe.data.small_groups import merged_before
from tests.data.hiring import table


@pytest.mark.parametrize(
    ("few", "unknown", "merged"),
    [
        (0, "leave out", ()),
        (2, "leave out", ()),
        (40, "leave out", ("c", "d")),
        (40, "group", ("c", "d", MISSING)),
        (90, "leave out", ("b", "c", "d")),
    ],
)
def test_the_groups_that_were_merged_before_a_training_are_named(few, unknown, merged):
    sex = np.repeat(["a", "b", "c", "d", None], [90, 60, 20, 20, 10])
    frame = table().assign(sex=np.random.default_rng(0).permutation(sex))
    roles = Roles(Target("hired"), (Sensitive("sex"),), merge_small=few, unknown=unknown)
    rows = assign_roles(table_from_frame(frame), roles)
    assert merged_before(rows) == merged
    assert ("smaller groups" in rows.group_names) == bool(merged)
