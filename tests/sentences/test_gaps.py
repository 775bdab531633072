"""Who gets the outcome more often, word by word, from counts made by hand."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from fairmoe.sentences.gaps import (
    groups_left_out,
    opportunity_of_the_bad,
    rates_marked,
    sees_the_group,
    some_groups_differ,
    who_gets_more,
    why_they_differ,
)


def rates(**groups):
    """Return rates of groups with 10 rows each, of which 5 have the label; intervals 0.1 wide."""
    columns = {"n": 10, "positives": 5}
    rows = {}
    for name, (base, selected, found) in groups.items():
        rows[name] = columns | {"base_rate": base}
        for rate, value in (("selection_rate", selected), ("true_positive_rate", found)):
            rows[name] |= {rate: value, f"{rate}_low": value - 0.05, f"{rate}_high": value + 0.05}
    return pd.DataFrame.from_dict(rows, orient="index")


def gap(highest, lowest, difference, p, apart=(), weighted=False):
    test = SimpleNamespace(difference=difference, p_value=p)
    return SimpleNamespace(
        highest=highest, lowest=lowest, test=test, apart=apart, weighted=weighted
    )


TOLD = {"words": ("hired", "not hired"), "favourable": True}
TWO = rates(a=(0.5, 0.8, 0.9), b=(0.2, 0.3, 0.6))


def test_of_two_groups_who_gets_it_more_often_than_whom():
    told = who_gets_more(gap("a", "b", 0.5, 0.021), TWO, "dp", model="mixture", **TOLD)
    assert told == (
        "The mixture predicts “hired” more often for a (80.0% of 10, 95% interval 75.0 to 85.0%) "
        "than for b (30.0% of 10, 95% interval 25.0 to 35.0%), by 50.0 pp. The difference is "
        "statistically significant (p = 0.021)."
    )


def test_among_those_with_the_label_their_own_rows_are_counted():
    told = who_gets_more(gap("a", "b", 0.3, 0.22), TWO, "eo", model="utility", **TOLD)
    assert told == (
        "Among people whose label is “hired”, the utility expert predicts “hired” more often for "
        "a (90.0% of 5, 95% interval 85.0 to 95.0%) than for b (60.0% of 5, 95% interval 55.0 to "
        "65.0%), by 30.0 pp. The difference is not statistically significant (p = 0.22); with "
        "more data one may show."
    )


def test_raw_values_are_told_of_as_people():
    people = {"a": "people with sex = a", "b": "people in smaller groups"}
    told = who_gets_more(
        gap("a", "b", 0.5, 0.021), TWO, "dp", model="mixture", **TOLD, people=people
    )
    assert "more often for people with sex = a (80.0% of 10" in told
    assert "than for people in smaller groups (30.0% of 10" in told
    told = why_they_differ(gap("a", "b", 0.5, 0.021), TWO, **TOLD, people=people)
    assert told == (
        "The label is “hired” more often for people with sex = a (50.0%) than for people in "
        "smaller groups (20.0%)."
    )


def test_of_more_groups_the_two_ends_are_named():
    three = rates(a=(0.5, 0.8, 0.9), b=(0.2, 0.5, 0.6), c=(0.2, 0.3, 0.6))
    told = who_gets_more(gap("a", "c", 0.5, 0.0001), three, "dp", model="mixture", **TOLD)
    assert told == (
        "The mixture predicts “hired” most often for a (80.0% of 10, 95% interval 75.0 to 85.0%) "
        "and least often for c (30.0% of 10, 95% interval 25.0 to 35.0%), 50.0 pp apart. The "
        "difference is statistically significant (p < 0.001, for the largest gap among 3 groups)."
    )


@pytest.mark.parametrize(
    ("metric", "weighted", "expected"),
    [
        ("dp", False, "of fewer than 30 people are not compared: c and d."),
        ("eo", False, "of fewer than 30 people with that label are not compared: c and d."),
        (
            "dp",
            True,
            "that count, by their weights, as fewer than 30 people are not compared: c and d.",
        ),
        (
            "eo",
            True,
            "that count, by their weights, as fewer than 30 people with that label are not "
            "compared: c and d.",
        ),
    ],
)
def test_groups_that_are_too_small_are_named(metric, weighted, expected):
    four = rates(a=(0.5, 0.8, 0.9), b=(0.2, 0.5, 0.6), c=(0.2, 0.0, 0.0), d=(0.2, 1.0, 1.0))
    told = who_gets_more(
        gap("a", "b", 0.3, 0.01, ("c", "d"), weighted), four, metric, model="mixture", **TOLD
    )
    assert "more often for a (" in told
    assert told.endswith(f"(p = 0.01). Groups {expected}")


def test_groups_alike_are_told_of_beside_those_that_are_too_small():
    three = rates(c=(0.2, 0.0, 0.0), a=(0.5, 0.5, 0.9), b=(0.2, 0.5, 0.6))
    told = who_gets_more(
        gap("a", "b", 0.0, 1.0, apart=("c",)), three, "dp", model="mixture", **TOLD
    )
    assert told == (
        "The mixture predicts “hired” equally often for all groups that are compared: 50.0%. "
        "Groups of fewer than 30 people are not compared: c."
    )


def test_of_whom_equal_opportunity_is_where_the_positive_outcome_is_bad():
    words = ("re-arrested", "not re-arrested")
    assert opportunity_of_the_bad(words, False) == (
        " The EO gap (equal opportunity) is of those labelled “re-arrested”: who of them is "
        "predicted “re-arrested”, which is the bad outcome. Of those labelled “not re-arrested”, "
        "who is wrongly predicted “re-arrested” is another gap, that of the false positive rate."
    )
    assert opportunity_of_the_bad(words, True) == opportunity_of_the_bad(words, None) == ""


def test_no_gap_is_told():
    same = rates(a=(0.5, 0.5, 0.9), b=(0.2, 0.5, 0.6))
    assert (
        who_gets_more(gap("a", "b", 0.0, 1.0), same, "dp", model="mixture", **TOLD)
        == "The mixture predicts “hired” equally often for all groups: 50.0%."
    )


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        (
            "dp",
            "The mixture: insufficient data, because fewer than two groups can be compared. Groups "
            "of fewer than 30 people are not compared: b.",
        ),
        (
            "eo",
            "Among people whose label is “hired”, the mixture: insufficient data, because fewer "
            "than two groups can be compared. Groups of fewer than 30 people with that label are "
            "not compared: b.",
        ),
    ],
)
def test_what_cannot_be_estimated_is_told(metric, told):
    unknown = gap("", "", math.nan, math.nan, apart=("b",))
    assert who_gets_more(unknown, TWO, metric, model="mixture", **TOLD) == told


@pytest.mark.parametrize(
    ("highest", "lowest", "told"),
    [
        ("a", "b", "The label is “hired” more often for a (50.0%) than for b (20.0%)."),
        ("b", "a", "The label is “hired” less often for b (20.0%) than for a (50.0%)."),
        ("a", "a", "The label is “hired” equally often for both groups."),
    ],
)
def test_labels_may_differ_the_same_way_or_the_other(highest, lowest, told):
    assert why_they_differ(gap(highest, lowest, 0.5, 0.01), TWO, **TOLD) == told


def test_without_groups_that_are_compared_no_reason_is_told():
    assert why_they_differ(gap("", "", math.nan, math.nan), TWO, **TOLD) == ""


@pytest.mark.parametrize(
    ("p", "low", "told"),
    [
        (0.061, 0.078, "Some groups do differ by more than chance, by at least 7.8 pp."),
        (0.061, 0.0, ""),
        (0.05, 0.078, ""),
        (math.nan, math.nan, ""),
    ],
)
def test_small_groups_that_lie_farthest_apart_do_not_hide_the_others(p, low, told):
    assert some_groups_differ(p, low) == told


def test_groups_that_are_not_compared_are_named():
    assert groups_left_out((), weighted=False) == ""
    assert groups_left_out(("c", "d"), weighted=False) == (
        " Groups of fewer than 30 people are not compared: c and d."
    )


def test_what_the_models_are_given_is_named():
    assert sees_the_group(["sex", "age"]) == (
        "The models are given the sensitive attribute itself: sex and age."
    )


def test_of_a_bad_outcome_the_good_one_is_told_of():
    accused = {"words": ("accused", "let go"), "favourable": False}
    found = gap("a", "b", 0.5, 0.021)
    assert who_gets_more(found, TWO, "dp", model="mixture", **accused) == (
        "The mixture predicts “let go” more often for b (70.0% of 10, 95% interval 65.0 to 75.0%) "
        "than for a (20.0% of 10, 95% interval 15.0 to 25.0%), by 50.0 pp. The difference is "
        "statistically significant (p = 0.021)."
    )
    # Equal opportunity is of those with the positive label, whatever it means.
    told = who_gets_more(gap("a", "b", 0.3, 0.02), TWO, "eo", model="mixture", **accused)
    assert told.startswith(
        "Among people whose label is “accused”, the mixture predicts “accused” more often for a"
    )
    assert why_they_differ(found, TWO, **accused).startswith(
        "The label is “let go” more often for b (80.0%) than for a (50.0%)."
    )


def test_an_outcome_that_is_neither_is_told_of_as_it_is():
    told = who_gets_more(
        gap("a", "b", 0.5, 0.021), TWO, "dp", model="mixture",
        words=("x", "y"), favourable=None,
    )  # fmt: skip
    assert told.startswith("The mixture predicts “x” more often for a (80.0% of 10")


def test_the_mark_of_rates_of_few_people_is_explained():
    few = {"selection_rate": (), "false_positive_rate": ("a",)}
    shown = ["selection_rate", "false_positive_rate", "accuracy"]
    assert rates_marked(few, shown, weighted=False) == (
        " * Rates of fewer than 30 people, which are not compared."
    )
    assert rates_marked(few, shown, weighted=True) == (
        " * Rates that count, by their weights, as fewer than 30 people, which are not compared."
    )
    assert rates_marked(few, shown[:1], weighted=False) == ""
