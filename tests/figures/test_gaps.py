import math

import pandas as pd

from fairmoe.figures.gaps import gaps_figure
from fairmoe.names import GAP_MEASURES

NAMES = ["value", "low", "high", "highest", "lowest", "verdict"]
LABELS = [
    "Demographic parity<br>difference",
    "Equal opportunity<br>difference",
    "False positive rate<br>difference",
    "Equalized odds<br>difference",
    "Predictive parity<br>difference",
]
NAN = math.nan


def differences(*verdicts):
    rows = [
        (0.1, 0.02, 0.2, "<b>", "c", None),
        (0.3, 0.25, 0.4, "c", "d", None),
        (0.01, 0.0, 0.03, "c", "d", None),
        (NAN, NAN, NAN, "", "", None),
        (0.1, 0.02, 0.2, "c", "d", None),
    ]
    found = pd.DataFrame(rows, index=list(GAP_MEASURES), columns=NAMES)
    return found.assign(verdict=list(verdicts)) if verdicts else found


def test_each_gap_is_drawn_with_its_interval():
    (trace,) = gaps_figure(differences(), None).data
    assert list(trace.x)[:3] == [10, 30, 1]
    assert list(trace.error_x.array)[:1] == [10]
    assert list(trace.error_x.arrayminus)[:1] == [8]
    assert list(trace.y) == LABELS
    assert trace.customdata[0] == "&lt;b&gt; and c"


def test_a_gap_that_cannot_be_estimated_is_told():
    (note,) = gaps_figure(differences(), None).layout.annotations
    assert (note.text, note.y) == ("insufficient data", LABELS[3])


def test_verdicts_are_told_apart_by_mark_and_the_tolerance_is_drawn():
    unsure = "cannot be told"
    figure = gaps_figure(differences(unsure, "exceeds", "within", unsure, unsure), 0.05)
    drawn = {trace.name: (trace.x[0], trace.marker.symbol) for trace in figure.data}
    assert drawn == {
        "within": (1, "circle"),
        "exceeds": (30, "x"),
        "cannot be told": (10, "diamond-open"),
    }
    band, line = figure.layout.shapes
    assert (band.x0, band.x1, line.x0) == (0, 5, 5)
    assert figure.layout.showlegend


def test_a_legend_has_room_below_the_axis():
    plain = gaps_figure(differences(), None).layout
    legend = gaps_figure(differences(*["within"] * 5), 0.1).layout
    more = legend.margin.b - plain.margin.b
    assert more >= 30
    assert legend.height - plain.height == more
