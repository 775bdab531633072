"""A waterfall of the gap adds up, whatever the groups, the weights and the outcome."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.gap_sides import side_in_words, worst_and_best_off
from fairmoe.analysis.gap_sources import (
    OWN_CUTOFF,
    LogOdds,
    compare_sides,
    explain_choice,
    explain_log_odds,
)
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.names import EXPERTS
from fairmoe.runs import Cutoffs
from fairmoe.sentences.small_groups import made_in_training, made_of, passed_over

Z = 1.959964
PATH = 1e-3
"""How far sums may miss what goes through the gate, whose path is followed in steps."""


def compared(*sides, **options):
    return compare_sides(*sides, **{"fewest": 0} | options)


def made(parts, weight=None):
    parts = np.array(parts, dtype=float)
    return LogOdds(("x", "y", "z"), {"m": parts.sum(axis=1) + 3}, {"m": parts}, weight)


# One side: x has 1 and 3, mean 2, error 1. Other side: x has 0 and 0.
BY_HAND = [[1, 0, 4], [3, 0, 4], [0, 1, 4], [0, 0, 4]]
ONE = np.array([True, True, False, False])


def test_differences_and_intervals_by_hand():
    found = compared(made(BY_HAND), ONE, ~ONE)

    assert list(found.parts.index) == ["x", "y", "z"]
    assert found.parts["m"].tolist() == [2.0, -0.5, 0.0]
    assert found.parts.loc["x", "m_low"] == pytest.approx(2 - Z)
    # Of y 1 and 0: mean 0.5, deviation sqrt(0.5), error 0.5.
    assert found.parts.loc["y", "m_high"] == pytest.approx(-0.5 + 0.5 * Z)
    total = found.totals.loc["m"]
    assert total["difference"] == 1.5
    assert total["left_over"] == pytest.approx(0, abs=1e-12)
    # Sums are 8 and 10 against 8 and 7: errors 1 and 0.5.
    assert total["high"] == pytest.approx(1.5 + Z * math.sqrt(1.25))
    # Within the sides these are 1 and 0.5 from their means.
    assert total["spread"] == pytest.approx(math.sqrt((1 + 0.25) / 2))
    assert found.rows == (2, 2)


def test_columns_that_do_not_stand_alone_are_summed():
    found = compared(made(BY_HAND), ONE, ~ONE, most=1)
    assert list(found.parts.index) == ["x", "2 other columns"]
    assert found.parts["m"].tolist() == [2.0, -0.5]
    assert len(compared(made(BY_HAND), ONE, ~ONE, most=2).parts) == 3


def test_a_weight_of_two_counts_as_two_rows():
    weighted = compared(made(BY_HAND, np.array([2.0, 1, 1, 1])), ONE, ~ONE)
    repeated = compared(
        made([BY_HAND[0], *BY_HAND]), np.array([True, *ONE]), ~np.array([True, *ONE])
    )
    assert weighted.parts["m"].to_numpy() == pytest.approx(repeated.parts["m"].to_numpy())
    assert weighted.totals["difference"].item() == repeated.totals["difference"].item()
    assert weighted.totals["spread"].item() == pytest.approx(repeated.totals["spread"].item())
    alone = compared(made(BY_HAND, np.array([1.0, 0, 1, 1])), ONE, ~ONE)
    assert alone.parts.loc["x", "m"] == 1
    assert math.isnan(alone.parts.loc["x", "m_low"])


def test_a_side_without_rows_has_no_difference():
    found = compared(made(BY_HAND), ONE, np.zeros(4, bool))
    assert found.parts.isna().all(axis=None)
    assert found.totals.isna().all(axis=None)


@pytest.fixture(scope="module")
def rows(demo_run):
    return rows_of_run(*demo_run, "test")


@pytest.fixture(scope="module")
def log_odds(rows):
    return explain_log_odds(rows)


def test_log_odds_are_those_of_the_run(rows, log_odds):
    for model, total in log_odds.total.items():
        assert 1 / (1 + np.exp(-total)) == pytest.approx(rows.record.proba[model], abs=1e-4)


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.02, 0.98), weighted=st.booleans())
def test_bars_make_the_whole_difference(log_odds, seed, share, weighted):
    random = np.random.default_rng(seed)
    n = len(log_odds.total["utility"])
    one = random.random(n) < share
    one[:2] = True, False
    weight = random.exponential(size=n) if weighted else None
    found = compared(replace(log_odds, weight=weight), one, ~one, most=4)

    for model, exact in (("utility", 1e-9), ("mixture", 10 * PATH)):
        difference = np.average(log_odds.total[model][one], weights=_of(weight, one)) - np.average(
            log_odds.total[model][~one], weights=_of(weight, ~one)
        )
        assert found.totals.loc[model, "difference"] == pytest.approx(difference, abs=1e-9)
        assert found.parts[model].sum() == pytest.approx(difference, abs=exact)
        left = found.totals.loc[model, "left_over"]
        assert left == pytest.approx(difference - found.parts[model].sum(), abs=1e-9)


def _of(weight, side):
    return None if weight is None else weight[side]


def test_between_the_groups_a_path_in_steps_is_as_good_as_exact(rows, log_odds):
    group = rows.record.group
    assert compare_sides(log_odds, group == 0, group == 1).totals["left_over"].abs().max() < PATH
    for expert in EXPERTS:
        choice = explain_choice(rows, expert)
        found = compare_sides(choice, group == 0, group == 1)
        assert abs(found.totals.loc[expert, "left_over"]) < 3 * PATH
        weights = rows.record.gate[:, EXPERTS.index(expert)].astype(float)
        assert 1 / (1 + np.exp(-choice.total[expert])) == pytest.approx(weights, abs=1e-4)


def test_of_a_bad_outcome_the_log_odds_are_those_of_being_spared(rows, log_odds):
    run = rows.run
    target = replace(run.roles.target, outcome="bad")
    bad = replace(rows, run=replace(run, roles=replace(run.roles, target=target)))
    other = explain_log_odds(bad)
    assert other.total["mixture"] == pytest.approx(-log_odds.total["mixture"])
    assert other.parts["mixture"] == pytest.approx(-log_odds.parts["mixture"])


def test_a_cutoff_of_its_own_is_what_a_group_is_given(rows, log_odds):
    group = rows.record.group
    found = explain_log_odds(rows, Cutoffs("mixture", (0.4, 0.6)))
    sources = compare_sides(found, group == 0, group == 1)
    # 0.4 and 0.6 lie as far below as above log-odds of 0: by the logarithm of 1.5.
    assert sources.parts.loc[OWN_CUTOFF, "mixture"] == pytest.approx(2 * math.log(1.5))
    assert sources.parts.loc[OWN_CUTOFF, "utility"] == 0
    before = compare_sides(log_odds, group == 0, group == 1).totals.loc["mixture", "difference"]
    assert sources.totals.loc["mixture", "difference"] == pytest.approx(before + 2 * math.log(1.5))
    assert explain_log_odds(rows, Cutoffs("mixture", (0.4, 0.4))).columns == log_odds.columns


def with_rates(run, rates, rows):
    """Return the run with so many rows of each group, of which the mixture picks such parts."""
    group = np.repeat(np.arange(len(rates)), rows)
    proba = np.concatenate(
        [np.arange(n) < round(rate * n) for rate, n in zip(rates, rows, strict=True)]
    ).astype(np.float32)
    # The plain model does the opposite.
    record = replace(
        run.splits["test"], group=group, proba={"utility": 1 - proba, "mixture": proba}
    )
    names = {f"g{i}": n for i, n in enumerate(rows)}
    return replace(run, splits={**run.splits, "test": record}, data=replace(run.data, groups=names))


@pytest.mark.parametrize(
    ("rates", "rows", "expected"),
    [
        ([0.5, 0.2, 0.8], [40, 40, 40], (1, 2)),
        ([0.5, 0.0, 0.8, 0.6], [40, 5, 40, 40], (0, 2)),
        ([0.5, 0.0], [40, 5], (1, 0)),
        ([0.5, 0.0, 0.1], [40, 0, 40], (2, 0)),
        ([0.5, 0.5], [40, 40], (1, 0)),
    ],
)
def test_who_is_worst_and_who_is_best_off(demo_run, rates, rows, expected):
    run = with_rates(demo_run[0], rates, rows)
    assert worst_and_best_off(run) == expected


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        (["a", "b", "smaller groups"], [40, 40, 90], (0, 1)),
        (["smaller groups", "b", "smaller groups*"], [40, 40, 90], (0, 1)),
        # Of one real group with enough people the other side is the one that is made.
        (["a", "b", "smaller groups"], [40, 20, 90], (2, 0)),
    ],
)
def test_the_group_made_of_small_ones_is_no_side_where_two_others_are(
    demo_run, names, rows, expected
):
    run = with_rates(demo_run[0], [0.5, 0.6, 0.2], rows)
    groups = dict(zip(names, rows, strict=True))
    run = replace(run, data=replace(run.data, groups=groups))
    assert worst_and_best_off(run) == expected


def test_a_side_that_is_made_of_small_groups_is_explained(demo_run):
    run = with_rates(demo_run[0], [0.5, 0.6, 0.2], [40, 40, 90])
    before = replace(run, data=replace(run.data, groups={"a": 40, "b": 40, "c": 60, "d": 30}))
    groups = {"a": 40, "b": 40, "smaller groups": 90}
    run = replace(run, data=replace(run.data, groups=groups), unmerged=before)
    # It fares worst, and is passed over.
    assert worst_and_best_off(run) == (0, 1)
    assert side_in_words(run, 0, 1) == passed_over(SMALL_GROUPS)
    assert side_in_words(run, 1, 0) == ""
    between = replace(with_rates(run, [0.2, 0.6, 0.5], [40, 40, 90]), data=run.data)
    assert worst_and_best_off(between) == (0, 1)
    assert side_in_words(between, 0, 1) == ""
    assert side_in_words(run, 2, 0) == side_in_words(run, 0, 2) == made_of(SMALL_GROUPS, "cd")
    roles = replace(run.roles, merge_small=80)
    merged_before = replace(run, unmerged=None, roles=roles)
    assert side_in_words(merged_before, 2, 0) == made_in_training(SMALL_GROUPS, 80)
    # Nothing was merged: the table has a value that is called so.
    assert side_in_words(replace(run, unmerged=None), 2, 0) == ""


def test_of_a_bad_outcome_who_gets_it_most_is_worst_off(demo_run):
    run = with_rates(demo_run[0], [0.5, 0.2], [40, 40])
    target = replace(run.roles.target, outcome="bad")
    assert worst_and_best_off(replace(run, roles=replace(run.roles, target=target))) == (0, 1)


def test_a_group_that_counts_as_few_people_by_its_weights_is_neither(demo_run):
    run = with_rates(demo_run[0], [0.5, 0.2, 0.0], [40, 40, 40])
    record = run.splits["test"]
    # One row of the last group weighs as much as all others of it together, and more.
    heavy = np.where(np.arange(120) == 119, 100.0, 1.0)
    weighted = replace(record, weight=heavy)
    assert worst_and_best_off(replace(run, splits={**run.splits, "test": weighted})) == (1, 0)


def test_a_group_whose_rows_stand_for_nobody_is_neither(demo_run):
    run = with_rates(demo_run[0], [0.5, 0.2, 0.0], [40, 40, 40])
    record = run.splits["test"]
    weighted = replace(record, weight=np.where(record.group == 2, 0.0, 1.0))
    assert worst_and_best_off(replace(run, splits={**run.splits, "test": weighted})) == (1, 0)


@pytest.mark.parametrize(
    ("few", "weight", "is_told"),
    [(30, None, True), (29, None, False), (30, (1.0, 1.0), True), (30, (9.0, 1.0), False)],
)
def test_sides_of_too_few_people_are_not_compared(few, weight, is_told):
    """30 people of whom one stands for nine count as 38^2 / (81 + 29), which is 13."""
    one = np.arange(200) < few
    parts = np.random.default_rng(0).normal(size=(200, 3))
    weights = None
    if weight is not None:
        weights = np.where(np.arange(200) == 0, *weight)
    found = compare_sides(made(parts, weights), one, ~one)
    assert found.totals.notna().all(axis=None) == is_told
    assert found.totals.isna().all(axis=None) != is_told
    assert found.rows == (few, 200 - few)
