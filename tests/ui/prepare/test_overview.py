"""What leaves the Data page tells of no group of a few people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import Roles, Sensitive, Target, assign_roles, read_table
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare import overview


@pytest.mark.parametrize(("few", "hidden"), [(20, {"c", "b"}), (30, set())])
def test_counts_of_small_groups_are_left_out_before_there_is_a_run(monkeypatch, few, hidden):
    group = np.repeat(["a", "b", "c"], [60, 40, few])
    frame = pd.DataFrame({"g": group, "x": range(len(group)), "y": np.arange(len(group)) % 2})
    table = read_table(frame.to_csv(index=False).encode())
    labelled = assign_roles(table, Roles(Target("y"), (Sensitive("g"),)))
    given = {}
    monkeypatch.setattr(overview, "limits", lambda: replace(limits(), smallest_group=30))
    monkeypatch.setattr(overview, "show_chart", lambda *_, **__: None)
    monkeypatch.setattr(overview, "show_table", lambda _, **told: given.update(told))
    overview.show_groups(Session(), labelled)
    assert set(given["small"]) == hidden
