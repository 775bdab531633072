"""Projects in the app: saved, opened, and what they show without their table."""

import dataclasses
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.data import DEMO_ROLES, ReadOptions, read_table
from fairmoe.runs import Notes, Project, ProjectRun, ProjectTable, write_project
from fairmoe.sweep import MemoryStore
from fairmoe.ui.frame.handover import project_of
from fairmoe.ui.frame.kept import Explored
from fairmoe.ui.frame.of_table import TOLERANCE, of_table
from fairmoe.ui.frame.pages import PAGES
from fairmoe.ui.frame.unasked import FRONTS
from tests.patience import PATIENCE
from tests.ui.conftest import APP

OTHER = dataclasses.replace(DEMO_ROLES, dropped=())
NEED_ROWS = ("pages/attention.py", "pages/individual.py")


@pytest.fixture(scope="module")
def run(demo_run):
    run, _ = demo_run
    point = dataclasses.replace(
        run, run_id="point", settings=run.settings.replace(fairness_weight=8.0)
    )
    return run.with_front([point])


def upload(app, key, content, name):
    app.get_by_key(key).upload(name, content, "application/zip").run()


def keys_of(app, start):
    return [each.key for each in app.file_uploader if each.key.startswith(start)]


def open_in(app, content):
    (key,) = keys_of(app, "open-project-home")
    upload(app, key, content, "x.fairmoe")
    return app.session_state["fairmoe"]


def test_a_tolerance_for_a_table_without_a_run_is_saved_and_opened(app, demo_run):
    _, labelled = demo_run
    state = app.session_state["fairmoe"]
    state.load(labelled.table, DEMO_ROLES)
    assert not state.runs
    tolerance = of_table(TOLERANCE, labelled.table.sha256)
    project = project_of(state, {tolerance: 5.0}, with_table=False)
    assert project.tolerance == 0.05
    open_in(app, write_project(project))
    assert not app.exception
    assert app.session_state[tolerance] == 5


@pytest.mark.slow
def test_what_was_saved_is_opened_elsewhere(app, run, demo_run, demo_file, new_session):
    _, labelled = demo_run
    state = app.session_state["fairmoe"]
    state.load(labelled.table, DEMO_ROLES, content=demo_file)
    state.settle(DEMO_ROLES)
    state.keep(run, labelled, "Ours", reason="Because.")
    app.switch_page("pages/report.py").run()
    app.get_by_key(f"report-notes-{run.run_id}").set_value("Mind the gap.").run()
    app.get_by_key("report-reviewer").set_value("R").run()
    tolerance = of_table(TOLERANCE, run.data.sha256)
    app.get_by_key(tolerance).set_value(5.0).run()
    app.get_by_key("project-with-table").check().run()
    assert not app.exception
    assert "whoever gets it can read every cell" in " ".join(c.value for c in app.sidebar.caption)
    assert app.get_by_key("save-project")
    keys = (f"report-notes-{run.run_id}", "report-reviewer", tolerance)
    project = project_of(state, {key: app.session_state[key] for key in keys}, with_table=True)
    assert project.table.content == demo_file
    assert project_of(state, {}, with_table=False).table.content is None

    other = new_session()
    opened = open_in(other, write_project(project))
    assert not other.exception
    assert not other.error
    assert (opened.kept.name, opened.kept.reason) == ("Ours", "Because.")
    assert opened.labelled.roles == DEMO_ROLES
    assert opened.kept.rows.roles == run.roles
    assert len(opened.kept.front) == 2
    assert opened.owner != state.owner
    other.switch_page("pages/report.py").run()
    assert not other.exception
    assert other.get_by_key(f"report-notes-{run.run_id}").value == "Mind the gap."
    assert other.get_by_key("report-reviewer").value == "R"
    assert other.get_by_key(tolerance).value == 5
    other.switch_page("pages/individual.py").run()
    assert not other.exception
    assert other.header


