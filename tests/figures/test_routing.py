import re

import numpy as np
import pandas as pd
import pytest

from fairmoe.analysis.routing import by_disagreement, flows, mean_weights, weights_by_group
from fairmoe.figures.curves import Line
from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.figures.points import MOST_POINTS, sampled
from fairmoe.figures.routing import column_figure, triangle_figure, usage_figure, weights_bars
from fairmoe.figures.tables import score_table
from fairmoe.figures.whatif import (
    COMPARED,
    differences,
    disagreement_figure,
    flow_figure,
    forced_figure,
)
from fairmoe.names import EXPERTS, METRICS
from fairmoe.sentences.routing import (
    column_takeaway,
    disagreement_takeaway,
    flow_takeaway,
    forced_takeaway,
    gate_reading,
    triangle_takeaway,
    usage_takeaway,
    weights_takeaway,
)

GROUPS = ["<b>a</b>", "b"]


def routed(weights, n=1):
    """Rows with the given weights, each `n` times, in groups by turns."""
    weights = np.repeat(np.array(weights, dtype=float), n, axis=0)
    disagreement = np.linspace(0, 0.5, len(weights))
    return pd.DataFrame(
        {
            "row": np.arange(len(weights)) + 100,
            "group": np.resize(np.array(GROUPS, dtype=object), len(weights)),
            **{f"weight_{e}": weights[:, i] for i, e in enumerate(EXPERTS)},
            "top": np.array(EXPERTS, dtype=object)[weights.argmax(axis=1)],
            "disagreement": disagreement,
            "entropy": 1 - disagreement,
            "predicted": np.arange(len(weights)) % 3 == 0,
        }
    )


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([[0.34, 0.33, 0.33], [0.355, 0.33, 0.315]], "all weights lie within 3 pp of a third"),
        ([[0.6, 0.3, 0.1]], "every row the same weights (utility expert 60%, result expert 30%"),
        ([[0.0, 1.0, 0.0]], "gives every row to the result expert, so the mixture predicts"),
        ([[0.6, 0.2, 0.2], [0.61, 0.2, 0.19]], "treats nearly all rows alike"),
        ([[0.5, 0.3, 0.2], [0.42, 0.36, 0.22]], "apart by a few pp of weight only"),
        ([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1]], "The gate tells rows apart."),
    ],
)
def test_the_reading_says_how_much_the_gate_decides(weights, said):
    assert said in gate_reading(routed(weights, 20))


def test_the_reading_names_the_expert_of_most_weight():
    told = gate_reading(routed([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], 20))
    assert "favourite expert for a row has 83% of the weight on average" in told
    assert "for 67% of the rows that is the result expert" in told


def test_no_more_points_are_drawn_than_can_be_told_apart():
    many = routed([[0.5, 0.3, 0.2]], MOST_POINTS + 1)
    assert len(sampled(many)) == MOST_POINTS
    assert sampled(many).equals(sampled(many))
    few = routed([[0.5, 0.3, 0.2]], 7)
    assert sampled(few).equals(few)


