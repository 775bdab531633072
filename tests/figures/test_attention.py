import numpy as np
import pandas as pd
import pytest

from fairmoe.analysis.attention import (
    Reasons,
    attention_differences,
    attention_histograms,
    attribution_ranges,
    divergence_parts,
    mean_attention,
)
from fairmoe.figures.attention import (
    MOST_COLUMNS,
    MOST_GROUPS,
    attention_figure,
    differences_figure,
    histogram_figure,
    room_for,
)
from fairmoe.figures.attributions import methods_figure, ranges_figure
from fairmoe.figures.divergence import divergence_figure, null_figure
from fairmoe.figures.palette import MODEL_STYLES, group_styles
from fairmoe.names import ATTRIBUTION_METHODS
from fairmoe.sentences.attention import (
    attention_takeaway,
    differences_lead,
    differences_takeaway,
    divergence_takeaway,
    histogram_takeaway,
    methods_takeaway,
    ranges_takeaway,
)

MIXTURE = MODEL_STYLES["mixture"]


def reasons(groups=2, columns=3, n=120):
    random = np.random.default_rng(0)
    signed = random.normal(size=(n, columns)).astype(np.float32)
    attention = np.abs(signed) / np.abs(signed).sum(axis=1, keepdims=True)
    names = tuple(f"<b>{i}</b>" for i in range(groups))
    of_columns = tuple(f"<i>{j}</i>" for j in range(columns))
    return Reasons(of_columns, np.arange(n) % groups, names, signed, attention)


def differences(**values):
    found = {name: (value, value - 0.02, value + 0.02) for name, value in values.items()}
    return pd.DataFrame.from_dict(
        found, orient="index", columns=["difference", "low", "high"]
    ).sort_values("difference", key=abs, ascending=False)


def test_the_lead_names_what_surely_differs_with_its_direction():
    lead = differences_lead(differences(gap=0.06, age=-0.03, pay=0.01), "women", "men", 800)
    assert lead == (
        "The model relies more on gap (6.0 pp), and less on age (3.0 pp), for women than for men."
    )
    assert differences_takeaway(differences(gap=0.06, age=-0.03, pay=0.01)) == (
        "The interval leaves out 0 for 2 of 3 columns."
    )


def test_the_lead_claims_nothing_that_chance_may_have_made():
    lead = differences_lead(differences(gap=0.01), "women", "men", 800)
    assert lead == (
        "The model relies on the same columns for women as for men, as far as 800 rows can tell."
    )


def test_at_most_two_columns_a_side_are_named():
    lead = differences_lead(differences(a=0.9, b=0.8, c=0.7), "x", "y", 9)
    assert lead == "The model relies more on a (90.0 pp) and b (80.0 pp) for x than for y."


def test_unsure_differences_are_open_markers():
    frame = differences(gap=0.06, pay=0.01)
    style = group_styles(["women", "men"])[0]
    figure = differences_figure(frame, style, "men")
    assert list(figure.data[0].x) == pytest.approx([6, 1])
    assert list(figure.data[0].marker.symbol) == ["circle", "circle-open"]
    assert figure.data[0].marker.color == style.colour


def test_means_are_drawn_by_group_with_whiskers_and_escaped():
    means = mean_attention(reasons())
    figure = attention_figure(means)
    first = means[means["group"] == "<b>0</b>"]
    trace = figure.data[0]
    assert list(trace.x) == pytest.approx(100 * first["mean"].to_numpy())
    assert list(trace.x - trace.error_x.arrayminus) == pytest.approx(100 * first["low"].to_numpy())
    assert trace.marker.symbol != figure.data[1].marker.symbol
    assert "<b>" not in figure.to_json()
    assert "<i>" not in figure.to_json()
    assert attention_takeaway(means).count("for <b>") == 2


def test_the_largest_groups_keep_their_colours_where_not_all_are_drawn():
    crowd = reasons(groups=MOST_GROUPS + 1, columns=MOST_COLUMNS + 2, n=MOST_GROUPS * 9 + 1)
    crowd.group[crowd.group == 0] = 1
    crowd.group[0] = 0
    figure = attention_figure(mean_attention(crowd))
    styles = group_styles(crowd.group_names)
    assert [trace.marker.color for trace in figure.data] == [s.colour for s in styles[1:]]
    # So many marks would be taller than a screen: fewer columns of more groups are drawn.
    assert len(figure.data[0].x) == room_for(MOST_GROUPS, 32, 15)[1] < MOST_COLUMNS
    assert "; 5 more groups are in the table" in attention_takeaway(mean_attention(crowd))


def test_histograms_are_steps_that_end_where_the_last_bin_ends():
    histograms = attention_histograms(reasons(), ["<i>0</i>", "<i>2</i>", "<i>1</i>"])
    figure = histogram_figure(histograms)
    assert len(figure.data) == 6
    own = histograms.iloc[:25]
    assert list(figure.data[0].y)[:-1] == pytest.approx(100 * own["share"].to_numpy())
    assert figure.data[0].x[-1] == pytest.approx(100 * own["high"].iloc[-1])
    assert figure.data[0].line.dash != figure.data[1].line.dash
    assert figure.layout.xaxis.title.text is None
    assert figure.layout.xaxis2.title.text == "attention to the column"
    assert "<i>0</i> gets less than" in histogram_takeaway(histograms)