def test_sweeps_that_a_project_does_not_hold_are_counted(app, demo_run):
    state = app.session_state["fairmoe"]
    state.keep(*demo_run)
    one, other = (SimpleNamespace(fits=lambda _: True) for _ in range(2))
    elsewhere = dataclasses.replace(state.kept, run=dataclasses.replace(state.run, roles=OTHER))
    state.explored = [
        Explored(state.kept, MemoryStore(), one),
        Explored(elsewhere, MemoryStore(), other, peers=("a fit",)),
    ]
    app.run()
    (told,) = [each.value for each in app.caption if "Not in it" in each.value]
    assert "Not in it: 1 other sweep of this session and Fairlearn" in told.replace("\u2060", "")
    state.explored = state.explored[:1]
    app.run()
    assert not [each.value for each in app.caption if "Not in it" in each.value]


@pytest.fixture
def without_rows(app, run):
    table = ProjectTable(run.data.name, run.data.sha256, run.reading.options, run.roles)
    open_in(app, write_project(Project((ProjectRun(run, "Theirs"),), 0, table)))
    assert app.session_state["fairmoe"].kept.rows is None
    return app


@pytest.mark.parametrize("path", [path for path in PAGES if path != "app.py"])
def test_without_the_table_every_page_shows_what_needs_none(without_rows, path):
    without_rows.switch_page(path).run()
    assert not without_rows.exception
    assert not without_rows.error
    asked = any("needs the rows" in note.value for note in without_rows.info)
    assert asked == (path in (*NEED_ROWS, "pages/tradeoff.py"))
    assert len(keys_of(without_rows, "rows-")) == 1
    assert any("Give the table of the run" in said.value for said in without_rows.sidebar.caption)
    if path == "pages/tradeoff.py":
        assert without_rows.get("plotly_chart")


def test_without_table_and_front_the_way_on_from_the_result_stays(app, demo_run, monkeypatch):
    monkeypatch.setenv(FRONTS, "always")
    run, _ = demo_run
    open_in(app, write_project(Project((ProjectRun(run, "Theirs"),), 0)))
    app.switch_page("pages/result.py").run()
    assert not app.exception
    assert any("needs the rows" in said.value for said in app.caption)
    assert "result-picture" in app.session_state


def test_the_table_is_taken_by_its_digest(without_rows, run, demo_file):
    (key,) = keys_of(without_rows, "rows-")
    upload(without_rows, key, demo_file + b"\n", "other.csv")
    assert "byte for byte; however, this one has another digest" in without_rows.error[0].value
    upload(without_rows, key, demo_file, "same.csv")
    assert not without_rows.error
    assert not without_rows.exception
    state = without_rows.session_state["fairmoe"]
    assert state.kept.rows.roles == run.roles
    assert state.labelled.roles == run.roles
    assert not keys_of(without_rows, "rows-")


def test_the_table_may_come_by_the_data_page_too(without_rows, demo_file):
    state = without_rows.session_state["fairmoe"]
    state.load(read_table(demo_file, name="hiring.csv"))
    assert state.kept.rows is not None


def test_a_file_that_is_no_project_changes_nothing_and_says_so(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    app.run()
    state = open_in(app, b"none")
    assert "A project of fairmoe is needed" in app.error[0].value
    assert state.run is demo_run[0]
    app.run()
    assert not app.error


def test_how_columns_are_read_is_entered_again(app, demo_file):
    options = ReadOptions(
        kinds={"age": "category", "region_of_birth": "text"}, missing={"": ("master", "a,b")}
    )
    content = demo_file
    read = read_table(content)
    table = ProjectTable("hiring.csv", read.sha256, options, DEMO_ROLES, content)
    state = open_in(app, write_project(Project(table=table)))
    assert not app.exception
    assert state.table.reading.options.kinds == options.kinds
    app.switch_page("pages/data.py").run()
    assert not app.exception
    assert state.table.reading.options.kinds == options.kinds
    assert state.table.reading.options.missing == options.missing
    assert state.labelled is not None


@pytest.mark.slow
def test_the_app_begins_with_what_it_was_started_with(run, tmp_path, monkeypatch):
    path = tmp_path / "x.fairmoe"
    path.write_bytes(write_project(Project((ProjectRun(run, "N", notes=Notes(title="T")),), 0)))
    monkeypatch.setenv("FAIRMOE_OPEN", str(path))
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    assert not app.exception
    assert app.session_state["fairmoe"].run.run_id == run.run_id
    assert app.title[0].value == "Result"
    app.get_by_key("forget").click().run()
    assert app.session_state["fairmoe"].run is None
    path.write_bytes(b"")
    other = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    assert "A project of fairmoe is needed" in other.error[0].value
