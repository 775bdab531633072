from dataclasses import replace

import pytest

from fairmoe.analysis import result_of
from fairmoe.metrics import outcome_gap
from fairmoe.names import EXPERTS


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
