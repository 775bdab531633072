"""Rates and gaps with two models on the same rows, from counts made by hand."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.metrics import accuracy_change, outcome_gap, paired_changes, paired_interval


def rows(*groups):
    """Return labels, two decisions and groups, each of `(n, label, plain, model)` by group."""
    table = [
        (label, plain, model, g)
        for g, counts in enumerate(groups)
        for n, label, plain, model in counts
        for _ in range(n)
    ]
    label, plain, model, group = np.array(table).T
    return (label, plain, model), {"group": group, "n_groups": len(groups)}


# Women: 40 good labels of 100; plain 40 get it, 30 rightly; now 60, 35 rightly.
WOMEN = [(30, 1, 1, 1), (5, 1, 0, 1), (5, 1, 0, 0), (10, 0, 1, 1), (15, 0, 0, 1), (35, 0, 0, 0)]
# Men: 60 good labels of 100; 60 get it, 45 rightly, with both.
MEN = [(45, 1, 1, 1), (15, 1, 0, 0), (15, 0, 1, 1), (25, 0, 0, 0)]


def test_rates_and_gaps_with_both_models():
    arrays, about = rows(WOMEN, MEN)
    found = paired_changes(*arrays, **about, favourable=True).T
    by_hand = {
        "wrongly_given": (25 / 100, 40 / 100),
        "gets": (0.6 - 0.4, 0.0),
        "denied": (0.0, 15 / 60 - 5 / 40),
        "given": (15 / 40 - 10 / 60, 25 / 60 - 15 / 40),
        "right": (0.0, 45 / 60 - 35 / 60),
    }
    for name, (plain, model) in by_hand.items():
        assert found[name][["plain", "model"]].tolist() == pytest.approx([plain, model])


def test_intervals_are_of_pairs_and_hold_the_change():
    arrays, about = rows(WOMEN, MEN)
    found = paired_changes(*arrays, **about, favourable=True)
    change = found["model"] - found["plain"]
    assert ((found["low"] < change) & (change < found["high"])).all()
    # 15 of 100 gained and none lost: surely more, and less wide than two intervals side by side.
    wrongly = found.T["wrongly_given"]
    assert wrongly["low"] == pytest.approx(0.08, abs=0.01)
    assert wrongly["high"] == pytest.approx(0.22, abs=0.02)


def test_models_that_decide_alike_differ_in_nothing():
    (label, plain, _), about = rows(WOMEN, MEN)
    found = paired_changes(label, plain, plain, **about, favourable=True)
    np.testing.assert_array_equal(found[["low", "high"]], 0)


def test_of_a_bad_outcome_the_other_one_is_counted():
    arrays, about = rows(WOMEN, MEN)
    turned = [1 - each for each in arrays]
    found = paired_changes(*turned, **about, favourable=False)
    pd.testing.assert_frame_equal(found, paired_changes(*arrays, **about, favourable=True))


def test_groups_of_few_people_are_in_no_gap_but_in_the_rate_of_all():
    few = [(10, 1, 1, 0), (19, 0, 0, 1)]
    arrays, about = rows(WOMEN, MEN, few)
    found, without = (
        paired_changes(*each, **of, favourable=True).T
        for each, of in ((arrays, about), rows(WOMEN, MEN))
    )
    for name in ("gets", "denied", "given", "right"):
        assert found[name]["model"] == without[name]["model"]
    assert found["wrongly_given"]["model"] == pytest.approx((40 + 19) / 119)


def test_only_groups_that_are_large_enough_with_both_models_are_compared():
    # Of 29 whom the plain model gives it nothing can be said; with the model they are 31.
    men = [(29, 1, 1, 1), (2, 1, 0, 1), (69, 0, 0, 0)]
    arrays, about = rows(WOMEN, men)
    found = paired_changes(*arrays, **about, favourable=True).T
    assert found["right"].isna().all()
    assert found["gets"].notna().all()


def test_weights_count_people_and_make_intervals_wider():
    (label, plain, model), about = rows(WOMEN, MEN)
    twice = tuple(np.repeat(each, 2) for each in (label, plain, model))
    of_twice = {"group": np.repeat(about["group"], 2), "n_groups": 2}
    even = np.full(200, 7.0)
    uneven = np.tile([0.1, 1.9], 200)
    plainly = paired_changes(label, plain, model, **about, favourable=True)
    pd.testing.assert_frame_equal(
        paired_changes(label, plain, model, **about, favourable=True, sample_weight=even), plainly
    )
    weighted = paired_changes(*twice, **of_twice, favourable=True, sample_weight=uneven)
    np.testing.assert_allclose(weighted[["plain", "model"]], plainly[["plain", "model"]])
    # Rows that weigh nearly nothing tell nearly nothing.
    width, as_wide = ((each["high"] - each["low"]) for each in (weighted, plainly))
    np.testing.assert_allclose(width, as_wide, rtol=0.15)
    nobody = paired_changes(
        label, plain, model, **about, favourable=True, sample_weight=1.0 * (about["group"] == 0)
    )
    assert nobody.T["gets"].isna().all()
    assert nobody.T["wrongly_given"]["model"] == pytest.approx(25 / 60)


def test_without_bad_labels_nobody_wrongly_gets_it():
    arrays, about = rows([(40, 1, 1, 0)], [(40, 1, 0, 1)])
    found = paired_changes(*arrays, **about, favourable=True).T
    assert found["wrongly_given"].isna().all()
    assert found["given"].isna().all()


def test_arrays_of_another_form_are_refused():
    with pytest.raises(InvalidInputError):
        paired_changes([1, 0], [1, 0], [1], group=[0, 1], n_groups=2, favourable=True)


def test_groups_are_compared_where_the_gaps_beside_compare_them():
    group, label = np.repeat([0, 1], 200), np.tile([0, 1], 200)
    # Those with the good label weigh little beside the others of their group.
    weight = np.where((group == 1) & (label == 0), 10.0, 1.0)
    model = np.where(group == 1, 0, 1)
    has = label == 1
    beside = outcome_gap(
        model[has] == 0, group=group[has], group_names=["a", "b"], sample_weight=weight[has]
    )
    told = paired_changes(
        label, label, model, group=group, n_groups=2, favourable=True, sample_weight=weight
    ).T["denied"]
    assert beside.apart == ()
    assert (told["plain"], told["model"]) == (0, beside.value) == (0, 1)


def test_accuracies_of_the_same_rows_are_compared_in_pairs():
    # Of 24 people one model is right about 18, the other about 19: they disagree on three.
    true = np.ones(24)
    plain, model = np.repeat([1, 0], [18, 6]), np.repeat([1, 0, 1, 0], [17, 1, 2, 4])
    change, low, high = accuracy_change(true, plain, model)
    assert change == pytest.approx(1 / 24)
    expected = paired_interval(2, 1, 24)
    assert (low, high) == pytest.approx((float(expected[0]), float(expected[1])))
    assert low < 0 < high
    # Weights that are all alike change nothing.
    weighted = accuracy_change(true, plain, model, sample_weight=np.full(24, 3.0))
    assert weighted == pytest.approx((change, low, high))
