"""The files for programs: the numbers of the run, strict and tidy."""

import io
import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from fairmoe.analysis import review_run
from fairmoe.metrics import demographic_parity_test, group_rates, parity_gap
from fairmoe.names import EVERY_RUN, EXPERTS
from fairmoe.report import Cover, make_report, to_csv, to_json
from fairmoe.runs import to_document


@pytest.fixture(scope="module")
def report(demo_run):
    return make_report(*demo_run)


@pytest.fixture(scope="module")
def document(report):
    text = to_json(report, Cover(date(2026, 11, 22), author="Ann", notes="<b>"))
    return json.loads(text, parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def table(report):
    return pd.read_csv(io.StringIO(to_csv(report)))


def test_json_holds_cover_run_digests_and_versions(document, demo_run):
    run = demo_run[0]
    assert document["cover"] == {
        "date": "2026-11-22",
        "title": "",
        "author": "Ann",
        "notes": "<b>",
        "intended_use": "",
        "out_of_scope": "",
        "reviewer": "",
        "role": "",
        "decision": None,
        "reason": "",
    }
    assert document["run"] == json.loads(json.dumps(to_document(run)))
    assert document["sha256"] == {"data": run.data.sha256, "settings": run.settings.digest()}
    assert set(document["versions"]) >= {"python", "torch", "fairmoe"}


def test_json_says_what_is_open(document):
    assert document["open_points"] == [
        "No tolerance was set, so no gap has a verdict.",
        "All rests on one training: other seeds may give other figures.",
    ]


@pytest.mark.parametrize("model", EVERY_RUN)
def test_gaps_of_json_are_the_scores_of_the_run(document, demo_run, model):
    scores = demo_run[0].scores["test"][model]
    gaps = document["gaps"][model]
    for gap in ("dp", "eo"):
        assert gaps[gap]["difference"] == pytest.approx(scores[gap], abs=1e-6)
        rates = document["rates"][model]
        rate = {"dp": "selection_rate", "eo": "true_positive_rate"}[gap]
        ahead = rates[gaps[gap]["highest"]][rate] - rates[gaps[gap]["lowest"]][rate]
        assert ahead == pytest.approx(scores[gap], abs=1e-6)


def test_p_values_are_those_of_the_permutation_test(document, demo_run):
    test = demo_run[0].splits["test"]
    expected = demographic_parity_test(test.proba["mixture"] > 0.5, group=test.group, n_groups=2)
    assert document["gaps"]["mixture"]["dp"]["p_value"] == expected.p_value


def test_attention_is_that_of_the_scores(document, table, demo_run):
    run = demo_run[0]
    distance = document["attention"]["distance"]
    assert distance["difference"] == pytest.approx(
        run.scores["test"]["mixture"]["att_jsd"], abs=1e-4
    )
    assert 0 < distance["p_value"] <= 1
    lines = table[table["kind"] == "attention"].set_index(["group", "measure"])["value"]
    for group, means in document["attention"]["means"].items():
        assert set(means) == set(run.encoder.columns)
        assert sum(means.values()) == pytest.approx(1, abs=1e-4)
        for column, mean in means.items():
            assert lines[group, column] == pytest.approx(mean)


@pytest.mark.slow
def test_what_cannot_be_estimated_is_null(run_of):
    run = run_of([1, 1, 0, 0], [0, 0, 1, 1], {"mixture": [0.9, 0.1, 0.9, 0.1]})
    document = json.loads(to_json(make_report(run), Cover(date(2026, 11, 22))))
    eo = document["gaps"]["mixture"]["eo"]
    assert document["attention"] is None
    assert (eo["difference"], eo["p_value"], eo["highest"]) == (None, None, None)
    assert document["rates"]["mixture"]["b"]["true_positive_rate"] is None


def test_a_test_that_leaves_small_groups_out_is_not_told_of_a_score_that_counts_them(run_of):
    group = [0] * 40 + [1] * 40 + [2] * 3
    proba = [0.9] * 20 + [0.1] * 20 + [0.9] * 10 + [0.1] * 30 + [0.9] * 3
    run = run_of([1, 0] * 41 + [1], group, {"mixture": proba}, ["a", "b", "c"])
    report = make_report(run)
    gap = json.loads(to_json(report, Cover(date(2026, 11, 22))))["gaps"]["mixture"]["dp"]
    assert (gap["difference"], gap["not_compared"]) == (0.25, ["c"])
    table = pd.read_csv(io.StringIO(to_csv(report))).query("kind == 'score' and model == 'mixture'")
    assert pd.isna(table.set_index("measure")["p_value"]["dp"])


def test_scores_of_weighted_rows_have_their_p_values_though_they_are_rounded_otherwise(run_of):
    rng = np.random.default_rng(0)
    proba = np.tile([0.1, 0.6], 100) * rng.random(200) + 0.3
    run = run_of(rng.integers(0, 2, 200), [0, 1] * 100, {"mixture": proba})
    test = replace(run.splits["test"], weight=rng.exponential(1, 200).astype(np.float32))
    gap = parity_gap(
        test.proba["mixture"] > 0.5,
        group=test.group,
        group_names="ab",
        sample_weight=test.weight,
    )[0]
    scores = {**run.scores["test"]["mixture"], "dp": float(np.float32(gap))}
    run = replace(
        run,
        splits={**run.splits, "test": test},
        scores={**run.scores, "test": {**run.scores["test"], "mixture": scores}},
    )
    assert 1e-9 < abs(scores["dp"] - gap) < 1e-7
    table = pd.read_csv(io.StringIO(to_csv(make_report(run))))
    row = table.query("kind == 'score' and model == 'mixture' and measure == 'dp'")
    assert row["p_value"].notna().all()


def test_csv_is_tidy_and_holds_the_scores(table, demo_run):
    scores = table[table["kind"] == "score"].pivot(index="model", columns="measure", values="value")
    for model in EVERY_RUN:
        for metric, value in demo_run[0].scores["test"][model].items():
            assert scores.loc[model, metric] == pytest.approx(value, nan_ok=True)
    p_values = table[table["p_value"].notna()]
    assert set(p_values[p_values["kind"] == "score"]["measure"]) == {"dp", "eo"}
    assert not table.duplicated(["kind", "model", "group", "measure"]).any()


def test_rates_of_the_csv_have_counts_and_intervals(table, demo_run):
    run = demo_run[0]
    test = run.splits["test"]
    proba = test.proba["mixture"]
    names = list(run.data.groups)
    expected = group_rates(test.y_true, proba > 0.5, proba, group=test.group, group_names=names)
    rates = table[(table["kind"] == "rate") & (table["model"] == "mixture")].set_index(
        ["group", "measure"]
    )
    for name in names:
        negatives = expected.loc[name, "n"] - expected.loc[name, "positives"]
        for rate, n in {
            "selection_rate": expected.loc[name, "n"],
            "true_positive_rate": expected.loc[name, "positives"],
            "false_positive_rate": negatives,
            "positive_predictive_value": expected.loc[name, "selected"],
        }.items():
            line = rates.loc[(name, rate)]
            assert line["n"] == n
            assert line["value"] == pytest.approx(expected.loc[name, rate])
            assert line["low"] < line["value"] < line["high"]


def test_the_review_of_json_is_that_of_the_run_with_its_table(document, demo_run):
    run, labelled = demo_run
    for model in ("mixture", "utility"):
        expected = review_run(run, labelled, model).to_dict()
        assert document["review"][model] == json.loads(json.dumps(expected))
    assert document["review"]["utility"]["representation_difference"] > 0


def test_reviews_of_the_csv_have_intervals_and_comparisons(table, demo_run):
    review = demo_run[0].review("utility")
    lines = table[(table["kind"] == "review") & (table["model"] == "utility")]
    lines = lines.set_index("measure")
    for measure, row in review.differences.iterrows():
        for name in ("value", "low", "high", "n"):
            assert lines.loc[measure, name] == pytest.approx(row[name])
    compared = table[(table["kind"] == "comparison") & (table["model"] == "utility")]
    compared = compared.set_index("measure").loc["selection_rate"]
    expected = review.comparisons.set_index("rate").loc["selection_rate"]
    assert compared["group"] == expected["group"]
    assert compared["value"] == pytest.approx(expected["difference"])
    assert compared["p_value"] == pytest.approx(expected["p_value"])


def test_people_of_the_csv_are_those_of_the_account(table, demo_run):
    account = demo_run[0].account()
    people = table[table["kind"] == "people"].fillna({"group": ""})
    people = people.set_index(["group", "measure"])
    for group, row in [("", account.everyone), *account.groups.iterrows()]:
        for name in ("n", "good_model", "better", "worse_right"):
            assert people.loc[(group, name), "value"] == row[name]
        harmed = people.loc[(group, "harmed_model_rate")]
        assert harmed["n"] == row["good_label"]
        assert harmed["low"] < harmed["value"] == pytest.approx(row["harmed_model_rate"])
        change = people.loc[(group, "good_change")]
        assert change["n"] == row["n"]
        assert change["low"] < change["value"] == pytest.approx(row["good_change"], abs=1e-9)


def test_without_a_good_and_a_bad_outcome_the_csv_has_no_people(demo_run):
    run, _ = demo_run
    roles = replace(run.roles, target=replace(run.roles.target, outcome=None))
    told = pd.read_csv(io.StringIO(to_csv(make_report(replace(run, roles=roles)))))
    assert "people" not in set(told["kind"])


def test_gate_weights_of_everyone_and_of_groups_sum_to_one(table):
    weights = table[table["kind"] == "gate weight"]
    assert weights["group"].isna().sum() == len(EXPERTS)
    weights = weights.fillna({"group": "everyone"})
    sums = weights.groupby("group")["value"].sum()
    assert list(sums.index) == ["everyone", "female", "male"]
    assert sums.to_numpy() == pytest.approx(1, abs=1e-5)
    assert set(weights["model"]) == set(EXPERTS)
