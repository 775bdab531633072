import json

import plotly.graph_objects as go

from fairmoe.report.blocks import chart


def test_the_title_of_a_chart_is_text_above_it_and_it_has_the_width_that_it_needs():
    figure = go.Figure([go.Scatter(name=str(i), y=[1]) for i in range(8)])
    figure.update_layout(title="Who is A &amp; who is B?", height=300)
    block = chart("who", figure, takeaway="It is told.", source="A table.")
    assert block.title == "Who is A & who is B?"
    assert not json.loads(block.spec)["layout"]["title"].get("text")
    assert (block.height, block.least_width) == (266, 540)
    assert block.is_printed
