"""Fairlearn's methods beside the front: fitted unasked in the background, for the gap it shows."""

import dataclasses
import threading

import numpy as np
import pandas as pd
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.baselines import FairlearnPredictions, FairlearnResult
from fairmoe.figures.palette import PEER_STYLES
from fairmoe.names import METRICS
from fairmoe.progress import Progress
from fairmoe.runs import PeerScores, read_project, write_project
from fairmoe.runs.peer_scores import PeerRecord, peer_of, record_of
from fairmoe.sentences.peers import fit_within, older_fits
from fairmoe.ui.frame.handover import project_of
from fairmoe.ui.frame.limits import Limits
from fairmoe.ui.frame.process import registry
from fairmoe.ui.frame.unasked import FRONTS
from tests.jobs.gates import Gate
from tests.patience import PATIENCE
from tests.ui.parts import own_key


@pytest.fixture
def asked(monkeypatch):
    """Answer at once what is fitted; return the methods and criteria that are asked for."""
    seen = []

    def fit(data, method, settings, *, constraint, seed, on_progress):
        seen.append((method, constraint))
        on_progress(Progress("fairlearn", 1, len(settings)))
        scores = dict.fromkeys(METRICS, 0.5) | {"f_proc": float("nan"), "dp": 0.01, "acc": 0.75}
        splits = {
            name: FairlearnPredictions(None, np.zeros(len(split.y)), scores)
            for name, split in (("validation", data.validation), ("test", data.test))
        }
        return [FairlearnResult(method, each, constraint, seed, 0.1, splits) for each in settings]

    monkeypatch.setattr("fairmoe.tasks.fairlearn_front", fit)
    return seen


@pytest.fixture
def tradeoff(app, demo_run):
    """The page of a run with a front."""
    run, labelled = demo_run
    point = dataclasses.replace(
        run, run_id="point", settings=run.settings.replace(fairness_weight=8.0)
    )
    app.session_state["fairmoe"].keep(run.with_front([point]), labelled)
    return app.switch_page("pages/tradeoff.py").run()


def look_until(app, done):
    for _ in range(int(PATIENCE / 0.02)):
        app.run()
        if done():
            return
        threading.Event().wait(0.02)
    raise AssertionError


def told(app):
    return " ".join(note.value for note in app.info)


def captions(app):
    return [each.value for each in app.caption]


def within_told(limit):
    """What is told of the fits that `asked` answers with."""
    fits = {"method": list(PEER_STYLES)[:1], "gap": 0.01, "accuracy": 0.75}
    both = pd.DataFrame(fits | {"gap_test": 0.01, "accuracy_test": 0.75})
    return escape_markdown(fit_within(both, limit, "DP gap"))


def test_they_are_fitted_unasked_for_the_gap_that_is_shown(tradeoff, asked, monkeypatch):
    assert tradeoff.button(key="peers")
    monkeypatch.setenv(FRONTS, "always")
    look_until(tradeoff, lambda: "were fitted for demographic parity" in told(tradeoff))
    assert not tradeoff.exception
    assert asked == [(method, "demographic_parity") for method in PEER_STYLES]
    spec = tradeoff.get("plotly_chart")[0].proto.spec
    assert all(style.label in spec for style in PEER_STYLES.values())
    assert not any(button.key == "peers" for button in tradeoff.button)
    tradeoff.get_by_key(own_key(tradeoff, "wish-gap")).set_value(1.5).run()
    assert within_told(0.015) in captions(tradeoff)
    # What they were not fitted for they are not judged by.
    tradeoff.get_by_key("dial-gap").set_value("f_res").run()
    assert not any(
        style.label in tradeoff.get("plotly_chart")[0].proto.spec for style in PEER_STYLES.values()
    )
    assert any("are shown with these gaps" in said.value for said in tradeoff.caption)
    tradeoff.get_by_key("dial-gap").set_value("eo").run()
    look_until(tradeoff, lambda: "were fitted for equal opportunity" in told(tradeoff))
    assert {criterion for _, criterion in asked[3:]} == {"equal_opportunity"}
    assert len(asked) == 6


@pytest.mark.usefixtures("asked")
def test_a_fit_is_told_beside_a_point_that_misses_the_wish_or_is_less_accurate(tradeoff, demo_run):
    tradeoff.button(key="peers").click().run()
    look_until(tradeoff, lambda: "were fitted for demographic parity" in told(tradeoff))
    run, _ = demo_run
    state = tradeoff.session_state["fairmoe"]

    def show_point(acc, dp):
        scores = {
            split: of | {"mixture": {**of["mixture"], "acc": acc, "dp": gap}}
            for (split, of), gap in zip(run.scores.items(), (0.02, 0.02, dp), strict=True)
        }
        weight = run.settings.replace(fairness_weight=8.0)
        point = dataclasses.replace(run, run_id="point", settings=weight, scores=scores)
        state.runs[state.chosen] = dataclasses.replace(state.kept, run=run.with_front([point]))
        tradeoff.get_by_key(own_key(tradeoff, "wish-gap")).set_value(2.5).run()
        assert not tradeoff.exception
        return captions(tradeoff)

    assert list(run.scores) == ["train", "validation", "test"]
    assert within_told(0.025) not in show_point(0.76, 0.02)
    assert within_told(0.025) in show_point(0.74, 0.02)
    assert within_told(0.025) in show_point(0.76, 0.03)


