from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fairmoe.analysis import result_of
from fairmoe.analysis.open_points import aim_missed, plain_is_ahead, what_is_open
from fairmoe.analysis.result import who_counts_in_sweep
from fairmoe.metrics import outcome_gap
from fairmoe.names import EXPERTS
from fairmoe.sentences.small_groups import EVERY_GROUP_COUNTS
from fairmoe.sentences.worse import PARITY_GAP, gap_not_surely_smaller


def test_the_gaps_are_those_of_labels_utility_expert_and_mixture(demo_run):
    run, _ = demo_run
    found = result_of(run, tolerance=0.05)

    test = run.splits["test"]
    about = {"group": test.group, "group_names": list(run.data.groups), "tolerance": 0.05}
    assert found.gaps == {
        "label": outcome_gap(test.y_true, **about),
        "plain": outcome_gap(test.proba["utility"] > 0.5, **about),
        "model": outcome_gap(test.proba["mixture"] > 0.5, **about),
    }
    assert found.account.everyone["n"] == len(test.y_true)


def test_the_aim_is_missed_where_the_gap_is_no_smaller_and_not_within_the_tolerance(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    given, half = np.where(test.group == 0, 0.9, 0.1), np.arange(len(test.group)) % 2 * 0.8 + 0.1
    wide, narrow = (
        replace(run, splits={"test": replace(test, proba={"utility": plain, "mixture": own})})
        for plain, own in ((half, given), (given, half))
    )
    plain, own = (wide.parity_gap(model)[0] for model in ("utility", "mixture"))
    assert plain < 0.1
    assert own == 1
    told = gap_not_surely_smaller(plain, own, name="the plain model", gap=PARITY_GAP)
    assert told.startswith("The demographic parity gap got larger: ")
    assert aim_missed(wide) == aim_missed(wide, tolerance=0.99) == told
    assert aim_missed(wide, tolerance=1) == aim_missed(narrow) == ""


def test_the_plain_model_is_ahead_where_its_final_score_reads_higher(demo_run):
    run, _ = demo_run

    def scored(**final):
        scores = {m: {**of, "final_score": final.get(m, 0)} for m, of in run.scores["test"].items()}
        return replace(run, scores={**run.scores, "test": scores})

    ahead = scored(mixture=0.031, utility=0.11)
    told = (
        "The plain model has a higher final score (utility minus both gaps: 11.0; the mixture 3.1)."
    )
    assert plain_is_ahead(ahead) == told
    assert told in what_is_open(ahead)
    assert plain_is_ahead(replace(ahead, unmerged=run)) == (
        "The plain model has a higher final score (utility minus both gaps: 11.0; the mixture "
        "3.1, small groups counted)."
    )
    assert plain_is_ahead(scored(mixture=0.11, utility=0.1102)) == ""
    assert plain_is_ahead(scored(mixture=0.11, utility=0.031)) == ""
    # One that gives all the same answer is no choice.
    test = ahead.splits["test"]
    same = {**test.proba, "utility": np.full_like(test.proba["utility"], 0.9)}
    alarming = replace(ahead, splits={**ahead.splits, "test": replace(test, proba=same)})
    assert plain_is_ahead(alarming) == ""


@pytest.mark.parametrize("outcome", ["good", "bad"])
def test_gaps_are_among_those_whose_label_is_the_good_outcome_if_asked(demo_run, outcome):
    run, _ = demo_run
    target = replace(run.roles.target, outcome=outcome)
    told = replace(run, roles=replace(run.roles, target=target))

    test, is_good = run.splits["test"], outcome == "good"
    labelled = (test.y_true == 1) == is_good
    found = result_of(told, among_labelled=True).gaps
    assert found["model"] == outcome_gap(
        ((test.proba["mixture"] > 0.5) == is_good)[labelled],
        group=test.group[labelled],
        group_names=list(run.data.groups),
    )
    assert found["label"].value == 0


@pytest.mark.parametrize("split", ["test", "validation"])
def test_the_gap_in_a_bad_outcome_is_told_of_the_good_one(demo_run, split):
    run, _ = demo_run
    target = replace(run.roles.target, outcome="bad")
    bad = replace(run, roles=replace(run.roles, target=target))

    for source, gap in result_of(bad, split=split).gaps.items():
        reverse = result_of(run, split=split).gaps[source]
        assert (gap.most, gap.least) == (reverse.least, reverse.most)
        assert gap.least_rate == pytest.approx(1 - reverse.most_rate)


def test_without_polarity_the_positive_outcome_is_counted(demo_run):
    run, _ = demo_run
    target = replace(run.roles.target, outcome=None)
    untold = replace(run, roles=replace(run.roles, target=target))

    assert result_of(untold).gaps == result_of(run).gaps


def test_other_models_that_raise_an_alarm_are_no_choice(demo_run, monkeypatch):
    run, _ = demo_run
    before = [*result_of(run).others.index]
    assert {"mixture", *EXPERTS} <= {*before}
    monkeypatch.setattr(type(run), "alarms", lambda *_: {"mixture": None, "result": None})
    assert [*result_of(run).others.index] == [model for model in before if model != "result"]


def sweep_of(groups, test_rows, **roles):
    of = {"split_column": None, "weight": None} | roles
    return SimpleNamespace(
        data=SimpleNamespace(groups=groups), roles=SimpleNamespace(**of), test_rows=test_rows
    )


def test_the_scores_of_a_sweep_are_said_to_count_small_groups_by_their_share_of_the_test_rows():
    groups = {"women": 800, "men": 750, "few": 147, "fewer": 40}
    told = who_counts_in_sweep(sweep_of(groups, 348), how="use --merge-small")
    assert told == (
        "Every group counts by itself in these scores, also few and fewer with fewer than 30 "
        "people, and so few can make any gap. To have no score rest on so few, use --merge-small "
        "148 and train again: “few” and “fewer” become one group of 187 rows. Other groups keep "
        "their test rows; their figures change all the same, for the models are trained anew."
    )
    assert who_counts_in_sweep(sweep_of({"women": 800, "men": 150}, 190)) == ""
    for roles in ({"split_column": "part"}, {"weight": "w"}):
        assert who_counts_in_sweep(sweep_of(groups, 348, **roles)) == EVERY_GROUP_COUNTS
