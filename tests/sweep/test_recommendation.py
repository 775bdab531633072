import math

import pytest
import torch

from fairmoe.errors import CancelledError
from fairmoe.sweep import grid_settings, recommend
from fairmoe.sweep import recommendation as module
from fairmoe.training import (
    forget_experts,
    make_batch,
    train,
    train_experts,
    train_experts_with_fixed_gate,
)
from fairmoe.training.evaluation import evaluate
from tests.sweep.conftest import BASE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reports():
    return []


@pytest.fixture(scope="module")
def found(prepared, reports):
    return recommend(prepared, BASE, on_progress=reports.append)


@pytest.fixture
def recommend_by(prepared, monkeypatch):
    """Return a function that recommends by what candidates are said to be worth, 0.1 if nothing."""

    def call(worth, alarming=()):
        def judge(_, stack, time_left):
            time_left.finish(len(stack))
            named = {run: module._in_words(run, given) for run in stack}
            return {
                run: (worth.get(name, 0.1) + run.seed / 100, (name, run.seed) in alarming)
                for run, name in named.items()
            }

        (given,) = grid_settings(BASE, {}, seeds=1)
        monkeypatch.setattr(module, "_score_candidates", judge)
        return recommend(prepared, BASE)

    return call


def test_candidates_are_judged_on_validation_rows_as_if_their_gates_learnt_nothing(found, prepared):
    assert len(found.frame) == 9
    rows = make_batch(prepared.data.validation, slice(None), 2)
    by_changes = found.frame.set_index("changes")
    runs = grid_settings(BASE, {"dropout": [0.3, 0.5]}, seeds=2)
    still = [run.replace(gate_learning_rate=1e-6, fine_tune_every=0) for run in runs]
    mixtures = train(prepared.data, still).mixture
    scores = evaluate(mixtures, mixtures.explainer, rows, 2, BASE).scores["final_score"]
    for pair, changes in zip(scores.view(2, 2), ("as given", "dropout = 0.5"), strict=True):
        told = by_changes.loc[changes]
        # The runs were part of another stack, whose sums round otherwise.
        assert told["low"] == pytest.approx(pair.min().item(), abs=0.01)
        assert told["mean"] == pytest.approx(pair.mean().item(), abs=0.01)
        assert told["high"] == pytest.approx(pair.max().item(), abs=0.01)


def test_a_gate_that_is_to_begin_at_random_is_not_judged_by_that(found, prepared):
    again = recommend(prepared, BASE.replace(gate_start="random"))
    assert again.frame["mean"].tolist() == pytest.approx(found.frame["mean"].tolist(), abs=1e-6)
    assert again.run.settings.gate_start == "random"


@pytest.mark.slow
def test_the_best_run_takes_up_the_experts_that_were_judged(prepared):
    # Not the shared fixture's run: its experts were forgotten when an earlier test ended.
    found = recommend(prepared, BASE)
    assert found.run.experts_reused
    alone = train(prepared.data, [found.run.settings])
    # It finds them too, and does with them what the recommended run did.
    assert alone.experts_reused
    for name, weight in found.run.mixture.state_dict().items():
        assert torch.equal(weight, alone.mixture.state_dict()[name])
    curve = next(c for c in found.run.curves if c.name == "loss of result" and c.phase == "experts")
    assert len(curve.values) == BASE.epochs // 4


def test_experts_of_one_run_of_a_stack_are_those_it_has_there(prepared):
    runs = grid_settings(BASE, {"lambda_fair": [0, 10]}, seeds=2)
    stack, _ = train_experts(prepared.data, runs)
    for run in range(4):
        alone, _ = train_experts(prepared.data, runs[run : run + 1])
        for name, weight in alone.state_dict().items():
            assert torch.equal(weight, stack.state_dict()[name][run::4])


def test_one_answer_for_all_raises_an_alarm(prepared, monkeypatch):
    def one_answer(*arguments, **keywords):
        mixture = train_experts_with_fixed_gate(*arguments, **keywords)
        mixture.experts.threshold.fill_(1e3)
        return mixture

    monkeypatch.setattr(module, "train_experts_with_fixed_gate", one_answer)
    found = recommend(prepared, BASE)
    assert (found.frame["alarming"] == 2).all()
    assert "All of them raise an alarm." in found.reason


def test_scores_that_cannot_be_estimated_are_said_to_be(recommend_by, found):
    nothing = dict.fromkeys(found.frame["changes"], math.nan)
    again = recommend_by(nothing)
    assert again.run.settings == BASE.replace(split_seed=BASE.seed)
    assert "could be estimated" in again.reason
    assert "nan" not in again.reason


