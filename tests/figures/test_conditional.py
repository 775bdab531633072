import pandas as pd

from fairmoe.figures.conditional import conditional_figure, side_by_side_figure
from fairmoe.figures.palette import group_styles
from fairmoe.metrics import conditional_gaps
from fairmoe.names import GAP_MEASURES

GROUPS = ["a", "<b>"]


def test_each_group_is_drawn_in_all_and_like_with_like():
    counted = [1, 0] * 20 + [1, 1, 0, 0] * 10
    found = conditional_gaps(
        counted, group=[0] * 40 + [1] * 40, group_names=GROUPS, level=[0, 1] * 40,
        level_names=["<i>", "y"], reference="a",
    )  # fmt: skip
    figure = conditional_figure(found.overall, found.within, column="job", groups=GROUPS)
    (trace,) = figure.data
    style = group_styles(GROUPS)[1]
    assert (trace.name, trace.marker.color) == (style.label, style.colour)
    assert list(trace.y) == ["all people", "same job", "&lt;i&gt; (40)", "y (40)"]
    assert list(trace.x)[:1] == [0]
    assert list(trace.customdata)[2:] == [20, 20]
    assert "<i>" not in figure.to_json()


def test_columns_stand_side_by_side():
    table = pd.DataFrame({"value": 0.1, "low": 0.02, "high": 0.2}, index=list(GAP_MEASURES))
    figure = side_by_side_figure({"sex": table, "race": 2 * table})
    assert [(trace.name, trace.x[0], trace.error_x.array[0]) for trace in figure.data] == [
        ("sex", 10, 10), ("race", 20, 20),
    ]  # fmt: skip
    assert len({trace.offsetgroup for trace in figure.data}) == 2
