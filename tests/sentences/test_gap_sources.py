"""Through which columns a gap comes, word by word, from numbers made by hand."""

import math

import pandas as pd
import pytest

from fairmoe.sentences.gap_sources import (
    ALL_OTHERS,
    ALL_TOGETHER,
    CHOICE_EXPLAINED,
    GAP_EXPLAINED,
    GAP_IN_BRIEF,
    NOBODY_MOVED,
    SENT_THERE,
    accuracy_of_sum,
    choice_axis,
    choice_source,
    gap_axis,
    gap_source,
    part_in_words,
)


def parts(**models):
    """Return parts of columns x, y and z for each model."""
    return pd.DataFrame(models, index=pd.Index(["x", "y", "z"], name="column"))


def totals(width=0.1, left=0.0, spread=1.0, **models):
    """Return sums whose intervals reach as far as `width`."""
    return pd.DataFrame(
        {
            name: {
                "difference": value,
                "low": value - width,
                "high": value + width,
                "left_over": left,
                "spread": spread,
            }
            for name, value in models.items()
        }
    ).T


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.02, "a small part"),
        (0.1, "about a tenth"),
        (0.08, "about a tenth"),
        (0.13, "13%"),
        (0.3, "30%"),
        (0.31, "31%"),
        (0.314, "31%"),
        (0.315, "about a third"),
        (0.35, "about a third"),
        (0.36, "36%"),
        (0.48, "about half"),
        (0.52, "about half"),
        (0.53, "53%"),
        (0.62, "about three fifths"),
        (0.63, "63%"),
        (0.65, "about two thirds"),
        (0.68, "about two thirds"),
        (0.69, "69%"),
        (0.70, "70%"),
        (0.71, "71%"),
        (0.72, "72%"),
        (0.73, "about three quarters"),
        (0.77, "about three quarters"),
        (0.92, "about nine tenths"),
        (0.93, "93%"),
        (0.951, "nearly all"),
        (1.0, "nearly all"),
        (1.06, "more than all"),
    ],
)
def test_parts_in_words(share, told):
    assert part_in_words(share) == told


@pytest.mark.parametrize(
    ("mixture", "sources", "told"),
    [
        (-0.5, [-0.4, -0.1, 0.0], "about four fifths of the gap comes through x."),
        (
            -2.0,
            [0.5, -2.5, 0.0],
            "more than all of the gap comes through y (125%: other columns work against it).",
        ),
        (
            0.4,
            [0.4, 0.0, 0.0],
            "the gap points the other way: nearly all of it comes through x.",
        ),
        (
            -0.05,
            [-0.05, 0.0, 0.0],
            "the log-odds of women and men do not differ by more than chance.",
        ),
    ],
)
def test_where_the_gap_comes_from_with_either_model(mixture, sources, told):
    found = gap_source(
        parts(utility=[-0.5, -0.4, -0.1], mixture=sources),
        totals(utility=-1.0, mixture=mixture),
        "women",
        "men",
    )
    assert found == (
        "With the plain model, about half of the gap between women and men comes through x. With "
        f"the mixture, {told}"
    )


def test_a_second_column_through_which_as_much_comes_is_named():
    of_both = totals(utility=-1.0, mixture=-1.0)
    told = gap_source(
        parts(utility=[-0.28, -0.29, -0.43 + 0.27], mixture=[-0.4, -0.35, -0.25]),
        of_both,
        "women",
        "men",
    )
    assert told == (
        "With the plain model, 29% of the gap between women and men comes through y, about as "
        "much through x. With the mixture, about two fifths of the gap comes through x."
    )


def test_each_of_two_columns_has_its_own_share_where_others_work_against_it():
    told = gap_source(
        parts(utility=[-1.3, -1.25, 1.55], mixture=[-0.4, -0.35, -0.25]),
        totals(utility=-1.0, mixture=-1.0),
        "women",
        "men",
    )
    assert told.startswith(
        "With the plain model, more than all of the gap between women and men comes through x "
        "(130%: other columns work against it), about as much through y (125%). With"
    )
    told = gap_source(
        parts(utility=[-0.9, -0.85, 0.75], mixture=[-0.4, -0.35, -0.25]),
        totals(utility=-1.0, mixture=-1.0),
        "women",
        "men",
    )
    assert "comes through x, about as much through y (90% and 85%: other columns work" in told
    assert "work against them). With the mixture" in told


