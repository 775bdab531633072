"""What smaller gaps cost, among the models of a run and among the runs of a sweep."""

from dataclasses import replace

import pytest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, demo_table
from fairmoe.experiment import prepare
from fairmoe.names import EVERY_RUN, METRICS, MODELS
from fairmoe.report.findings import find
from fairmoe.report.grids import changed_settings_grid, settings_grid
from fairmoe.report.trade_off import models_on_plane, trade_off
from fairmoe.runs import PeerScores
from fairmoe.sentences.peers import older_fits
from fairmoe.sweep import grid_settings, run_sweep

OLDER = older_fits(["few"])


def test_models_that_none_beats_are_marked_and_the_constant_is_none(demo_run):
    run, _ = demo_run
    places = {
        "mixture": (0.70, 0.05),
        "utility": (0.80, 0.15),
        "result": (0.69, 0.05),
        "procedural": (0.75, 0.20),
        "uniform": (0.60, 0.01),
        "constant": (0.30, 0.00),
        "logistic": (0.80, 0.16),
    }
    scores = {
        model: dict.fromkeys(METRICS, 0.0) | {"utility": utility, "f_res": gap}
        for model, (utility, gap) in places.items()
    }
    found = find(replace(run, scores={**run.scores, "test": scores}))
    alarmed = replace(found, alarms={"uniform": None})
    models = models_on_plane(alarmed)
    assert list(models.index) == list(EVERY_RUN)
    assert list(models.index[models["on_front"]]) == ["mixture", "utility"]


def test_the_section_tells_of_the_models_and_draws_them(demo_run):
    section = trade_off(find(demo_run[0]))
    points, chart = section.blocks
    assert [point.split(",")[0] for point in points.points] == [
        "Against the utility expert",
        "Against the logistic regression",
    ]
    assert [row[0] for row in chart.grid.rows] == [MODELS[m] for m in EVERY_RUN]


def test_a_demographic_parity_gap_that_goes_the_other_way_is_told(demo_run):
    run = demo_run[0]
    scores = {model: dict(of) for model, of in run.scores["test"].items()}
    scores["mixture"] |= {"dp": 0.1, "f_res": 0.2}
    scores["utility"] |= {"dp": 0.15, "f_res": 0.15}
    found = find(replace(run, scores={**run.scores, "test": scores}))
    first, _ = trade_off(found).blocks[0].points
    assert " demographic parity is lower (10.0 pp against 15.0 pp). The mixture and" in first


def test_the_front_of_a_run_is_drawn_before_its_models_and_listed_by_weight(demo_run):
    run, _ = demo_run
    own = {**run.scores["test"]["mixture"], "dp": 0.012}
    last = replace(
        run,
        run_id="last",
        settings=run.settings.replace(fairness_weight=8.0),
        scores={**run.scores, "test": {**run.scores["test"], "mixture": own}},
    )
    points, front, chart = trade_off(find(run.with_front([last]))).blocks
    assert (points.kind, chart.key) == ("points", "tradeoff")
    assert front.key == "front"
    assert "The smallest gap of these mixtures is 1.2 pp" in front.takeaway
    assert [(row[0], row[2]) for row in front.grid.rows] == [
        ("1", f"{100 * run.scores['test']['mixture']['dp']:.1f} pp"),
        ("8", "1.2 pp"),
    ]


def test_of_too_few_people_no_gap_is_drawn_and_the_reason_is_told(run_of):
    run = run_of([1, 0] * 12, [0] * 14 + [1] * 10, {"mixture": [0.9, 0.2, 0.4] * 8})
    run = run.with_front([replace(run, run_id="last", settings=Settings(fairness_weight=8.0))])
    points, why, listed = trade_off(find(run)).blocks
    assert why.text == (
        "No result gap can be told on the test rows: fewer than two groups have 30 people there (a "
        "14 and b 10), and so few can make any gap. Take a longer table: unless a column names the "
        "test rows, they are one in 5."
    )
    assert "a result gap that cannot be compared (insufficient data)" in points.points[0]
    assert listed.columns[2:5] == ("DP gap", "EO gap", "Result gap")
    assert {cell for row in listed.rows for cell in row[2:5]} == {"insufficient data"}


