from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis.single_expert import leading_expert


@pytest.mark.parametrize(
    ("gate", "weight", "found"),
    [
        ([[0.96, 0.02, 0.02], [0.9, 0.06, 0.04]], None, ("utility", 0.93)),
        ([[0.0, 0.0, 1.0], [0.3, 0.0, 0.7]], None, None),
        ([[0.0, 0.0, 1.0], [0.3, 0.0, 0.7]], [9.0, 1.0], ("procedural", 0.97)),
    ],
)
def test_the_expert_with_nearly_all_of_the_weight_is_found(demo_run, gate, weight, found):
    run, _ = demo_run
    test = run.splits["test"]
    record = replace(
        test,
        gate=np.asarray(gate, np.float32),
        weight=None if weight is None else np.asarray(weight),
    )
    told = leading_expert(replace(run, splits={**run.splits, "test": record}))
    if found is None:
        assert told is None
    else:
        assert told == (found[0], pytest.approx(found[1]))
