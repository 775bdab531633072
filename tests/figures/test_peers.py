import numpy as np
import pandas as pd
import pytest

from fairmoe.figures.front import front_figure
from fairmoe.figures.palette import PEER_STYLES
from fairmoe.figures.peers import outside


@pytest.fixture
def points():
    frame = pd.DataFrame(
        {
            "weight": [0.0, 8.0],
            "gap": [0.20, 0.10],
            "accuracy": [0.80, 0.76],
            "alarming": False,
            "on_front": True,
            "shown": [True, False],
        },
        index=["a", "b"],
    )
    ends = {"gap_low": 0.08, "gap_high": 0.22, "accuracy_low": 0.75, "accuracy_high": 0.81}
    return frame.assign(**ends)


BESIDE = pd.DataFrame({"gap": [0.24], "accuracy": [0.82]}, ["utility"])
PEERS = pd.DataFrame(
    {
        "method": ["threshold_optimizer", "threshold_optimizer", "adversarial", "adversarial"],
        "gap": [0.02, 0.35, 0.30, np.nan],
        "accuracy": [0.73, 0.80, 0.20, 0.7],
        "detail": "setting 1",
    }
)


def test_an_outlier_of_others_does_not_squeeze_the_axes(points):
    figure = front_figure(points, BESIDE, "DP gap", peers=PEERS)
    optimizer, network = figure.data[-2:]
    assert (optimizer.name, network.name) == (
        PEER_STYLES["threshold_optimizer"].label,
        PEER_STYLES["adversarial"].label,
    )
    assert list(optimizer.x) == pytest.approx([2, 35])
    assert list(network.y) == pytest.approx([20])
    # Ours reach from 0 to 24 pp: others are taken in up to 36; from 75 to 82%: down to 71.5.
    assert figure.layout.xaxis.range == pytest.approx([-2.1, 37.1])
    # What is highest, 82.54 with its margin, lies below the topmost label.
    assert figure.layout.yaxis.range == pytest.approx([72.46, 85])
    assert figure.layout.yaxis.dtick == 5
    assert list(outside(points, BESIDE, PEERS)["accuracy"]) == [0.2]


@pytest.mark.parametrize("peers", [None, PEERS.iloc[:0]])
def test_without_others_the_axes_are_left_to_ours_up_to_a_label(points, peers):
    figure = front_figure(points, BESIDE, "DP gap", peers=peers)
    assert figure.layout.xaxis.range is None
    assert figure.layout.yaxis.range == pytest.approx([74.58, 84])
    assert figure.layout.yaxis.dtick == 2
    assert len(figure.data) == 4


def test_without_any_accuracy_the_axis_is_left_alone(points):
    unknown = points.assign(accuracy=np.nan, accuracy_low=np.nan, accuracy_high=np.nan)
    figure = front_figure(unknown, BESIDE.assign(accuracy=np.nan), "DP gap")
    assert figure.layout.yaxis.range is None
