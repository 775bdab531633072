import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.errors import UnavailableError
from fairmoe.sentences.data import others_look_sensitive
from tests.ui.parts import open_part
from tests.ui.prepare.fields import field, groups, groups_table, table, upload

NASTY = "**a** <b>ge</b> $x$"

PROXIES = "Proxies for the sensitive attribute"


def with_texts(count: int) -> pd.DataFrame:
    cells = [f"text {i}" if 7 <= i < 7 + count else str(1000 + i) for i in range(60)]
    return table().assign(salary=cells)


def changes(app: AppTest) -> str:
    listed = next(each.value for each in app.markdown if each.value.startswith("- "))
    return listed.replace("\\", "")


def test_many_texts_among_numbers_are_warned_of(data):
    upload(data, with_texts(6))
    assert "salary holds numbers, but row 9 holds text" in data.warning[0].value.replace("\\", "")


def test_what_was_done_to_the_columns_is_shown(data):
    upload(data, with_texts(1))
    assert changes(data) == (
        "- 'salary' holds numbers; 1 other text in 1 row was taken as missing. (“text 7”)"
    )
    assert data.session_state["fairmoe"].table.kinds["salary"] == "number"
    field(data, "multiselect", "Columns to take as categories").set_value(["salary"]).run()
    assert data.session_state["fairmoe"].table.kinds["salary"] == "category"
    assert "text 7" in data.session_state["fairmoe"].table.frame["salary"].cat.categories


def test_the_decimal_sign_is_asked_for_where_nothing_decides(data):
    upload(data, table().assign(salary=[f"{1 + i % 9}.{100 + i}" for i in range(60)]))
    salary = lambda: data.session_state["fairmoe"].table.frame["salary"]  # noqa: E731
    assert "can be read in two ways" in changes(data)
    assert salary().iloc[0] == 1.1
    field(data, "segmented_control", "Which is the decimal sign?").set_value("comma").run()
    assert salary().iloc[0] == 1100
    assert not any(each.value.startswith("- ") for each in data.markdown)
    field(data, "segmented_control", "Which is the decimal sign?").set_value("point").run()
    assert salary().iloc[0] == 1.1


def test_texts_that_mean_missing_and_spellings_are_told(data):
    upload(data, table().assign(sex=["F", "f", "m"] * 20, score=[999, 2, 3] * 20))
    assert "999 stands far from the other numbers of 'score' in 20 rows" in changes(data)
    assert "2 levels of 'sex' differ only in case" in changes(data)
    assert groups(data) == ["F", "f", "m"]
    field(data, "multiselect", "Numbers that mean missing").set_value(["score: 999"]).run()
    merge = "Merge levels that differ only in case, blanks or Unicode form"
    field(data, "multiselect", merge).set_value(["sex"]).run()
    frame = data.session_state["fairmoe"].table.frame
    assert frame["score"].isna().sum() == 20
    assert groups(data) == ["F", "m"]
    field(data, "text_input", "Texts that mean missing in any column").set_value("m, 3").run()
    frame = data.session_state["fairmoe"].table.frame
    assert frame["sex"].isna().sum() == 20
    assert frame["score"].isna().sum() == 40


def test_an_upload_is_shown_with_suggested_roles_and_unlocks_training(data):
    upload(data, table())
    assert not data.exception
    assert not data.error
    assert data.header[0].value == "people\\.csv"
    assert field(data, "selectbox", "Target column").value == "hired"
    assert field(data, "multiselect", "Positive values").value == ["yes"]
    assert field(data, "selectbox", "Sensitive column").value == "sex"
    assert groups(data) == ["f", "m"]
    assert groups_table(data)["rows"].tolist() == [40, 20]
    state = data.session_state["fairmoe"]
    assert state.labelled.positive == "hired = yes"


@pytest.mark.parametrize(("seed", "kept"), [(1, [0, None]), (5, [5, 0.0])])
def test_the_settings_of_the_demo_are_not_those_of_the_next_table(data, seed, kept):
    names = ("setting-seed", "setting-gate_weight_decay")
    data.session_state[names[0]], data.session_state[names[1]] = seed, 0.0
    upload(data, table())
    assert [data.session_state[name] for name in names] == kept


def test_who_asks_on_home_to_upload_finds_the_field_open_until_a_table_is_loaded(app):
    sources = lambda: next(each for each in app.expander if "oad a" in each.label)  # noqa: E731
    app.switch_page("pages/data.py").run()
    upload(app, table())
    assert not sources().proto.expanded
    app.switch_page("app.py").run()
    next(each for each in app.button if each.label == "Upload your own").click().run()
    assert app.title[0].value == "Data"
    assert sources().proto.expanded
    upload(app.switch_page("pages/data.py").run(), table().assign(other=1))
    assert not sources().proto.expanded


