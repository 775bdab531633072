"""Attributions of others against ours, one point each, around the line on which both are equal."""

import pandas as pd

from fairmoe.figures.oracles import oracles_figure


def test_each_method_has_its_panel_and_all_have_one_scale():
    checked = pd.DataFrame(
        {
            "method": ["lime", "shap", "lime"],
            "row": [0, 0, 1],
            "column": ["<x>", "y", "<x>"],
            "ours": [1.0, 2.0, -3.0],
            "theirs": [1.5, 2.0, -4.0],
        }
    )
    figure = oracles_figure(checked)
    points = figure.data[1::2]
    assert [list(points[place].x) for place in range(3)] == [[], [2.0], [1.0, -3.0]]
    assert list(points[2].y) == [1.5, -4.0]
    assert list(points[2].customdata) == ["&lt;x&gt;", "&lt;x&gt;"]
    titles = [note.text for note in figure.layout.annotations]
    assert titles == ["Integrated<br>gradients", "SHAP", "LIME"]
    ranges = {figure.layout[axis].range for axis in ("xaxis", "xaxis2", "xaxis3", "yaxis")}
    assert len(ranges) == 1
    assert ranges.pop()[1] > 4
    assert all(line.x == line.y for line in figure.data[::2])
