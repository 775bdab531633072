import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from streamlit.proto.Dataframe_pb2 import Dataframe
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.analysis.individual import closest_refusal, predict
from fairmoe.config import Settings
from fairmoe.data import assign_roles
from fairmoe.experiment import run_experiment
from fairmoe.sentences.individual import (
    CHANGES_ARE_NO_ADVICE,
    columns_not_shown,
    where_in_list,
)
from tests.ui.parts import open_part


@pytest.fixture
def individual(app: AppTest, demo_run) -> AppTest:
    run, labelled = demo_run
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    state.row = int(run.splits["test"].rows[10])
    return app.switch_page("pages/individual.py").run()


def metrics(app: AppTest) -> dict[str, str]:
    """Return what stands in bold below each of some words."""
    told = [text.value.replace("\\", "").split("  \n") for text in app.main.markdown]
    return {pair[0]: pair[1].strip("*") for pair in told if len(pair) == 2}


def widget(app: AppTest, label: str):
    app.session_state["person-values"] = True
    app.run()
    return next(
        found
        for found in (*app.number_input, *app.selectbox)
        if found.label.replace("\\", "") == label
    )


def test_the_picked_row_is_shown_with_what_the_models_say(individual, demo_run):
    run, labelled = demo_run
    assert not individual.exception
    assert not individual.error
    record = run.splits["test"]
    headers = [header.value.replace("\\", "") for header in individual.header]
    assert headers[0] == f"Row {labelled.table.line(int(record.rows[10])):,}"
    found = metrics(individual)
    assert found["Probability of “hired”"] == f"{record.proba['mixture'][10]:.2%}"
    assert found["Group"] == labelled.group_names[record.group[10]]
    assert found["Actual"] == ("hired" if record.y_true[10] else "not hired")


def test_before_anyone_is_picked_the_page_is_about_the_closest_refusal(individual, demo_run):
    run, labelled = demo_run
    individual.session_state["fairmoe"].row = None
    individual.run()
    record = run.splits["test"]
    place = closest_refusal(run)
    headers = [header.value.replace("\\", "") for header in individual.header]
    assert headers[0] == f"Row {labelled.table.line(int(record.rows[place])):,}"
    assert metrics(individual)["Predicted"] == "not hired"
    assert record.y_true[place]
    (why,) = (text.value for text in individual.caption if "Opens on" in text.value)
    assert why.startswith("Opens on the closest call among")
    assert "who wrongly get “not hired”" in why
    row = f"row {labelled.table.line(int(record.rows[place])):,}"
    where = where_in_list(row, row, is_listed=True)
    assert why.endswith(escape_markdown(f" {where}"))
    # Whoever asks for others sees one of these.
    individual.get_by_key("individual-decided").set_value("positive").run()
    assert metrics(individual)["Predicted"] == "hired"
    assert not any("Opens on" in text.value for text in individual.caption)


def test_a_changed_value_is_predicted_anew_and_can_be_taken_back(individual, demo_run):
    run, labelled = demo_run
    person = labelled.table.frame.iloc[[int(run.splits["test"].rows[10])]]
    before = metrics(individual)["Probability of “hired”"]
    widget(individual, "test_score").set_value(100.0).run()
    assert not individual.exception
    x = torch.as_tensor(run.encoder.transform(person.assign(test_score=100.0)))
    expected = predict(run, x)["mixture"].iloc[0]
    assert metrics(individual)["Probability of “hired”"] == f"{expected:.2%}" != before
    assert any("Changed: test" in info.value for info in individual.info)
    individual.session_state["person-values"] = False
    individual.run()
    assert not any(found.label == "education" for found in individual.selectbox)
    assert metrics(individual)["Probability of “hired”"] == f"{expected:.2%}"
    individual.session_state["person-values"] = True
    individual.run()
    next(b for b in individual.button if b.label == "Back to the real values").click().run()
    assert metrics(individual)["Probability of “hired”"] == before


def test_filters_leave_the_rows_they_name(individual, demo_run):
    run, labelled = demo_run
    record = run.splits["test"]
    individual.get_by_key("individual-errors").set_value("wrong").run()
    individual.get_by_key(f"individual-group-{run.run_id}").set_value("female").run()
    wrong = (record.proba["mixture"] > 0.5) != (record.y_true == 1)
    expected = int((wrong & (record.group == labelled.group_names.index("female"))).sum())
    listed = individual.dataframe[0].value
    assert len(listed) == expected > 0
    assert set(listed["fairmoe:group"]) == {"female"}
    assert (listed["fairmoe:decided"] != listed["fairmoe:truth"]).all()
    errors = individual.get_by_key("individual-errors")
    # Who is wrongly denied the good outcome comes first.
    assert errors.options[3:] == ["Wrongly “not hired”", "Wrongly “hired”"]
    errors.set_value("wrong-other").run()
    denied = individual.dataframe[0].value
    assert set(denied["fairmoe:decided"]) == {"not hired"}
    assert set(denied["fairmoe:truth"]) == {"hired"}
    assert 0 < len(denied) < expected