def test_without_a_gap_nothing_is_blamed():
    nothing = (
        "With the plain model, the log-odds of women and men do not differ by more than chance."
    )
    same = parts(utility=[0.03, 0.0, 0.0], mixture=[-0.3, 0.0, 0.0])
    assert gap_source(same, totals(utility=0.03, mixture=0.02), "women", "men") == (
        f"{nothing} With the mixture they do not either."
    )
    assert gap_source(same, totals(utility=0.03, mixture=-0.3), "women", "men") == (
        f"{nothing} With the mixture they do: nearly all of the gap comes through x."
    )
    unknown = totals(utility=math.nan, mixture=math.nan)
    assert gap_source(same, unknown, "women", "men") == (
        "Insufficient data: these rows count as fewer than 30 people of women or of men, too few "
        "to compare them."
    )


def test_a_gap_that_is_more_than_chance_and_next_to_nothing_has_no_shares():
    sources = parts(utility=[-0.5, -0.4, -0.1], mixture=[-0.06, -0.02, 0.0])
    tiny = (
        "the log-odds of women and men hardly differ, by less than a tenth of the spread within a "
        "group, so there is hardly anything to explain."
    )
    found = gap_source(sources, totals(0.01, utility=-1.0, mixture=-0.08), "women", "men")
    assert found.endswith(f"With the mixture, {tiny}")
    # What is small beside nothing is large where the log-odds themselves lie close together.
    close = totals(0.01, spread=0.2, utility=-1.0, mixture=-0.08)
    assert gap_source(sources, close, "women", "men").endswith(
        "With the mixture, about three quarters of the gap comes through x."
    )
    both = totals(0.01, spread=20.0, utility=-1.0, mixture=-0.08)
    assert gap_source(sources, both, "women", "men") == (
        f"With the plain model, {tiny} With the mixture they do not either."
    )


def test_why_the_gate_weighs_an_expert_otherwise():
    moved = parts(result=[0.5, 0.5, 0.0])
    assert choice_source(moved, totals(result=1.0), "result", "women", "all others") == (
        "The gate gives the result expert more weight for women than for all others. About half of "
        "that comes through x, about as much through y."
    )
    assert choice_source(-moved, totals(result=-1.0), "result", "women", "all others") == (
        "The gate gives the result expert less weight for women than for all others. About half of "
        "that comes through x, about as much through y."
    )
    assert choice_source(moved, totals(2.0, result=1.0), "result", "women", "all others") == (
        "The gate weighs the result expert alike for women and for all others, as far as these "
        "rows can tell."
    )
    assert choice_source(0 * moved, totals(result=0.0), "result", "women", "men") == NOBODY_MOVED
    assert choice_source(moved, totals(result=math.nan), "result", "women", "men") == (
        "Insufficient data: these rows count as fewer than 30 people of women or of men, too few "
        "to compare them."
    )


def test_how_the_bars_are_read():
    bars = (
        "Bars are differences of mean attributions (integrated gradients): together they make the "
        "whole difference. Hatched bars work against it; thin lines are 95% intervals. What comes "
        "through a column need not be caused by it."
    )
    before, after = GAP_EXPLAINED.split(f" {bars} ")
    assert before == (
        "Log-odds are the score behind a probability: 0 stands for 50%, +1 for 73%, −1 for 27%."
    )
    assert after == (
        "A mixture's log-odds often lie closer together than a plain model's without its decisions "
        "doing so: compare shares, not lengths."
    )
    assert CHOICE_EXPLAINED.split(f" {bars}") == ["Log-odds are the score behind a weight.", ""]
    assert GAP_IN_BRIEF == (
        "Compare shares, not lengths: log-odds may shrink where decisions do not. Bars: parts of "
        "the difference in mean log-odds, the score behind a probability; hatched: against it."
    )
    assert (ALL_TOGETHER, ALL_OTHERS, SENT_THERE) == (
        "All columns together",
        "all others",
        "those for whom it decides most",
    )
    assert NOBODY_MOVED == (
        "The gate gives every row the same weights, so no column moves it. Train with another gate "
        "start to see one that tells rows apart."
    )


def test_what_the_axis_is():
    assert gap_axis("hired", "women", "men") == (
        "Log-odds of “hired”, women less men. To the left: lower for the first."
    )
    assert choice_axis("result", "women", "all others") == (
        "Log-odds of the weight of the result expert against the two others, women less all others."
    )


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (0.0, "The bars add up within 0.000001."),
        (-6.5e-5, "The bars add up within 0.0001."),
        (0.02, "The bars add up within 0.1."),
        (2.0, "The bars add up within 10."),
        (math.nan, ""),
    ],
)
def test_how_exactly_the_bars_add_up(left, told):
    assert accuracy_of_sum(totals(left=left, utility=1.0)) == told
