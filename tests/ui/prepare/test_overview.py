"""What leaves the Data page tells of no group of a few people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import ReadOptions, Roles, Sensitive, Target, assign_roles, read_table
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


def test_groups_are_drawn_anew_when_columns_are_read_otherwise(monkeypatch):
    group = np.repeat(["a", "b", "zz"], [60, 40, 20])
    frame = pd.DataFrame({"g": group, "x": range(len(group)), "y": np.arange(len(group)) % 2})
    state, roles, drawn = Session(), Roles(Target("y"), (Sensitive("g"),)), []
    state.load(read_table(frame.to_csv(index=False).encode()))
    monkeypatch.setattr(overview, "show_chart", lambda figure, **_: drawn.append(figure))
    monkeypatch.setattr(overview, "show_table", lambda *_, **__: None)

    def show():
        state.settle(roles)
        overview.show_groups(state, state.labelled)

    show()
    show()
    assert state.overrule(ReadOptions(missing={"g": ("zz",)}))
    show()
    assert drawn[0] is drawn[1]
    assert '"zz' in drawn[0].to_json()
    assert '"zz' not in drawn[2].to_json()
