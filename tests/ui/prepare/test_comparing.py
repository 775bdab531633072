"""Two runs side by side, on the train page."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, assign_roles, demo_table
from fairmoe.sentences.comparison import nothing_to_compare
from tests.ui.fakes import make_run
from tests.ui.parts import open_part

OTHER = Roles(Target("hired"), (Sensitive("region_of_birth"),), dropped=("applicant_id",))


def keep(app, run_id, roles=DEMO_ROLES, *, turned=0):
    """Keep a run of one split that decides otherwise about the first rows of the first one."""
    table = demo_table()
    run = replace(make_run(table, roles, Settings()), run_id=run_id)
    test = run.splits["test"]
    proba = test.proba["mixture"].copy()
    proba[:turned] = np.where(proba[:turned] > 0.5, 0.1, 0.9)
    other = replace(test, proba=test.proba | {"mixture": proba})
    run = replace(run, splits=run.splits | {"test": other})
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))


@pytest.fixture
def train(app):
    state = app.session_state["fairmoe"]
    state.load(demo_table(), DEMO_ROLES)
    state.settle(DEMO_ROLES)
    keep(app, "first")
    keep(app, "second", turned=30)
    app.switch_page("pages/train.py").run()
    return open_part(app, "train-part", "Who changes")


def told(app):
    (text,) = (each.value for each in app.markdown if "decisions change" in each.value)
    return text


def alts(app):
    return [chart.proto.alt for chart in app.get("plotly_chart")]


@pytest.mark.slow
def test_two_runs_are_compared_in_people(train):
    assert not train.exception
    assert told(train).startswith(r"From Run 1 to Run 2, 30 of 4,000 decisions change\.")
    assert "female" in told(train)
    assert alts(train)[-1].startswith("Of 100 people in each group Run 2 gives “hired” to")
    assert "differently on 30 of the same 4,000 rows" in " ".join(c.value for c in train.caption)
    (first,) = (box for box in train.selectbox if box.label == "From")
    first.set_value("second").run()
    assert "Choose two different runs." in [caption.value for caption in train.caption]


def test_runs_of_another_question_are_refused_with_a_sentence(train):
    keep(train, "third", OTHER)
    train.run()
    boxes = {box.label: box for box in train.selectbox}
    # Two that can be compared, though the run shown can not.
    assert (boxes["From"].value, boxes["To"].value) == ("first", "second")
    boxes["To"].set_value("third").run()
    notes = [note.value for note in train.info]
    assert any("Their figures cannot be compared" in note for note in notes)
    assert not any("From Run" in each.value for each in train.markdown)
    # the run shown is the only one of its kind, so the others are not set beside it either
    open_part(train, "train-part", "Compare scores")
    assert not alts(train)
    alone = escape_markdown(nothing_to_compare("Run 3", ("Run 1", "Run 2")))
    assert alone in [note.value for note in train.info]
