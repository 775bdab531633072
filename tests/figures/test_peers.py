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
    assert figure.layout.yaxis.range == pytest.approx([72.46, 82.54])
    assert list(outside(points, BESIDE, PEERS)["accuracy"]) == [0.2]


def test_without_others_the_axes_are_left_to_ours(points):
    figure = front_figure(points, BESIDE, "DP gap", peers=PEERS.iloc[:0])
    assert figure.layout.yaxis.range is None
    assert len(figure.data) == 4