def test_while_trainings_of_others_wait_they_are_offered(tradeoff, asked, monkeypatch):
    training = Gate()
    registry().submit(training, owner="somebody else")
    assert training.started.wait(PATIENCE)
    monkeypatch.setenv(FRONTS, "always")
    aside = tradeoff.session_state["fairmoe"].aside
    tradeoff.run()
    assert (aside.about, aside.unasked) == ("peers dp", True)
    tradeoff.button(key="peers").click().run()
    assert (aside.about, aside.unasked) == ("peers dp", False)
    assert not tradeoff.exception
    assert not any(button.key == "peers" for button in tradeoff.button)
    training.go.set()
    look_until(tradeoff, lambda: "were fitted for demographic parity" in told(tradeoff))
    assert len(asked) == len(PEER_STYLES)


def test_they_are_fitted_when_asked_and_go_with_a_project(tradeoff, asked, new_session):
    tradeoff.button(key="peers").click().run()
    look_until(tradeoff, lambda: "were fitted for demographic parity" in told(tradeoff))
    content = write_project(project_of(tradeoff.session_state["fairmoe"], {}, with_table=False))
    kept = read_project(content).peers
    assert len(kept) == len(asked) * 5
    assert write_project(read_project(content)) == content
    other = new_session()
    (key,) = (each.key for each in other.file_uploader if "open-project-home" in each.key)
    other.get_by_key(key).upload("x.fairmoe", content, "application/zip").run()
    other.switch_page("pages/tradeoff.py").run()
    assert "were fitted for demographic parity" in told(other)
    assert not other.exception


def test_they_are_not_fitted_where_that_is_larger_than_the_server_takes(tradeoff, monkeypatch):
    monkeypatch.setattr("fairmoe.ui.frame.limits.limits", lambda: Limits(work=0.01))
    monkeypatch.setenv(FRONTS, "always")
    tradeoff.run()
    assert tradeoff.session_state["fairmoe"].aside.about == ""
    tradeoff.button(key="peers").click().run()
    assert tradeoff.session_state["fairmoe"].aside.about == ""
    assert "This server takes trainings up to a certain size" in tradeoff.error[0].value


def test_how_fitting_failed_is_said_and_it_is_offered_again(tradeoff, monkeypatch):
    def fail(*_, **__):
        raise ValueError

    monkeypatch.setenv(FRONTS, "always")
    monkeypatch.setattr("fairmoe.tasks.fairlearn_front", fail)
    look_until(tradeoff, lambda: tradeoff.error)
    assert "something went wrong" in tradeoff.error[0].value
    assert tradeoff.button(key="peers")


def test_older_ones_say_that_they_may_count_other_groups_and_are_fitted_again(
    tradeoff, asked, monkeypatch
):
    state = tradeoff.session_state["fairmoe"]
    scores = dict.fromkeys(METRICS, 0.2)
    older = PeerScores("adversarial", 1.0, "demographic_parity", scores, scores, compared=False)
    other = dataclasses.replace(older, criterion="equal_opportunity")
    state.explored[-1].peers = (older, other)
    # Where all groups are compared, both counts are the same.
    tradeoff.run()
    assert not any("an earlier version" in said.value for said in tradeoff.caption)
    monkeypatch.setattr("fairmoe.analysis.no_gap.who_is_not_compared", lambda *_: ("female",))
    tradeoff.run()
    older_told = escape_markdown(older_fits(["female"]))
    assert older_told in [said.value for said in tradeoff.caption]
    tradeoff.button(key="peers").click().run()
    look_until(tradeoff, lambda: older_told not in [said.value for said in tradeoff.caption])
    kept = state.explored[-1].peers
    assert other in kept
    assert older not in kept
    assert all(peer.compared for peer in kept if peer is not other)
    assert {criterion for _, criterion in asked} == {"demographic_parity"}


def test_a_project_tells_which_groups_its_fits_count(tradeoff):
    state = tradeoff.session_state["fairmoe"]
    scores = dict.fromkeys(METRICS, 0.2)
    both = tuple(
        PeerScores("adversarial", 1.0, "demographic_parity", scores, scores, compared)
        for compared in (True, False)
    )
    state.explored[-1].peers = both
    content = write_project(project_of(state, {}, with_table=False))
    project = read_project(content)
    assert project.peers == project.peers_of(state.run) == both
    elsewhere = state.run.settings.replace(split_seed=7)
    assert project.peers_of(dataclasses.replace(state.run, settings=elsewhere)) == ()
    # An earlier version parted rows of merged groups otherwise, by the same seed.
    record = state.run.splits["test"]
    parted = {**state.run.splits, "test": dataclasses.replace(record, rows=record.rows + 1)}
    assert project.peers_of(dataclasses.replace(state.run, splits=parted)) == ()
    # Projects of before do not tell.
    record = {k: v for k, v in record_of(both[0]).items() if k != "compared"}
    assert not peer_of(PeerRecord.model_validate(record)).compared


def test_they_are_told_of_the_rows_of_the_run_that_is_shown_only(tradeoff, demo_run):
    run, labelled = demo_run
    state = tradeoff.session_state["fairmoe"]
    scores = dict.fromkeys(METRICS, 0.2)
    peers = PeerScores("adversarial", 1.0, "demographic_parity", scores, scores)
    state.explored[-1].peers = (peers,)
    assert project_of(state, {}, with_table=False).peers
    other = dataclasses.replace(
        run, run_id="other", settings=run.settings.replace(split_seed=7), front=()
    )
    state.keep(other, labelled)
    assert not project_of(state, {}, with_table=False).peers