def fits(gap=0.011, **given):
    """Fits of two methods for demographic parity, and of one for equal opportunity."""
    scores = dict.fromkeys(METRICS, 0.5) | {"dp": gap, "eo": 0.031, "acc": 0.7}
    of = (
        ("exponentiated_gradient", 0.01, "demographic_parity"),
        ("threshold_optimizer", 0.2, "demographic_parity"),
        ("adversarial", 1.0, "equal_opportunity"),
    )
    return [PeerScores(*each, scores, scores, **given) for each in of]


def test_fairlearns_fits_are_told_of_by_the_gap_that_they_were_fitted_for(demo_run):
    blocks = trade_off(find(demo_run[0], peers=fits())).blocks
    assert [block.kind for block in blocks] == [
        "points",
        "text",
        "folded",
        "text",
        "folded",
        "chart",
    ]
    parity, opportunity = (block.text for block in blocks if block.kind == "text")
    assert parity.startswith(
        "Fairlearn's methods were fitted for demographic parity in 2 settings, and are judged by it"
    )
    assert parity.endswith(
        "The threshold optimizer needs to know the group of each person whom it decides about."
    )
    assert opportunity.startswith("Fairlearn's methods were fitted for equal opportunity in 1 ")
    grids = [block.grid for block in blocks if block.kind == "folded"]
    assert [grid.columns[-1] for grid in grids] == ["DP gap", "EO gap"]
    assert [grid.rows for grid in grids] == [
        (
            ("Exponentiated gradient", "0.01", "70.0%", "1.1 pp"),
            ("Threshold optimizer", "0.2", "70.0%", "1.1 pp"),
        ),
        (("Adversarial network", "1", "70.0%", "3.1 pp"),),
    ]


def test_of_fits_that_may_count_other_groups_that_is_said(run_of):
    group = [0] * 40 + [1] * 40 + [2] * 10
    run = run_of([1, 0] * 45, group, {"mixture": [0.9, 0.2, 0.4] * 30}, ("a", "b", "few"))
    told = [
        [block.text for block in trade_off(find(run, peers=peers)).blocks if block.kind == "text"]
        for peers in (fits()[:2], fits(compared=False)[:2])
    ]
    assert not any(OLDER in text for text in told[0])
    assert sum(OLDER in text for text in told[1]) == 1


def test_of_too_few_people_no_gap_of_fits_is_told(run_of):
    run = run_of([1, 0] * 12, [0] * 14 + [1] * 10, {"mixture": [0.9, 0.2, 0.4] * 8})
    blocks = trade_off(find(run, peers=fits())).blocks
    assert not any(block.kind == "folded" for block in blocks)


@pytest.mark.slow
def test_the_runs_of_a_sweep_are_drawn_and_listed(demo_run):
    base = Settings(epochs=8)
    runs = grid_settings(base, {"lambda_fair": (0.0, 10.0)}, seeds=1)
    sweep = run_sweep(prepare(demo_table(), DEMO_ROLES, base), runs)
    _, chart, _, listed = trade_off(find(demo_run[0], sweep=sweep)).blocks
    assert chart.takeaway.startswith("Of 2 runs, ")
    assert sorted(row[0] for row in listed.rows) == ["λ fair 0", "λ fair 10"]
    assert listed.columns[-1] == "Pareto-optimal"


def test_settings_that_were_changed_are_told_apart_from_all(demo_run):
    run, _ = demo_run
    assert [row[0] for row in changed_settings_grid(run).rows] == ["epochs"]
    assert len(settings_grid(run).rows) > 40