def test_a_bad_upload_is_one_sentence_and_loses_nothing(data):
    upload(data, table())
    before = data.session_state["fairmoe"].labelled
    data.file_uploader[0].upload("bad.csv", b"\x89PNG\x00\x01", "text/csv").run()
    assert not data.exception
    assert "A table as text is needed; however, the file is a picture" in data.error[0].value
    assert data.session_state["fairmoe"].labelled is before
    assert groups(data) == ["f", "m"]


def test_the_bytes_of_an_upload_are_not_kept_in_its_widget(data):
    upload(data, table())
    assert not data.file_uploader[0].value


@pytest.mark.slow
def test_the_demo_comes_with_its_roles(data):
    next(b for b in data.button if b.label == "Use the demo data").click().run()
    assert field(data, "multiselect", "Columns left out").value == ["applicant_id"]
    assert groups(data) == ["women", "men"]


def test_two_columns_are_crossed(data):
    upload(data, table(240))
    field(data, "selectbox", "Crossed with").select("age").run()
    field(data, "text_input", "Cut “age” at").set_value("40").run()
    assert not data.error
    assert len(groups(data)) == 4
    assert all(name.startswith(("f & ", "m & ")) for name in groups(data))


@pytest.mark.slow
def test_levels_are_merged_under_a_name(data):
    upload(data, table())
    field(data, "selectbox", "Sensitive column").select("region").run()
    assert len(groups(data)) == 4
    field(data, "multiselect", "Values of group 1").set_value(["north", "south"]).run()
    field(data, "text_input", "Name of group 1").set_value("vertical").run()
    field(data, "multiselect", "Values of group 2").set_value(["east", "west"]).run()
    assert sorted(groups(data)) == ["east or west", "vertical"]


def test_a_number_becomes_a_target_by_a_threshold(data):
    upload(data, table())
    field(data, "selectbox", "Target column").select("score").run()
    field(data, "number_input", "Threshold").set_value(4.0).run()
    assert data.session_state["fairmoe"].labelled.positive == "score > 4"


def test_roles_in_doubt_lock_training_and_say_why(data):
    upload(data, table())
    field(data, "multiselect", "Positive values").set_value([]).run()
    assert not data.error
    assert any("Choose which values are the positive class" in each.value for each in data.caption)
    assert field(data, "selectbox", "Sensitive column").value == "sex"
    assert data.session_state["fairmoe"].labelled is None
    locked = {link.proto.label: link.proto.disabled for link in data.sidebar.get("page_link")}
    assert locked["Train"]
    field(data, "multiselect", "Positive values").set_value(["no"]).run()
    assert data.session_state["fairmoe"].labelled.positive == "hired = no"


def test_the_kind_of_a_column_is_overruled(data):
    upload(data, table())
    field(data, "multiselect", "Columns to take as categories").set_value(["score"]).run()
    assert data.session_state["fairmoe"].table.kinds["score"] == "category"
    assert data.session_state["fairmoe"].labelled.kinds["score"] == "category"


@pytest.mark.slow
def test_text_cannot_be_taken_as_numbers(data):
    upload(data, table())
    field(data, "multiselect", "Columns to take as numbers").set_value(["region"]).run()
    data.run()
    assert "needs numbers" in data.error[0].value
    assert data.session_state["fairmoe"].table.kinds["region"] == "category"


def test_names_of_columns_are_text_and_not_markup(data):
    frame = table().rename(columns={"age": NASTY})
    upload(data, frame, name="<i>people</i>.csv")
    field(data, "multiselect", "Columns left out").set_value([]).run()
    field(data, "selectbox", "Sensitive column").select(NASTY).run()
    assert not data.exception
    assert data.header[0].value == r"\<i\>people\</i\>\.csv"
    assert field(data, "text_input", rf"Cut “{escape_markdown(NASTY)}” at")
    shown = [
        element.value
        for kind in ("header", "subheader", "caption", "markdown", "warning", "info", "error")
        for element in data.get(kind)
    ]
    labels = [w.label for kind in ("text_input", "expander", "tab") for w in data.get(kind)]
    assert not [text for text in shown + labels if NASTY in text or "<i>" in text]


def test_data_of_one_session_is_not_seen_by_another(data, new_session):
    upload(data, table())
    other = new_session()
    other.switch_page("pages/data.py").run()
    assert not other.dataframe
    assert other.session_state["fairmoe"].table is None


def test_public_data_without_a_network_is_explained_and_loses_nothing(data, monkeypatch):
    def offline(name):
        raise UnavailableError(f"The data set {name} could not be fetched.")

    upload(data, table())
    monkeypatch.setattr("fairmoe.ui.prepare.sources.fetch_public", offline)
    data.button(key="public-adult").click().run()
    assert data.error[0].value == r"The data set adult could not be fetched\."
    assert groups(data) == ["f", "m"]


