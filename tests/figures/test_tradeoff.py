import math

import pandas as pd
import pytest

from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.figures.tradeoff import not_drawn, tradeoff_figure
from fairmoe.names import GAP_AXES
from fairmoe.sentences.trade_off import outside, settings_reading, tradeoff_takeaway


@pytest.fixture
def points():
    frame = pd.DataFrame(
        {
            "label": ["λ fair 0", "λ fair 0", "λ fair 10", "λ fair 10", "<b>"],
            "seed": [0, 1, 0, 1, 0],
            "gap": [0.20, 0.10, 0.05, 0.06, math.nan],
            "utility": [0.80, 0.70, 0.60, 0.50, 0.90],
            "validation_gap": [0.2, 0.1, 0.05, 0.0, math.nan],
            "validation_utility": [0.8, 0.7, 0.6, 0.5, 0.9],
            "alarming": [False, False, False, True, False],
            "on_front": [True, False, True, False, False],
        },
        index=["a", "b", "c", "d", "e"],
    )
    return frame.rename_axis("run_id")


@pytest.fixture
def means():
    return pd.DataFrame(
        {
            "label": ["λ fair 0", "λ fair 10", "<b>"],
            "runs": [2, 2, 1],
            "gap": [0.15, 0.055, math.nan],
            "utility": [0.75, 0.55, 0.9],
            "gap_sd": [0.02, 0.01, math.nan],
            "utility_sd": [0.01, 0.03, math.nan],
        }
    )


@pytest.fixture
def baselines():
    return pd.DataFrame(
        {
            "gap": [0.0, 0.3, math.nan],
            "utility": [0.3, 0.82, 0.7],
            "detail": ["constant", "logistic", "existing"],
        },
        index=["constant", "logistic", "existing"],
    )


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_every_run_with_both_figures_is_a_point_that_knows_its_id(points, means, baselines):
    drawn = traces(tradeoff_figure(points, means, baselines, "f_res"))

    assert list(drawn["λ fair 0"].x) == pytest.approx([20, 10])
    assert list(drawn["λ fair 0"].y) == pytest.approx([80, 70])
    assert list(drawn["λ fair 0"].customdata) == ["a", "b"]
    assert list(drawn["λ fair 10"].customdata) == ["c"]
    assert list(drawn["Raises an alarm"].customdata) == ["d"]
    assert "&lt;b&gt;" not in drawn


def test_the_front_is_ringed_from_the_smallest_gap_on(points, means, baselines):
    front = traces(tradeoff_figure(points, means, baselines, "f_res"))[
        "Pareto-optimal on the validation rows"
    ]

    assert list(front.customdata) == ["c", "a"]
    assert list(front.x) == pytest.approx([5, 20])
    assert front.marker.symbol == "circle-open"


def test_settings_differ_in_colour_and_symbol(points, means, baselines):
    drawn = traces(tradeoff_figure(points, means, baselines, "f_res"))
    one, other = drawn["λ fair 0"].marker, drawn["λ fair 10"].marker

    assert one.color != other.color
    assert one.symbol != other.symbol


def test_means_have_bars_of_one_deviation_and_no_id(points, means, baselines):
    drawn = traces(tradeoff_figure(points, means, baselines, "f_res"))
    mean = drawn["Mean over the seeds, ± one standard deviation"]

    assert list(mean.error_x.array) == pytest.approx([2, 1])
    assert list(mean.error_y.array) == pytest.approx([1, 3])
    assert mean.customdata is None
    assert list(mean.marker.symbol) == [
        drawn["λ fair 0"].marker.symbol,
        drawn["λ fair 10"].marker.symbol,
    ]
    single = tradeoff_figure(points, means.assign(runs=1), baselines, "f_res")
    assert not any("Mean" in name for name in traces(single))


def test_baselines_stand_beside_and_the_constant_does_not_stretch_the_axis(
    points, means, baselines
):
    figure = tradeoff_figure(points, means, baselines, "f_res")
    drawn = traces(figure)

    logistic = drawn[MODEL_STYLES["logistic"].label]
    assert list(logistic.x) == pytest.approx([30])
    assert logistic.customdata is None
    low, high = figure.layout.yaxis.range
    assert 30 < low < 50
    # At the topmost label, above all but the constant.
    assert (high, figure.layout.yaxis.dtick) == (90, 10)
    assert list(drawn[MODEL_STYLES["constant"].label].y) == [30]
    assert outside(baselines) == "The constant predictor: 30.0% utility at 0.0 pp."
    assert not_drawn(baselines) == [MODEL_STYLES["existing"].label]


def test_the_axis_is_named_after_the_gap(points, means, baselines):
    for gap, label in GAP_AXES.items():
        title = tradeoff_figure(points, means, baselines, gap).layout.xaxis.title.text
        assert title.startswith(label.lower())


def test_the_takeaway_counts_the_front_and_names_its_ends(points):
    assert tradeoff_takeaway(points, "f_res") == (
        "Of 5 runs, 2 are Pareto-optimal (no other is better in both) on the validation rows; on "
        "the test rows they reach "
        "from 60.0% utility at 5.0 pp (λ fair 10) to 80.0% utility at 20.0 pp (λ fair 0)."
    )
    alone = points.assign(on_front=[False, False, True, False, False])
    assert "1 is Pareto-optimal" in tradeoff_takeaway(alone, "f_res")
    assert "it stands at 60.0% utility at 5.0 pp (λ fair 10)." in tradeoff_takeaway(alone, "f_res")
    ahead = points.assign(on_front=[False, True, True, False, False], utility=[0.8, 0.6, 0.7, 0, 0])
    assert "of these the one with the smallest result gap" in tradeoff_takeaway(ahead, "f_res")
    nothing = points.assign(gap=math.nan)
    assert tradeoff_takeaway(nothing, "f_res") == "No run has scores that can be estimated."
    assert tradeoff_figure(nothing, points.iloc[:0], points.iloc[:0], "f_res").layout.title.text


def test_what_chance_alone_could_part_is_said(means):
    # Deviations of 2 and 1 points: their root mean square is 1.6, the error of a difference of
    # means of two runs each as much again; 9.5 points are more than twice that.
    apart = settings_reading(means)
    assert (
        "from 5.5 pp (λ fair 10) to 15.0 pp (λ fair 0); seeds of one setting differ by 1.6" in apart
    )
    assert "chance" not in apart
    near = settings_reading(means.assign(gap=[0.08, 0.05, math.nan]))
    assert near.endswith("cannot be told from chance: take more seeds.")
    assert settings_reading(means.iloc[:1]) == ""
    assert settings_reading(means.assign(gap_sd=math.nan)) == ""
