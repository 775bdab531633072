import math
import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.figures.curves import Line, curves_figure
from fairmoe.figures.data import label_figure
from fairmoe.figures.experts import rates_bars, scores_bars
from fairmoe.figures.fitting import NARROWEST, least_width
from fairmoe.figures.palette import MODEL_STYLES, group_styles, reserve_room
from fairmoe.figures.tables import column_table, group_counts, score_table
from fairmoe.metrics import group_rates
from fairmoe.names import METRICS

Y = np.array([1, 0, 1, 1, 0])
GROUP = np.array([0, 0, 0, 1, 1])


@pytest.fixture
def scores() -> pd.DataFrame:
    table = {model: dict.fromkeys(METRICS, 0.1 * i) for i, model in enumerate(MODEL_STYLES)}
    table["logistic"]["f_res"] = math.nan
    return score_table(table)


@pytest.fixture
def rates() -> pd.DataFrame:
    return group_rates(Y, Y, Y * 0.8, group=GROUP, group_names=["<b>a</b>", "b"])


def test_no_two_models_look_alike_in_colour_or_in_the_second_channel():
    for channel in ("colour", "dash", "symbol", "pattern", "label"):
        assert len({getattr(style, channel) for style in MODEL_STYLES.values()}) == len(
            MODEL_STYLES
        )


@given(st.integers(1, 56))
def test_no_two_groups_look_alike(count):
    styles = group_styles([f"group {i}" for i in range(count)])
    assert len({(style.colour, style.pattern) for style in styles}) == count
    assert len({(style.colour, style.symbol) for style in styles}) == count
    assert len({style.colour for style in styles[:8]}) == min(count, 8)
    assert len({(style.colour, style.dash) for style in styles}) == count


def test_the_style_of_a_group_does_not_depend_on_the_groups_after_it():
    assert group_styles(["a", "b"]) == group_styles(["a", "b", "c"])[:2]


def test_group_counts_by_hand():
    counts = group_counts(Y, GROUP, ["a", "b", "nobody"])
    assert counts["rows"].tolist() == [3, 2, 0]
    assert counts["positive"].tolist() == [2, 1, 0]
    assert counts["negative"].tolist() == [1, 1, 0]
    assert counts["positive_share"].iloc[0] == pytest.approx(2 / 3)
    assert math.isnan(counts["positive_share"].iloc[2])
    # Wilson, 2 of 3: (2 + z^2/2 -+ z sqrt(2/3 + z^2/4)) / (3 + z^2) with z = 1.96.
    assert counts.loc["a", ["positive_low", "positive_high"]].tolist() == pytest.approx(
        [0.2077, 0.9385], abs=1e-4
    )


def test_column_table_counts_missing_and_distinct():
    frame = pd.DataFrame({"a": [1.0, 1.0, np.nan], "b": ["x", "y", "z"]})
    table = column_table(frame, {"a": "number", "b": "category"})
    assert table.loc["a"].tolist() == ["number", 1, 1]
    assert table.loc["b"].tolist() == ["category", 0, 3]


def test_score_table_has_models_in_the_order_of_the_palette():
    table = score_table({"logistic": {"acc": 0.5}, "mixture": {"acc": 0.6}})
    assert list(table.index) == ["mixture", "logistic"]
    assert table.loc["mixture", "acc"] == 0.6
    assert math.isnan(table.loc["mixture", "dp"])


def test_label_figure_draws_counts_and_escapes_names():
    counts = group_counts(Y, GROUP, ["<b>a</b>", "2"])
    figure = label_figure(counts, ("<i>hired</i>", "not"))
    assert list(figure.data[0].x) == [2, 1]
    assert list(figure.data[1].x) == [1, 1]
    assert list(figure.data[2].x) == pytest.approx([200 / 3, 50])
    ends = figure.data[2].x[0] + figure.data[2].error_x.array[0]
    assert ends == pytest.approx(100 * counts["positive_high"].iloc[0])
    assert figure.data[0].y[0] == "&lt;b&gt;a&lt;/b&gt;<br>66.7% of 3"
    assert figure.layout.yaxis.type == "category"
    assert "<i>" not in figure.to_json()


def test_long_names_of_groups_are_folded_and_stay_apart():
    names = ["of the northern coastal  district", "of the northern coastal district"]
    figure = label_figure(group_counts(Y, GROUP, names), ("hired", "not"))
    first, second = figure.data[0].y
    assert first == "of the northern coastal  <br>district<br>66.7% of 3"
    assert second.startswith("of the northern coastal <br>district<br>")
    short = label_figure(group_counts(Y, GROUP, ["a", "b"]), ("hired", "not"))
    assert figure.layout.height > short.layout.height


def texts(html, name):
    return re.findall(rf'class="{name}">([^<]+)<', html)


def test_scores_say_insufficient_data_in_place_of_a_value(scores):
    html = scores_bars(scores, alt="told")
    values = [texts(html, "value")[i::4] for i in range(4)]
    assert values[1][-2] == "insufficient data"
    assert values[1][1] == "10.0 pp"
    colours = re.findall(r"background-color:(#\w+)", html)
    assert colours[::4] == [style.colour for style in MODEL_STYLES.values()]
    assert re.findall(r"<small>(\w+) is better</small>", html) == [
        "higher",
        "lower",
        "lower",
        "higher",
    ]
    assert 'aria-label="told"' in html


