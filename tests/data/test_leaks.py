"""Columns that know the answer: planted ones are found, honest tables raise no alarm."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    DEMO_ROLES,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    demo_table,
    find_leaks,
    read_table,
    table_from_frame,
)

pytestmark = pytest.mark.slow

N = 1500


def with_column(make, include=False):
    """Return honest columns, an AUC of about 0.75 together, and one more made from the labels."""
    rng = np.random.default_rng(0)
    skill = rng.normal(size=N)
    y = (skill + rng.normal(size=N) > 0.4).astype(int)
    frame = pd.DataFrame(
        {
            "sex": np.where(rng.random(N) < 0.5, "f", "m"),
            "test": skill + rng.normal(size=N),
            "marks": np.round(skill + 1.5 * rng.normal(size=N)),
            "town": np.array(["a", "b", "c"])[rng.integers(0, 3, N)],
            "hired": y,
            "planted": make(y, rng),
        }
    )
    roles = Roles(Target("hired"), (Sensitive("sex"),), include_sensitive=include)
    return assign_roles(table_from_frame(frame), roles)


def copy(y, _):
    return np.where(y == 1, "contract", "letter")


def noisy_copy(y, rng):
    return np.where(rng.random(N) < 0.06, 1 - y, y)


def amount_paid(y, rng):
    return np.where(y == 1, 30_000.0, 0.0) + 10_000 * rng.random(N)


def middle_of_a_number(y, rng):
    return np.where(y == 1, rng.normal(size=N), rng.choice([-4.0, 4.0], N))


def given_afterwards(y, rng):
    return np.where((y == 1) & (rng.random(N) < 0.8), rng.normal(size=N), np.nan)


def case_number_of_a_few(y, rng):
    return [f"case {i}" if y[i] and rng.random() < 0.2 else None for i in range(N)]


def far_ahead(y, rng):
    return y + 0.6 * rng.normal(size=N)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (copy, "alone"),
        (noisy_copy, "alone"),
        (amount_paid, "alone"),
        (middle_of_a_number, "alone"),
        (given_afterwards, "missing"),
        (case_number_of_a_few, "missing"),
        (far_ahead, "ahead"),
    ],
)
def test_a_planted_leak_is_found(make, reason):
    assert find_leaks(with_column(make)).suspects == {"planted": reason}


def test_a_value_given_for_all_of_a_rare_class_and_a_few_others_is_found():
    # Of those for whom it is given three in ten are of the class, and of the others nobody.
    rng = np.random.default_rng(0)
    y = (np.arange(N) % 25 == 0).astype(int)
    frame = pd.DataFrame(
        {
            "sex": np.where(rng.random(N) < 0.5, "f", "m"),
            "noise": rng.normal(size=N),
            "reason": np.where((y == 1) | (rng.random(N) < 0.1), rng.normal(size=N), np.nan),
            "fraud": y,
        }
    )
    rows = assign_roles(table_from_frame(frame), Roles(Target("fraud"), (Sensitive("sex"),)))
    found = find_leaks(rows)
    assert found.suspects == {"reason": "missing"}
    assert found.missing.loc["reason", "given"] < 0.4


def test_several_leaks_do_not_hide_one_another():
    rows = with_column(copy)
    rng = np.random.default_rng(1)
    table = rows.table.frame.assign(
        second=noisy_copy(rows.y, rng), third=far_ahead(rows.y, rng), fourth=rng.random(N)
    )
    found = find_leaks(assign_roles(table_from_frame(table), rows.roles))
    assert found.suspects == {"planted": "alone", "second": "alone", "third": "ahead"}


def test_an_honest_column_is_not_suspected():
    found = find_leaks(with_column(lambda _, rng: rng.normal(size=N)))
    assert found.suspects == {}
    assert found.alone["planted"] < found.chance + 0.02
    assert found.alone.index[0] == "test"
    assert 0.7 < found.together < 0.85
    assert found.rows == N


def test_values_that_are_missing_by_chance_are_not_suspected():
    def some(y, rng):
        return np.where(rng.random(N) < 0.1 + 0.1 * y, np.nan, rng.normal(size=N))

    found = find_leaks(with_column(some))
    assert found.suspects == {}
    # One in ten of the others and one in five of the hired.
    assert found.missing.loc["planted", "auc"] == pytest.approx(0.55, abs=0.02)
    assert list(found.missing.index) == ["planted"]


def test_shares_where_a_value_is_given_and_where_it_is_missing():
    found = find_leaks(with_column(given_afterwards))
    share = found.missing.loc["planted"]
    assert share["given"] == 1
    # Of 37% hired a fifth has no value: 7.4 of 70.4.
    assert share["absent"] == pytest.approx(0.105, abs=0.03)


def test_a_handful_of_missing_values_is_too_few_to_tell():
    def few(y, rng):
        return np.where((y == 1) & (np.cumsum(y) < 25), np.nan, rng.normal(size=N))

    assert find_leaks(with_column(few)).suspects == {}


def test_the_sensitive_column_is_not_suspected_for_what_is_unequal():
    rows = with_column(noisy_copy, include=True)
    roles = Roles(Target("hired"), (Sensitive("planted"),), include_sensitive=True)
    found = find_leaks(assign_roles(rows.table, roles))
    assert found.suspects == {}
    assert found.alone["planted"] > 0.9


def test_the_demo_raises_no_alarm():
    assert find_leaks(assign_roles(demo_table(), DEMO_ROLES)).suspects == {}


@pytest.mark.parametrize(
    ("name", "target", "sensitive", "suspects"),
    [
        ("german_data_credit.csv", "class-label", "sex", []),
        ("adult.csv", "income-per-year", "sex", []),
        ("german.csv", "GoodCustomer", "Gender", []),
        ("dutch.csv", "occupation", "sex", []),
        # Marks of the first and of the second term, where that of the third is the target.
        ("math.csv", "G3", "sex", ["G2", "G1"]),
    ],
)
def test_of_real_files_only_the_marks_before_the_last_are_suspected(
    real_data, name, target, sensitive, suspects
):
    table = read_table(real_data(name))
    rows = assign_roles(table, Roles(Target(target), (Sensitive(sensitive),)))
    assert list(find_leaks(rows).suspects) == suspects


@pytest.mark.parametrize("seed", range(3))
def test_a_leak_is_found_though_hardly_anyone_has_the_outcome(seed):
    rng = np.random.default_rng(seed)
    y = np.zeros(30_000, dtype=int)
    y[rng.permutation(len(y))[:40]] = 1
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], len(y)),
            "leak": y + rng.normal(0, 0.01, len(y)),
            "noise": rng.normal(size=len(y)),
            "y": y,
        }
    )
    roles = Roles(Target("y", ("1",)), (Sensitive("sex"),))
    assert set(find_leaks(assign_roles(table_from_frame(frame), roles)).suspects) == {"leak"}


def test_a_class_of_one_row_tells_nothing():
    """No part of the rows can be judged by what the others tell."""
    rng = np.random.default_rng(0)
    y = np.where(np.arange(60) == 7, "no", "yes")
    frame = pd.DataFrame({"sex": ["f", "m"] * 30, "x": rng.normal(size=60), "y": y})
    roles = Roles(Target("y", ("yes",)), (Sensitive("sex"),))
    found = find_leaks(assign_roles(table_from_frame(frame), roles))
    assert found.alone.isna().all()
    assert np.isnan(found.together)
    assert found.suspects == {}
