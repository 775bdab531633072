"""What is in use today stands beside the mixture on the pages that show a run."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import result_of
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Existing, assign_roles, make_demo, table_from_frame
from fairmoe.experiment import run_experiment
from fairmoe.sentences.audits import (
    DECISIONS_COMPARED,
    NO_PROBABILITY,
    existing_in_words,
    existing_model,
    existing_said,
    how_it_decides,
    why_not_of,
)
from fairmoe.sentences.people import changes_for_people
from fairmoe.sentences.result import changed_harm, cost_in_people, who_gets_it
from fairmoe.sentences.worse import gap_not_surely_smaller
from tests.ui.parts import chance_of, of_people
from tests.ui.prepare.fields import field

EXISTING = Existing("decile_score", 6.0)
ROLES = replace(DEMO_ROLES, existing=EXISTING)


@pytest.fixture(scope="module")
def known():
    frame = make_demo(600)
    decile = np.ceil(2 * frame["interview_score"]).clip(1, 10)
    table = table_from_frame(frame.assign(decile_score=decile), name="scored.csv")
    return run_experiment(table, ROLES, Settings(epochs=4)), assign_roles(table, ROLES)


@pytest.fixture
def shown(app, known):
    app.session_state["fairmoe"].keep(*known)
    return app


def open_part(app, tabs, name):
    """Open a tab; the models of so few epochs raise alarms."""
    app.query_params["experts-part"] = "By group"
    app.query_params[tabs] = name
    app.run()
    assert not app.exception


def told(app):
    return [each.value for each in (*app.main.markdown, *app.main.caption)]


def compare_with_existing(app):
    field(app, "segmented_control", "Compared with").set_value("existing").run()


def test_result_and_people_compare_the_mixture_with_it_if_asked(shown, known):
    run, model = known[0], existing_in_words(EXISTING)
    shown.switch_page("pages/result.py").run()
    assert "Plain model" in shown.get("html")[0].proto.body
    compare_with_existing(shown)
    assert not shown.exception
    found, words = result_of(run, plain="existing"), run.good_and_bad
    gap, groups = of_people(found)
    told_of = changed_harm(groups, *words, plain=model)
    how = f"{how_it_decides(EXISTING, run.data.words)} {DECISIONS_COMPARED}"
    aim = gap_not_surely_smaller(
        found.gaps["plain"].value, found.gaps["model"].value, name=model, chance=chance_of(found)
    )
    who = " ".join(filter(None, [who_gets_it(gap, words[0], groups=2), aim]))
    lead = f"{who} {told_of} {how}"
    assert escape_markdown(lead) in told(shown)
    cost = cost_in_people(groups, found.account.everyone, *words[:2], plain=model)
    assert cost.startswith("Against the score “decile_score”, of ")
    assert escape_markdown(cost) in told(shown)
    assert "Your score today" in shown.get("html")[0].proto.body
    shown.switch_page("pages/experts.py").run()
    open_part(shown, "experts-part", "People")
    account = run.account(plain="existing")
    assert escape_markdown(changes_for_people(account.everyone, *words, plain=model)) in told(shown)
    assert f"**Cost:** {escape_markdown(cost)}" in told(shown)
    assert not shown.exception


def test_why_the_gap_says_that_it_stands_beside_the_plain_model(shown):
    shown.switch_page("pages/result.py").run()
    shown.get_by_key("result-picture").set_value("Why").run()
    beside = escape_markdown(why_not_of(EXISTING))
    assert beside not in told(shown)
    compare_with_existing(shown)
    assert not shown.exception
    assert beside in told(shown)


def test_experts_show_its_scores_and_what_each_group_gets(shown, known):
    run = known[0]
    shown.switch_page("pages/experts.py").run()
    assert escape_markdown(existing_model(EXISTING, run.data.words)) in told(shown)
    open_part(shown, "group-part", "Rates")
    field(shown, "selectbox", "Model").set_value("existing").run()
    assert not shown.exception
    open_part(shown, "group-part", "Probabilities")
    assert shown.info[0].value == NO_PROBABILITY


def test_a_person_has_its_answer_too(shown, known):
    run, labelled = known
    shown.switch_page("pages/individual.py").run()
    assert not shown.exception
    record = run.splits["test"]
    values = labelled.table.frame["decile_score"].to_numpy()[record.rows]
    possible = {
        escape_markdown(existing_said(EXISTING, f"{value:g}", run.data.words[int(value <= 6)]))
        for value in values
    }
    assert possible & set(told(shown))


def test_a_run_without_one_has_no_such_choice(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    app.switch_page("pages/result.py").run()
    labels = [each.label for each in app.main.get("button_group")]
    assert labels
    assert "Compared with" not in labels
