"""The train page with more than one training: where settings come from, and how runs compare."""

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.config import LAMBDAS, Settings
from fairmoe.data import (
    DEMO_ROLES,
    Roles,
    Sensitive,
    assign_roles,
    demo_table,
    table_from_frame,
)
from fairmoe.progress import Progress
from fairmoe.ui.frame import runs
from fairmoe.ui.prepare.presets import PRESETS, setting_key
from tests.patience import PATIENCE
from tests.ui.fakes import Held, make_run, run_at_once, settle
from tests.ui.parts import open_part

OWN = Settings(
    lambda_fair=3.0, epochs=40, weight_by_disagreement=False, select="last", split_seed=4
)


def keep(app: AppTest, run_id: str, settings: Settings, roles: Roles = DEMO_ROLES) -> None:
    table = demo_table()
    run = replace(make_run(table, roles, settings), run_id=run_id)
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))


@pytest.fixture
def train(app: AppTest) -> AppTest:
    state = app.session_state["fairmoe"]
    state.load(demo_table(), DEMO_ROLES)
    state.settle(DEMO_ROLES)
    return app.switch_page("pages/train.py").run()


@pytest.fixture
def two_runs(train: AppTest) -> AppTest:
    keep(train, "first", Settings())
    keep(train, "second", OWN)
    return train.run()


def lambdas(app: AppTest) -> tuple[float, ...]:
    return tuple(app.select_slider(key=setting_key(name)).value for name in LAMBDAS)


@pytest.mark.parametrize("name", [name for name in PRESETS if PRESETS[name].lambdas])
def test_a_preset_sets_the_four_lambdas_and_shows_them_in_the_objective(train, name):
    train.get_by_key("preset").set_value(name).run()
    assert not train.exception
    assert lambdas(train) == PRESETS[name].lambdas
    formula = train.latex[-2].value
    for value, loss in zip(PRESETS[name].lambdas, ("rep", "fair", "attention", "adv"), strict=True):
        assert rf"\mathbf{{{value:g}}}\,\mathcal{{L}}_{{{loss}}}" in formula


def test_the_preset_in_use_is_the_one_the_sliders_stand_at(train):
    assert train.get_by_key("preset").value == "balanced"
    train.select_slider(key=setting_key("lambda_adv")).set_value(5.0).run()
    assert train.get_by_key("preset").value is None
    assert any("Your own mix" in caption.value for caption in train.caption)
    train.select_slider(key=setting_key("lambda_adv")).set_value(1.0).run()
    assert train.get_by_key("preset").value == "balanced"


@pytest.mark.slow
def test_recommended_settings_are_found_by_a_small_sweep_that_says_why(train):
    train.select_slider(key=setting_key("lambda_fair")).set_value(2.0)
    train.number_input(key=setting_key("epochs")).set_value(4).run()
    train.get_by_key("preset").set_value("recommended").run()
    assert lambdas(train) == (1.0, 2.0, 1.0, 1.0)
    assert any("nine likely settings around the ones below" in each.value for each in train.caption)
    train.button(key="train").click().run()
    settle(train)
    train.switch_page("pages/train.py").run()
    assert not train.exception
    (told,) = (each.value for each in train.info if each.value.startswith("Recommended settings"))
    assert re.search(r"(of 9 settings|none of 8 others) .* mean final score of 2 seeds", told)
    kept = train.session_state["fairmoe"].kept
    assert kept.run.settings.epochs == 4
    assert kept.run.settings.seed == 0
    # It stays chosen until another preset, or a previous run, is taken.
    assert train.get_by_key("preset").value == "recommended"
    train.get_by_key("preset").set_value("utility").run()
    assert train.get_by_key("preset").value == "utility"
    train.get_by_key("preset").set_value("recommended").run()
    train.get_by_key("settings-from").select(kept.run.run_id).run()
    assert train.get_by_key("preset").value != "recommended"


def test_a_previous_run_gives_all_its_settings(two_runs, training):
    seen = []

    def note(table, roles, settings, *, on_progress):
        seen.append(settings)
        return run_at_once(table, roles, settings, on_progress=on_progress)

    training(note)
    two_runs.get_by_key("settings-from").select("second").run()
    assert not two_runs.exception
    assert lambdas(two_runs) == (1.0, 3.0, 1.0, 1.0)
    two_runs.button(key="train").click().run()
    settle(two_runs)
    two_runs.switch_page("pages/train.py").run()
    two_runs.get_by_key("settings-from").select("first").run()
    two_runs.button(key="train").click().run()
    settle(two_runs)
    assert seen == [OWN, Settings()]


def chooser(app):
    (found,) = (box for box in app.sidebar.selectbox if box.label == "Run shown on all pages")
    return found


@pytest.mark.parametrize("change", ["keep", "forget", "show"])
def test_a_choice_from_before_the_program_changed_the_run_does_not_count(
    two_runs, monkeypatch, change
):
    state, drawn, kept = two_runs.session_state["fairmoe"], {}, {}
    keep(two_runs, "third", Settings(seed=3))
    monkeypatch.setattr(runs.st, "selectbox", lambda *_, **given: drawn.update(given))
    monkeypatch.setattr(runs.st, "session_state", kept)
    runs.run_chooser(state)
    late, key = drawn["on_change"], drawn["key"]
    kept[key] = "first"
    late()
    assert state.chosen == "first"
    if change == "keep":
        keep(two_runs, "fourth", Settings(seed=4))
    elif change == "forget":
        state.forget("first")
    else:
        runs._show(state, "second")
    shown = state.chosen
    kept[key] = "first" if change != "forget" else "second"
    late()
    assert state.chosen == shown
    runs.run_chooser(state)
    assert drawn["key"] != key
    assert kept[drawn["key"]] == shown


