"""However many groups there are, no two are drawn alike in a figure that draws by group."""

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fairmoe.figures
from fairmoe.analysis.routing import by_disagreement, flows
from fairmoe.data.groups import MAX_GROUPS
from fairmoe.figures.attention import attention_figure, histogram_figure
from fairmoe.figures.attributions import ranges_figure
from fairmoe.figures.conditional import conditional_figure, side_by_side_figure
from fairmoe.figures.cutoffs import cutoffs_figure
from fairmoe.figures.data import label_figure, missing_figure, proxies_figure
from fairmoe.figures.decisions import calibration_figure, confusion_figure, roc_figure
from fairmoe.figures.individual import swap_figure
from fairmoe.figures.routing import triangle_figure
from fairmoe.figures.tables import group_counts
from fairmoe.figures.whatif import disagreement_figure, flow_figure
from fairmoe.metrics import (
    auc_by_group,
    calibration_by_group,
    conditional_gaps,
    confusion_by_group,
    roc_by_group,
)
from fairmoe.names import CELLS, EXPERTS, GAP_MEASURES

NAMES = [f"group {i}" for i in range(MAX_GROUPS)]
RNG = np.random.default_rng(0)
GROUP = np.repeat(np.arange(MAX_GROUPS), 40)
N = len(GROUP)
Y, SCORE = RNG.integers(0, 2, N), RNG.random(N)
BY_GROUP = {"group": GROUP, "group_names": NAMES}
GATE = RNG.dirichlet([1, 1, 1], N)
ROUTED = pd.DataFrame(
    {
        "row": np.arange(N),
        "group": np.array(NAMES, dtype=object)[GROUP],
        **{f"weight_{expert}": GATE[:, i] for i, expert in enumerate(EXPERTS)},
        "top": np.array(EXPERTS, dtype=object)[GATE.argmax(axis=1)],
        "disagreement": SCORE,
        "entropy": SCORE[::-1],
        "predicted": Y == 1,
    }
)
OF_COLUMN = pd.DataFrame({"column": "x", "group": NAMES, "rows": range(40, 40 + MAX_GROUPS)})
ENDS = {"low": 0.1, "high": 0.3}
SHARES = pd.DataFrame({"value": 0.1, "low": 0.02, "high": 0.2}, index=list(GAP_MEASURES))
CONDITIONAL = conditional_gaps(
    Y, level=np.zeros(N, dtype=int), level_names=["all"], reference=NAMES[-1], **BY_GROUP
)

BY_TRACE = {
    "attention_figure": lambda: attention_figure(OF_COLUMN.assign(mean=0.2, **ENDS)),
    "histogram_figure": lambda: histogram_figure(OF_COLUMN.assign(share=1.0, **ENDS)),
    "ranges_figure": lambda: ranges_figure(
        OF_COLUMN.assign(median=0.2, q1=0.15, q3=0.25, **ENDS), "hired"
    ),
    "conditional_figure": lambda: conditional_figure(
        CONDITIONAL.overall, CONDITIONAL.within, column="job", groups=NAMES
    ),
    "side_by_side_figure": lambda: side_by_side_figure(dict.fromkeys(NAMES, SHARES)),
    "cutoffs_figure": lambda: cutoffs_figure(
        {name: SCORE[i == GROUP] for i, name in enumerate(NAMES)}, [0.5] * MAX_GROUPS, "hired"
    ),
    "missing_figure": lambda: missing_figure(OF_COLUMN.assign(missing=5)),
    "roc_figure": lambda: roc_figure(
        roc_by_group(Y, SCORE, **BY_GROUP), auc_by_group(Y, SCORE, **BY_GROUP), "hired"
    ),
    "calibration_figure": lambda: calibration_figure(
        calibration_by_group(Y, SCORE, **BY_GROUP), pd.Series(40, NAMES)
    ),
    "triangle_figure": lambda: triangle_figure(ROUTED, NAMES, zoom=False),
    "disagreement_figure": lambda: disagreement_figure(ROUTED, by_disagreement(ROUTED), NAMES),
}
BY_ROW = {
    "label_figure": lambda: label_figure(group_counts(Y, GROUP, NAMES), ("hired", "not")),
    "confusion_figure": lambda: confusion_figure(
        confusion_by_group(Y, Y, **BY_GROUP), dict(zip(CELLS, CELLS, strict=True)), favourable=True
    ),
    "swap_figure": lambda: swap_figure(
        pd.DataFrame({"mixture": SCORE[:MAX_GROUPS], "group": range(MAX_GROUPS)}), NAMES, NAMES, ""
    ),
}
BY_STREAM = {"flow_figure"}


