from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.config import LAMBDAS, Settings
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.ui.frame.process import registry
from tests.patience import PATIENCE
from tests.ui.fakes import Held, run_at_once, settle
from tests.ui.parts import open_part


@pytest.fixture
def train(app: AppTest) -> AppTest:
    """The train page with the demo data."""
    return with_demo(app)


def with_demo(app: AppTest) -> AppTest:
    """Load the demo data, without training, and go to the train page."""
    app.switch_page("pages/data.py").run()
    next(b for b in app.button if b.label == "Use the demo data").click().run()
    return app.switch_page("pages/train.py").run()


def press_train(app: AppTest) -> None:
    app.button(key="train").click().run()


def test_a_training_ends_with_its_headline_and_unlocks_the_experts(train):
    press_train(train)
    settle(train)
    train.switch_page("pages/train.py").run()
    assert any("fairness weights rep 1, fair 1" in caption.value for caption in train.caption)
    open_part(train, "train-part", "Test scores of the run shown")
    assert [m.label for m in train.metric] == [
        "Utility, mixture",
        "Result gap, mixture",
        "Procedure gap, mixture",
        "Final score, mixture",
    ]
    assert [m.value for m in train.metric] == ["10.0%", "10.0 pp", "10.0 pp", "10.0"]
    links = {link.proto.label: link.proto.disabled for link in train.sidebar.get("page_link")}
    assert not links["Experts"]


def test_lambdas_reach_zero_and_a_hundred_and_arrive_in_the_settings(train, training):
    seen = []

    def note(table, roles, settings, *, on_progress):
        seen.append(settings)
        return run_at_once(table, roles, settings, on_progress=on_progress)

    training(note)
    train.select_slider(key="setting-lambda_rep").set_value(0.0)
    train.select_slider(key="setting-lambda_fair").set_value(100.0)
    train.number_input(key="setting-epochs").set_value(40)
    train.selectbox(key="setting-select").select("last").run()
    press_train(train)
    settle(train)
    assert seen == [Settings(lambda_rep=0.0, lambda_fair=100.0, epochs=40, select="last")]


def test_every_lambda_has_its_formula_and_a_sentence(train):
    assert len(train.select_slider) == 1 + len(LAMBDAS)
    assert len(train.latex) == len(LAMBDAS) + 2


def test_one_slider_sets_all_four_lambdas_and_says_when_they_differ(train):
    train.select_slider(key="fairness-weight").set_value(5.0).run()
    assert {train.select_slider(key=f"setting-{name}").value for name in LAMBDAS} == {5.0}
    assert not any("weights differ" in caption.value for caption in train.caption)

    train.select_slider(key="setting-lambda_fair").set_value(20.0).run()
    assert train.select_slider(key="fairness-weight").value == 20.0
    assert any(
        "The four weights differ (rep 5, fair 20, attention 5, adv 5)" in caption.value
        for caption in train.caption
    )


def test_settings_survive_a_page_switch(train):
    train.select_slider(key="setting-lambda_adv").set_value(5.0).run()
    train.switch_page("pages/data.py").run()
    train.switch_page("pages/train.py").run()
    assert train.select_slider(key="setting-lambda_adv").value == 5.0


def test_a_running_training_shows_progress_and_survives_a_page_switch(train, training):
    held = Held()
    training(held)
    press_train(train)
    assert held.started.wait(PATIENCE)
    train.run()
    assert "Step 3 of 5: Training the experts, 3 of 12" in str(train.get("progress")[0].proto)
    assert not train.select_slider
    train.switch_page("pages/data.py").run()
    assert "Training the experts" in str(train.sidebar.get("progress")[0].proto)
    train.switch_page("pages/train.py").run()
    state = train.session_state["fairmoe"]
    job_id = state.job_id
    held.go.set()
    settle(train)
    assert train.title[0].value == "Result"
    assert registry().snapshot(job_id, owner=state.owner) is None


