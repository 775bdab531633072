import threading

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.config import Settings
from fairmoe.experiment import prepare
from fairmoe.progress import Progress
from fairmoe.sweep import grid_settings, run_sweep
from fairmoe.training import PACE
from fairmoe.ui.frame.limits import limits
from tests.patience import PATIENCE
from tests.ui.fakes import settle


@pytest.fixture(scope="module")
def swept(demo_run):
    """A sweep of four quick runs around the demo run."""
    run, labelled = demo_run
    runs = grid_settings(run.settings.replace(epochs=4), {"lambda_fair": [0, 10]}, seeds=2)
    return run_sweep(prepare(labelled.table, labelled.roles, runs[0]), runs)


@pytest.fixture
def tradeoff(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/tradeoff.py").run()


@pytest.fixture
def asked(monkeypatch, swept):
    """Answer every sweep with the one above; return the settings that are asked for."""
    seen = []

    def answer(_, runs, **kwargs):
        seen.append(runs)
        kwargs["on_progress"](Progress("sweep", 1, 4, seconds_left=3.0))
        return swept

    monkeypatch.setattr("fairmoe.tasks.run_sweep", answer)
    return seen


@pytest.fixture
def done(tradeoff, asked):
    del asked
    tradeoff.button(key="sweep").click().run()
    settle(tradeoff)
    return tradeoff


def told(app):
    return " ".join(text.value for text in (*app.markdown, *app.caption, *app.info))


def test_the_page_needs_a_run(app):
    app.switch_page("pages/tradeoff.py").run()
    assert "Nothing to see here yet" in app.info[0].value


def test_a_sweep_is_planned_with_its_time_and_around_the_run(tradeoff, asked, monkeypatch):
    learnt = []
    monkeypatch.setattr(PACE, "learn", lambda *each: learnt.append(each))
    assert "**12 runs**: about" in told(tradeoff)
    assert "Everything else is as in Run 1" in told(tradeoff)
    assert "Run 1 had 60 epochs" in told(tradeoff)
    tradeoff.get_by_key("sweep-epochs-" + tradeoff.session_state["fairmoe"].chosen).set_value(60)
    assert "Run 1 had 60 epochs" not in told(tradeoff.run())
    tradeoff.get_by_key("sweep-epochs-" + tradeoff.session_state["fairmoe"].chosen).set_value(20)
    tradeoff.run()
    tradeoff.get_by_key("sweep-vary").set_value(["lambda_adv", "lambda_rep"]).run()
    tradeoff.get_by_key("sweep-values-lambda_adv").set_value([0.0, 5.0]).run()
    tradeoff.get_by_key("sweep-seeds").set_value(1).run()
    assert "**6 runs**" in told(tradeoff)
    tradeoff.button(key="sweep").click().run()
    settle(tradeoff)
    # How many of its experts were there already is not told, so no pace is learnt from it.
    assert learnt == []
    (runs,) = asked
    base = Settings(epochs=20, split_seed=0)
    assert runs == grid_settings(base, {"lambda_adv": [0, 5], "lambda_rep": [0, 1, 10]})


def test_an_incomplete_choice_cannot_be_started(tradeoff):
    tradeoff.get_by_key("sweep-values-lambda_fair").set_value([]).run()
    assert "Choose what to vary" in told(tradeoff)
    assert not any(button.key == "sweep" for button in tradeoff.button)


def test_too_many_runs_are_not_computed_here(tradeoff):
    tradeoff.get_by_key("sweep-seeds").set_value(20).run()
    tradeoff.get_by_key("sweep-values-lambda_fair").set_value(
        [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    ).run()
    assert f"At most {limits().sweep_runs} runs" in tradeoff.warning[0].value
    assert tradeoff.button(key="sweep").disabled


def test_the_runs_are_shown_on_the_test_rows_and_chosen_on_validation(done, swept):
    frame = swept.frame()
    assert done.metric[0].value.endswith("of 4")
    hypervolume = swept.hypervolume(("utility", "f_res"))
    assert done.metric[1].value == f"{100 * hypervolume:.1f}%"
    assert "chosen on the validation rows, shown on the test rows" in told(done)
    alt = done.get("plotly_chart")[0].proto.alt
    assert "Pareto-optimal (no other is better in both) on the validation rows" in alt
    table = done.dataframe[0].value
    assert sorted(table["utility"]) == pytest.approx(sorted(100 * frame["test_utility"]))
    assert table.loc[frame["run_id"][0], "gap"] == pytest.approx(100 * frame["test_f_res"][0])
    done.get_by_key("gap").set_value("gaps").run()
    both = 100 * (frame["test_f_res"][0] + frame["test_f_proc"][0])
    assert done.dataframe[0].value.loc[frame["run_id"][0], "gap"] == pytest.approx(both)


@pytest.mark.slow
def test_a_run_of_the_sweep_is_opened_on_every_page(done, swept):
    frame = swept.frame()
    best = done.get_by_key("tradeoff-run").value
    other = next(i for i, run_id in enumerate(frame["run_id"]) if run_id != best)
    done.get_by_key("tradeoff-run").set_value(frame["run_id"][other]).run()
    done.button(key="open-run").click().run()
    state = done.session_state["fairmoe"]
    assert not done.exception
    assert state.chosen == frame["run_id"][other]
    setting = swept.settings[other]
    assert state.kept.name == f"λ fair {setting.lambda_fair:g}, seed {setting.seed}"
    assert state.run.scores["test"]["mixture"]["acc"] == pytest.approx(frame["test_acc"][other])
    # After a look at another page the list is at the run that is shown.
    done.switch_page("pages/learn.py").run()
    assert done.switch_page("pages/tradeoff.py").run().get_by_key("tradeoff-run").value == (
        state.chosen
    )
    # The sweep stays that of the run around which it was begun.
    assert done.metric[0].value.endswith("of 4")
    assert "Everything else is as in Run 1" in told(done)
    done.switch_page("pages/experts.py").run()
    assert not done.exception
    # So short a training may raise alarms, which are no apologies.
    assert {each.icon for each in done.error} <= {":material/notification_important:"}


@pytest.mark.slow
def test_a_cancelled_sweep_keeps_what_is_finished(tradeoff, monkeypatch):
    held, begun = threading.Event(), threading.Event()

    def hold(prepared, runs, *, store, on_progress, **_):
        run_sweep(prepared, runs[:2], store=store)
        while not held.is_set():
            on_progress(Progress("sweep", 2, 15, seconds_left=30.0))
            begun.set()
            held.wait(0.005)

    monkeypatch.setattr("fairmoe.tasks.run_sweep", hold)
    tradeoff.get_by_key("sweep-epochs-" + tradeoff.session_state["fairmoe"].chosen).set_value(4)
    tradeoff.run()
    tradeoff.button(key="sweep").click().run()
    assert begun.wait(PATIENCE)
    tradeoff.run()
    text = "Training several runs: 2 of 15 are done · about 30 s left"
    assert text in str(tradeoff.get("progress")[0].proto)
    tradeoff.switch_page("pages/experts.py").run()
    assert text in str(tradeoff.sidebar.get("progress")[0].proto)
    tradeoff.switch_page("pages/tradeoff.py").run()
    tradeoff.button(key="cancel").click().run()
    settle(tradeoff)
    assert "The runs that were finished are kept" in told(tradeoff)
    assert "**12 runs**, of which 2 are there already" in told(tradeoff)
    assert tradeoff.button(key="sweep").label == "Compute the others"
