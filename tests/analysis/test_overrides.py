from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.overrides import (
    ahead_by_chance,
    explain_routes,
    override_intervals,
    override_scores,
)
from fairmoe.metrics import score_predictions
from fairmoe.names import EXPERTS, METRICS
from fairmoe.runs import Cutoffs


@pytest.fixture(scope="module")
def routes(demo_run):
    run, labelled = demo_run
    return explain_routes(rows_of_run(run, labelled, "test"))


def test_everyone_sent_to_one_expert_scores_as_that_expert(demo_run, routes):
    scores = override_scores(routes)
    for model in ("mixture", *EXPERTS):
        expected = demo_run[0].scores["test"][model]
        assert scores.loc[model].to_dict() == pytest.approx(dict(expected), abs=1e-6)


def test_one_group_sent_away_leaves_the_others_where_they_are(demo_run, routes):
    run, _ = demo_run
    record = run.splits["test"]
    sent = record.group == 1
    scores = override_scores(routes, 1)
    assert scores.loc["mixture"].equals(override_scores(routes).loc["mixture"])
    mixed = [
        np.where(sent.reshape(-1, *[1] * (part.ndim - 2)), part[2], part[0])
        for part in (routes.proba, routes.masked_proba, routes.attention)
    ]
    expected = score_predictions(
        record.y_true,
        mixed[0],
        group=record.group,
        n_groups=2,
        attention=mixed[2],
        masked_score=mixed[1],
    )
    assert scores.loc["result"].to_dict() == pytest.approx(expected, abs=1e-9)


def test_all_groups_sent_one_by_one_differ_from_all_at_once(routes):
    one, all_ = override_scores(routes, 0), override_scores(routes)
    assert one.loc["utility", "auc"] != all_.loc["utility", "auc"]


def test_scatter_lies_around_the_change_and_is_the_same_each_time(routes):
    scores = override_scores(routes)
    change = scores.loc[list(EXPERTS)] - scores.loc["mixture"]
    low, high = override_intervals(routes, n_resamples=40)
    assert list(low.columns) == list(METRICS)
    assert (low <= high).all(axis=None)
    inside = (low["acc"] <= change["acc"]) & (change["acc"] <= high["acc"])
    assert inside.all()
    again = override_intervals(routes, n_resamples=40)
    assert low.equals(again[0])
    assert high.equals(again[1])


def test_scatter_of_sending_nobody_anywhere_new_is_nothing(routes):
    low, high = override_intervals(routes, group=5, n_resamples=3)
    assert (low == 0).all(axis=None)
    assert (high == 0).all(axis=None)


def with_leads(run, leads):
    """Return a run in which experts lead the mixture so far in the final score."""
    own = run.scores["test"]
    final = own["mixture"]["final_score"]
    told = {
        expert: {**own[expert], "final_score": final + leads.get(expert, -0.01)}
        for expert in EXPERTS
    }
    return replace(run, scores={**run.scores, "test": {**own, **told}})


def test_a_lead_could_be_chance_where_drawing_the_rows_anew_scatters_it_as_far(demo_run, routes):
    run, labelled = demo_run
    low, high = (ends["final_score"] for ends in override_intervals(routes, n_resamples=200))
    half = (high - low) / 2
    for sure in EXPERTS:
        leads = {expert: (1.5 if expert == sure else 0.6) * half[expert] for expert in EXPERTS}
        chance = tuple(expert for expert in EXPERTS if expert != sure)
        assert ahead_by_chance(with_leads(run, leads), labelled) == chance
        # Who is not asked about changes nothing about the others.
        alone = with_leads(run, {sure: leads[sure]}), with_leads(run, {sure: leads[sure] / 2})
        assert [ahead_by_chance(each, labelled) for each in alone] == [(), (sure,)]
    assert ahead_by_chance(with_leads(run, dict.fromkeys(EXPERTS, 0.0004)), labelled) == ()


def test_of_a_lead_nothing_is_told_where_it_cannot_be(demo_run):
    run, labelled = demo_run
    leading = with_leads(run, {"utility": 0.001})
    assert ahead_by_chance(leading, labelled) == ("utility",)
    assert ahead_by_chance(leading, None) == ()
    cut = replace(leading, cutoffs=Cutoffs("mixture", (0.5, 0.5)))
    assert ahead_by_chance(cut, labelled) == ()
    rows = leading.splits["test"]
    weighted = replace(rows, weight=np.ones(len(rows.y_true)))
    of_weights = replace(leading, splits={**leading.splits, "test": weighted})
    assert ahead_by_chance(of_weights, labelled) == ()
