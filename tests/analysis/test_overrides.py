import numpy as np
import pytest

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.overrides import explain_routes, override_intervals, override_scores
from fairmoe.metrics import score_predictions
from fairmoe.names import EXPERTS, METRICS


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
