"""Gaps like with like: by hand, by simulation, and where nothing can be compared."""

import math

import numpy as np
import pytest

from fairmoe._intervals import newcombe_interval
from fairmoe.errors import InvalidInputError
from fairmoe.metrics import conditional_gaps, stratified_difference


def gaps(cells, **more):
    """Cells are (group, level, rows, of which counted)."""
    group, level, n, k = np.array(cells).T
    counted = np.concatenate([np.arange(rows) < hits for rows, hits in zip(n, k, strict=True)])
    return conditional_gaps(
        counted.astype(int), group=np.repeat(group, n), group_names=["a", "b", "c"],
        level=np.repeat(level, n), level_names=["x", "y"], **{"reference": "a"} | more,
    )  # fmt: skip


# Of a, 60 of 100 in x and 5 of 20 in y; of b, 24 of 40 and 30 of 100; of c nobody in x.
CELLS = [(0, 0, 100, 60), (0, 1, 20, 5), (1, 0, 40, 24), (1, 1, 100, 30), (2, 1, 8, 4)]


def test_differences_are_those_of_hand_counts():
    found = gaps(CELLS)
    assert found.reference == "a"
    b = found.overall.loc["b"]
    assert b["difference"] == pytest.approx(54 / 140 - 65 / 120)
    # In x they do not differ, in y by 0.30 - 0.25.
    x, y = 100 * 40 / 140, 20 * 100 / 120
    assert b["adjusted"] == pytest.approx(0.05 * y / (x + y))
    assert (b["levels"], b["compared"], b["n"]) == (2, 260, 140)
    assert (b["low"], b["high"]) == pytest.approx(newcombe_interval((54, 65), (140, 120)))
    x, y = found.within.to_dict("records")
    assert (x["level"], x["group"], x["n"], x["reference_n"]) == ("x", "b", 40, 100)
    assert (y["value"], y["reference_value"]) == (0.3, 0.25)
    assert y["difference"] == pytest.approx(0.05)
    assert y["low"] < 0.05 < y["high"]


def test_a_group_is_compared_in_the_levels_that_both_have():
    c = gaps(CELLS).overall.loc["c"]
    assert (c["levels"], c["compared"]) == (1, 28)
    assert c["adjusted"] == pytest.approx(4 / 8 - 5 / 20)
    assert "c" not in set(gaps(CELLS).within["group"])


def test_the_reference_is_the_largest_group_if_none_is_named():
    assert gaps(CELLS, reference=None).reference == "b"


def test_a_weight_of_a_group_is_no_matter_and_one_of_rows_is():
    counted, group, level = np.tile([1, 1, 0, 0], 20), np.tile([0, 0, 1, 1], 20), np.zeros(80, int)
    of = {"group": group, "group_names": ["a", "b"], "level": level, "level_names": ["x"]}
    found = [
        conditional_gaps(counted, **of, reference="a", sample_weight=weight).overall.loc["b"]
        for weight in (None, np.where(group == 1, 5.0, 1.0), np.where(np.arange(80) < 40, 9.0, 1.0))
    ]
    assert [each["adjusted"] for each in found] == [-1, -1, -1]
    assert found[1]["adjusted_low"] == pytest.approx(found[0]["adjusted_low"])
    assert found[2]["adjusted_high"] > found[0]["adjusted_high"]


def test_another_reference_turns_the_signs():
    there, back = gaps(CELLS).overall, gaps(CELLS, reference="b").overall
    assert back.loc["a", "adjusted"] == pytest.approx(-there.loc["b", "adjusted"])
    assert back.loc["a", "adjusted_low"] == pytest.approx(-there.loc["b", "adjusted_high"])


def test_nothing_in_common_is_not_estimable():
    b = gaps([(0, 0, 20, 10), (1, 1, 20, 10)]).overall.loc["b"]
    assert b["difference"] == 0
    assert math.isnan(b["adjusted"])
    assert math.isnan(gaps([(0, 0, 20, 10), (1, 1, 20, 10)]).overall.loc["c", "difference"])


def test_the_interval_of_one_stratum_is_newcombes():
    found = stratified_difference(([7], [9]), ([20], [30]))
    assert found[1:] == pytest.approx(newcombe_interval((7, 9), (20, 30)))


def test_the_interval_covers_the_difference_of_many_strata():
    # Of 20,000 simulations 95% should cover; three standard errors are half a point.
    random = np.random.default_rng(0)
    n = np.array([[20, 60, 15, 200], [90, 30, 40, 50]])
    for apart in (0.0, 0.1):
        rates = np.array([0.1, 0.3, 0.5, 0.2]) + np.array([[apart], [0]])
        first, second = random.binomial(n, rates, size=(20_000, 2, 4)).swapaxes(0, 1)
        _, low, high = stratified_difference((first, second), (n[0], n[1]))
        covered = np.mean((low <= apart) & (apart <= high))
        assert 0.943 < covered < 0.965


def test_another_reference_than_a_group_is_refused():
    with pytest.raises(InvalidInputError, match="The reference needs to be one of the groups"):
        gaps(CELLS, reference="z")
