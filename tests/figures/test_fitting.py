"""Charts that can be read on a phone."""

import plotly.graph_objects as go
import pytest

from fairmoe._escape import Html
from fairmoe.figures.fitting import WIDEST, least_width, take_title
from fairmoe.figures.palette import TEMPLATE
from fairmoe.figures.panels import side_by_side


def panels(titles, labels=("a", "b"), margin=40):
    figure = side_by_side(
        [Html(title) for title in titles],
        title="Which of A &amp; B?",
        height=300,
        rows={"type": "category"},
        values=[{}] * len(titles),
    )
    for place in range(len(titles)):
        own = "" if not place else str(place + 1)
        figure.add_bar(
            y=labels, x=[1, 2], orientation="h", xaxis=f"x{own}", yaxis=f"y{own}", showlegend=False
        )
    return figure.update_layout(margin={"l": margin})


def streams(groups):
    label = [*groups, "Utility", "Result", "Procedural", "hired", "not hired"]
    link = {"source": [0, 1, 2, 4], "target": [2, 4, 5, 6], "value": [1, 1, 1, 1]}
    return go.Figure(go.Sankey(node={"label": label}, link=link))


def test_a_title_is_taken_out_once_and_the_room_with_it():
    figure = panels(["x"])
    assert take_title(figure) == "Which of A & B?"
    assert figure.layout.title.text == ""
    # Of the 92 pixels above the panels one line of their titles stays, and some air.
    assert (figure.layout.height, figure.layout.margin.t) == (235, 27)
    assert take_title(figure) == "Which of A & B?"
    assert (figure.layout.height, figure.layout.margin.t) == (235, 27)
    two_lines = panels(["x<br>higher is better"])
    take_title(two_lines)
    assert (two_lines.layout.height, two_lines.layout.margin.t) == (252, 44)
    legend_above = panels(["x"]).update_layout(legend={"y": 1.2})
    take_title(legend_above)
    assert legend_above.layout.margin.t == 58
    assert take_title(go.Figure()) == ""


def test_long_titles_of_axes_wrap_and_legends_go_below_them():
    figure = go.Figure(layout={"template": TEMPLATE, "height": 300})
    figure.update_xaxes(
        title="mean difference between the experts' probabilities, percentage points"
    )
    take_title(figure)
    lines = figure.layout.xaxis.title.text.split("<br>")
    assert lines == ["mean difference between the experts'", "probabilities, percentage points"]
    assert figure.layout.height == 317
    assert (figure.layout.legend.yref, figure.layout.legend.yanchor) == ("container", "bottom")
    # No word is left alone on the last line.
    uneven = go.Figure().update_xaxes(title="attention for women minus attention for men")
    take_title(uneven)
    assert uneven.layout.xaxis.title.text == "attention for women<br>minus attention for men"


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        # 40 pixels of labels, 112 for each panel, to the next whole step
        (panels(["x", "y", "z"]), 420),
        # a title of 30 letters needs 217
        (panels(["x" * 30, "y"]), 480),
        (panels(["x"]), 240),
        (streams(["women", "men"]), 360),
        # 30 letters and the room around them, twice, and three nodes
        (streams(["x" * 30, "men"]), 540),
        (go.Figure(go.Scatterternary()), 360),
        (go.Figure([go.Scatter(name=str(i), y=[1]) for i in range(8)]), 540),
        (panels(["x" * 100, "y", "z"]), WIDEST),
    ],
)
def test_panels_have_room_for_what_stands_over_them(figure, least):
    assert least_width(figure) == least


def test_labels_at_the_left_count_whether_or_not_room_is_set_aside():
    figure = panels(["x", "y"], ["a label of thirty-one letters..", "b"], margin=None)
    assert least_width(figure) == 480


@pytest.mark.parametrize(
    ("height", "entries", "least"), [(420, 11, 240), (300, 8, 540), (300, 6, 240)]
)
def test_a_long_legend_asks_for_room_unless_the_chart_is_tall(height, entries, least):
    figure = go.Figure([go.Scatter(x=[1], y=[1], name=f"method {i}") for i in range(entries)])
    assert least_width(figure.update_layout(height=height)) == least
