"""What sections of the report hold."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fairmoe.report.blocks import Chart
from fairmoe.report.findings import find
from fairmoe.report.sections import attention, routing


@pytest.mark.parametrize(("weights", "charts"), [((0, 0, 1), 0), ((0, 0.1, 0.9), 1)])
def test_weights_by_group_are_drawn_unless_one_expert_has_them_all(demo_run, weights, charts):
    run = demo_run[0]
    test = run.splits["test"]
    gate = np.tile(np.array(weights, dtype=np.float32), (len(test.rows), 1))
    routed = replace(run, splits={**run.splits, "test": replace(test, gate=gate)})
    blocks = routing(find(routed)).blocks
    assert sum(isinstance(block, Chart) for block in blocks) == charts


def test_as_many_columns_are_told_of_as_are_drawn(demo_run):
    (chart,) = [each for each in attention(find(*demo_run)).blocks if isinstance(each, Chart)]
    drawn = len(json.loads(chart.spec)["layout"]["yaxis"]["tickvals"])
    assert f"Drawn are up to {drawn} columns and 8 groups." in chart.source
