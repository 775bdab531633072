"""The Data page asks for roles: outcome, groups, weights."""

from dataclasses import replace

from fairmoe._escape import escape_markdown
from fairmoe.data import Target
from fairmoe.ui.prepare.outcome import OWN_WORDS
from tests.ui.prepare.fields import field, groups, roles, table, upload


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
    assert asked.proto.required
    asked.set_value(None).run()
    assert roles(data).target.outcome is None

    field(data, "multiselect", "Positive values").set_value(["no"]).run()
    assert roles(data).target == Target("hired", ("no",), outcome="bad")
    assert field(data, "text_input", "Positive outcome in words").value == "not hired"


def test_what_is_lost_without_an_answer_stands_at_the_way_on(data):
    lost = escape_markdown(
        "Is “hired” good or bad for the person? Without an answer no harm is counted, and no alarm "
        "tells of harm."
    )

    def is_told() -> bool:
        return lost in [caption.value for caption in data.caption]

    upload(data, table())
    assert not is_told()
    asked = field(data, "segmented_control", "Is this outcome good or bad for the person?")
    asked.set_value(None).run()
    assert is_told()
    assert not field(data, "button", "Continue to training").disabled
    asked.set_value("neither").run()
    assert not is_told()


def test_an_answer_on_result_is_that_of_data_and_of_runs_beside_too(data, demo_run):
    upload(data, table())
    asked = "Is this outcome good or bad for the person?"
    field(data, "segmented_control", asked).set_value(None).run()
    state, (run, rows) = data.session_state["fairmoe"], demo_run
    untold = replace(run.roles, target=roles(data).target)
    own = replace(run.data, sha256=state.table.sha256)
    of_table, of_another = (replace(run, roles=untold, data=about) for about in (own, run.data))
    state.keep(replace(of_another, run_id="other"), rows)
    state.keep(replace(of_table, run_id="beside"), rows)
    state.keep(of_table, rows)
    data.switch_page("pages/result.py").run()
    data.button(key="meaning-bad").click().run()
    told = {key: kept.run.roles.target.outcome for key, kept in state.runs.items()}
    assert told == {"other": None, "beside": "bad", run.run_id: "bad"}
    assert roles(data).target.outcome == "bad"
    data.switch_page("pages/data.py").run()
    assert field(data, "segmented_control", asked).value == "bad"
    assert roles(data).target.outcome == "bad"
    assert not data.exception


def test_an_answer_for_another_table_leaves_data_as_it_is(data, demo_run):
    upload(data, table())
    field(data, "segmented_control", "Is this outcome good or bad for the person?").set_value(
        None
    ).run()
    run, rows = demo_run
    untold = replace(run.roles, target=roles(data).target)
    data.session_state["fairmoe"].keep(replace(run, roles=untold), rows)
    data.switch_page("pages/result.py").run()
    data.button(key="meaning-bad").click().run()
    assert roles(data).target.outcome is None


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


def test_words_that_no_sentence_can_hold_are_asked_for_until_they_are_given(data):
    def is_asked() -> bool:
        return OWN_WORDS in [caption.value for caption in data.caption]

    upload(data, table())
    # "hired" and "not hired" read well.
    assert not is_asked()
    field(data, "selectbox", "Target column").select("score").run()
    field(data, "number_input", "Threshold").set_value(4.0).run()
    assert is_asked()
    field(data, "text_input", "Positive outcome in words").set_value("passes").run()
    assert not is_asked()


def test_cut_points_that_are_no_numbers_are_explained(data):
    upload(data, table())
    field(data, "selectbox", "Sensitive column").select("age").run()
    field(data, "text_input", "Cut “age” at").set_value("young").run()
    assert "need to be numbers separated by commas" in data.error[0].value
    assert "young" not in data.error[0].value


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
    told = next(c.value for c in data.caption if "holds everyone" in c.value)
    assert (
        "The group “smaller groups” holds everyone with one of these values: “m & south” (19 "
        "rows), “f & nowhere” (3 rows) and “m & nowhere” (1 row)."
    ) in told.replace("\\", "")
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


def test_a_field_that_merges_groups_is_named_only_where_it_stands(data):
    """Missing values can be a third group, where nothing is asked of merging."""
    frame = table(240)
    frame.loc[::3, "sex"] = None
    upload(data, frame)
    field(data, "segmented_control", "80 rows without a group").set_value("group").run()
    assert len(groups(data)) == 3
    assert "Merge groups of fewer rows than" not in [each.label for each in data.number_input]
    (told,) = [each.value for each in data.warning if "Small groups" in each.value]
    assert "Merge groups" not in told
