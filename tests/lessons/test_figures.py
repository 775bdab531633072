"""Sentences and figures against hand-made numbers."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.figures.lessons.chance import chance_figure
from fairmoe.figures.lessons.gate import gradient_figure
from fairmoe.figures.lessons.gate_steps import CREDITS, STAGES, Moment, climb_figure, step_figure
from fairmoe.figures.lessons.large import enlarged
from fairmoe.figures.lessons.spread import seeds_table, spread
from fairmoe.sentences.lessons import (
    balance_takeaway,
    chance_takeaway,
    constant_takeaway,
    criteria_takeaway,
    gradient_takeaway,
    outcome_weight_takeaway,
    reversal_takeaway,
)

NAN = float("nan")


def test_spread_leaves_out_what_is_not_known():
    assert spread([0.1, NAN, 0.2], "pp") == "15.0 pp (10.0 to 20.0)"


def test_seeds_are_summarised_and_the_constant_kept():
    frame = pd.DataFrame({"strength": [1.0, 1.0, NAN], "dp": [0.1, 0.3, 0.0]})
    table = seeds_table(frame, ["strength"], ["dp"])
    assert table.loc[1.0].tolist() == pytest.approx([0.2, 0.1, 0.3])
    assert len(table) == 2


def test_the_rule_is_told_with_its_gaps():
    rates = pd.DataFrame(
        {
            "n": [100, 200],
            "selected": [30, 90],
            "base_rate": [0.2, 0.5],
            "selection_rate": [0.3, 0.45],
            "true_positive_rate": [0.7, 0.6],
        }
    )
    told = criteria_takeaway(rates)
    assert "labels of the groups differ by 30.0 pp" in told
    assert "hires 120 of 300 people and leaves a DP gap of 15.0 pp and an EO gap of 10.0" in told


def test_a_strength_is_told_against_none():
    scores = pd.DataFrame(
        {
            "strength": [0.0, 0.0, 3.0, 3.0],
            "utility": [0.76, 0.78, 0.7, 0.72],
            "dp": [0.12, 0.12, 0.02, 0.04],
            "eo": [0.01, 0.01, 0.1, 0.1],
            "f_res": [0.06, 0.06, 0.06, 0.06],
        }
    )
    told = outcome_weight_takeaway(scores, 3.0)
    assert "utility falls from 77.0 to 71.0% (70.0 to 72.0)" in told
    assert "DP gap falls from 12.0 to 3.0 pp (2.0 to 4.0)" in told
    assert "from" not in outcome_weight_takeaway(scores, 0.0)


def test_the_probe_is_told_against_none_and_the_columns():
    scores = pd.DataFrame(
        {"strength": [0.0, 1.0, NAN], "told": [0.7, 0.55, 0.85]}
        | {name: [0.5, 0.5, NAN] for name in ("utility", "dp", "eo")}
    )
    told = reversal_takeaway(scores, 1.0)
    assert "AUC of 55.0%, against 70.0 without adversaries and 85.0 from the columns" in told


@pytest.mark.parametrize(
    ("mixture", "verdict"),
    [
        ([0.6, 0.7], "the constant is ahead of every seed"),
        ([0.7, 0.8], "the mixture is ahead with 1 of 2 seeds"),
        ([0.8, 0.9], "the mixture is ahead with every seed"),
    ],
)
def test_who_wins_is_said_as_the_seeds_have_it(mixture, verdict):
    scores = pd.DataFrame(
        {
            "base_rate": 0.7,
            "model": ["mixture", "mixture", "constant"],
            "final_score": [*mixture, 0.75],
        }
    )
    assert constant_takeaway(scores, 0.7).endswith(f"{verdict}.")


def test_every_estimator_is_told_with_its_error_and_drawn():
    names = ["blind", "plain", "baseline", "rollouts", "counterfactual"]
    estimates = pd.DataFrame({"estimator": names * 2, "estimate": [0.0] * 5 + [0.2] * 5})
    told = gradient_takeaway(estimates, 0.1)
    # Of two draws of 0 and 0.2 the deviation is the root of 0.02.
    assert "truth is 0.100" in told
    assert "(standard deviation 0.141)" in told
    assert told.endswith("Where the reward ignores the actions, they average 0.100.")
    figure = gradient_figure(estimates, 0.1)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [sum(bar.y) for bar in bars] == pytest.approx([100] * 5)


def test_even_use_and_certainty_are_told_by_seed():
    usage = pd.DataFrame(
        {
            "seed": [0, 0, 0],
            "expert": ["utility", "result", "procedural"],
            "weight": [0.2, 0.5, 0.3],
        }
    )
    certainty = pd.DataFrame({"seed": [0], "low": [0.33], "share": [1.0], "largest": [0.6]})
    told = balance_takeaway(usage, certainty)
    assert "the most used expert has 50% of the weight and the least used 20%" in told
    assert "The largest weight of a row is 60%" in told


def test_a_gap_at_the_limit_counts_and_no_bin_lies_on_both_sides():
    gaps = pd.DataFrame({"gap": [0.01, 0.05, 0.3 - 0.25, 0.2]})
    told = chance_takeaway(gaps, 0.05, smaller=40, false_alarms=0.04)
    assert "of 5 pp or more in 75.0% of the tables" in told
    assert "calls 4.0% of the tables unequal" in told
    below, beyond = chance_figure(gaps, 0.05).data
    assert sum(below.y) == pytest.approx(25)
    assert sum(beyond.y) == pytest.approx(75)
    assert max(below.x) < 5 < min(beyond.x)


PEOPLE = pd.DataFrame(
    {"group": ["women", "men"], "label": [1, 0]}
    | {"utility": [0.2, 0.1], "result": [0.7, 0.4], "procedural": [0.3, 0.2]}
)
MOMENT = Moment(
    proba=np.full((2, 3), 1 / 3),
    actions=np.array([[1, 0]]),
    rewards=np.array([0.2]),
    baseline=0.0,
    credit=np.array([[NAN, 0.2, NAN], [0.2, NAN, NAN]]),
    after=np.array([[0.3, 0.5, 0.2], [0.45, 0.25, 0.3]]),
)


def test_a_step_is_drawn_stage_by_stage():
    drawn = {
        stage: step_figure(PEOPLE, MOMENT, stage)
        for stage in STAGES
        if stage not in ("spread", "rows")
    }
    texts = {stage: [list(bar.text) for bar in figure.data] for stage, figure in drawn.items()}

    assert texts["people"][1] == ["✓ hire", "✓ refuse"]
    assert texts["sample"] == [["", "✓ refuse"], ["✓ hire", ""], ["", ""]]
    assert texts["baseline"] == [["", "+0.200"], ["+0.200", ""], ["", ""]]
    assert texts["step"][1] == ["50%", "25%"]
    assert drawn["sample"].data[1].x == pytest.approx([100 / 3] * 2)
    assert drawn["more"].data[1].x == pytest.approx([50, 25])
    arrows = [(note.ax, note.x) for note in drawn["step"].layout.annotations if note.showarrow]
    assert len(arrows) == 6
    assert arrows[2] == pytest.approx((100 / 3, 50))
    assert not any(note.showarrow for note in drawn["reward"].layout.annotations)


def test_the_reward_is_drawn_to_its_last_step():
    rewards = pd.DataFrame({"credit": list(CREDITS) * 2, "step": [0] * 3 + [40] * 3, "reward": 0.1})
    figure = climb_figure(rewards, "rollouts", title="?")
    assert [line.line.width for line in figure.data] == [2, 4, 2]
    assert figure.layout.xaxis.range[1] > 40


def test_a_room_sees_larger_letters_and_the_same_picture():
    figure = step_figure(PEOPLE, MOMENT, "sample")
    large = enlarged(figure)
    assert large.layout.font.size == pytest.approx(1.35 * 13)
    assert large.layout.yaxis.tickfont.size == large.layout.legend.font.size
    assert large.layout.annotations[0].font.size == pytest.approx(1.35 * 13)
    assert large.layout.margin.l == pytest.approx(1.35 * figure.layout.margin.l)
    assert large.layout.height == figure.layout.height
    assert large.data[0].x == pytest.approx(figure.data[0].x)
    assert large.data[0].marker.pattern == figure.data[0].marker.pattern
