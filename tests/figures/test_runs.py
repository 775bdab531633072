import math

import pytest

from fairmoe.figures.curves import Line, main_lines
from fairmoe.figures.runs import differing_settings, run_table, runs_figure
from fairmoe.sentences.trade_off import runs_takeaway

SCORES = [
    {"utility": 0.8, "f_res": 0.1, "f_proc": 0.05, "final_score": 0.65},
    {"utility": 0.7, "f_res": 0.02, "f_proc": 0.01, "final_score": 0.67},
    {"utility": 0.9, "f_res": math.nan, "f_proc": 0.0, "final_score": math.nan},
]
NAMES = ["<i>first</i>", "second", "third"]


def test_runs_are_drawn_as_utility_over_both_gaps():
    table = run_table(NAMES, SCORES)
    figure = runs_figure(table)
    assert [point.x[0] for point in figure.data] == pytest.approx([15, 3])
    assert [point.y[0] for point in figure.data] == pytest.approx([80, 70])
    assert [point.name for point in figure.data] == ["&lt;i&gt;first&lt;/i&gt;", "second"]
    assert len({point.marker.symbol for point in figure.data}) == 2
    assert figure.layout.yaxis.range == pytest.approx((69, 81))
    assert figure.layout.xaxis.range == pytest.approx((1.8, 16.2))
    assert runs_takeaway(table) == (
        "Of 3 runs, highest final score: second, highest utility: <i>first</i>, "
        "smallest gaps: second."
    )


def test_runs_that_hardly_differ_look_like_it():
    close = [SCORES[0], SCORES[0] | {"utility": 0.801}]
    figure = runs_figure(run_table(["a", "b"], close))
    assert figure.layout.yaxis.range == pytest.approx((75.05, 85.05))


def test_runs_without_a_point_have_a_figure():
    assert runs_figure(run_table(["third"], SCORES[2:])).layout.xaxis.range is None


def test_runs_of_one_name_stay_two():
    table = run_table(["a", "a"], SCORES[:2])
    assert len(runs_figure(table).data) == 2


def test_each_of_many_runs_has_a_mark_and_a_line_of_its_own():
    table = run_table([f"lambda_fair 10, seed {i}" for i in range(9)], SCORES[:1] * 9)
    figure = runs_figure(table)
    assert len({point.marker.symbol for point in figure.data}) == 9
    assert figure.layout.legend.orientation == "v"
    assert figure.layout.showlegend
    assert figure.layout.margin.b > 9 * 19


def test_runs_without_scores_are_not_compared():
    table = run_table(["third"], SCORES[2:])
    assert runs_takeaway(table) == "No run has scores that can be estimated."


def test_only_settings_that_differ_are_shown():
    settings = [{"a": 1.0, "b": "auto", "c": True}, {"a": 10.0, "b": "auto", "c": False}]
    table = differing_settings(["one", "two"], settings)
    assert table.to_dict("list") == {"a": ["1", "10"], "c": ["True", "False"]}


def test_the_lines_of_the_moment_are_losses_and_then_the_gate():
    warm = [
        Line("loss of utility", "warm-up", (1,), (0.5,)),
        Line("loss of adversaries", "warm-up", (1,), (0.5,)),
    ]
    full = [Line("loss of utility", "experts", (1,), (0.4,))]
    gate = [Line("reward", "gate", (1,), (0.1,)), Line("usage of result", "gate", (1,), (0.3,))]
    assert main_lines(warm) == warm[:1]
    assert main_lines(warm + full) == full
    assert main_lines(warm + full + gate) == full + gate