def test_a_training_is_cancelled_and_keeps_nothing(train, training):
    held = Held()
    training(held)
    press_train(train)
    assert held.started.wait(PATIENCE)
    train.run()
    train.button(key="cancel").click().run()
    assert held.stopped.wait(PATIENCE)
    settle(train)
    assert train.info[0].value == "Training was cancelled; nothing of it was kept."
    assert train.session_state["fairmoe"].run is None
    assert train.button(key="train")


@pytest.mark.slow
def test_a_second_user_waits_in_the_queue_and_sees_nothing_of_the_first(new_session, training):
    held = Held()
    training(held)
    first, second = new_session(), new_session()
    for app in (first, second):
        press_train(with_demo(app))
    assert held.started.wait(PATIENCE)
    second.run()
    assert "Waiting in the queue: 1 training before yours" in str(second.get("progress")[0].proto)
    a, b = first.session_state["fairmoe"], second.session_state["fairmoe"]
    assert a.owner != b.owner
    assert registry().snapshot(a.job_id, owner=b.owner) is None
    second.button(key="cancel").click().run()
    settle(second)
    assert registry().snapshot(a.job_id, owner=a.owner).state == "running"
    held.go.set()
    settle(first)
    assert first.title[0].value == "Result"
    assert second.title[0].value == "Train"


def test_what_the_user_can_mend_is_one_sentence(train, training):
    def refuse(*_, **__):
        raise InvalidInputError("The rows are too few", remedy="Load more.", choices=("a<b",))

    training(refuse)
    press_train(train)
    settle(train)
    assert train.error[0].value == r"The rows are too few\. Load more\."
    assert any(c.value == r"Possible: a\<b." for c in train.caption)
    assert train.button(key="train")


def test_a_training_that_was_given_up_says_so(train, training):
    held = Held()
    training(held)
    press_train(train)
    state = train.session_state["fairmoe"]
    registry().forget(state.job_id, owner=state.owner)
    settle(train)
    assert "was stopped, because its page was away" in train.error[0].value


def test_a_device_that_is_not_there_is_explained(train, monkeypatch):
    def refuse(device):
        raise UnavailableError(f"There is no device '{device}'.")

    monkeypatch.setattr("fairmoe.training.resolve_device", refuse)
    train.get_by_key("setting-device").set_value("cuda").run()
    press_train(train)
    assert train.error[0].value == r"There is no device \'cuda\'\."
    assert train.session_state["fairmoe"].job_id is None


def test_every_setting_has_a_control(train):
    for name in Settings().to_dict():
        assert train.get_by_key(f"setting-{name}")


def test_whether_the_models_see_the_sensitive_columns_is_asked_again(train):
    told = [caption.value for caption in train.caption]
    assert any("Blind: the models do not see sex" in text for text in told)
    key = f"include-{train.session_state['fairmoe'].version}"
    assert train.toggle(key=key).value is False
    assert train.toggle(key=key).help.startswith("Aware: the models see sex")
    train.toggle(key=key).set_value(True).run()
    assert not train.exception
    assert any(caption.value.startswith("Aware: the models see") for caption in train.caption)
    assert train.toggle(key=key).help.startswith("Blind: the models do not see sex")
    assert train.session_state["fairmoe"].labelled.roles.include_sensitive
    train.switch_page("pages/data.py").run()
    assert train.toggle(key=key).value is True
    assert train.session_state["fairmoe"].labelled.roles.include_sensitive


def test_a_blind_and_an_aware_run_are_trained_by_one_button_and_compared(train, training):
    def by_roles(table, roles, settings, *, on_progress):
        run = run_at_once(table, roles, settings, on_progress=on_progress)
        return replace(run, run_id=f"{int(roles.include_sensitive):016x}")

    training(by_roles)
    train.button(key="train-both").click().run()
    settle(train)
    assert not train.exception
    state = train.session_state["fairmoe"]
    assert [kept.name for kept in state.runs.values()] == ["Aware", "Blind"]
    assert state.trained == set(state.runs)
    assert not state.kept.run.roles.include_sensitive
    assert not state.kept.labelled.roles.include_sensitive
    aware = state.runs[f"{1:016x}"]
    assert aware.run.roles.include_sensitive
    assert "sex" in aware.labelled.kinds
