import numpy as np

from fairmoe.figures.cutoffs import cutoffs_figure
from fairmoe.figures.decisions import MOST_GROUPS
from fairmoe.figures.palette import group_styles


def test_each_group_has_its_curve_and_a_mark_at_its_cutoff():
    proba = {"<b>": np.array([0.1, 0.5, 0.9, 0.9]), "c": np.array([0.2, 0.6]), "no": np.array([])}
    figure = cutoffs_figure(proba, (0.5, 0.4, 0.5), "hired")
    line, mark, _, other = figure.data
    assert (line.y[0], line.y[-1]) == (100, 0)
    # Half of them lie above one half, and not at it.
    assert (mark.x[0], mark.y[0]) == (0.5, 50)
    assert (other.x[0], other.y[0]) == (0.4, 50)
    style = group_styles(list(proba))[0]
    assert (line.name, line.line.dash, mark.marker.symbol) == (
        style.label, style.dash, style.symbol,
    )  # fmt: skip
    assert "<b>" not in figure.to_json()


def test_of_many_groups_the_largest_are_drawn():
    proba = {f"g{i}": np.full(i + 1, 0.5) for i in range(10)}
    figure = cutoffs_figure(proba, (0.5,) * 10, "hired")
    assert [trace.name for trace in figure.data if trace.name] == [f"g{i}" for i in range(2, 10)]
    assert len(figure.data) == 2 * MOST_GROUPS
