"""How the gate weighs the experts, word by word, from weights made by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from fairmoe.figures.curves import Line
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


def routed(*weights):
    """Return rows with some weights and the expert of most weight."""
    table = np.array(weights)
    rows = pd.DataFrame(table, columns=[f"weight_{expert}" for expert in EXPERTS])
    return rows.assign(top=np.array(EXPERTS)[table.argmax(axis=1)])


MIXED = ((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.1, 0.6, 0.3), (0.2, 0.6, 0.2))
ASKED = (
    "Its favourite expert for a row has {} of the weight on average; for {} of the rows that is "
    "the {} expert."
)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (
            [(0, 1, 0)] * 3,
            "The gate gives every row to the result expert, so the mixture predicts as that expert "
            "does: alone it was clearly better on the validation rows than all that the gate "
            "learnt.",
        ),
        (
            [(0.5, 0.3, 0.2)] * 3,
            "The gate gives every row the same weights (utility expert 50%, result expert 30%, "
            "procedural expert 20%): it does not tell rows apart.",
        ),
        (
            [(0.34, 0.33, 0.33), (0.32, 0.34, 0.34)],
            "The gate hardly decides: for 9 of 10 rows all weights lie within 2 pp of a third, "
            "so the mixture is close to the plain average of its experts.",
        ),
        (
            [(0.7, 0.2, 0.1), (0.72, 0.18, 0.1)],
            "The gate treats nearly all rows alike, whoever they are. "
            + ASKED.format("71%", "all", "utility"),
        ),
        (
            [(0.7, 0.2, 0.1), (0.6, 0.3, 0.1)],
            "The gate tells rows apart by a few pp of weight only. "
            + ASKED.format("65%", "all", "utility"),
        ),
        (MIXED, "The gate tells rows apart. " + ASKED.format("68%", "75%", "result")),
    ],
)
def test_how_much_the_gate_decides(weights, told):
    assert gate_reading(routed(*weights)) == told


def by_group(**groups):
    """Return weights of the utility expert by group, the others sharing the rest equally."""
    weights = np.array([[u, (1 - u) / 2, (1 - u) / 2] for u in groups.values()])
    table = pd.DataFrame(weights, list(groups), list(EXPERTS))
    ends = {f"{e}_low": table[e] - 0.02 for e in EXPERTS} | {
        f"{e}_high": table[e] + 0.02 for e in EXPERTS
    }
    return table.assign(**ends)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (
            {"everyone": 0.5, "a": 0.6, "b": 0.4},
            "The groups differ most in the weight of the utility expert: 60.0% for a, 40.0% for b, "
            "20.0 pp apart; the intervals do not overlap.",
        ),
        (
            {"everyone": 0.5, "a": 0.48, "b": 0.51},
            "The groups differ most in the weight of the utility expert: 51.0% for b, 48.0% for a, "
            "3.0 pp apart; the intervals overlap.",
        ),
        (
            {"everyone": 0.5, "a": 0.5, "b": 0.5},
            "The mean weights are the same in all groups.",
        ),
        (
            {"everyone": 0.5, "a": 0.5, "b": math.nan},
            "Too few rows in the groups to compare their weights.",
        ),
    ],
)
def test_for_which_expert_the_groups_differ_most(groups, told):
    assert weights_takeaway(by_group(**groups)) == told


def test_which_expert_has_most_weight():
    assert triangle_takeaway(routed(*MIXED)) == (
        "For 75% of the rows the result expert has the most weight; the nearer a point to a "
        "corner, the more that expert decides alone."
    )


def test_how_usage_moved():
    lines = [Line(f"usage of {e}", "gate", (1, 2), (1 / 3, u)) for e, u in (("utility", 0.2),)]
    assert usage_takeaway(lines) == (
        "Usage while the gate learned: the utility expert from 33% to 20%."
    )
    assert usage_takeaway([]) == "No usage was recorded."


def test_along_a_column_the_expert_whose_weight_moves_most():
    weights = by_group(young=0.2, middle=0.5, old=0.4).rename_axis("age")
    assert column_takeaway(weights) == (
        "Along age the weight of the utility expert moves most: from 20.0% at young to 50.0% at "
        "middle."
    )
    same = by_group(young=0.2, old=0.2).rename_axis("age")
    assert column_takeaway(same) == "Along age the mean weights stay the same."
    assert column_takeaway(same * math.nan) == (
        "Too few rows at every value to estimate a mean weight."
    )


def test_to_whom_groups_go():
    groups = [f"g{i}" for i in range(5)]
    flows = pd.DataFrame(
        {
            "group": ["a", "a", "b"],
            "expert": ["utility", "result", "procedural"],
            "rows": [30, 70, 50],
        }
    )
    assert flow_takeaway(flows) == (
        "By the expert of most weight: 70% of a to the result expert, 100% of b to the procedural "
        "expert."
    )
    many = pd.DataFrame({"group": groups, "expert": "utility", "rows": 1})
    assert flow_takeaway(many).endswith(
        "100% of g3 to the utility expert; 1 more group is in the table."
    )


@pytest.mark.parametrize(
    ("disagreement", "entropy", "told"),
    [
        (
            [1, 2, 3],
            [3, 2, 1],
            "The more the experts disagree, the more the gate decides between them (rank "
            "correlation −1.00).",
        ),
        (
            [1, 2, 3],
            [1, 2, 3],
            "The more the experts disagree, the less the gate decides between them (rank "
            "correlation 1.00).",
        ),
        (
            [1, 2, 3, 4],
            [2, 4, 1, 3],
            "How far the experts disagree hardly matters to how much the gate decides (rank "
            "correlation 0.00).",
        ),
        (
            [1, 2],
            [1, 1],
            "The gate is equally decided for all rows, however far the experts disagree.",
        ),
        (
            [1, 1],
            [1, 2],
            "The experts disagree equally far on all rows: there is nothing to compare.",
        ),
    ],
)
def test_how_disagreement_goes_with_decidedness(disagreement, entropy, told):
    rows = pd.DataFrame({"disagreement": disagreement, "entropy": entropy}, dtype=float)
    assert disagreement_takeaway(rows) == told


def forced(**final):
    """Return scores as routed and with everyone sent to one expert; only final scores differ."""
    models = ["mixture", *EXPERTS]
    table = pd.DataFrame(0.5, models, list(METRICS))
    table["final_score"] = [0.5, *(final.get(expert, 0.3) for expert in EXPERTS)]
    table["f_res"] = [0.1, *(0.1 - final.get(expert, 0.3) + 0.5 for expert in EXPERTS)]
    return table


def test_what_sending_everyone_to_the_best_expert_would_change():
    assert forced_takeaway(forced(result=0.53), "everyone") == (
        "Sending everyone to the result expert, the best of the three by final score, would change "
        "utility by 0.0, result gap by −3.0, procedure gap by 0.0, final score by +3.0 pp."
    )
    assert forced_takeaway(forced(utility=0.5), "women") == (
        "Sending women to the utility expert, the best of the three by final score, would change "
        "nothing: there they are sent already, or might as well be."
    )
    unknown = forced().assign(final_score=math.nan)
    assert forced_takeaway(unknown, "women") == (
        "Insufficient data: a gap between the groups cannot be estimated on these rows."
    )
