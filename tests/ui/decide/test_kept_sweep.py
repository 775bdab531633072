"""A sweep that is handed over: from the app to the shell, and on to another session of the app."""

import dataclasses
import json

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.data import DEMO_ROLES
from fairmoe.names import METRICS, TRAINED_MODELS
from fairmoe.runs import SCORED_SPLITS, PeerScores, Project, SweepScores, rows_digest, write_project
from fairmoe.sentences.trade_off import ROWS_UNKNOWN
from fairmoe.sweep import MemoryStore, grid_settings
from fairmoe.ui.decide.sweeping import MOST_EXPLORED, explored_around
from fairmoe.ui.frame.handover import project_of, take_project
from fairmoe.ui.frame.kept import Explored
from fairmoe.ui.frame.of_table import TOLERANCE, of_table
from fairmoe.ui.frame.state import Session
from tests.cli.shell import shell
from tests.ui.fakes import Held, settle


@pytest.fixture(scope="module")
def run(demo_run):
    """The demo run with a split of its own number, as the runs of a sweep have it."""
    run, _ = demo_run
    return dataclasses.replace(run, settings=run.settings.replace(split_seed=run.settings.seed))


@pytest.fixture(scope="module")
def sweep(run):
    """Scores of four runs, made up; the second is the run itself."""
    settings = grid_settings(run.settings, {"lambda_fair": [0, 1.0]}, seeds=2)
    rng = np.random.default_rng(1)
    shape = (len(TRAINED_MODELS), len(settings), len(METRICS))
    return SweepScores(
        data=run.data,
        roles=run.roles,
        test_rows=len(run.splits["test"].rows),
        settings=settings,
        run_ids=("a0", run.run_id, "b0", "b1"),
        scores={split: rng.random(shape) / 2 for split in SCORED_SPLITS},
        alarming={split: np.zeros(shape[:2], bool) for split in SCORED_SPLITS},
        computed=4,
        seconds=2.0,
        around=run.run_id,
    )


@pytest.fixture
def saved(app, run, sweep, demo_run):
    """A project of a session that has a run and a sweep, without the table."""
    _, labelled = demo_run
    state = app.session_state["fairmoe"]
    state.load(labelled.table, DEMO_ROLES)
    state.keep(run, labelled, "Ours")
    state.explored = [Explored(state.kept, MemoryStore(), sweep)]
    entered = {
        f"report-notes-{run.run_id}": "Mind the gap.",
        "report-reviewer": "R. Viewer",
        of_table(TOLERANCE, run.data.sha256): 5.0,
    }
    return write_project(project_of(state, entered, with_table=False))


def opened(app, content):
    (key,) = (each.key for each in app.file_uploader if "open-project-home" in each.key)
    app.get_by_key(key).upload("x.fairmoe", content, "application/zip").run()
    return app.session_state["fairmoe"]


@pytest.mark.parametrize("is_known", [True, False])
def test_of_a_sweep_of_an_earlier_version_it_is_said_that_rows_are_not_known(
    app, run, sweep, demo_run, is_known
):
    state = app.session_state["fairmoe"]
    state.keep(run, demo_run[1])
    rows = rows_digest(run.splits["test"].rows) if is_known else ""
    kept = dataclasses.replace(sweep, rows=rows)
    state.explored = [Explored(state.kept, MemoryStore(), kept)]
    app.switch_page("pages/tradeoff.py").run()
    assert not app.exception
    told = " ".join(caption.value for caption in app.caption)
    assert "Click a point to open its run" in told
    assert (escape_markdown(ROWS_UNKNOWN) in told) is not is_known


def test_a_sweep_goes_from_the_app_to_the_shell_and_back(saved, sweep, new_session, tmp_path):
    path = tmp_path / "ours.fairmoe"
    path.write_bytes(saved)
    code, out, _ = shell("runs", path)
    assert code == 0
    assert "A sweep in ours.fairmoe" in out
    best = sweep.run_ids[sweep.recommended]
    assert f"Best final score on the validation rows among them: {best}" in " ".join(out.split())
    told = json.loads(shell("runs", path, "--json")[1], parse_constant=pytest.fail)
    assert [list(each) for each in told][-1] == ["path", "sweep"]
    assert [each["run_id"] for each in told[-1]["sweep"]["runs"]] == list(sweep.run_ids)

    code, _, err = shell("report", path, "--out", tmp_path / "r.json")
    assert code == 0, err
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["sweep"]["front"] == [
        run_id for run_id, on in zip(sweep.run_ids, sweep.front(), strict=True) if on
    ]
    assert report["cover"]["notes"] == "Mind the gap."
    assert report["cover"]["reviewer"] == "R. Viewer"
    assert report["review"]["mixture"]["tolerance"] == 0.05

    other = new_session()
    state = opened(other, saved)
    other.switch_page("pages/tradeoff.py").run()
    assert not other.exception
    assert not other.error
    assert other.metric[0].value.endswith("of 4")
    volume = sweep.hypervolume(("utility", "f_res"))
    assert other.metric[1].value == f"{100 * volume:.1f}%"
    shown = other.dataframe[0].value
    assert sorted(shown["utility"]) == pytest.approx(
        sorted(100 * sweep.frame()["test_utility"].to_numpy())
    )
    # What needs rows waits for them, and says so.
    assert any("needs the rows" in note.value for note in other.info)
    assert not any(button.key in ("sweep", "train-run") for button in other.button)
    again = project_of(state, {}, with_table=False).sweep
    assert write_project(Project(sweep=again)) == write_project(Project(sweep=sweep))