def test_proxies_missing_values_and_small_groups_are_pointed_out(data):
    frame = table(240).assign(kin=lambda f: f["sex"].map({"f": "wife", "m": "husband"}))
    frame["score"] = frame["score"].where((frame["sex"] == "f") | (frame.index % 2 == 0))
    frame["region"] = frame["region"].where(frame.index % 12 < 10, "south")
    upload(data, frame)
    assert not data.exception
    told = ""
    for part in (PROXIES, "Missing values"):
        told += " ".join(caption.value for caption in open_part(data, "data-part", part).caption)
    assert r"the strongest proxy is kin \(100%\)" in told
    told = told.replace("\\", "")
    people = "50.0% of people with sex = m and 0.0% of people with sex = f"
    assert f"missing for {people}" in told
    warned = data.warning[-1].value.replace("\u2060", "")
    assert "“f” (160 rows, 64 of them positive)" in warned.replace("\\", "")
    # Of two groups one would be left.
    assert "Merge groups" not in warned
    field(data, "selectbox", "Sensitive column").select("region").run()
    merges = field(data, "number_input", "Merge groups of fewer rows than").label
    told = data.warning[-1].value.replace("\u2060", "")
    assert f"Set “{merges}” above to 61, and “east”, “north” and “west” become one group" in told


def test_a_group_that_lacks_positives_alone_is_warned_of_and_not_merged(data):
    frame = table(2400)
    frame["region"] = np.repeat(
        ["east", "north", "south", "west", "isle"], [600, 30, 1100, 20, 650]
    )
    frame.loc[frame["region"] == "east", "hired"] = ["yes"] * 20 + ["no"] * 580
    upload(data, frame)
    field(data, "selectbox", "Sensitive column").select("region").run()
    told = data.warning[-1].value.replace("\u2060", "").replace("\\", "")
    assert "“east” (600 rows, 20 of them positive)" in told
    assert "above to 31, and “north” and “west” become one group of 50 rows" in told
    # Nor is it merged with the only group of few rows.
    for gone in (["west"], ["north", "west"]):
        upload(data, frame[~frame["region"].isin(gone)], f"without-{len(gone)}.csv")
        field(data, "selectbox", "Sensitive column").select("region").run()
        told = data.warning[-1].value.replace("\u2060", "").replace("\\", "")
        assert "“east” (600 rows, 20 of them positive)" in told
        assert "become one group" not in told
        assert not any(button.label == "Merge the small groups" for button in data.button)


def test_groups_that_are_merged_already_bring_a_note_and_no_warning(data):
    frame = table(1200)
    frame["region"] = np.repeat(["east", "north", "south", "west"], [50, 560, 560, 30])
    upload(data, frame)
    field(data, "selectbox", "Sensitive column").select("region").run()
    assert "Set “Merge groups of fewer rows than” above to 51" in data.warning[-1].value
    field(data, "number_input", "Merge groups of fewer rows than").set_value(51).run()
    assert not data.exception
    assert not any("groups" in each.value for each in data.warning)
    told = [each.value.replace("\\", "") for each in data.info]
    assert any(each.startswith("Still small: “smaller groups” (80 rows, 3") for each in told)


def test_features_that_give_away_the_groups_are_told_of_before_training(data):
    frame = table(240)
    upload(
        data,
        frame.assign(height=[160 + i % 9 + 12 * (s == "m") for i, s in enumerate(frame["sex"])]),
    )

    def told():
        return [each.value for each in data.info if "away" in each.value]

    assert len(told()) == 1
    assert escape_markdown("do not look at sex, but") in told()[0]
    assert escape_markdown("most of all height (alone 100%)") in told()[0]
    field(data, "toggle", "The models may look at the sensitive columns").set_value(True).run()
    assert not told()
    upload(data, frame)
    assert not told()


def test_a_guessed_sensitive_column_is_told_to_be_one(data):
    def told():
        return [each.value for each in data.caption if each.value.startswith("Suggested by its")]

    upload(data, table())
    assert told() == [escape_markdown(others_look_sensitive(["age"]))]
    field(data, "selectbox", "Crossed with").select("region").run()
    assert not told()
    upload(data, table().assign(home=1))
    field(data, "selectbox", "Sensitive column").select("region").run()
    assert not told()
    upload(data, table().drop(columns="age"))
    assert not told()


def test_proxies_are_found_once_for_the_same_roles(data, monkeypatch):
    found = []
    from fairmoe.data.checks import find_proxies

    monkeypatch.setattr(
        "fairmoe.ui.prepare.warnings.find_proxies",
        lambda rows: found.append(rows) or find_proxies(rows),
    )
    upload(data, table())
    open_part(data, "data-part", PROXIES)
    data.run()
    assert len(found) == 1
    field(data, "selectbox", "Sensitive column").select("region").run()
    assert len(found) == 2


def test_features_that_the_figure_of_missing_values_has_no_room_for_are_counted(data):
    holes = np.where(np.arange(240) % 3, 1.5, np.nan)
    upload(data, table(240).assign(**{f"x{i}": holes + i for i in range(14)}))
    told = [caption.value for caption in open_part(data, "data-part", "Missing values").caption]
    assert any(r"Drawn are the first 12 of 14 columns\." in each for each in told)
