"""Where attention goes, word by word, from numbers made by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fairmoe.sentences.attention import (
    WHAT_ATTENTION_IS,
    attention_takeaway,
    columns_drawn,
    differences_lead,
    differences_takeaway,
    divergence_takeaway,
    histogram_takeaway,
    methods_takeaway,
    null_takeaway,
    ranges_takeaway,
    what_it_looks_at,
)


def means(groups, **columns):
    """Return mean attention by column, a value for each group."""
    rows = [
        (column, group, value, rows)
        for column, values in columns.items()
        for rows, (group, value) in enumerate(zip(groups, values, strict=True))
    ]
    return pd.DataFrame(rows, columns=["column", "group", "mean", "rows"])


TWO = means("ab", x=[0.6, 0.1], y=[0.2, 0.5], z=[0.15, 0.3], w=[0.05, 0.1])


def test_which_columns_are_looked_at_most_for_each_group():
    test = SimpleNamespace(difference=0.123, p_value=0.25)
    looks = (
        "The mixture relies most for a on x (60%), y (20%) and z (15%); for b on y (50%), z (30%) "
        "and x (10%)."
    )
    assert what_it_looks_at(TWO, test) == (
        f"{looks} The attention distance between the groups is 12.30 on a scale from 0 (the same "
        "features) to 100 (none in common). The distance is not statistically significant "
        "(p = 0.25); with more data one may show."
    )
    unknown = SimpleNamespace(difference=math.nan, p_value=math.nan)
    assert what_it_looks_at(TWO, unknown) == looks


def test_of_many_groups_the_others_are_counted():
    names = [f"g{i}" for i in range(10)]
    many = means(names, x=[0.7] * 10, y=[0.3] * 10)
    unknown = SimpleNamespace(difference=math.nan, p_value=math.nan)
    assert what_it_looks_at(many, unknown).endswith(
        "for g9 on x (70%) and y (30%); 6 more groups are in the table."
    )
    assert attention_takeaway(many) == (
        "Most attention goes to x: 70% for g6, 70% for g7, 70% for g8, 70% for g9; 6 more groups "
        "are in the table."
    )


def test_what_attention_rests_on_most():
    unknown = pd.concat([TWO, means("c", x=[math.nan])])
    assert attention_takeaway(unknown) == (
        "Most attention goes to x for a (60%), to y for b (50%)."
    )


def test_a_column_that_all_groups_rest_on_most_is_named_once():
    assert attention_takeaway(means("ab", x=[0.6, 0.7], y=[0.4, 0.3])) == (
        "Most attention goes to x: 60% for a, 70% for b."
    )


def differences(**columns):
    """Return differences whose intervals are 0.04 wide."""
    table = pd.DataFrame({"difference": columns})
    return table.assign(low=table["difference"] - 0.02, high=table["difference"] + 0.02)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"gap": 0.06, "age": -0.03, "pay": 0.01, "town": 0.04, "job": 0.03},
            "The model relies more on gap (6.0 pp) and town (4.0 pp), and less on age (3.0 pp), "
            "for women than for men.",
        ),
        ({"gap": 0.06}, "The model relies more on gap (6.0 pp) for women than for men."),
        ({"gap": -0.06}, "The model relies less on gap (6.0 pp) for women than for men."),
        (
            {"gap": 0.01, "age": -0.01},
            "The model relies on the same columns for women as for men, as far as 800 rows can "
            "tell.",
        ),
        (
            {"gap": math.nan},
            "Insufficient data: a group has fewer than two of the 800 rows, so whether the model "
            "relies on other columns for women than for men cannot be told.",
        ),
    ],
)
def test_which_columns_are_looked_at_more_and_less(columns, told):
    assert differences_lead(differences(**columns), "women", "men", 800) == told


def test_how_many_columns_surely_differ():
    assert differences_takeaway(differences(gap=0.06, age=-0.03, pay=0.01)) == (
        "The interval leaves out 0 for 2 of 3 columns."
    )
    assert differences_takeaway(differences(gap=math.nan)) == "Insufficient data for intervals."


def test_how_often_a_column_is_hardly_looked_at():
    histograms = pd.DataFrame(
        {
            "column": ["x", "x", "x", "x", "y"],
            "group": ["a", "a", "b", "b", "a"],
            "low": [0.0, 0.04, 0.0, 0.04, 0.0],
            "high": [0.04, 0.08, 0.04, 0.08, 0.04],
            "share": [0.25, 0.75, 0.5, 0.5, 1.0],
            "rows": [10, 10, 10, 10, 10],
        }
    )
    assert histogram_takeaway(histograms) == (
        "x gets less than 4.0% of the attention in 25% of a, 50% of b."
    )


def test_which_way_the_strongest_column_pushes():
    ranges = pd.DataFrame(
        {
            "column": ["x", "x", "x", "y"],
            "group": ["a", "b", "c", "a"],
            "median": [0.5, -0.25, math.nan, 0.1],
            "rows": [10, 10, 0, 10],
        }
    )
    assert ranges_takeaway(ranges, "“hired”") == (
        "x pushes hardest on average, up or down; its median push towards “hired”, in log-odds "
        "(the score behind a probability), is +0.50 for "
        "a, −0.25 for b."
    )


def test_which_methods_agree_least():
    names = ["integrated_gradients", "gradient_shap", "shap", "lime"]
    same = pd.DataFrame(np.full((4, 4), 0.9), names, names)
    same.loc["lime", "shap"] = same.loc["shap", "lime"] = 0.6
    ranks = same - 0.5
    assert methods_takeaway(ranks, same) == (
        "Least alike are LIME and SHAP: they name the same column as the most attended in 60% of "
        "the rows, with a mean rank correlation of 0.10."
    )
    assert methods_takeaway(ranks * math.nan, same) == (
        "There is only one column, which gets all attention by every method."
    )


def test_what_makes_the_distance():
    parts = pd.Series({"x": 0.06, "y": 0.03, "z": 0.01, "w": 0.0})
    assert divergence_takeaway(parts) == (
        "Most of the attention distance of 10.00 comes from x (60%), y (30%), z (10%)."
    )
    assert divergence_takeaway(0 * parts) == "The groups get exactly the same mean attention."
    assert divergence_takeaway(math.nan * parts) == (
        "Insufficient data: a group without rows has no attention to compare."
    )


@pytest.mark.parametrize(
    ("p_value", "told"),
    [
        (
            0.01,
            "none showed a distance as large. The distance is statistically significant (p = "
            "0.01). It may still be too small to matter.",
        ),
        (
            0.4,
            "39 showed a distance as large. The distance is not statistically significant (p = "
            "0.4); with more data one may show.",
        ),
    ],
)
def test_how_often_chance_reaches_the_distance(p_value, told):
    assert null_takeaway(np.zeros(99), p_value) == f"Of 99 shufflings of the groups {told}"


def test_what_attention_is_and_is_not():
    assert WHAT_ATTENTION_IS == (
        "Attention is each column's share of what moves a row's log-odds (the score behind a "
        "probability), up or down: the shares "
        "of a row sum to 100% and do not say which way. That two groups get different attention "
        "does not say why: their rows may differ, or the model may treat the same cells "
        "differently. A column through which a gap comes need not get more attention in either "
        "group."
    )


def test_how_many_columns_are_drawn_is_told_unless_it_is_all():
    assert columns_drawn(7, 9) == "Drawn are the first 7 of 9 columns."
    assert columns_drawn(9, 9) == ""
