"""How long work will take, told before it begins."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fairmoe.config import Settings
from fairmoe.data import ReadOptions, Roles, Sensitive, Target, read_table
from fairmoe.ui.frame import expected
from fairmoe.ui.frame.state import Session

ROLES = Roles(Target("y"), (Sensitive("g"),))


@pytest.fixture
def told(monkeypatch):
    """What is said, in whole seconds, at the pace of the reference."""
    said = []
    monkeypatch.setattr(expected, "preload", lambda: SimpleNamespace(is_alive=lambda: False))
    monkeypatch.setattr(expected, "_factor", lambda: 1.0)
    monkeypatch.setattr(expected, "expected_time", lambda seconds, **_: said.append(seconds) or "")
    return said


@pytest.fixture
def state():
    n = 400
    columns = {"g": np.arange(n) % 2, "x": np.arange(n), "y": np.arange(n) // 2 % 2}
    state = Session()
    state.load(read_table(pd.DataFrame(columns).to_csv(index=False).encode()))
    state.settle(ROLES)
    return state


def test_a_column_that_is_read_as_categories_takes_its_own_time(state, told):
    settings = Settings()
    expected.show_expected_time(state, settings, recommended=False)
    expected.show_expected_time(state, settings, recommended=False)
    assert state.overrule(ReadOptions(kinds={"x": "category"}))
    state.settle(ROLES)
    expected.show_expected_time(state, settings, recommended=False)
    assert told[0] == told[1] != told[2]


def test_experts_of_a_run_that_was_opened_are_trained_and_those_of_one_trained_here_are_not(
    demo_run, told
):
    run, labelled = demo_run
    state, settings = Session(), run.settings.replace(fairness_weight=2.0)
    state.load(labelled.table)
    state.settle(run.roles)
    expected.show_expected_time(state, settings, recommended=False)
    state.keep(run, labelled)
    expected.show_expected_time(state, settings, recommended=False)
    front = expected.front_seconds(state, state.kept)
    state.trained.add(run.run_id)
    expected.show_expected_time(state, settings, recommended=False)
    assert told[0] == told[1] > 1.3 * told[2]
    assert front > 1.1 * expected.front_seconds(state, state.kept)


@pytest.mark.usefixtures("told")
def test_a_blind_and_an_aware_run_take_the_time_of_both(demo_run, monkeypatch):
    run, labelled = demo_run
    state, each = Session(), []
    state.load(labelled.table)
    state.settle(run.roles)
    monkeypatch.setattr(expected, "expected_time", lambda one, *, both: each.append((one, both)))
    monkeypatch.setattr(expected.st, "caption", lambda _: None)
    for recommended in (False, True):
        expected.show_expected_time(state, run.settings, recommended=recommended)
    (one, both), (found, both_found) = each
    assert 2 * one < both < 2.2 * one
    assert both_found - found == pytest.approx(both - one)
    assert found > one
    state.keep(run, labelled)
    state.trained.add(run.run_id)
    expected.show_expected_time(state, run.settings, recommended=False)
    assert each[-1][1] - each[-1][0] == pytest.approx(both - one)
