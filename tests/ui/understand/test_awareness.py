"""A blind and an aware run side by side on the page Experts."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.analysis.awareness import other_awareness
from fairmoe.data import assign_roles
from tests.ui.fakes import run_at_once, settle


def yes_to_all(run):
    """Return the run with a mixture that gives everyone the same answer."""
    splits = {
        name: replace(
            split, proba={**split.proba, "mixture": np.full(len(split.y_true), 0.9, np.float32)}
        )
        for name, split in run.splits.items()
    }
    return replace(run, splits=splits)


@pytest.fixture
def experts(app: AppTest, demo_run) -> AppTest:
    """The page with a blind run that raises an alarm."""
    run, labelled = demo_run
    app.session_state["fairmoe"].keep(yes_to_all(run), labelled)
    return app.switch_page("pages/experts.py").run()


def test_an_aware_run_is_offered_where_a_blind_one_raises_an_alarm(experts, training):
    seen = []

    def note(table, roles, settings, *, on_progress):
        seen.append((roles.include_sensitive, settings))
        return run_at_once(table, roles, settings, on_progress=on_progress)

    training(note)
    assert any("This mixture does not see sex" in info.value for info in experts.info)
    assert "Blind or aware" not in [header.value for header in experts.header]
    run = experts.session_state["fairmoe"].run
    experts.button(key="offer-aware").click().run()
    settle(experts)
    assert not experts.exception
    assert seen == [(False, run.settings), (True, run.settings)]


def test_where_an_aware_run_raises_an_alarm_nothing_is_offered(app, demo_run):
    run, labelled = demo_run
    aware = replace(yes_to_all(run), roles=other_awareness(run.roles))
    app.session_state["fairmoe"].keep(aware, assign_roles(labelled.table, aware.roles))
    app.switch_page("pages/experts.py").run()
    assert not app.exception
    assert "offer-aware" not in [button.key for button in app.button]


def test_both_are_shown_side_by_side_once_they_are_there(experts, demo_run):
    run, labelled = demo_run
    aware = other_awareness(run.roles)
    rows = assign_roles(labelled.table, aware)
    state = experts.session_state["fairmoe"]
    state.keep(replace(run, roles=aware, run_id="f" * 16), rows, "Aware")
    experts.run()
    assert not experts.exception
    assert "Blind or aware" in [header.value for header in experts.header]
    told = " ".join(text.value for text in experts.markdown)
    assert "Blind, it raises an alarm" in told
    assert "offer-aware" not in [button.key for button in experts.button]
    experts.switch_page("pages/result.py").run()
    assert not experts.exception
    labels = [each.proto.label for each in experts.main.get("page_link")]
    assert "Blind or aware" in labels
    assert "Experts" not in labels