def test_the_triangle_has_a_point_per_row_that_knows_its_row():
    rows = routed([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    figure = triangle_figure(rows, GROUPS, zoom=False)
    first, second = figure.data
    assert (first.a[0], first.b[0], first.c[0]) == pytest.approx((50, 30, 20))
    assert [list(first.customdata), list(second.customdata)] == [[100], [101]]
    assert first.marker.symbol != second.marker.symbol
    assert "<b>" not in figure.to_json()
    assert figure.layout.ternary.aaxis.min == 0
    assert triangle_takeaway(rows).startswith("For 50% of the rows the ")


def test_zooming_in_cuts_no_point_off():
    figure = triangle_figure(routed([[0.5, 0.3, 0.2], [0.15, 0.25, 0.6]]), GROUPS, zoom=True)
    corners = figure.layout.ternary
    assert (corners.aaxis.min, corners.baxis.min, corners.caxis.min) == (14, 24, 19)


def test_weights_are_drawn_with_their_intervals_and_a_third():
    rng = np.random.default_rng(0)
    gate = rng.dirichlet([5, 3, 2], 40)
    weights = weights_by_group(gate, np.repeat([0, 1], 20), GROUPS)
    html = weights_bars(weights, alt="told")
    values = re.findall(r'class="value">([^<]+)<', html)
    assert values[1::3] == [f"{100 * mean:.1f}%" for mean in weights["result"]]
    largest = 100 * max(weights[f"{expert}_high"].max() for expert in EXPERTS)
    whiskers = re.findall(r'class="whisker" style="left:([\d.]+)%', html)
    low = 100 * weights["procedural_low"].iloc[0]
    assert float(whiskers[2]) == pytest.approx(100 * low / largest, abs=0.01)
    thirds = re.findall(r'class="limit" style="left:([\d.]+)%', html)
    assert [*map(float, thirds)] == [pytest.approx(100 * 100 / 3 / largest, abs=0.01)] * 9
    assert "everyone" in html


def test_the_takeaway_tells_where_the_groups_differ_most():
    gate = np.repeat([[0.5, 0.3, 0.2], [0.6, 0.25, 0.15]], 10, axis=0)
    weights = weights_by_group(gate, np.repeat([0, 1], 10), ["a", "b"])
    assert weights_takeaway(weights) == (
        "The groups differ most in the weight of the utility expert: 60.0% for b, 50.0% for a, "
        "10.0 pp apart; the intervals do not overlap."
    )
    few = weights_by_group(gate[:12], np.repeat([0, 1], [10, 2]), ["a", "b"])
    assert weights_takeaway(few) == "Too few rows in the groups to compare their weights."


def test_usage_is_drawn_for_each_expert_and_nothing_else():
    lines = [Line(f"usage of {e}", "gate", (1, 2), (1 / 3, 0.2)) for e in EXPERTS]
    figure = usage_figure([Line("reward", "gate", (1, 2), (0, 1)), *lines])
    assert [trace.name for trace in figure.data] == [MODEL_STYLES[e].label for e in EXPERTS]
    assert list(figure.data[0].y) == pytest.approx([100 / 3, 20])
    assert "utility expert from 33% to 20%" in usage_takeaway(lines)
    assert usage_figure([]) is None
    assert usage_takeaway([]) == "No usage was recorded."


@pytest.mark.parametrize("ordered", [True, False])
def test_only_the_values_of_a_number_are_joined(ordered):
    gate = np.repeat([[0.5, 0.3, 0.2], [0.6, 0.25, 0.15]], 10, axis=0)
    parts = [np.arange(20) < 10, np.arange(20) >= 10]
    weights = mean_weights(gate, parts, ["1 to 5", "6 to 9"]).rename_axis("<i>age</i>")
    figure = column_figure(weights, ordered=ordered)
    assert {trace.mode for trace in figure.data} == {"lines+markers" if ordered else "markers"}
    assert list(figure.data[0].y) == pytest.approx([50, 60])
    assert "<i>" not in figure.to_json()
    assert column_takeaway(weights) == (
        "Along <i>age</i> the weight of the utility expert moves most: from 50.0% at 1 to 5 to "
        "60.0% at 6 to 9."
    )


def test_the_flow_into_every_expert_flows_out_again():
    rows = routed([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.1, 0.7, 0.2]], 5)
    counts = flows(rows, "predicted")
    figure = flow_figure(counts, GROUPS, ("<i>yes</i>", "no"))
    link, label = figure.data[0].link, figure.data[0].node.label
    into, out = np.zeros(len(label)), np.zeros(len(label))
    np.add.at(into, list(link.target), link.value)
    np.add.at(out, list(link.source), link.value)
    assert list(label) == [
        "&lt;b&gt;a&lt;/b&gt;",
        "b",
        *("Utility", "Result", "Procedural"),
        "&lt;i&gt;yes&lt;/i&gt;",
        "no",
    ]
    assert out[:2].sum() == len(rows)
    assert out[2:5].tolist() == into[2:5].tolist() == [5, 5, 5]
    assert into[5:].tolist() == [5, 10]
    assert flow_takeaway(counts).startswith("By the expert of most weight: ")


def test_a_group_that_is_alone_beside_the_largest_is_counted_as_one():
    rows = routed([[0.5, 0.3, 0.2]], 18).assign(group=[f"g{i}" for i in range(9)] * 2)
    figure = flow_figure(flows(rows, "predicted"), [f"g{i}" for i in range(9)], ("yes", "no"))
    assert figure.data[0].node.label[8] == "1 other group"


def test_disagreement_and_entropy_go_together():
    rows = routed([[0.5, 0.3, 0.2]], 100)
    figure = disagreement_figure(rows, by_disagreement(rows), GROUPS)
    assert list(figure.data[2].y) == pytest.approx(100 * by_disagreement(rows)["entropy"])
    assert "the more the gate decides between them (rank correlation −1.00)" in (
        disagreement_takeaway(rows)
    )
    assert "the less the gate" in disagreement_takeaway(rows.assign(entropy=rows["disagreement"]))
    assert "nothing to compare" in disagreement_takeaway(rows.assign(disagreement=0.1))
    still = rows.assign(entropy=0.5)
    assert "equally decided for all rows" in disagreement_takeaway(still)
    low, high = disagreement_figure(still, by_disagreement(still), GROUPS).layout.yaxis.range
    assert (low, high) == pytest.approx((49, 51))


def test_a_small_group_is_drawn_over_a_large_one_and_keeps_its_place_in_the_legend():
    rows = routed([[0.5, 0.3, 0.2]], 100).assign(group=[GROUPS[0]] * 10 + [GROUPS[1]] * 90)
    for figure in (
        triangle_figure(rows, GROUPS, zoom=True),
        disagreement_figure(rows, by_disagreement(rows), GROUPS),
    ):
        large, small = figure.data[:2]
        assert (large.legendrank, small.legendrank) == (2, 1)
        assert large.marker.color != small.marker.color
    many = triangle_figure(pd.concat([rows] * 16), GROUPS, zoom=True)
    assert many.data[0].marker.size < large.marker.size


@pytest.fixture
def forced() -> pd.DataFrame:
    scores = {m: dict.fromkeys(METRICS, 0.5) for m in ("mixture", *EXPERTS)}
    scores["result"] |= {"utility": 0.48, "f_res": 0.4, "final_score": 0.58}
    scores["procedural"]["eo"] = float("nan")
    return score_table(scores)


def test_changes_are_against_the_routing_as_it_is(forced):
    change = differences(forced)
    assert change.index.tolist() == list(EXPERTS)
    assert change.loc["result", "f_res"] == pytest.approx(-0.1)
    figure = forced_figure(forced, "<i>everyone</i>")
    result = figure.data[1]
    assert result.x[COMPARED.index("f_res")] == pytest.approx(-10)
    assert result.text[COMPARED.index("utility")] == "−2.0"
    assert figure.data[2].text[COMPARED.index("eo")] == "insufficient data"
    assert "<i>" not in figure.to_json()
    low, high = figure.layout.xaxis.range
    assert low < -10
    assert high > 8
    assert forced_takeaway(forced, "everyone") == (
        "Sending everyone to the result expert, the best of the three by final score, would "
        "change utility by −2.0, result gap by −10.0, procedure gap by 0.0, final score by +8.0 "
        "pp."
    )
    assert "Insufficient data" in forced_takeaway(forced.assign(final_score=np.nan), "everyone")
    as_routed = forced.copy()
    as_routed.loc["result"] = forced.loc["mixture"] - 1e-6
    as_routed.loc[["utility", "procedural"], "final_score"] = 0
    assert "to the result expert" in forced_takeaway(as_routed, "everyone")
    assert "would change nothing" in forced_takeaway(as_routed, "everyone")


def test_the_scatter_of_changes_is_drawn_and_in_view(forced):
    change = differences(forced)
    figure = forced_figure(forced, "everyone", (change - 0.3, change + 0.01))
    bar = figure.data[1]
    assert bar.error_x.arrayminus[0] == pytest.approx(30)
    assert bar.error_x.array[0] == pytest.approx(1)
    assert figure.layout.xaxis.range[0] < -40


@pytest.mark.parametrize("name", ["utility", "result_low", "rows"])
def test_a_column_may_be_called_like_a_figure_of_the_gate(name):
    members = [np.arange(20) < 10, np.arange(20) >= 10]
    gate = np.repeat([[0.6, 0.2, 0.2], [0.1, 0.6, 0.3]], 10, axis=0)
    weights = mean_weights(gate, members, ["x", "y"]).rename_axis(name)
    assert column_takeaway(weights) == (
        f"Along {name} the weight of the utility expert moves most: from 10.0% at y to 60.0% at x."
    )


def test_a_gate_that_treats_all_alike_makes_no_difference_of_rounding():
    members = [np.arange(20) >= 0, np.arange(20) < 10, np.arange(20) >= 10]
    gate = np.full((20, 3), 1 / 3)
    gate[:10] += [1e-5, -1e-5, 0]
    weights = mean_weights(gate, members, ["everyone", "x", "y"])
    assert weights_takeaway(weights) == "The mean weights are the same in all groups."
    assert "stay the same" in column_takeaway(weights.rename_axis("age"))