MOST_PIXELS = 1100
"""Of a figure: with what stands above and below it, two screens."""

MANY_COLUMNS = pd.concat([OF_COLUMN.assign(column=f"x{i}") for i in range(30)])


@pytest.mark.parametrize(
    "draw",
    [
        lambda: attention_figure(MANY_COLUMNS.assign(mean=0.2, **ENDS)),
        lambda: ranges_figure(MANY_COLUMNS.assign(median=0.2, q1=0.15, q3=0.25, **ENDS), "hired"),
        lambda: missing_figure(MANY_COLUMNS.assign(missing=5)),
        lambda: proxies_figure(pd.Series(0.6, [f"x{i}" for i in range(30)]), 0.7, 0.52),
    ],
)
def test_many_columns_of_many_groups_stay_within_two_screens(draw):
    figure = draw()
    assert figure.layout.height <= MOST_PIXELS
    assert figure.data[0].x is not None
    assert len(figure.data[0].x) >= 1


@pytest.mark.parametrize("draw", BY_TRACE.values(), ids=BY_TRACE)
def test_no_two_groups_have_both_colour_and_form_in_common(draw):
    looks: dict[str, set[tuple[str | None, ...]]] = {}
    for trace in draw().data:
        if trace.name in NAMES:
            look = trace.marker.color, trace.marker.symbol, trace.line.color, trace.line.dash
            looks.setdefault(trace.name, set()).add(look)
    assert len(looks) >= 8
    assert len(set(map(frozenset, looks.values()))) == len(looks)


@pytest.mark.parametrize("draw", BY_ROW.values(), ids=BY_ROW)
def test_groups_one_below_the_other_have_a_labelled_row_each(draw):
    figure = draw()
    axis = figure.layout.yaxis
    labels = list(figure.data[0].y if axis.ticktext is None else axis.ticktext)
    named = {
        name
        for name in NAMES
        for label in labels
        if f"{label}<".startswith((f"{name}<", f"{name} (own)<"))
    }
    assert len(named) >= 8
    assert len(set(labels)) == len(labels)


def test_streams_of_groups_differ_in_colour_and_the_smaller_of_many_groups_are_one():
    sized = ROUTED.drop(ROUTED.index[ROUTED["group"] == NAMES[3]][:30])
    of_groups = flows(sized, "predicted")
    flow = flow_figure(of_groups, NAMES, ("yes", "no")).data[0]
    assert [label for label in flow.node.label if "group" in label][-1] == "42 other groups"
    assert NAMES[3] not in flow.node.label
    first = {flow.node.label[s]: c for s, c in zip(flow.link.source, flow.link.color, strict=True)}
    of_groups_only = {label: colour for label, colour in first.items() if "group" in label}
    assert len(of_groups_only) == len(set(of_groups_only.values())) == 9
    half = sum(flow.link.value[i] for i, s in enumerate(flow.link.source) if s < 9)
    assert half == len(sized)


def drawing_by_group() -> Iterator[str]:
    """Yield the figures whose code asks for the styles of groups."""
    for path in Path(fairmoe.figures.__path__[0]).glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_figure"):
                called = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
                if called & {"group_styles", "shown_groups", "largest_first", "_largest_flows"}:
                    yield node.name


def test_every_figure_by_group_is_tried():
    assert set(drawing_by_group()) == BY_TRACE.keys() | BY_ROW.keys() | BY_STREAM