def test_the_run_shown_is_chosen_for_all_pages(two_runs):
    state = two_runs.session_state["fairmoe"]
    assert state.chosen == "second"
    chooser(two_runs).select("first").run()
    assert state.chosen == "first"
    two_runs.button(key="show-second").click().run()
    assert state.chosen == "second"
    two_runs.switch_page("pages/experts.py").run()
    assert chooser(two_runs).value == "second"


def test_a_run_is_renamed_and_a_name_of_blanks_is_not_taken(two_runs):
    state = two_runs.session_state["fairmoe"]
    two_runs.text_input(key="name-first").set_value(" Gentle *one* ").run()
    assert state.runs["first"].name == "Gentle *one*"
    assert any(each.value == r"**Gentle \*one\***" for each in two_runs.markdown)
    two_runs.text_input(key="name-first").set_value("  ").run()
    assert state.runs["first"].name == "Gentle *one*"


def test_a_run_is_deleted_and_the_other_is_shown(two_runs):
    two_runs.button(key="delete-second").click().run()
    assert not two_runs.exception
    state = two_runs.session_state["fairmoe"]
    assert list(state.runs) == ["first"]
    assert state.chosen == "first"
    two_runs.button(key="delete-first").click().run()
    assert not two_runs.exception
    assert state.run is None
    assert not two_runs.metric


def test_a_deleted_run_comes_back_to_its_place(two_runs):
    state = two_runs.session_state["fairmoe"]
    keep(two_runs, "third", Settings(seed=3))
    two_runs.run()
    two_runs.button(key="delete-second").click().run()
    assert "Run 2 was deleted" in " ".join(each.value for each in two_runs.caption)
    two_runs.button(key="undo-delete").click().run()
    assert not two_runs.exception
    assert list(state.runs) == ["first", "second", "third"]
    assert state.chosen == "third"
    assert state.runs["second"].name == "Run 2"
    assert not [button for button in two_runs.button if button.key == "undo-delete"]
    for run_id in ("third", "second", "first"):
        two_runs.button(key=f"delete-{run_id}").click().run()
    assert state.run is None
    two_runs.button(key="undo-delete").click().run()
    assert list(state.runs) == ["first"]
    assert state.chosen == "first"


def test_runs_are_compared_in_what_was_set_and_what_came_of_it(two_runs):
    open_part(two_runs, "train-part", "Compare scores")
    table = two_runs.dataframe[0].value
    assert list(table.index) == ["Run 1", "Run 2"]
    assert table.loc["Run 2", "lambda_fair"] == "3"
    assert "lambda_rep" not in table
    assert table.loc["Run 1", "utility"] == pytest.approx(10)
    assert two_runs.get("plotly_chart")[0].proto.alt.startswith("Of 2 runs, ")
    assert not two_runs.warning


def test_a_press_on_cancel_is_seen_at_once(train, training):
    class Deaf(Held):
        def __call__(self, table, roles, settings, *, on_progress):
            on_progress(Progress("experts", 3, 12))
            self.started.set()
            self.go.wait(PATIENCE)
            on_progress(Progress("experts", 4, 12))

    held = Deaf()
    training(held)
    train.button(key="train").click().run()
    assert held.started.wait(PATIENCE)
    train.run()
    train.button(key="cancel").click().run()
    button = train.button(key="cancel")
    assert button.label == "Stopping"
    assert button.disabled
    held.go.set()
    settle(train)
    assert train.info[0].value.startswith("Training was cancelled")


def test_runs_that_differ_in_roles_alone_are_told_apart(train):
    keep(train, "first", Settings())
    other = replace(DEMO_ROLES, sensitive=(Sensitive("region_of_birth"),))
    keep(train, "other", Settings(), other)
    train.run()
    told = [each.value for each in train.main.caption if "seed 0" in each.value]
    assert len(set(told)) == 2
    assert escape_markdown("by sex, 2 groups") in told[1]


def test_the_picked_row_stays_with_its_table_only(two_runs):
    state = two_runs.session_state["fairmoe"]
    state.row = 17
    chooser(two_runs).select("first").run()
    assert state.row == 17
    table = table_from_frame(demo_table().frame.iloc[::-1], name="reversed")
    run = replace(make_run(table, DEMO_ROLES, Settings()), run_id="other")
    state.keep(run, assign_roles(table, DEMO_ROLES))
    state.row = 17
    two_runs.run()
    chooser(two_runs).select("first").run()
    assert state.row is None
    two_runs.button(key="show-other").click().run()
    state.row = 18
    two_runs.run()
    two_runs.button(key="delete-other").click().run()
    assert state.chosen == "second"
    assert state.row is None


def test_runs_of_one_name_are_compared_too(two_runs):
    state = two_runs.session_state["fairmoe"]
    state.rename("second", "Run 1")
    open_part(two_runs, "train-part", "Compare scores")
    assert list(two_runs.dataframe[0].value.index) == ["Run 1", "Run 1"]
