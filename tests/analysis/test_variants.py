"""Runs with other cut-offs: scored, kept, predicted with."""

import datetime

import numpy as np
import pytest

from fairmoe.analysis import choose_cutoffs, predict_rows, review_run, rows_of_run, variant_of
from fairmoe.analysis.cutoffs import Costs
from fairmoe.analysis.effects import compare_simple_tool, effect_of
from fairmoe.analysis.overrides import explain_routes
from fairmoe.data import table_from_frame
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import equalized_odds_difference, paired_interval, score_predictions
from fairmoe.report import Cover, make_report, to_html
from fairmoe.runs import Cutoffs, load_run, save_run


@pytest.fixture(scope="module")
def chosen(demo_run):
    run, _ = demo_run
    record = run.splits["validation"]
    thresholds = choose_cutoffs(
        record.y_true, record.proba["mixture"], group=record.group, n_groups=2,
        equal="selection_rate",
    )  # fmt: skip
    return Cutoffs("mixture", thresholds, "alike")


@pytest.fixture(scope="module")
def variant(demo_run, chosen):
    return variant_of(*demo_run, chosen)


def test_a_variant_decides_by_its_cutoffs_and_is_scored_anew(demo_run, chosen, variant):
    run, labelled = demo_run
    assert variant.run_id != run.run_id
    for split in ("validation", "test"):
        before, after = run.splits[split], variant.splits[split]
        decided = chosen.decide(before.proba["mixture"], before.group)
        assert ((after.proba["mixture"] > 0.5) == decided).all()
        assert variant.scores[split]["mixture"]["acc"] == pytest.approx(
            np.mean(decided == before.y_true)
        )
    assert variant.scores["validation"]["mixture"]["dp"] < 0.005
    assert run.scores["validation"]["mixture"]["dp"] > 0.02
    # The attention does not change, nor does any other model; what is masked is cut alike.
    routes = explain_routes(rows_of_run(run, labelled, "test"))
    group = run.splits["test"].group
    expected = score_predictions(
        run.splits["test"].y_true,
        variant.splits["test"].proba["mixture"],
        group=group,
        n_groups=2,
        attention=routes.attention[0],
        masked_score=chosen.shift(routes.masked_proba[0], group),
    )
    assert variant.scores["test"]["mixture"] == pytest.approx(expected, abs=1e-5)
    assert variant.scores["test"]["utility"] == run.scores["test"]["utility"]
    # Whose group decides over the cut-off would be decided otherwise in the other group.
    assert review_run(variant, labelled).flip_rate > 0
    assert np.isnan(review_run(run, labelled).flip_rate)
    with pytest.raises(InvalidInputError, match="this one has some already"):
        variant_of(variant, labelled, chosen)
    with pytest.raises(InvalidInputError, match="there are 1 for 2 groups"):
        variant_of(run, labelled, Cutoffs("mixture", (0.4,)))


def test_cutoffs_at_one_half_leave_the_scores_as_they_are(demo_run):
    run, labelled = demo_run
    same = variant_of(run, labelled, Cutoffs("mixture", (0.5, 0.5)))
    assert same.scores["test"]["mixture"] == pytest.approx(run.scores["test"]["mixture"], abs=1e-5)


def test_a_variant_of_an_expert_sends_every_row_to_it(demo_run):
    run, labelled = demo_run
    found = variant_of(run, labelled, Cutoffs("utility", (0.5, 0.5)))
    test = found.splits["test"]
    assert test.proba["mixture"] == pytest.approx(run.splits["test"].proba["utility"], abs=1e-6)
    assert (test.gate[:, 0] > 1 - 1e-6).all()
    assert found.scores["test"]["mixture"] == pytest.approx(run.scores["test"]["utility"], abs=2e-3)


def test_a_kept_variant_predicts_with_its_cutoffs(demo_run, chosen, variant, tmp_path):
    save_run(variant, tmp_path / "v")
    again = load_run(tmp_path / "v")
    assert again.cutoffs == chosen
    rows = demo_run[1].table.frame.iloc[again.splits["test"].rows]
    found = predict_rows(again, table_from_frame(rows.drop(columns="hired"))).rows
    expected = variant.splits["test"].proba["mixture"] > 0.5
    assert (found["decision"].to_numpy() == expected).mean() > 0.999
    with pytest.raises(InvalidInputError, match="sex"):
        predict_rows(again, table_from_frame(rows.drop(columns=["hired", "sex"])))
    unknown = rows.assign(sex=rows["sex"].astype(str).where(np.arange(len(rows)) > 1, "other"))
    with pytest.raises(InvalidInputError, match="2 of 802 rows have none that the run knows"):
        predict_rows(again, table_from_frame(unknown))
    one = variant_of(*demo_run, Cutoffs("mixture", (0.3, 0.3)))
    without = predict_rows(one, table_from_frame(rows.drop(columns=["hired", "sex"]))).rows
    record = demo_run[0].splits["test"]
    assert (without["decision"] == (record.proba["mixture"] > 0.3)).mean() > 0.999


def test_what_cutoffs_give_is_measured_on_the_rows(demo_run):
    record = demo_run[0].splits["test"]
    proba = record.proba["mixture"].astype(np.float64)
    decided = proba > 0.4
    found = effect_of(record, decided, proba, n_groups=2, costs=Costs(2, 1))
    assert found["accuracy"] == np.mean(decided == record.y_true)
    assert found["cost"] == Costs(2, 1).of(record.y_true, decided)
    odds = equalized_odds_difference(record.y_true, decided, group=record.group, n_groups=2)
    assert max(found["true_positive_gap"], found["false_positive_gap"]) == pytest.approx(odds)


def test_the_simple_tool_is_compared_on_the_same_rows(demo_run):
    run, _ = demo_run
    found = compare_simple_tool(run)
    test = run.scores["test"]["mixture"]
    assert found.mixture == pytest.approx((test["acc"], test["dp"]))
    value, low, high = found.difference
    assert value == pytest.approx(found.simple[0] - found.mixture[0])
    assert low < value < high
    assert high - low < np.ptp(paired_interval(200, 200, len(run.splits["test"].y_true)))


def test_the_report_says_first_that_decisions_begin_elsewhere(variant):
    html = to_html(make_report(variant, None), Cover(datetime.date(2026, 1, 1)), ())
    assert "The decisions of this run begin at cut-offs of its own." in html
    assert "These cut-offs treat people by their group" in html
