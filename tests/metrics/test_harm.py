"""The account in people, against hand counts, a slow oracle and what must hold of any rows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmoe import metrics
from fairmoe._intervals import paired_interval
from fairmoe.errors import InvalidInputError
from fairmoe.metrics.harm import CHANGES_AMONG, COUNTS, RATES_AMONG

NAMES = ("a", "b", "c")

cases = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1), st.integers(0, 2)),
    min_size=1,
    max_size=40,
)


def account(rows, *, favourable=True):
    y_true, y_plain, y_pred, group = np.array(rows).T
    return metrics.account_in_people(
        y_true, y_plain, y_pred, group=group, group_names=NAMES, favourable=favourable
    )


# Label, plain model, model, group. In a, five should be hired: the plain model hires three of
# them and the model four, for it takes one off and adds two; of the two others the plain model
# hires one, and the model neither.
A = [(1, 1, 1, 0)] * 2 + [(1, 1, 0, 0)] + [(1, 0, 1, 0)] * 2 + [(0, 1, 0, 0), (0, 0, 0, 0)]
# In b, one should be hired, and neither model does; the model hires one who should not be.
B = [(1, 0, 0, 1), (0, 0, 1, 1)]


def test_the_account_counts_people():
    found = account(A + B)
    a, b, c = (found.groups.loc[name] for name in NAMES)
    assert a[list(COUNTS)].astype(int).to_dict() == {
        "n": 7,
        "good_label": 5,
        "good_plain": 4,
        "good_model": 4,
        "harmed_plain": 2,
        "harmed_model": 1,
        "better": 2,
        "better_right": 2,
        "worse": 2,
        "worse_right": 1,
    }
    assert b[list(COUNTS)].tolist() == [2, 1, 0, 1, 1, 1, 1, 0, 0, 0]
    assert c[list(COUNTS)].tolist() == [0] * 10
    assert found.everyone[list(COUNTS)].tolist() == [9, 6, 4, 5, 3, 2, 3, 2, 2, 1]
    assert a["harmed_plain_rate"] == pytest.approx(2 / 5)
    assert a["harmed_model_rate"] == pytest.approx(1 / 5)
    assert a["harmed_change"] == pytest.approx(-1 / 5)
    assert a["good_change"] == 0
    assert a["worse_right_rate"] == pytest.approx(1 / 2)
    assert math.isnan(b["worse_right_rate"])
    assert c.drop(list(COUNTS)).isna().all()


def test_of_a_bad_outcome_the_harm_is_a_false_positive():
    # Three who do not reoffend, of whom the plain model accuses one and the model two.
    rows = [(0, 1, 1, 0), (0, 0, 1, 0), (0, 0, 0, 0), (1, 0, 1, 0)]
    found = account(rows, favourable=False).everyone
    assert found[["good_label", "good_plain", "good_model"]].tolist() == [3, 3, 1]
    assert found[["harmed_plain", "harmed_model"]].tolist() == [1, 2]
    assert found[["better", "worse", "worse_right"]].tolist() == [0, 2, 1]


def slow_row(rows, favourable):
    """Count by going from person to person."""
    good = 1 if favourable else 0
    count = dict.fromkeys(COUNTS, 0)
    for label, plain, model, _ in rows:
        count["n"] += 1
        if label == good:
            count["good_label"] += 1
            if plain != good:
                count["harmed_plain"] += 1
            if model != good:
                count["harmed_model"] += 1
        if plain == good:
            count["good_plain"] += 1
        if model == good:
            count["good_model"] += 1
        if plain != model:
            change = "better" if model == good else "worse"
            count[change] += 1
            if label == model:
                count[f"{change}_right"] += 1
    return count


@settings(deadline=None, max_examples=100)
@given(cases, st.booleans())
def test_counts_and_rates_are_those_of_a_slow_oracle(rows, favourable):
    found = account(rows, favourable=favourable)
    parts = [(found.everyone, rows)]
    parts += [(found.groups.loc[n], [r for r in rows if r[3] == g]) for g, n in enumerate(NAMES)]
    for row, members in parts:
        expected = slow_row(members, favourable)
        assert row[list(COUNTS)].astype(int).to_dict() == expected
        for name, among in RATES_AMONG.items():
            share = expected[name] / expected[among] if expected[among] else math.nan
            assert row[f"{name}_rate"] == pytest.approx(share, nan_ok=True)
        for name, among in CHANGES_AMONG.items():
            before, after = (name.replace("_change", f"_{each}") for each in ("plain", "model"))
            change = expected[after] - expected[before]
            share = change / expected[among] if expected[among] else math.nan
            assert row[name] == pytest.approx(share, nan_ok=True)


@settings(deadline=None, max_examples=100)
@given(cases, st.booleans())
def test_the_counts_add_up(rows, favourable):
    found = account(rows, favourable=favourable)
    table = found.groups
    assert table[list(COUNTS)].sum().tolist() == found.everyone[list(COUNTS)].tolist()
    assert (table["good_plain"] + table["better"] - table["worse"] == table["good_model"]).all()
    wrongly_worse = table["worse"] - table["worse_right"]
    harmed = table["harmed_plain"] - table["better_right"] + wrongly_worse
    assert (harmed == table["harmed_model"]).all()
    assert (table["harmed_model"] <= table["good_label"]).all()


@settings(deadline=None, max_examples=50)
@given(cases)
def test_an_outcome_called_by_its_opposite_gives_the_same_account(rows):
    turned = [(1 - label, 1 - plain, 1 - model, group) for label, plain, model, group in rows]
    here, there = account(rows), account(turned, favourable=False)
    np.testing.assert_array_equal(here.groups.to_numpy(), there.groups.to_numpy())
    np.testing.assert_array_equal(here.everyone.to_numpy(), there.everyone.to_numpy())


@settings(deadline=None, max_examples=50)
@given(cases, st.booleans())
def test_swapping_the_models_turns_better_into_worse(rows, favourable):
    swapped = [(label, model, plain, group) for label, plain, model, group in rows]
    here = account(rows, favourable=favourable).groups
    there = account(swapped, favourable=favourable).groups
    for one, other in (("better", "worse"), ("good_plain", "good_model")):
        assert here[one].tolist() == there[other].tolist()
    # The label of a person cannot agree both with a change and with its opposite.
    right = here["better"] - here["better_right"]
    assert right.tolist() == there["worse_right"].tolist()
    for name in CHANGES_AMONG:
        np.testing.assert_allclose(here[name], -there[name])
        np.testing.assert_allclose(here[f"{name}_low"], -there[f"{name}_high"])


@settings(deadline=None, max_examples=50)
@given(cases, st.booleans())
@pytest.mark.slow
def test_figures_lie_in_their_intervals(rows, favourable):
    table = account(rows, favourable=favourable).groups
    for name in [*(f"{rate}_rate" for rate in RATES_AMONG), *CHANGES_AMONG]:
        low, value, high = table[f"{name}_low"], table[name], table[f"{name}_high"]
        known = value.notna()
        assert (low.notna() == known).all()
        assert ((low <= value + 1e-12) & (value <= high + 1e-12) == known).all()


def test_a_paired_interval_covers_the_difference_of_two_rates_of_the_same_rows():
    # Of 100,000 simulations 95% should cover; three standard errors are 0.2%.
    random = np.random.default_rng(0)
    for gains, losses, n in ((0.1, 0.1, 50), (0.02, 0.2, 100), (0.01, 0.01, 400)):
        cells = random.multinomial(n, [gains, losses, 1 - gains - losses], size=100_000)
        low, high = paired_interval(cells[:, 0], cells[:, 1], n)
        covered = np.mean((low <= gains - losses) & (gains - losses <= high))
        assert 0.945 <= covered <= 0.995


def test_a_paired_interval_is_sharper_than_two_side_by_side():
    # Of 400, 120 and 140 get the good outcome; all but 30 are decided alike.
    low, high = paired_interval(25, 5, 400)
    from_both = [metrics.wilson_interval(hits, 400) for hits in (120, 140)]
    apart = from_both[1][1] - from_both[0][0] - (from_both[1][0] - from_both[0][1])
    assert 0 < low < 20 / 400 < high
    assert high - low < apart / 2


def test_the_account_is_strict_json():
    record = account(A + B).to_dict()
    assert record["everyone"]["n"] == 9
    assert record["groups"]["b"]["worse_right_rate"] is None
    assert record["groups"]["a"]["harmed_change"] == pytest.approx(-0.2)


def test_arrays_of_another_form_are_refused():
    with pytest.raises(InvalidInputError, match="'y_plain' needs the values 0 and 1 only"):
        account([(1, 2, 0, 0)])
    with pytest.raises(InvalidInputError, match="The same number of rows"):
        metrics.account_in_people(
            [1, 0], [1], [1, 0], group=[0, 1], group_names=["a", "b"], favourable=True
        )