def test_bars_of_scores_begin_at_zero_on_an_axis_of_each_panel():
    values = dict(zip(MODEL_STYLES, [0.4, -0.3] + [0.0] * 6, strict=True))
    table = score_table({m: dict.fromkeys(METRICS, v) for m, v in values.items()})
    html = scores_bars(table.assign(utility=0.5), ("acc", "utility"), alt="")
    bars = re.findall(r'class="bar" style="left:([\d.]+)%;width:([\d.]+)%', html)
    # From -30 to 40 in the first panel, from 0 to 50 in the second.
    assert bars[:4] == [
        ("42.86", "57.14"),
        ("0.00", "100.00"),
        ("0.00", "42.86"),
        ("0.00", "100.00"),
    ]


def test_labels_get_the_room_that_they_need_or_what_the_browser_finds():
    short, wide, endless = (go.Figure(go.Scatter(y=[name])) for name in ("ab", "AB", "a" * 60))
    for figure in (short, wide, endless):
        reserve_room(figure, figure.data[0].y)
    assert 13 < short.layout.margin.l < wide.layout.margin.l
    assert short.layout.yaxis.automargin is False
    assert endless.layout.yaxis.automargin is None
    assert endless.layout.margin.l is None


@pytest.mark.parametrize(
    ("label", "pixels"),
    [
        ("wwwwwwwwww", 104),
        ("mmmmmmmm_mmmmm", 158),
        ("account_balance_common_mean", 205),
        ("30-59 days past due & 60-89 @ home", 230),
        ("immigrated from somewhere", 175),
    ],
)
def test_room_is_enough_for_helvetica(label, pixels):
    """Widths by its metrics at 13 pixels, with two blanks and three pixels beside."""
    figure = go.Figure()
    reserve_room(figure, [label])
    assert figure.layout.margin.l >= pixels


def test_room_is_for_what_is_drawn_and_not_for_how_it_is_escaped():
    plain, escaped = go.Figure(), go.Figure()
    reserve_room(plain, ["a<b"])
    reserve_room(escaped, ["a&lt;b"])
    assert plain.layout.margin.l == escaped.layout.margin.l


def test_rates_are_points_with_intervals(rates):
    html = rates_bars(rates, ("<i>", "no"), favourable=True, alt="told")
    assert texts(html, "value")[3::4] == ["100.0%", "100.0%"]
    # One axis for all panels, from 0 to 100.
    points = re.findall(r'class="point" style="left:([\d.]+)%', html)
    assert float(points[0]) == pytest.approx(100 * rates["selection_rate"].iloc[0], abs=0.01)
    whiskers = re.findall(r'class="whisker" style="left:([\d.]+)%;width:([\d.]+)%', html)
    assert float(whiskers[3][0]) == pytest.approx(100 * rates["accuracy_low"].iloc[0], abs=0.01)
    assert "<b>" not in html
    assert "<i>x" not in html
    assert "Given “&lt;i&gt;”" in html
    # Rates of few people have a mark.
    few = {"false_positive_rate": (str(rates.index[1]),)}
    marked = rates_bars(rates, ("<i>", "no"), favourable=True, alt="told", apart=few)
    assert [value[-1] for value in texts(marked, "value")] == list("%%%%%%*%")
    # Of a bad outcome the first panel is of the other, good one.
    turned = rates_bars(rates, ("<i>", "no"), favourable=False, alt="told")
    assert "Given “no”" in turned
    other = [f"{100 - float(value[:-1]):.1f}%" for value in texts(html, "value")[::4]]
    assert texts(turned, "value")[::4] == other
    assert texts(turned, "value")[1::4] == texts(html, "value")[1::4]


def test_curves_share_a_panel_by_phase_and_quantity():
    lines = [
        Line("loss of utility", "warm-up", (1, 2), (0.7, 0.6)),
        Line("loss of result", "warm-up", (1, 2), (0.8, 0.7)),
        Line("loss of utility", "experts", (1, 2), (0.5, 0.4)),
        Line("reward", "gate", (1,), (0.1,)),
    ]
    figure = curves_figure(lines)
    assert figure is not None
    assert [a.text for a in figure.layout.annotations] == [
        "loss<br>warm-up",
        "loss<br>experts",
        "reward<br>gate",
    ]
    # It stands on a phone without being moved sideways.
    assert least_width(figure) <= NARROWEST
    assert [trace.xaxis for trace in figure.data] == ["x", "x", "x2", "x3"]
    assert [trace.showlegend for trace in figure.data] == [True, True, False, False]
    assert figure.data[1].line.dash == MODEL_STYLES["result"].dash
    assert figure.data[3].mode == "markers"


def test_without_anything_recorded_there_are_no_curves():
    assert curves_figure([]) is None


def test_what_has_no_value_in_any_epoch_has_no_panel():
    nan = float("nan")
    unknown = Line("validation score of mixture", "gate", [1, 2], [nan, nan])
    assert curves_figure([unknown]) is None
    figure = curves_figure([unknown, Line("reward", "gate", [1, 2], [nan, 0.1])])
    assert [note.text for note in figure.layout.annotations] == ["reward<br>gate"]


def test_every_colour_is_explicit_so_that_no_theme_replaces_it():
    counts = group_counts(Y, GROUP, ["a", "b"])
    figure = label_figure(counts, ("hired", "not hired"))
    assert all(trace.marker.color is not None for trace in figure.data)
    assert figure.layout.title.text.endswith("?")
