from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from fairmoe._app import app_folder
from fairmoe.analysis.routing import map_scores, weights_by_group
from fairmoe.data import DEMO_NAMED_ROLES, DEMO_SETTINGS, demo_table
from fairmoe.dial import FAIRNESS_WEIGHTS
from fairmoe.experiment import prepare, run_id
from fairmoe.names import EXPERTS
from fairmoe.runs import DEMO_MAP, DEMO_RUN, demo_run, front_tables
from fairmoe.sentences.mixture_map import EVERYONE, map_of_mixture


@pytest.fixture(scope="module")
def prepared():
    return prepare(demo_table(), DEMO_NAMED_ROLES, DEMO_SETTINGS)


def test_the_shipped_run_is_of_the_demo_and_its_settings(prepared):
    run = demo_run()
    assert run.run_id == run_id(prepared.data, DEMO_SETTINGS.replace(device="cpu"))
    assert run.data == prepared.summary
    assert run.roles == prepared.roles
    assert [point.settings.fairness_weight for point in run.points] == list(FAIRNESS_WEIGHTS)


def test_the_map_on_home_is_that_of_the_shipped_run():
    run = demo_run()
    test = run.splits["test"]
    weights = weights_by_group(test.gate, test.group, list(run.data.groups))
    drawn = map_of_mixture(weights.iloc[0], map_scores(run, "test")[0], EVERYONE, is_group=False)

    assert (app_folder() / "assets" / DEMO_MAP).read_text(encoding="utf-8") == drawn, (
        "run assets/make_demo.py, or its write_map"
    )


def test_its_answers_are_those_of_its_models(prepared):
    for point in demo_run().points:
        rows = prepared.data.test
        proba = point.mixture.log_odds(torch.as_tensor(rows.x)).sigmoid()[0].detach().numpy()
        shipped = point.splits["test"].proba["mixture"]
        # They are rounded to 1/1024 on the same side of one half.
        np.testing.assert_allclose(proba, shipped, atol=1 / 1024)
        clear = abs(proba - 0.5) > 1e-5
        assert np.array_equal((proba > 0.5)[clear], (shipped > 0.5)[clear])
        gate = point.mixture.gate_proba(torch.as_tensor(rows.x))[0].detach().numpy()
        np.testing.assert_allclose(gate, point.splits["test"].gate, atol=1 / 512)
        assert (point.splits["test"].gate.sum(1) == 1).all()


def test_the_file_stays_small():
    assert (app_folder() / "assets" / DEMO_RUN).stat().st_size < 2**20


def test_the_front_is_a_curve_from_the_plain_model_to_a_small_gap():
    run = demo_run()
    scores = [point.scores["test"]["mixture"] for point in run.points]
    plain = run.scores["test"]["utility"]
    gaps = [one["dp"] for one in scores]
    assert gaps[0] == pytest.approx(plain["dp"], abs=0.01)
    assert np.diff(gaps).max() < 0.005
    assert gaps[-1] < plain["dp"] / 4
    assert len(np.unique(np.round(gaps, 2))) >= 7
    assert all(plain["acc"] - 0.04 < one["acc"] < plain["acc"] + 0.005 for one in scores)
    assert not any("mixture" in point.alarms() for point in run.points)


def test_the_line_of_the_front_joins_points_that_fall_with_the_gap_and_have_no_alarm():
    run = demo_run()
    for gap in ("dp", "eo", "f_res", "f_proc"):
        points, _ = front_tables(run.points, run.run_id, gap)
        line = points[points["on_front"]].sort_values("gap")
        assert 1 <= len(line) <= len(points)
        assert line["accuracy"].is_monotonic_increasing
        for _, point in points[~points["on_front"]].iterrows():
            beats = (line["gap"] <= point["gap"]) & (line["accuracy"] >= point["accuracy"])
            assert beats.any()


def test_no_line_goes_through_a_point_that_raises_an_alarm():
    run = demo_run()
    splits = {
        name: replace(
            split, proba={**split.proba, "mixture": np.zeros_like(split.proba["mixture"])}
        )
        for name, split in run.splits.items()
    }
    points, _ = front_tables((*run.points[:2], replace(run.points[2], splits=splits)), "", "dp")
    assert [*points["alarming"]] == [False, False, True]
    assert not points["on_front"].iloc[2]


def test_points_that_decide_the_same_about_the_test_rows_are_known():
    run = demo_run()
    first, second, third = run.points[:3]
    # Other probabilities, the same decisions.
    test = first.splits["test"]
    closer = (test.proba["mixture"] + 0.5) / 2
    same = replace(test, proba={**test.proba, "mixture": closer})
    alike = replace(third, splits={**third.splits, "test": same})
    points, _ = front_tables((first, second, alike), "", "dp")
    weights = points["weight"].tolist()
    assert points["decides_as"].tolist() == [weights[0], weights[1], weights[0]]


def test_intervals_of_the_front_are_those_of_the_review_and_of_pairs_of_rows():
    run = demo_run()
    tables = {gap: front_tables(run.points, run.run_id, gap)[0] for gap in ("dp", "eo", "f_proc")}
    own = tables["dp"].loc[run.run_id]
    for gap, name in (("dp", "demographic_parity"), ("eo", "equal_opportunity")):
        judged = run.review().differences.loc[f"{name}_difference"]
        found = tables[gap].loc[run.run_id, ["gap_low", "gap_high"]]
        np.testing.assert_allclose(found.astype(float), judged[["low", "high"]].astype(float))
    assert tables["f_proc"][["gap_low", "gap_high"]].isna().all(axis=None)
    record = run.splits["test"]
    right = {name: (record.proba[name] > 0.5) == record.y_true for name in ("mixture", "utility")}
    differences = right["mixture"].astype(float) - right["utility"]
    reach = 1.96 * differences.std() / np.sqrt(len(differences))
    middle = right["utility"].mean() + differences.mean()
    assert own["accuracy_low"] == pytest.approx(middle - reach, abs=0.001)
    assert own["accuracy_high"] == pytest.approx(middle + reach, abs=0.001)


def test_fewer_women_are_wrongly_refused_and_no_more_men_beyond_chance():
    groups = demo_run().account().groups
    assert groups.loc["women", "harmed_change_high"] < -0.05
    assert groups.loc["men", "harmed_change_low"] < 0 < groups.loc["men", "harmed_change_high"]


def test_the_gate_sends_low_and_high_scorers_to_different_experts():
    run, frame = demo_run(), demo_table().frame
    record = run.splits["test"]
    scores = frame["test_score"].iloc[record.rows].to_numpy()
    weight = pd.DataFrame(record.gate, columns=EXPERTS).groupby(pd.qcut(scores, 4)).mean()
    assert weight["result"].iloc[0] > 0.75
    assert weight["procedural"].iloc[-1] > 0.75