def test_the_closest_calls_come_first(individual):
    individual.get_by_key("individual-order").set_value("close").run()
    listed = individual.dataframe[0].value
    assert listed.index[0] == 10
    away = (listed["fairmoe:proba"].iloc[1:] - 50).abs()
    assert away.is_monotonic_increasing


def list_of(individual):
    return individual.dataframe[0]


def test_the_list_begins_with_the_row_that_is_open_and_ticks_it(individual, demo_run):
    run, _ = demo_run
    found = list_of(individual)
    everyone = range(len(run.splits["test"].rows))
    assert list(found.value.index) == [10, *(place for place in everyone if place != 10)]
    assert json.loads(found.proto.selection_default)["selection"]["rows"] == [0]
    # Its box cannot be left unticked.
    assert [*found.proto.selection_mode] == [Dataframe.SelectionMode.SINGLE_ROW_REQUIRED]
    # Who is shown for another reason comes first too; who is filtered out does not.
    individual.session_state["fairmoe"].row = int(run.splits["test"].rows[77])
    individual.run()
    assert list_of(individual).value.index[0] == 77
    other = list(run.data.groups)[1 - int(run.splits["test"].group[77])]
    individual.get_by_key(f"individual-group-{run.run_id}").set_value(other).run()
    assert 77 not in list_of(individual).value.index
    assert not list_of(individual).proto.selection_default
    assert any("not in the list as it is filtered" in text.value for text in individual.caption)


def test_the_list_tells_of_the_row_that_is_open_what_the_page_tells(app, demo_run):
    run, labelled = demo_run
    record = run.splits["test"]
    # A file may keep probabilities in steps, here of five percent.
    kept = np.round(20 * record.proba["mixture"]) / 20 + 0.02
    proba = {**record.proba, "mixture": kept.astype(np.float32)}
    coarse = replace(run, splits={**run.splits, "test": replace(record, proba=proba)})
    app.session_state["fairmoe"].keep(coarse, labelled)
    app.session_state["fairmoe"].row = int(record.rows[10])
    individual = app.switch_page("pages/individual.py").run()
    assert not individual.exception
    (shown,) = individual.dataframe[0].value["fairmoe:proba"].iloc[:1]
    column = json.loads(individual.dataframe[0].proto.columns)["fairmoe:proba"]
    told = column["type_config"]["format"] % shown
    assert told == metrics(individual)["Probability of “hired”"]
    assert shown == pytest.approx(100 * record.proba["mixture"][10], abs=1e-3)
    assert individual.dataframe[0].value["fairmoe:proba"].iloc[1] == pytest.approx(100 * kept[0])
    (takeaway,) = (each.value for each in individual.caption if "The mixture gives" in each.value)
    assert f"a probability of {told}" in takeaway.replace("\\", "")
    table = next(each.value for each in individual.dataframe if "weight" in each.value)
    assert table["proba"].iloc[0] == told


def test_a_row_that_is_picked_leaves_the_list_as_it_was(individual, demo_run):
    run, _ = demo_run
    before = list(list_of(individual).value.index)
    key = f"people-{run.run_id}-test--any-any-file-10"
    state = individual.session_state["fairmoe"]
    individual.session_state[key] = {"selection": {"rows": [5], "columns": [], "cells": []}}
    state.row = int(run.splits["test"].rows[before[5]])
    individual.run()
    assert not individual.exception
    assert list(list_of(individual).value.index) == before
    assert json.loads(list_of(individual).proto.selection_default)["selection"]["rows"] == [5]


def test_the_list_has_as_many_columns_as_a_page_has_room_for(individual, demo_run):
    run, _ = demo_run
    order = list(list_of(individual).proto.column_order)
    names = ["fairmoe:line", "fairmoe:group", "fairmoe:proba", "fairmoe:decided", "fairmoe:truth"]
    assert order[:5] == names
    columns = list(run.encoder.columns)
    assert 0 < len(order) - 5 < len(columns)
    assert order[5:] == columns[: len(order) - 5]
    left = columns_not_shown(len(columns) + 5 - len(order))
    assert any(text.value.endswith(left) for text in individual.caption)


