"""Panels that stand below one another where they have no room side by side."""

import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from fairmoe._escape import Html
from fairmoe.figures.fitting import least_width, take_title
from fairmoe.figures.palette import TEMPLATE
from fairmoe.figures.panels import axes_of, below_one_another, side_by_side


@pytest.fixture
def three():
    figure = side_by_side(
        [Html("x"), Html("y"), Html("z<br>higher is better")],
        title="Which?",
        height=400,
        rows={"type": "category"},
        values=[{"title": "score"}] * 3,
    )
    for place in (1, 2, 3):
        figure.add_bar(y=["a", "b"], x=[1, 2], orientation="h", **axes_of(place))
    figure.update_layout(margin={"b": 40})
    take_title(figure)
    return figure


def test_each_panel_has_the_width_its_labels_and_its_title_above_it(three):
    tall = below_one_another(three)
    assert [axis.domain for axis in tall.select_xaxes()] == [(0, 1)] * 3
    assert all(axis.showticklabels for axis in tall.select_yaxes())
    bands = [axis.domain for axis in tall.select_yaxes()]
    assert bands[0][1] == 1
    assert bands[2][0] == pytest.approx(0)
    # 0.65 of 268 pixels each; between two of them ticks, the title of an axis, air, a title.
    plot = 3 * 0.65 * 268 + (26 + 24 + 14 + 17) + (26 + 24 + 14 + 34)
    # The first one's title has one line, so a line less is above it.
    assert (tall.layout.height, tall.layout.margin.t) == (pytest.approx(plot + 40 + 27), 27)
    for (low, _), (_, high), gap in zip(bands, bands[1:], (81, 98), strict=False):
        assert low - high == pytest.approx(gap / plot)
    titles = [(note.text, note.x, note.y, note.xanchor) for note in tall.layout.annotations]
    assert [title[0] for title in titles] == ["x", "y", "z<br>higher is better"]
    assert [title[1:] for title in titles] == [(0, high, "left") for _, high in bands]


def test_the_figure_itself_stays_as_it_was(three):
    before = three.to_json()
    assert least_width(below_one_another(three)) < least_width(three)
    assert three.to_json() == before


def test_notes_within_a_panel_stay_with_it():
    figure = make_subplots(rows=1, cols=2, subplot_titles=["left", "right"])
    figure.add_scatter(x=[1], y=[1], row=1, col=2)
    figure.add_annotation(x=1, y=1, text="here", row=1, col=2)
    figure.update_layout(template=TEMPLATE, height=400, margin={"t": 90})
    take_title(figure)
    here = below_one_another(figure).layout.annotations[2]
    assert (here.x, here.y, here.xref, here.yref) == (1, 1, "x2", "y2")


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (2, 2)])
def test_what_is_one_panel_or_has_rows_of_them_stays(shape):
    rows, cols = shape
    figure = make_subplots(rows=rows, cols=cols, subplot_titles=["t"] * (rows * cols))
    figure.update_layout(template=TEMPLATE, height=400, margin={"t": 90})
    assert below_one_another(figure) is None


def test_panels_without_titles_stay():
    figure = make_subplots(rows=1, cols=2)
    assert below_one_another(figure) is None
    assert below_one_another(go.Figure()) is None
