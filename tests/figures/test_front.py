import numpy as np
import pandas as pd

from fairmoe.figures.front import front_figure


def test_points_stand_in_the_order_of_their_weights_and_alarms_are_marked():
    points = pd.DataFrame(
        {
            "weight": [2.0, 0.0, 8.0, 1.0],
            "gap": [0.05, 0.2, 0.01, np.nan],
            "accuracy": [0.8, 0.85, 0.5, 0.8],
            "alarming": [False, False, True, False],
            "shown": [True, False, False, False],
            "gap_low": [0.02, 0.15, np.nan, np.nan],
            "gap_high": [0.09, 0.25, np.nan, np.nan],
            "accuracy_low": [0.79, 0.84, 0.47, np.nan],
            "accuracy_high": [0.82, 0.86, 0.53, np.nan],
        },
        index=["b", "a", "c", "d"],
    )
    beside = pd.DataFrame({"gap": [0.25, np.nan], "accuracy": [0.86, 0.8]}, ["utility", "logistic"])
    figure = front_figure(points, beside, "DP")
    line, shown, plain = figure.data
    assert list(line.customdata) == ["a", "b", "c"]
    assert list(line.x) == [20.0, 5.0, 1.0]
    assert list(line.marker.symbol) == ["circle", "circle", "x"]
    np.testing.assert_allclose(line.error_x.array, [5, 4, np.nan])
    np.testing.assert_allclose(line.error_x.arrayminus, [5, 3, np.nan])
    np.testing.assert_allclose(line.error_y.array, [1, 2, 3])
    np.testing.assert_allclose(line.error_y.arrayminus, [1, 1, 3])
    assert [*shown.x, *shown.y] == [5.0, 80.0]
    assert [*plain.x, *plain.y] == [25.0, 86.0]
    assert "DP" in figure.layout.xaxis.title.text