def test_a_sensitive_column_that_is_no_feature_changes_nothing(individual):
    open_part(individual, "individual-part", "Another sensitive value")
    assert any("The models never see sex" in info.value for info in individual.info)


def test_sensitive_values_are_called_as_their_groups_are(app, demo_run):
    names = (("female", "women"), ("male", "men"))
    table = demo_run[1].table
    roles = replace(demo_run[0].roles, include_sensitive=True, group_names=names)
    run = run_experiment(table, roles, Settings(epochs=4))
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))
    individual = app.switch_page("pages/individual.py").run()
    open_part(individual, "individual-part", "Another sensitive value")
    assert not individual.exception
    (swapped,) = (list(each.value.index) for each in individual.dataframe if len(each.value) == 2)
    assert sorted(swapped) in (["men", "women (own)"], ["men (own)", "women"])


def test_the_nearest_person_is_beside_in_words_and_can_be_looked_at(individual, demo_run):
    run, _ = demo_run
    open_part(individual, "individual-part", "Nearest with another outcome")
    table = next(d.value for d in individual.dataframe if "difference" in d.value)
    assert list(table.index) == list(run.encoder.columns)
    for _, row in table.iterrows():
        assert (row["own"] == row["other"]) == (row["difference"] == "same")
    before = metrics(individual)
    individual.get_by_key("neighbour").click().run()
    after = metrics(individual)
    assert after["Group"] != before["Group"]
    assert after["Predicted"] != before["Predicted"]


def test_locked_columns_are_not_changed(individual, demo_run):
    run, _ = demo_run
    open_part(individual, "individual-part", "What would change the decision")
    before = [list(d.value.index) for d in individual.dataframe if "cost" in d.value]
    assert any("score" in change for change in before[0])
    locked = individual.get_by_key(f"locked-{run.run_id}")
    assert locked.value == ["age", "region_of_birth"]
    assert not any("age " in change or "birth" in change for change in before[0])
    locked.set_value(["test_score", "interview_score"]).run()
    assert not individual.exception
    changes = [d.value for d in individual.dataframe if "cost" in d.value]
    assert not any("score" in change for table in changes for change in table.index)


def test_beside_the_smallest_change_stands_that_it_is_no_advice(individual):
    open_part(individual, "individual-part", "What would change the decision")
    texts = [each.value.replace("\\", "") for each in individual.main.markdown]
    (told,) = (text for text in texts if CHANGES_ARE_NO_ADVICE in text)
    assert told.startswith("The smallest found: ")
    captions = " ".join(each.value for each in individual.caption)
    assert "The smallest found" not in captions
    assert "anything in the world" not in captions


def test_nothing_of_the_cells_is_in_the_address(individual):
    widget(individual, "education").set_value("doctorate").run()
    individual.get_by_key("individual-errors").set_value("wrong").run()
    allowed = {
        "session",
        "split",
        *(f"individual-{name}" for name in ("decided", "errors", "order")),
    }
    assert set(individual.query_params) <= allowed


def test_where_the_outcome_is_bad_all_tabs_tell_of_the_good_one(app, demo_run):
    run, labelled = demo_run
    target = replace(run.roles.target, outcome="bad")
    bad = replace(run, run_id="bad", roles=replace(run.roles, target=target))
    test = run.splits["test"]
    proba = test.proba["mixture"].copy()
    app.session_state["fairmoe"].keep(bad, replace(labelled, roles=bad.roles))
    app.session_state["fairmoe"].row = int(test.rows[10])
    individual = app.switch_page("pages/individual.py").run()
    assert not individual.exception
    told = metrics(individual)["Probability of “not hired”"]
    assert told == f"{1 - float(proba[10]):.2%}"
    people = individual.dataframe[0].value
    assert people["fairmoe:proba"].loc[10] == pytest.approx(100 * (1 - float(proba[10])))
    said = next(each.value for each in individual.caption if "The mixture gives" in each.value)
    assert said.replace("\\", "").startswith(
        f"The mixture gives “not hired” a probability of {told}"
    )
    texts = [each.value.replace("\\", "") for each in individual.main.markdown]
    assert "**Which values speak for “not hired”, and which against?**" in texts
    tables = [frame.value for frame in individual.dataframe if "proba" in frame.value]
    assert tables[0]["proba"].iloc[0] == told


def test_probabilities_of_a_table_have_as_many_digits(individual):
    shown = next(table.value for table in individual.dataframe if "weight" in table.value)
    digits = {len(told.partition(".")[2]) for told in shown["proba"]}
    assert len(digits) == 1
