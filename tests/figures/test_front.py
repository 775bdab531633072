import numpy as np
import pandas as pd

from fairmoe.figures.front import front_figure


def points_of_a_front():
    return pd.DataFrame(
        {
            "weight": [2.0, 0.0, 8.0, 1.0],
            "gap": [0.05, 0.2, 0.01, np.nan],
            "accuracy": [0.8, 0.85, 0.5, 0.8],
            "alarming": [False, False, True, False],
            "on_front": [True, True, False, False],
            "shown": [True, False, False, False],
            "gap_low": [0.02, 0.15, np.nan, np.nan],
            "gap_high": [0.09, 0.25, np.nan, np.nan],
            "accuracy_low": [0.79, 0.84, 0.47, np.nan],
            "accuracy_high": [0.82, 0.86, 0.53, np.nan],
        },
        index=["b", "a", "c", "d"],
    )


BESIDE = pd.DataFrame({"gap": [0.25, np.nan], "accuracy": [0.86, 0.8]}, ["utility", "logistic"])


def test_points_stand_where_they_are_and_alarms_are_marked():
    figure = front_figure(points_of_a_front(), BESIDE, "DP")
    _, points, shown, plain = figure.data
    assert points.mode == "markers"
    assert list(points.customdata) == ["a", "b", "c"]
    assert list(points.x) == [20.0, 5.0, 1.0]
    assert list(points.marker.symbol) == ["circle", "circle", "x"]
    np.testing.assert_allclose(points.error_x.array, [5, 4, np.nan])
    np.testing.assert_allclose(points.error_x.arrayminus, [5, 3, np.nan])
    np.testing.assert_allclose(points.error_y.array, [1, 2, 3])
    np.testing.assert_allclose(points.error_y.arrayminus, [1, 1, 3])
    assert [*shown.x, *shown.y] == [5.0, 80.0]
    assert [*plain.x, *plain.y] == [25.0, 86.0]
    assert "DP" in figure.layout.xaxis.title.text


def test_the_line_joins_what_no_other_beats_in_the_order_of_the_gap():
    points = points_of_a_front()
    (line,) = [trace for trace in front_figure(points, BESIDE, "DP").data if trace.mode == "lines"]
    assert [*line.x] == [5.0, 20.0]
    assert [*line.y] == [80.0, 85.0]
    alone = points.assign(on_front=[True, False, False, False])
    assert not [trace for trace in front_figure(alone, BESIDE, "DP").data if trace.mode == "lines"]