def test_the_best_mean_is_trained_with_the_seed_that_was_asked_for(recommend_by):
    found = recommend_by({"dropout = 0.5": 0.7, "lambda_attention = 10": 0.6})
    assert found.frame["changes"].tolist()[:2] == ["dropout = 0.5", "lambda_attention = 10"]
    assert found.frame["mean"].iloc[0] == pytest.approx(0.705)
    settings = found.run.settings
    assert settings == BASE.replace(dropout=0.5, split_seed=BASE.seed)
    # A whole training, with a gate that has learnt and scores on all rows.
    assert any(curve.phase == "gate" for curve in found.run.curves)
    assert set(found.run.scores) == {"train", "validation", "test"}


@pytest.mark.slow
def test_it_says_what_was_chosen_and_why(recommend_by):
    reason = recommend_by({"dropout = 0.5": 0.7}).reason
    assert reason.startswith("dropout = 0.5: of 9 settings the best mean final score of 2 seeds")
    assert "before a gate learnt, 70.5 points (70.0 to 71.0)" in reason
    assert "The settings as given have 10.5; others have to be better by more than" in reason
    assert reason.endswith("The test rows had no say in it.")
    given = recommend_by({"as given": 0.7}).reason
    assert given.startswith("The settings as given: none of 8 others is better")
    assert "They have 70.5 points, the best other 10.5." in given
    refused = recommend_by({"dropout = 0.5": 0.9}, alarming=[("dropout = 0.5", 0)]).reason
    assert "They have 10.5 points, the best other 10.5." in refused


@pytest.mark.slow
def test_others_have_to_be_better_than_the_settings_as_given_beyond_doubt(recommend_by, prepared):
    doubt = 0.5 / len(prepared.data.validation.y) ** 0.5
    near = recommend_by({"dropout = 0.5": 0.1 + 0.95 * doubt})
    assert near.run.settings.dropout == BASE.dropout
    assert near.frame["changes"].tolist()[:2] == ["as given", "dropout = 0.5"]
    assert recommend_by({"dropout = 0.5": 0.1 + 1.05 * doubt}).run.settings.dropout == 0.5


def test_a_candidate_of_which_a_seed_raises_an_alarm_is_refused(recommend_by):
    worth = {"dropout = 0.5": 0.7, "lambda_attention = 10": 0.6}
    found = recommend_by(worth, alarming=[("dropout = 0.5", 1)])
    assert found.run.settings.lambda_attention == 10
    assert found.frame["changes"].iloc[-1] == "dropout = 0.5"
    assert "1 that raise an alarm were refused." in found.reason


def test_settings_as_given_that_raise_an_alarm_are_refused_whatever_their_score(
    recommend_by,
):
    worth = {"as given": 0.9, "dropout = 0.5": 0.7}
    found = recommend_by(worth, alarming=[("as given", 0), ("lambda_attention = 10", 1)])
    assert found.reason.startswith("dropout = 0.5: of 7 settings the best mean final score")
    assert "The settings as given are among the refused. 2 that raise an alarm" in found.reason
    assert "90.5" not in found.reason


def test_if_all_raise_an_alarm_the_best_is_still_told(found, recommend_by):
    every = [(changes, seed) for changes in found.frame["changes"] for seed in (0, 1)]
    again = recommend_by({"dropout = 0.5": 0.7}, alarming=every)
    assert again.run.settings.dropout == 0.5
    assert "All of them raise an alarm." in again.reason


def test_candidates_begin_from_the_settings_given(prepared):
    found = recommend(prepared, BASE.replace(lambda_rep=0.1, epochs=4))
    assert found.run.settings.epochs == 4
    # The candidate that only lowers lambda_rep is then the settings as given.
    assert len(found.frame) == 8


@pytest.mark.usefixtures("found")
def test_progress_counts_candidates_and_tells_the_time_left(reports):
    assert {(report.phase, report.total) for report in reports} == {("recommend", 19)}
    done = [report.done for report in reports]
    assert done == sorted(done)
    assert done[-1] == 19
    # The gate of the best comes after the last candidate.
    after = [report.seconds_left for report in reports if report.done == 18]
    assert after[0] > 0
    assert reports[-1].seconds_left is None


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("part", ["candidates", "scores", "gate"])
def test_it_can_be_stopped_in_each_part(prepared, monkeypatch, part):
    """Whatever reports the work, it is stopped then, and says nothing more."""
    stopped = {"candidates": "warm-up", "scores": "evaluate", "gate": "gate"}[part]
    seen = []
    honest = module.part_done

    def watch(report, phases):
        seen.append(report)
        if report.phase == stopped:
            raise CancelledError
        return honest(report, phases)

    monkeypatch.setattr(module, "part_done", watch)
    if part == "candidates":
        forget_experts()
    with pytest.raises(CancelledError):
        recommend(prepared, BASE)
    assert seen[-1].phase == stopped
