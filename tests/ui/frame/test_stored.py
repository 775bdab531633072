"""Projects that a server keeps on its disk, for all of its sessions."""

import shutil

import pytest

from fairmoe._escape import escape_markdown
from fairmoe.data import DEMO_ROLES
from fairmoe.project_store import About, ProjectStore
from fairmoe.runs import read_project
from fairmoe.sentences.projects import DELETED_FOR_ALL, WHO_SEES_THE_STORE
from fairmoe.ui.frame import stored
from fairmoe.ui.frame.process import project_store


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRMOE_STORE", str(tmp_path / "store"))
    project_store.clear()
    made = ProjectStore(tmp_path / "store")
    made.prepare()
    yield made
    project_store.clear()


@pytest.fixture
def loaded(store, new_session, demo_run, demo_file):
    del store
    run, labelled = demo_run
    app = new_session()
    state = app.session_state["fairmoe"]
    state.load(labelled.table, DEMO_ROLES, content=demo_file)
    state.settle(DEMO_ROLES)
    state.keep(run, labelled, "Ours")
    return app.run()


def captions(app):
    return [each.value for each in app.main.caption]


def name_field(app):
    (field,) = [each for each in app.text_input if (each.key or "").startswith("store-name-")]
    return field


def test_by_default_no_server_keeps_any(app):
    assert not any("this server" in each.value for each in app.subheader)
    assert not any("this server" in each.value for each in app.sidebar.caption)


def test_what_one_session_saves_another_one_opens(loaded, store, new_session, demo_run):
    assert name_field(loaded).value == "demo_hiring"
    assert WHO_SEES_THE_STORE in [each.value for each in loaded.sidebar.caption]
    name_field(loaded).set_value("Review / *1*").run()
    loaded.get_by_key("store-project").click().run()
    assert not loaded.exception
    assert [each.value for each in loaded.success] == ["Saved on this server."]
    (kept,) = store.projects()
    assert kept.name == "Review / *1*"
    assert kept.about == About(1, "demo_hiring.csv", False)
    assert read_project(store.read(kept.key)).runs[0].run.run_id == demo_run[0].run_id

    # Saved again by the same session it takes the place of itself.
    loaded.get_by_key("project-with-table").check().run()
    loaded.get_by_key("store-project").click().run()
    assert not loaded.error
    (again,) = store.projects()
    assert again.key != kept.key
    assert again.about.with_table

    other = new_session()
    assert WHO_SEES_THE_STORE in captions(other)
    told = escape_markdown("1 run, with the table demo_hiring.csv")
    assert any(told in each for each in captions(other))
    assert f"**{escape_markdown('Review / *1*')}**" in [each.value for each in other.markdown]
    other.get_by_key(f"open-{again.key}").click().run()
    assert not other.exception
    state = other.session_state["fairmoe"]
    assert state.kept.name == "Ours"
    assert state.labelled.roles == DEMO_ROLES
    # The other session knows the name and the state that it opened.
    assert name_field(other).value == "Review / *1*"
    assert not other.get_by_key("store-project").disabled


def test_the_project_of_somebody_else_is_replaced_only_if_that_is_said(loaded, store):
    theirs = store.save(b"theirs", "demo_hiring", About(0, "", False))
    loaded.run()
    told = escape_markdown("There is a project 'demo_hiring' already, saved ")
    assert told in loaded.sidebar.warning[0].value
    assert loaded.get_by_key("store-project").disabled
    loaded.get_by_key(f"store-replace-{theirs.key}").check().run()
    loaded.get_by_key("store-project").click().run()
    assert not loaded.error
    (kept,) = store.projects()
    assert kept.about.runs == 1


def test_projects_are_renamed_and_deleted(app, store):
    key = store.save(b"none", "a", About(0, "", False)).key
    app.run()
    app.get_by_key(f"rename-{key}-a").set_value("b").run()
    assert [each.name for each in store.projects()] == ["b"]
    app.get_by_key(f"rename-{key}-b").set_value(" ").run()
    assert "A name of 1 to 100 characters is needed" in app.error[0].value
    assert DELETED_FOR_ALL in [each.value for each in app.markdown]
    app.get_by_key(f"delete-{key}").click().run()
    assert not app.error
    assert not store.projects()
    assert any("None yet" in each.value for each in app.markdown)


def test_what_cannot_be_opened_changes_nothing_and_says_so(loaded, store, tmp_path):
    key = store.save(b"none", "a", About(0, "", False)).key
    gone = store.save(b"none", "b", About(0, "", False)).key
    loaded.run()
    assert any("takes the place of the table" in each.value for each in loaded.main.markdown)
    loaded.get_by_key(f"open-{key}").click().run()
    assert "A project of fairmoe is needed" in loaded.error[0].value
    (tmp_path / "store" / f"{gone}.fairmoe").unlink()
    loaded.get_by_key(f"open-{gone}").click().run()
    assert escape_markdown("The project 'b' needs its file") in loaded.error[0].value
    assert loaded.session_state["fairmoe"].kept.name == "Ours"
    shutil.rmtree(tmp_path / "store")
    loaded.run()
    assert not loaded.exception
    assert "The store of this server cannot be opened" in loaded.main.error[0].value
    assert loaded.get_by_key("save-project")


def test_of_many_projects_one_looks_for_a_name(app, store, monkeypatch):
    monkeypatch.setattr(stored, "MOST", 2)
    for name in ("one", "two", "three"):
        store.save(b"none", name, About(0, "", False))
    app.run()
    assert "1 more. Enter a part of the name to find them." in captions(app)
    app.get_by_key("find-stored").set_value("O").run()
    shown = [each.value for each in app.markdown if each.value.startswith("**")]
    assert shown == ["**two**", "**one**"]
