"""Small groups of the run that is shown are merged by a button, for the next training."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis.result import merge_for_training
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, read_table
from fairmoe.data.groups import Merge
from fairmoe.experiment import run_experiment
from fairmoe.sentences.data import MERGE_SMALL, MERGE_THEM, UNDO_MERGE, merge_help
from fairmoe.sentences.small_groups import MERGED_ALREADY
from tests.ui.prepare.fields import field, groups, table, upload


@pytest.fixture(scope="module")
def frame():
    regions = np.repeat(["east", "north", "south", "west"], [15, 585, 580, 20])
    return table(1200).assign(region=regions)


@pytest.fixture(scope="module")
def run_of_few(frame):
    """A run on a table of which two regions are small."""
    roles = Roles(Target("hired", positive=("yes",)), (Sensitive("region"),))
    read = read_table(frame.to_csv(index=False).encode(), name="people.csv")
    return run_experiment(read, roles, Settings(epochs=4))


@pytest.fixture
def app_of_few(app, frame, run_of_few):
    """The app with that table and that run."""
    upload(app.switch_page("pages/data.py").run(), frame)
    field(app, "selectbox", "Sensitive column").select("region").run()
    state = app.session_state["fairmoe"]
    state.keep(run_of_few, state.labelled)
    return app


def open_page(app, page):
    """Open a page of results; on Result the button stands behind "Numbers"."""
    app.session_state["result-numbers"] = True
    return app.switch_page(f"pages/{page}.py").run()


def merge_buttons(app):
    return [each for each in app.main.get("button") if each.label == MERGE_THEM]


def test_the_merge_for_training_takes_in_every_small_group(run_of_few):
    assert merge_for_training(run_of_few) == Merge(581, ("east", "south", "west"), 615)


def test_no_merge_is_advised_that_would_still_be_of_too_few_people(run_of_few):
    test = run_of_few.splits["test"]
    # By these weights the merged groups count as about one person.
    heavy = np.where(test.group == 2, np.where(np.cumsum(test.group == 2) == 1, 1e6, 1.0), 1.0)
    weighted = {**run_of_few.splits, "test": replace(test, weight=heavy)}
    assert merge_for_training(replace(run_of_few, splits=weighted)) is None
    light = {**run_of_few.splits, "test": replace(test, weight=np.ones(len(test.group)))}
    assert merge_for_training(replace(run_of_few, splits=light)) == merge_for_training(run_of_few)
    # A column may give a group fewer test rows than one in five.
    few = np.flatnonzero((test.group == 1) | (np.cumsum(test.group == 2) < 5))
    named = replace(run_of_few, roles=replace(run_of_few.roles, split_column="part"))
    short = replace(test, group=test.group[few], y_true=test.y_true[few], weight=None)
    short = replace(short, proba={name: proba[few] for name, proba in test.proba.items()})
    splits = {**run_of_few.splits, "test": short}
    assert merge_for_training(replace(named, splits=splits)) is None
    assert merge_for_training(replace(run_of_few, splits=splits)) is not None


@pytest.mark.parametrize("page", ["result", "experts", "attention", "routing"])
def test_a_button_merges_the_small_groups_on_data(app_of_few, page):
    app = open_page(app_of_few, page)
    button = app.main.get("button")[[e.label for e in app.main.get("button")].index(MERGE_THEM)]
    assert button.proto.help == merge_help(581)
    button.click().run()
    assert not app.exception
    assert app.title[0].value == "Data"
    assert groups(app) == ["north", "smaller groups"]
    assert field(app, "number_input", MERGE_SMALL).value == 581
    assert app.session_state["fairmoe"].labelled.roles.merge_small == 581
    # The run stays as it was trained, and its pages lead to the next training.
    open_page(app, page)
    assert not merge_buttons(app)
    assert MERGED_ALREADY in [link.proto.label for link in app.main.get("page_link")]


def test_a_merge_is_undone_beside_its_field(app_of_few):
    app = open_page(app_of_few, "result")
    merge_buttons(app)[0].click().run()
    # A test stays on the page that it chose, wherever that page led.
    app.switch_page("pages/data.py").run()
    assert groups(app) == ["north", "smaller groups"]
    field(app, "button", UNDO_MERGE).click().run()
    assert groups(app) == ["east", "north", "south", "west"]
    assert field(app, "number_input", MERGE_SMALL).value == 0
    assert UNDO_MERGE not in [each.label for each in app.button]


def test_data_merges_at_once_what_it_warns_of(app_of_few):
    app = app_of_few.switch_page("pages/data.py").run()
    assert field(app, "button", MERGE_THEM).proto.help == merge_help(21)
    field(app, "button", MERGE_THEM).click().run()
    assert groups(app) == ["north", "south", "smaller groups"]
    # Whoever changes the field himself needs no button to undo it.
    assert UNDO_MERGE in [each.label for each in app.button]
    field(app, "number_input", MERGE_SMALL).set_value(17).run()
    assert UNDO_MERGE not in [each.label for each in app.button]


def test_nothing_is_merged_for_a_run_whose_groups_data_does_not_have(app_of_few):
    app = app_of_few.switch_page("pages/data.py").run()
    field(app, "selectbox", "Sensitive column").select("sex").run()
    app.switch_page("pages/result.py").run()
    assert not app.exception
    assert not merge_buttons(app)
