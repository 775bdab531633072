import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import costs, hypervolume, mean_and_spread, pareto_front
from fairmoe.names import METRICS

SIDE = 6
grid_points = st.integers(2, 3).flatmap(
    lambda m: st.integers(0, 12).flatmap(
        lambda n: arrays(np.int64, (n, m), elements=st.integers(0, SIDE))
    )
)


def cells_reached(points):
    """Count the unit cells of the box that some point reaches or undercuts: no other method."""
    corners = np.stack(np.meshgrid(*[np.arange(SIDE)] * points.shape[1]), -1)
    reached = np.zeros(corners.shape[:-1], dtype=bool)
    for point in points:
        reached |= (corners >= point).all(-1)
    return reached.sum()


def dominates(one, other):
    return all(one <= other) and any(one < other)


def test_front_by_hand():
    # (2, 2) is beaten by none, (3, 3) by (2, 2), (1, 4) by (1, 3), and equals do not beat.
    points = [[1, 3], [2, 2], [3, 3], [3, 1], [1, 4], [2, 2]]

    assert pareto_front(points).tolist() == [True, True, False, True, False, True]


def test_a_point_with_an_unknown_cost_neither_is_on_the_front_nor_beats_another():
    assert pareto_front([[math.nan, 0], [1, 1], [0, math.nan]]).tolist() == [False, True, False]


@given(grid_points)
def test_front_is_what_no_point_dominates(points):
    on_front = pareto_front(points)

    expected = [not any(dominates(other, point) for other in points) for point in points]
    assert on_front.tolist() == expected


def test_area_by_hand():
    # Strips: from 1 to 2 (4 - 3) x 1, from 2 to 4 (4 - 1) x 2; (3, 3) is beaten, (5, 0) beyond.
    assert hypervolume([[1, 3], [2, 1], [3, 3], [5, 0]], (4, 4)) == 1 + 6


def test_volume_by_hand():
    # Two boxes of 1 x 2 x 2 and 2 x 1 x 2 share 1 x 1 x 2; below the third, 1 x 1 x 1 is new.
    assert hypervolume([[1, 0, 0], [0, 1, 0], [1, 1, -1]], (2, 2, 2)) == 4 + 4 - 2 + 1


def test_nothing_and_the_reference_itself_cover_nothing():
    assert hypervolume(np.empty((0, 2)), (1, 1)) == 0
    assert hypervolume([[1, 0], [math.nan, 0]], (1, 1)) == 0


@given(grid_points)
def test_hypervolume_counts_the_cells_of_a_grid(points):
    reference = (SIDE,) * points.shape[1]

    assert hypervolume(points, reference) == pytest.approx(cells_reached(points))


@given(grid_points, st.randoms())
def test_hypervolume_is_that_of_the_front_in_any_order(points, random):
    reference = (SIDE,) * points.shape[1]
    order = random.sample(range(len(points)), len(points))

    front = points[order][pareto_front(points[order])]
    assert hypervolume(front, reference) == pytest.approx(hypervolume(points, reference))


@pytest.mark.parametrize("points", [[[1.0]], [[1, 1, 1, 1]]])
def test_hypervolume_is_for_two_or_three_costs(points):
    with pytest.raises(InvalidInputError, match="two or three costs and a reference for each"):
        hypervolume(points, (2,) * len(points[0]))


def test_points_need_to_be_a_matrix():
    with pytest.raises(InvalidInputError, match="matrix of costs; however, the array has 1 axes"):
        pareto_front([1, 2])


def test_costs_turn_what_is_to_be_high():
    scores = {name: [0.25] for name in METRICS}

    turned = costs(scores, list(METRICS))[0]

    expected = [0.75 if METRICS[name].higher_is_better else 0.25 for name in METRICS]
    assert turned.tolist() == expected


def test_mean_and_spread_by_hand():
    frame = pd.DataFrame(
        {"weight": ["b", "b", "a"], "seed": [0, 1, 0], "score": [1.0, 3.0, 5.0], "flag": True}
    )
    frame["gap"] = [0.0, math.nan, 2.0]

    summary = mean_and_spread(frame, ["weight"])

    assert summary["weight"].tolist() == ["b", "a"]
    assert summary["runs"].tolist() == [2, 1]
    assert summary["score"].tolist() == [2.0, 5.0]
    assert summary["score_sd"].tolist() == pytest.approx([math.sqrt(2), math.nan], nan_ok=True)
    assert summary["gap"].tolist() == pytest.approx([math.nan, 2.0], nan_ok=True)
    assert math.isnan(summary["gap_sd"][0])
    assert "flag" not in summary


def test_without_columns_to_tell_apart_all_rows_are_one_group():
    summary = mean_and_spread(pd.DataFrame({"score": [1.0, 3.0]}), [])

    assert summary.to_dict("list") == {"runs": [2], "score": [2.0], "score_sd": [math.sqrt(2)]}
