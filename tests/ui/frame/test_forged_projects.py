"""Projects that open by themselves and do not fit the session, their table or one another."""

import dataclasses

import pytest

from fairmoe.data import DEMO_ROLES, ReadOptions, Sensitive, read_table
from fairmoe.runs import Project, ProjectRun, ProjectTable, write_project
from fairmoe.ui.frame.limits import limits
from tests.ui.frame.test_projects import open_in, upload

FORGED = {
    "roles of columns that there are not": {
        "roles": dataclasses.replace(DEMO_ROLES, sensitive=(Sensitive("nope"),))
    },
    "kinds that cannot be": {"options": ReadOptions(kinds={"hired": "number"})},
}
ODD = {
    "the kind that it is": ReadOptions(kinds={"age": "number"}),
    "numbers that mean missing": ReadOptions(missing={"age": ("47", "48")}),
    "no text that means missing": ReadOptions(missing={"age": ()}),
    "a line that means missing": ReadOptions(missing={"": ("a\nb", '"')}),
    "spellings of levels": ReadOptions(alike=("department",)),
    "a decimal sign": ReadOptions(decimal="point"),
}


@pytest.fixture
def project(demo_file):
    read = read_table(demo_file)

    def of(runs=(), **changes):
        table = ProjectTable("hiring.csv", read.sha256, ReadOptions(), DEMO_ROLES, demo_file)
        table = dataclasses.replace(table, **changes)
        return write_project(Project(tuple(runs), 0 if runs else None, table))

    return of


@pytest.mark.parametrize("kind", FORGED)
def test_what_cannot_be_opened_takes_nothing_away(app, demo_file, demo_run, project, kind):
    state = app.session_state["fairmoe"]
    own = read_table(demo_file, name="mine.csv")
    state.load(own, DEMO_ROLES)
    state.settle(DEMO_ROLES)
    state.keep(*demo_run)
    open_in(app, project(**FORGED[kind]))
    assert app.error
    assert (state.source, state.run) == (own, demo_run[0])
    assert state.labelled.roles == DEMO_ROLES


def test_rows_that_do_not_fit_a_forged_run_change_nothing(app, demo_run, demo_file):
    run, _ = demo_run
    roles = dataclasses.replace(run.roles, sensitive=(Sensitive("nope"),))
    forged = dataclasses.replace(run, roles=roles)
    state = open_in(app, write_project(Project((ProjectRun(forged, "Theirs"),), 0)))
    (key,) = [each.key for each in app.file_uploader if each.key.startswith("rows-")]
    upload(app, key, demo_file, "hiring.csv")
    assert "no column of that name" in app.error[0].value
    assert (state.table, state.kept.rows) == (None, None)


@pytest.mark.parametrize("kind", ODD)
def test_what_the_reader_was_told_stays_when_its_form_is_drawn(app, project, kind):
    state = open_in(app, project(options=ODD[kind]))
    assert not app.exception
    told = state.table.reading.options
    app.switch_page("pages/data.py").run()
    assert not app.exception
    assert not app.error
    assert (state.table.reading.options, state.labelled is None) == (told, False)


def test_more_runs_than_a_session_keeps_are_refused(app, demo_run, project, monkeypatch):
    run, _ = demo_run
    runs = [ProjectRun(dataclasses.replace(run, run_id=f"r{i}"), f"Run {i}") for i in range(3)]
    content = project(runs)
    few = dataclasses.replace(limits(), runs=2)
    monkeypatch.setattr("fairmoe.ui.frame.handover.limits", lambda: few)
    monkeypatch.setattr("fairmoe.ui.frame.state.limits", lambda: few)
    state = open_in(app, content)
    assert not app.exception
    assert "at most 2 runs can be opened here" in app.error[0].value
    assert not state.runs


def test_a_project_has_to_fit_into_what_a_session_may_hold(app, demo_run, monkeypatch):
    run, _ = demo_run
    runs = [ProjectRun(dataclasses.replace(run, run_id=f"r{i}"), f"Run {i}") for i in range(3)]
    size = sum(s.gate.nbytes + sum(p.nbytes for p in s.proba.values()) for s in run.splits.values())
    content = write_project(Project(tuple(runs), 0))
    small = dataclasses.replace(limits(), session_mib=2.5 * size / 2**20)
    monkeypatch.setattr("fairmoe.ui.frame.room.limits", lambda: small)
    state = open_in(app, content)
    assert not app.exception
    assert app.error
    assert not state.runs
