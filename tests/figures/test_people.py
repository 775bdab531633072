import re

import pandas as pd
import pytest

from fairmoe.figures.people import harm_bars, hundred_figure, of_hundred
from fairmoe.metrics import account_in_people

# Of four in <b> both models hire one, the mixture one more and one fewer; of two in c, both none.
ACCOUNT = account_in_people(
    [1, 1, 0, 0, 1, 1],
    [1, 0, 1, 0, 0, 0],
    [1, 1, 0, 0, 0, 0],
    group=[0, 0, 0, 0, 1, 1],
    group_names=["<b>", "c", "nobody"],
    favourable=True,
)
TABLE = pd.concat([ACCOUNT.groups, ACCOUNT.everyone.rename("Everyone").to_frame().T])


def drawn(**told):
    figure = hundred_figure(TABLE, good="hired", is_told=True, **told)
    return figure, {trace.name: trace for trace in figure.data}


def test_a_hundred_dots_stand_for_each_group_with_rows():
    figure, traces = drawn()
    assert sum(len(trace.x) for trace in traces.values()) == 300
    assert list(figure.layout.yaxis.ticktext) == [
        "&lt;b&gt;<br>4 people",
        "c<br>2 people",
        "Everyone<br>6 people",
    ]
    first = {name: sum(y < 4 for y in trace.y) for name, trace in traces.items()}
    assert first == {
        "“hired” from both": 25,
        "“hired” from the mixture only": 25,
        "“hired” from the utility expert only": 25,
        "“hired” from neither": 25,
    }
    assert "<b>" not in figure.to_json()
    # As far apart across as down, however wide the page is.
    assert (figure.layout.yaxis.scaleanchor, figure.layout.xaxis.constrain) == ("x", "domain")
    hover = traces["“hired” from the mixture only"].customdata[0]
    assert hover == "&lt;b&gt;: 1 of 4 people"


def test_no_change_is_drawn_as_better_or_worse_where_no_outcome_is():
    told = {trace.marker.color for trace in hundred_figure(TABLE, good="x", is_told=True).data}
    untold = {trace.marker.color for trace in hundred_figure(TABLE, good="x", is_told=False).data}
    green_and_red = {"#009E73", "#D55E00"}
    assert green_and_red <= told
    # A cross is somebody who is wronged, on Result; here a change goes up or down.
    symbols = {trace.marker.symbol for trace in hundred_figure(TABLE, good="x", is_told=True).data}
    assert symbols == {"circle", "circle-open", "triangle-up", "triangle-down"}
    assert not green_and_red & untold


@pytest.mark.parametrize("counts", [[1, 1, 1], [0, 0, 7], [995, 3, 2], [1, 2, 3, 94]])
def test_hundred_people_are_shared_out_to_the_last(counts):
    shares = of_hundred(counts)
    assert sum(shares) == 100
    for count, share in zip(counts, shares, strict=True):
        assert abs(100 * count / sum(counts) - share) < 1


def test_wrong_denials_are_drawn_beside_their_change():
    html = harm_bars(TABLE, alt="told")
    values = re.findall(r'class="value">([^<]+)<', html)
    assert values == ["50.0", "0.0", "−50.0", "100.0", "100.0", "0.0", "75.0", "50.0", "−25.0"]
    assert html.count('class="whisker"') == 9
    assert "2 people" in html
    assert "Plain model" in html
    assert "Utility expert" not in html
    assert "<b>" not in html.partition("fm-bars")[2]


def test_of_many_groups_the_largest_are_drawn():
    n = list(range(1, 11))
    group = [g for g, rows in enumerate(n) for _ in range(rows)]
    names = [f"g{g}" for g in range(10)]
    zeros = [0] * len(group)
    found = account_in_people(zeros, zeros, zeros, group=group, group_names=names, favourable=True)
    table = pd.concat([found.groups, found.everyone.rename("Everyone").to_frame().T])
    shown = hundred_figure(table, good="x", is_told=True).layout.yaxis.ticktext
    assert [text.partition("<br>")[0] for text in shown] == [*names[2:], "Everyone"]