def test_the_parts_drawn_add_up_to_the_distance():
    parts = divergence_parts(reasons(columns=MOST_COLUMNS + 3))
    figure = divergence_figure(parts, MIXTURE)
    assert sum(figure.data[0].x) == pytest.approx(100 * parts.sum())
    assert figure.layout.yaxis.ticktext[-1] == "3 other columns"
    assert (
        f"Most of the attention distance of {100 * parts.sum():.2f} comes"
        in divergence_takeaway(parts)
    )


def test_no_distance_at_all_is_said_so():
    nothing = pd.Series([0.0, 0.0], ["a", "b"])
    assert divergence_takeaway(nothing) == "The groups get exactly the same mean attention."


def test_the_null_is_counted_whole_and_the_observed_in_view():
    shuffled = np.linspace(0, 0.01, 99)
    figure = null_figure(shuffled, 0.02, MIXTURE)
    assert sum(figure.data[0].y) == 99
    assert figure.layout.shapes[0].x0 == pytest.approx(2)
    assert figure.layout.xaxis.range[1] > 2


def test_pushes_are_drawn_from_their_quantiles():
    ranges = attribution_ranges(reasons())
    figure = ranges_figure(ranges, "<u>hired</u>")
    thin, wide = figure.data[:2]
    own = ranges[ranges["group"] == "<b>0</b>"]
    assert list(thin.x + thin.error_x.array) == pytest.approx(own["high"].to_numpy())
    assert list(wide.x - wide.error_x.arrayminus) == pytest.approx(own["q1"].to_numpy())
    assert wide.error_x.thickness > thin.error_x.thickness
    assert "<u>" not in figure.to_json()
    assert f"{own['median'].iloc[0]:+.2f} for <b>0</b>" in ranges_takeaway(ranges, "“hired”")
    turned = attribution_ranges(reasons(), sign=-1)
    both = ranges.merge(turned, on=["column", "group"])
    assert list(both["median_x"]) == pytest.approx(list(-both["median_y"]))
    assert list(both["low_x"]) == pytest.approx(list(-both["high_y"]))


def test_every_method_has_a_name_and_the_least_alike_are_told():
    attention = pd.DataFrame(np.full((3, 4), 1 / 3), list("abc"), list(ATTRIBUTION_METHODS))
    figure = methods_figure(attention)
    assert list(figure.data[0].x) == list(ATTRIBUTION_METHODS.values())
    cells, words = figure.data
    assert words.text[0] == "33.3%"
    assert len(words.text) == 3 * len(ATTRIBUTION_METHODS)
    # No colour of its own: the words are those of a white page or of a dark one.
    assert words.textfont.color is None
    assert all(colour.startswith("rgba(") for _, colour in cells.colorscale)
    same = pd.DataFrame(np.ones((4, 4)), list(ATTRIBUTION_METHODS), list(ATTRIBUTION_METHODS))
    same.loc["lime", "shap"] = 0.6
    assert "LIME and SHAP: they name the same column as the most attended in 60%" in (
        methods_takeaway(same, same)
    )


def test_titles_ask_and_colours_are_explicit():
    made = reasons()
    for figure in (
        attention_figure(mean_attention(made)),
        differences_figure(attention_differences(made, 0), group_styles(["a", "b"])[0], "b"),
        histogram_figure(attention_histograms(made, made.columns)),
        divergence_figure(divergence_parts(made), MIXTURE),
        null_figure(np.zeros(9), 0.1, MIXTURE),
        ranges_figure(attribution_ranges(made), "hired"),
    ):
        assert figure.layout.title.text.endswith("?")
        assert all(trace.marker.color or trace.line.color for trace in figure.data)


def test_titles_say_of_a_model_on_what_it_relies_as_sentences_do():
    made = reasons()
    style = group_styles(["women", "men"])[0]
    figure = differences_figure(attention_differences(made, 0), style, "men")
    assert figure.layout.title.text == (
        "Which features does the model rely on more, or less, for women?"
    )
    title = "Which features does the model rely on, for each group?"
    assert attention_figure(mean_attention(made)).layout.title.text == title


def test_a_group_without_rows_makes_no_statement_of_likeness():
    empty = reasons(groups=3)
    empty.group[empty.group == 2] = 1
    unknown = attention_differences(empty, 0)
    lead = differences_lead(unknown, "x", "y", 120)
    assert lead.startswith("Insufficient data")
    assert "same columns" not in lead
    assert differences_takeaway(unknown).startswith("Insufficient data")
    assert divergence_takeaway(divergence_parts(empty)).startswith("Insufficient data")


def test_rounding_is_no_distance():
    noise = pd.Series([2e-16, 1e-17], ["a", "b"])
    assert divergence_takeaway(noise) == "The groups get exactly the same mean attention."


def test_one_column_is_not_compared_between_methods():
    names = list(ATTRIBUTION_METHODS)
    same_top = pd.DataFrame(1.0, names, names)
    assert "only one column" in methods_takeaway(np.nan * same_top, same_top)
