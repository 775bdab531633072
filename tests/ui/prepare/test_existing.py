"""Data asks for the score or decision that is in use today."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.data import DEMO_ROLES, Existing, make_demo, table_from_frame
from fairmoe.sentences.audits import (
    EXISTING_ASKED,
    copied_as_features,
    how_it_decides,
    left_out_of_features,
)
from tests.ui.prepare.fields import field

WORDS = ("hired", "not hired")
ROLES = replace(DEMO_ROLES, target=replace(DEMO_ROLES.target, words=WORDS))


@pytest.fixture
def data(app):
    frame = make_demo(600)
    decile = np.ceil(2 * frame["interview_score"]).clip(1, 10).astype(int)
    state = app.session_state["fairmoe"]
    state.load(table_from_frame(frame.assign(decile_score=decile, twin=2 * decile)), ROLES)
    return app.switch_page("pages/data.py").run()


def open_question(app):
    app.session_state[f"existing-open-{app.session_state['fairmoe'].version}"] = True
    app.run()


def test_the_role_is_taken_and_given_back_and_no_answer_stays_a_feature(data):
    state = data.session_state["fairmoe"]
    assert not data.exception
    assert EXISTING_ASKED in [each.label for each in data.main.expander]
    # Columns are looked at only when somebody asks.
    assert "Score or decision" not in [each.label for each in data.main.selectbox]
    open_question(data)
    field(data, "selectbox", "Score or decision").set_value("decile_score").run()
    assert not data.exception
    existing = Existing("decile_score", field(data, "number_input", "Cut-off").value)
    assert state.labelled.roles.existing == existing
    same = ("interview_score", "twin")
    assert not {"decile_score", *same} & set(state.labelled.kinds)
    told = f"{how_it_decides(existing, WORDS)} {left_out_of_features('decile_score', same)}"
    assert escape_markdown(told) in [each.value for each in data.main.caption]
    field(data, "number_input", "Cut-off").set_value(7.0).run()
    assert state.labelled.roles.existing.cutoff == 7.0
    data.switch_page("pages/train.py").run()
    data.switch_page("pages/data.py").run()
    assert state.labelled.roles.existing.cutoff == 7.0
    open_question(data)
    field(data, "selectbox", "Score or decision").set_value(None).run()
    assert not data.exception
    assert state.labelled.roles.existing is None
    assert "decile_score" not in state.labelled.kinds
    assert "decile_score" in field(data, "multiselect", "Columns left out").value


def test_a_feature_called_like_an_answer_is_pointed_out_and_named_by_a_button(data):
    state = data.session_state["fairmoe"]

    def told():
        return [each.value for each in data.main.info]

    hint = escape_markdown(copied_as_features(["decile_score"]))
    assert hint in told()
    field(data, "button", f"Name {escape_markdown('decile_score')}").click().run()
    assert not data.exception
    assert state.labelled.roles.existing.column == "decile_score"
    assert field(data, "selectbox", "Score or decision").value == "decile_score"
    assert not {"decile_score", "twin"} & set(state.labelled.kinds)
    assert hint not in told()


def test_a_column_that_gets_another_role_decides_no_more(data):
    state = data.session_state["fairmoe"]
    open_question(data)
    field(data, "selectbox", "Score or decision").set_value("decile_score").run()
    field(data, "selectbox", "Weights").set_value("decile_score").run()
    assert not data.exception
    assert state.labelled.roles.existing is None
    assert state.labelled.roles.weight == "decile_score"


@pytest.mark.parametrize("values", [pd.date_range("2020", periods=600), ["a"] * 600])
def test_what_can_be_no_answer_is_not_pointed_out_whatever_it_is_called(app, values):
    state = app.session_state["fairmoe"]
    state.load(table_from_frame(make_demo(600).assign(decision_date=values)), ROLES)
    app.switch_page("pages/data.py").run()
    assert "decision_date" in state.labelled.kinds
    assert not [each.label for each in app.main.button if each.label.startswith("Name ")]
