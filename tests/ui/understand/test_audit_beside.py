"""A score or decisions that are there already, beside the mixture."""

from dataclasses import replace

import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis.audits import audit_rows, audited_beside
from fairmoe.data import Existing, assign_roles
from fairmoe.sentences.audits import (
    OTHER_TASK,
    changes_beside,
    harm_beside,
    mixture_saw_it,
)
from fairmoe.sentences.result import gap_in_words
from tests.ui.parts import PEOPLE
from tests.ui.prepare.fields import field
from tests.ui.understand.shown import choose_existing, texts


def beside(app, demo_run, roles=None):
    """Open the page with a run, and audit one of the columns that it was trained on."""
    run, labelled = demo_run
    return choose_existing(opened(app, run, labelled, roles), "interview_score")


def opened(app, run, labelled, roles=None):
    state = app.session_state["fairmoe"]
    state.load(labelled.table, labelled.roles)
    state.settle(roles or labelled.roles)
    state.keep(run, labelled)
    return app.switch_page("pages/audit.py").run()


@pytest.mark.parametrize(
    ("is_own", "way_on"),
    [
        (True, ("There is none: see what the mixture does", "result")),
        (False, ("There is none: train a model, and see what that does", "train")),
    ],
)
def test_without_a_score_it_leads_to_the_run_of_the_table_or_to_a_training(
    app, demo_run, is_own, way_on
):
    run, labelled = demo_run
    about = run.data if is_own else replace(run.data, sha256="another")
    page = opened(app, replace(run, data=about), labelled)
    links = [(each.proto.label, each.proto.page) for each in page.main.get("page_link")]
    assert links == [way_on]


def test_beside_the_mixture_it_says_who_changes_and_that_the_mixture_saw_it(app, demo_run):
    run, labelled = demo_run
    beside(app, demo_run)
    existing = Existing("interview_score", field(app, "number_input", "Cut-off").value)
    found = audit_rows(audited_beside(run, labelled, existing))
    told = [
        changes_beside(
            found.account.everyone,
            *run.good_and_bad,
            model="the score “interview_score”",
            is_told=True,
        ),
        harm_beside(found.account.groups.rename(index=PEOPLE), *run.good_and_bad),
    ]
    assert not app.exception
    assert escape_markdown(" ".join(told)) in texts(app)
    assert app.warning[0].value == escape_markdown(mixture_saw_it("interview_score"))
    below = app.main.get("html")[1].proto.body
    for source in ("label", "plain", "model"):
        for words in gap_in_words(found.gaps[source]):
            assert words in below


def test_a_run_of_another_task_does_not_stand_beside_it(app, demo_run):
    _, labelled = demo_run
    sensitive = replace(labelled.roles.sensitive[0], column="region_of_birth")
    roles = replace(labelled.roles, sensitive=(sensitive,))
    assign_roles(labelled.table, roles)
    beside(app, demo_run, roles)
    assert app.info[-1].value == escape_markdown(OTHER_TASK)
    assert len(app.main.get("html")) == 1
