"""A table while it is read: progress, cancel, and another setting without losing the page."""

import threading

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.data import read_table
from fairmoe.progress import Progress
from tests.data.reading.test_files import xlsx
from tests.patience import PATIENCE
from tests.ui.prepare.fields import field, groups, table, upload


@pytest.fixture
def slow(monkeypatch):
    """Let reading tell of itself until it may end, or is stopped; return what lets it."""
    may_end = threading.Event()

    def read_slowly(content, *, on_progress, **others):
        while not may_end.wait(0.01):
            on_progress(Progress("read", 1, 4))
        return read_table(content, on_progress=on_progress, **others)

    monkeypatch.setattr("fairmoe.ui.prepare.loading.read_table", read_slowly)
    monkeypatch.setattr("fairmoe.ui.prepare.loading.SOON", 0.2)
    yield may_end
    may_end.set()


def bar(app: AppTest) -> str:
    return app.get("progress")[0].proto.text


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label == label)


def test_a_slow_reading_shows_how_far_it_is_and_ends_as_a_table(data, slow, monkeypatch):
    upload(data, table())
    assert bar(data) == "Reading the table"
    assert data.get("progress")[0].proto.value == 25
    assert data.session_state["fairmoe"].table is None
    slow.set()
    monkeypatch.setattr("fairmoe.ui.prepare.loading.SOON", PATIENCE)
    for _ in range(100):
        if data.session_state["fairmoe"].table is not None:
            break
        threading.Event().wait(PATIENCE / 1000)
        data.run()
    assert data.session_state["fairmoe"].table.name == "people.csv"
    assert not data.get("progress")


def test_a_reading_that_is_cancelled_leaves_the_table_before(data, slow):
    slow.set()
    upload(data, table())
    data.run()
    before = data.session_state["fairmoe"].table
    assert before is not None
    slow.clear()
    upload(data, table(120), "more.csv")
    button(data, "Cancel").click().run()
    for _ in range(100):
        if not data.get("progress"):
            break
        threading.Event().wait(PATIENCE / 1000)
        data.run()
    assert "Reading was cancelled; nothing was changed" in data.info[-1].value.replace("\\", "")
    assert data.session_state["fairmoe"].table is before
    # It is not begun anew whenever the page is drawn.
    data.run()
    assert not data.get("progress")


def test_another_sheet_is_read_without_another_upload_and_roles_stay(data):
    header = ["sex", "age", "region", "hired"]
    rows = [
        ["f" if i % 2 else "m", 20 + i % 40, "ab"[i % 3 > 0], "yn"[i % 5 > 2]] for i in range(90)
    ]
    book = xlsx(First=[header, *rows], Second=[header, *rows[:60]])
    data.file_uploader[0].upload("book.xlsx", book, "application/octet-stream").run()
    state = data.session_state["fairmoe"]
    assert len(state.table.frame) == 90
    field(data, "selectbox", "Target column").set_value("hired").run()
    field(data, "selectbox", "Sensitive column").set_value("region").run()
    assert groups(data) == ["a", "b"]
    field(data, "text_input", "Sheet of a workbook").set_value("Second").run()
    assert len(state.table.frame) == 60
    assert not data.error
    assert groups(data) == ["a", "b"]
    assert state.labelled.roles.target.column == "hired"
    # A sheet that is not there is said, and the table before stays.
    field(data, "text_input", "Sheet of a workbook").set_value("Third").run()
    assert "sheet" in data.error[0].value
    assert len(state.table.frame) == 60
    # What is set for one file is not for the next.
    upload(data, table())
    assert len(state.table.frame) == 60
    assert state.table.name == "people.csv"
    assert not data.error
    assert field(data, "text_input", "Sheet of a workbook").value == ""


def test_an_encoding_is_set_for_a_file_that_was_read_wrongly(data):
    frame = table().assign(town=["Łódź", "Kraków", "Gdańsk"] * 20)
    content = frame.to_csv(index=False).encode("cp1250")
    data.file_uploader[0].upload("towns.csv", content, "text/csv").run()
    state = data.session_state["fairmoe"]
    field(data, "text_input", "Encoding of a text table").set_value("latin-1").run()
    assert "Łódź" not in set(state.table.frame["town"])
    field(data, "text_input", "Encoding of a text table").set_value("cp1250").run()
    assert set(state.table.frame["town"]) == {"Łódź", "Kraków", "Gdańsk"}


def test_the_demo_is_not_replaced_by_the_file_before(data):
    upload(data, table())
    next(each for each in data.button if each.label == "Use the demo data").click().run()
    state = data.session_state["fairmoe"]
    demo = state.table
    field(data, "text_input", "Sheet of a workbook").set_value("Other").run()
    assert state.table is demo
    assert not data.error


def test_the_same_text_can_be_pasted_twice(data):
    text = table().to_csv(index=False, sep="\t")
    for _ in range(2):
        data.text_area[0].set_value(text).run()
        button(data, "Read what is pasted").click().run()
        state = data.session_state["fairmoe"]
        assert state.table.name == "pasted table"
        next(each for each in data.button if each.label == "Use the demo data").click().run()
    assert isinstance(state.table.frame, pd.DataFrame)
