import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.data import Target
from fairmoe.errors import UnavailableError
from tests.ui.parts import open_part

NASTY = "**a** <b>ge</b> $x$"

PROXIES = "Proxies for the sensitive attribute"


def table(rows: int = 60) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [20 + i % 40 for i in range(rows)],
            "sex": ["f", "m", "f"] * (rows // 3),
            "region": ["north", "south", "east", "west"] * (rows // 4),
            "score": [i % 7 for i in range(rows)],
            "hired": ["yes", "no", "no", "yes", "no"] * (rows // 5),
        }
    )


def upload(app: AppTest, frame: pd.DataFrame, name: str = "people.csv") -> None:
    app.file_uploader[0].upload(name, frame.to_csv(index=False).encode(), "text/csv").run()


def field(app: AppTest, kind: str, label: str):
    return next(widget for widget in app.get(kind) if widget.label == label)


def groups_table(app: AppTest) -> pd.DataFrame:
    return next(d.value for d in app.dataframe if "positive_share" in d.value)


def groups(app: AppTest) -> list[str]:
    return list(groups_table(app).index)


@pytest.fixture
def data(app: AppTest) -> AppTest:
    return app.switch_page("pages/data.py").run()


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


def roles(data):
    return data.session_state["fairmoe"].labelled.roles


def test_the_outcome_is_asked_for_and_suggested_from_its_words(data):
    upload(data, table())
    asked = field(data, "segmented_control", "Is this outcome good or bad for the person?")
    assert asked.options == ["Good", "Bad", "Neither"]
    assert asked.value == "good"
    assert field(data, "text_input", "Positive outcome in words").value == "hired"
    assert field(data, "text_input", "Other outcome in words").value == "not hired"
    assert roles(data).target == Target("hired", ("yes",), outcome="good")

    asked.set_value("neither").run()
    assert roles(data).target.outcome == "neither"
    asked = field(data, "segmented_control", "Is this outcome good or bad for the person?")
    asked.set_value(None).run()
    assert roles(data).target.outcome is None

    field(data, "multiselect", "Positive values").set_value(["no"]).run()
    assert roles(data).target == Target("hired", ("no",), outcome="bad")
    assert field(data, "text_input", "Positive outcome in words").value == "not hired"


def test_outcomes_are_called_what_the_user_calls_them(data):
    upload(data, table())
    field(data, "text_input", "Positive outcome in words").set_value("gets the job").run()
    assert roles(data).target.words == ("gets the job", "not hired")
    assert data.session_state["fairmoe"].labelled.words == ("gets the job", "not hired")
    field(data, "text_input", "Other outcome in words").set_value("gets the job").run()
    assert any("Call the two outcomes by different words." in each.value for each in data.caption)
    assert data.session_state["fairmoe"].labelled is None
    field(data, "text_input", "Other outcome in words").set_value("").run()
    assert roles(data).target.words == ("gets the job", "not hired")


def test_words_follow_the_threshold(data):
    upload(data, table())
    field(data, "selectbox", "Target column").select("score").run()
    field(data, "number_input", "Threshold").set_value(4.0).run()
    assert field(data, "text_input", "Positive outcome in words").value == "score > 4"
    assert not field(data, "segmented_control", "Is this outcome good or bad for the person?").value
    assert roles(data).target == Target("score", threshold=4.0)


def test_cut_points_that_are_no_numbers_are_explained(data):
    upload(data, table())
    field(data, "selectbox", "Sensitive column").select("age").run()
    field(data, "text_input", "Cut “age” at").set_value("young").run()
    assert "need to be numbers separated by commas" in data.error[0].value
    assert "young" not in data.error[0].value


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


def test_a_leak_and_an_id_are_pointed_out_and_left_out_by_a_button(data):
    upload(data, table().assign(id=range(60), copy=lambda f: f["hired"].map({"yes": 1, "no": 0})))
    left_out = "Columns left out"
    assert field(data, "multiselect", left_out).value == ["id"]
    told = escape_markdown("Left out by default: id (only names the row).")
    assert told in [caption.value for caption in data.caption]
    field(data, "multiselect", left_out).set_value([]).run()
    warnings = [warning.value for warning in data.warning]
    assert "id names the row or the person" in warnings[0]
    assert "copy: alone it tells the outcome with an AUC of 100%" in warnings[1]
    field(data, "button", "Leave out copy").click().run()
    assert not data.exception
    assert field(data, "multiselect", left_out).value == ["copy"]
    assert "copy" not in data.session_state["fairmoe"].labelled.kinds
    assert not any("copy:" in warning.value for warning in data.warning)
    field(data, "button", "Leave out id").click().run()
    assert field(data, "multiselect", left_out).value == ["copy", "id"]


def test_several_leaks_are_left_out_by_one_button(data):
    copies = {name: lambda f: f["hired"] + "!" for name in ("first_copy", "second_copy")}
    upload(data, table().assign(**copies))
    field(data, "button", "Leave out all 2").click().run()
    assert field(data, "multiselect", "Columns left out").value == ["first_copy", "second_copy"]


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


def test_small_crossed_groups_are_counted_and_merged_by_a_button(data):
    frame = table(240)
    frame.loc[:3, "region"] = "nowhere"
    upload(data, frame)
    field(data, "selectbox", "Crossed with").select("region").run()
    assert "Each group needs at least 10 rows" in data.error[0].value
    told = next(c.value for c in data.caption if c.value.startswith("Concerned"))
    assert "f & nowhere" in told.replace("\\", "")
    assert "3 rows, 2 positive, m" in told
    field(data, "button", "Merge the small groups").click().run()
    assert not data.exception
    assert not data.error
    assert groups(data)[-1] == "smaller groups"
    assert "f & nowhere" not in groups(data)
    assert field(data, "number_input", "Merge groups of fewer rows than").value == 10


def test_groups_can_be_given_names(data):
    upload(data, table())
    field(data, "text_input", "f").set_value("women").run()
    assert groups(data) == ["women", "m"]
    assert data.session_state["fairmoe"].labelled.roles.group_names == (("f", "women"),)
    field(data, "text_input", "m").set_value("women").run()
    assert "Each group needs a name of its own" in data.error[0].value
    field(data, "text_input", "m").set_value(" ").run()
    assert groups(data) == ["women", "m"]


def test_weights_and_rows_without_a_group_are_asked_for(data):
    frame = table(120)
    frame["w"] = 1 + frame.index % 3
    frame["debt"] = -frame["age"]
    upload(data, frame)
    assert not [each for each in data.get("button_group") if "without a group" in each.label]
    frame["sex"] = frame["sex"].where(frame.index % 10 > 0)
    upload(data, frame, "gaps.csv")
    weights = field(data, "selectbox", "Weights")
    assert "w" in weights.options
    assert "debt" not in weights.options
    weights.set_value("w").run()
    labelled = data.session_state["fairmoe"].labelled
    assert labelled.roles.weight == "w"
    assert set(labelled.features) == {"age", "region", "score", "debt"}
    told = {
        "leave out": "12 rows left out because 'sex' is missing.",
        "group": "12 rows made a group of their own because 'sex' is missing.",
        "train": "12 rows used for training only, and counted in no group, because 'sex' is "
        "missing.",
    }
    for choice, sentence in told.items():
        field(data, "button_group", "12 rows without a group").set_value(choice).run()
        labelled = data.session_state["fairmoe"].labelled
        assert labelled.roles.unknown == choice
        assert sentence in labelled.notes
        assert groups(data) == ["f", "m", *(["(missing)"] if choice == "group" else [])]


def test_proxies_missing_values_and_small_groups_are_pointed_out(data):
    frame = table(240).assign(kin=lambda f: f["sex"].map({"f": "wife", "m": "husband"}))
    frame["score"] = frame["score"].where((frame["sex"] == "f") | (frame.index % 2 == 0))
    upload(data, frame)
    assert not data.exception
    told = ""
    for part in (PROXIES, "Missing values"):
        told += " ".join(caption.value for caption in open_part(data, "data-part", part).caption)
    assert r"the strongest proxy is kin \(100%\)" in told
    assert "missing for 50\\.0% of m and 0\\.0% of f" in told
    assert "f: 160 rows, 64 of them positive" in data.warning[-1].value.replace("\u2060", "")


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
