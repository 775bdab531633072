from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fairmoe.analysis import result_of
from fairmoe.analysis.open_points import (
    aim_missed,
    gets_surely_worse,
    many_are_close,
    plain_is_ahead,
    what_is_open,
)
from fairmoe.analysis.result import who_counts_in_sweep
from fairmoe.metrics import outcome_gap
from fairmoe.names import EXPERTS
from fairmoe.runs import Cutoffs
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


def test_a_gap_that_may_be_no_smaller_is_open_as_a_doubt(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    # Of the first group one fewer is hired.
    plain = np.where(test.group == 0, 0.9, np.arange(len(test.group)) % 2 * 0.8 + 0.1)
    own = plain.copy()
    own[np.flatnonzero(test.group == 0)[0]] = 0.1
    proba = {"utility": plain, "mixture": own}
    doubtful = replace(run, splits={**run.splits, "test": replace(test, proba=proba)})
    before, after = (f"{100 * doubtful.parity_gap(m)[0]:.1f}" for m in ("utility", "mixture"))
    assert float(after) < float(before)
    assert aim_missed(doubtful) == (
        f"It is not shown that the demographic parity gap got smaller: {before} pp with the plain "
        f"model, {after} pp with the mixture, which could be chance."
    )


def test_what_surely_gets_worse_is_open_where_an_outcome_is_good_or_bad(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    right = np.where(test.y_true == 1, 0.9, 0.1)
    # All of one group get it, whatever their label.
    own = np.where(test.group == 0, 0.9, right)
    worse = replace(run, splits={"test": replace(test, proba={"utility": right, "mixture": own})})
    told = gets_surely_worse(worse)
    assert told == (
        "Groups differ more in who wrongly gets “hired” (100.0 pp, plain model 0.0); 2 other rates "
        "get worse."
    )
    same = replace(run, splits={"test": replace(test, proba={"utility": own, "mixture": own})})
    assert gets_surely_worse(same) == ""
    untold = replace(run.roles, target=replace(run.roles.target, outcome=None))
    assert gets_surely_worse(replace(worse, roles=untold)) == ""


def test_close_calls_are_open_where_they_are_many(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    rows = len(test.group)

    def close(count, **changes):
        proba = np.where(np.arange(rows) < count, 0.505, 0.9)
        record = replace(test, proba={**test.proba, "mixture": proba})
        return many_are_close(replace(run, splits={"test": record}, **changes))

    tenth = -(-rows // 10)
    ends = "another training may decide otherwise about them."
    told = f"{tenth} of {rows} test rows are close calls, within 1 pp of"
    assert close(tenth) == f"{told} 50%: {ends}"
    assert close(tenth - 1) == ""
    # At 0.4 what was moved to 0.505 was 0.4049 before.
    assert close(tenth, cutoffs=Cutoffs("mixture", (0.4, 0.4))) == f"{told} 40%: {ends}"
    by_group = Cutoffs("mixture", (0.4, 0.5))
    assert close(tenth, cutoffs=by_group) == f"{told} the cut-off of the group: {ends}"


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