def test_a_run_of_which_only_the_scores_are_known_is_trained_when_asked(
    saved, sweep, run, new_session, training, demo_run
):
    app = new_session()
    state = opened(app, saved)
    state.load(demo_run[1].table, DEMO_ROLES)
    app.switch_page("pages/tradeoff.py").run()
    assert not app.exception
    assert any(button.key == "sweep" for button in app.button)
    app.get_by_key("tradeoff-run").set_value(run.run_id).run()
    assert not any(button.key == "train-run" for button in app.button)
    app.get_by_key("tradeoff-run").set_value("b1").run()
    held = Held()
    training(held)
    app.button(key="train-run").click().run()
    assert held.started.wait(60)
    assert app.metric[0].value.endswith("of 4")
    held.go.set()
    settle(app)
    assert not app.exception
    assert state.kept.name == "λ fair 1, seed 1"
    assert state.run.settings == sweep.settings[3]


def test_a_sweep_of_rows_that_no_run_stands_on_is_not_saved(app, run, sweep, demo_run):
    state = app.session_state["fairmoe"]
    state.keep(run, demo_run[1])
    state.explored = [Explored(state.kept, MemoryStore(), sweep)]
    assert project_of(state, {}, with_table=False).sweep is sweep
    other = dataclasses.replace(run, settings=run.settings.replace(split_seed=9), run_id="other")
    state.forget(run.run_id)
    state.keep(other, demo_run[1])
    assert project_of(state, {}, with_table=False).sweep is None


@pytest.fixture
def visited(run, sweep, demo_run):
    """A session with a sweep and fits, and other runs of rows of their own; how to visit one."""
    state, scores = Session(), dict.fromkeys(METRICS, 0.2)
    for seed in range(7, 7 + MOST_EXPLORED):
        settings = run.settings.replace(split_seed=seed)
        state.keep(dataclasses.replace(run, settings=settings, run_id=f"{seed}"), demo_run[1])
    state.keep(run, demo_run[1])
    peers = (PeerScores("adversarial", 1.0, "demographic_parity", scores, scores),)
    state.explored = [Explored(state.kept, MemoryStore(), sweep, peers=peers)]

    def visit(run_id):
        state.chosen = run_id
        return explored_around(state, state.kept)

    return state, visit


def test_a_look_at_runs_on_other_rows_leaves_sweep_and_fits_where_they_are(visited, run, sweep):
    state, visit = visited
    (ours,) = state.explored
    for seed in range(7, 7 + MOST_EXPLORED):
        assert visit(f"{seed}").sweep is None
    assert len(state.explored) == MOST_EXPLORED
    assert project_of(state, {}, with_table=False).sweep is sweep
    assert visit(run.run_id) is ours
    project = project_of(state, {}, with_table=False)
    assert project.sweep is sweep
    assert project.peers == ours.peers


def test_the_sweep_of_the_run_that_is_shown_is_saved_before_that_of_another(visited, run, sweep):
    state, visit = visited
    other = visit("7")
    other.sweep = dataclasses.replace(
        sweep, settings=tuple(one.replace(split_seed=7) for one in sweep.settings)
    )
    assert project_of(state, {}, with_table=False).sweep is other.sweep
    visit(run.run_id)
    assert project_of(state, {}, with_table=False).sweep is sweep
    state.chosen = "7"
    assert project_of(state, {}, with_table=False).sweep is other.sweep


def test_fits_on_other_rows_than_those_of_the_sweep_are_opened_with_a_project(visited, run):
    state, visit = visited
    (ours,) = state.explored
    visit("7").peers = ours.peers
    again = Session()
    take_project(again, project_of(state, {}, with_table=False))
    assert [bool(each.peers) for each in again.explored] == [False, True]
    assert explored_around(again, again.runs[run.run_id]).sweep is ours.sweep
    assert explored_around(again, again.runs["7"]).peers == ours.peers
