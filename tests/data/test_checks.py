import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, assign_roles, demo_table
from fairmoe.data.checks import (
    MAX_ROWS,
    find_proxies,
    missing_by_group,
    texts_among_numbers,
)
from fairmoe.data.predictive import rank_auc, shares_of
from fairmoe.data.table import table_from_frame

N = 600


def labelled(levels=("f", "m"), include=False, **columns):
    rng = np.random.default_rng(0)
    sex = np.array(levels)[np.arange(N) % len(levels)]
    given = {name: make(sex, rng) for name, make in columns.items()}
    frame = pd.DataFrame({"sex": sex, "y": rng.integers(0, 2, N), **given})
    roles = Roles(Target("y"), (Sensitive("sex"),), include_sensitive=include)
    return assign_roles(table_from_frame(frame), roles)


def noise(_, rng):
    return rng.normal(size=N)


def test_a_text_among_numbers_is_found_and_codes_and_names_are_left_alone():
    frame = pd.DataFrame(
        {
            "salary": [str(1000 + i) for i in range(N)],
            "grade": [str(i % 7) for i in range(N)],
            "name": [f"n{i}" for i in range(N)],
            "number": np.arange(N) + 0.5,
        }
    )
    assert texts_among_numbers(table_from_frame(frame)) == {}
    frame.loc[[17, 40], "salary"] = "abc"
    frame.loc[3, "grade"] = "none"
    table = table_from_frame(frame)
    assert table.kinds["salary"] == "category"
    assert texts_among_numbers(table) == {
        "salary": f"row {table.line(17)} holds text and so does one other row"
    }


def test_a_copy_of_the_group_gives_it_away_and_noise_does_not():
    found = find_proxies(labelled(copy=lambda sex, _: sex, noise=noise))
    assert list(found.alone.index) == ["copy", "noise"]
    assert found.alone["copy"] == 1
    assert found.alone["noise"] < found.chance < 0.55
    assert found.together == pytest.approx(1, abs=1e-3)
    assert found.rows == N


def test_a_number_that_parts_groups_in_its_middle_is_found():
    def middling(sex, rng):
        return np.where(sex == "f", rng.normal(size=N), rng.choice([-4, 4], N))

    assert find_proxies(labelled(x=middling)).alone["x"] > 0.95


def test_being_missing_gives_the_group_away_too():
    def absent(sex, rng):
        return np.where(sex == "f", np.nan, rng.normal(size=N))

    assert find_proxies(labelled(x=absent)).alone["x"] == 1


def test_features_that_say_nothing_alone_may_say_it_together():
    def half(sex, rng):
        return (sex == "f") + rng.normal(size=N)

    found = find_proxies(labelled(a=half, b=half, c=half))
    assert found.together > found.alone.max() + 0.05


def test_each_of_three_groups_is_told_from_the_others():
    def first_only(sex, _):
        return np.where(sex == "a", "yes", "no")

    found = find_proxies(labelled(("a", "b", "c"), x=first_only))
    # 1 for the first group against the others; for each of the others half of the rest ties.
    assert found.alone["x"] == pytest.approx((1 + 0.75 + 0.75) / 3, abs=0.01)


def test_the_sensitive_column_is_not_judged_as_its_own_proxy():
    assert list(find_proxies(labelled(include=True, noise=noise)).alone.index) == ["noise"]


def test_a_long_table_is_sampled_and_a_small_group_stays():
    rng = np.random.default_rng(0)
    n = 20_000
    frame = pd.DataFrame(
        {
            "g": np.where(np.arange(n) < 40, "few", "many"),
            "x": rng.normal(size=n),
            "y": [0, 1] * (n // 2),
        }
    )
    rows = assign_roles(table_from_frame(frame), Roles(Target("y"), (Sensitive("g"),)))
    found = find_proxies(rows)
    assert MAX_ROWS <= found.rows <= MAX_ROWS + 30
    assert found.chance > 0.6


def test_shares_are_drawn_towards_those_of_all_as_if_by_five_rows():
    # Level 0 holds five of the first of two groups, level 1 fifteen of both, level 2 nobody.
    codes, group = np.repeat([0, 1], [5, 15]), np.repeat([0, 1], [10, 10])
    shares = shares_of(codes, np.eye(2)[group], 3)
    expected = [(5 + 2.5) / 10, (5 + 2.5) / 20, 0.5]
    assert shares[:, 0] == pytest.approx(expected)
    assert shares.sum(axis=1) == pytest.approx(1)


def test_the_same_seed_gives_the_same_figures():
    rows = assign_roles(demo_table(), DEMO_ROLES)
    first, second = find_proxies(rows), find_proxies(rows)
    assert first.alone.equals(second.alone)
    assert first.alone.index[0] == "career_break_months"


def test_the_area_is_that_of_sklearn_with_ties():
    rng = np.random.default_rng(1)
    scores, member = rng.integers(0, 6, 200) / 6, rng.random(200) < 0.3
    assert rank_auc(scores, member) == pytest.approx(roc_auc_score(member, scores))


def test_missing_values_are_counted_by_group_widest_difference_first():
    def some(share_f, share_m):
        def make(sex, rng):
            values = rng.normal(size=N)
            for name, share in (("f", share_f), ("m", share_m)):
                values[np.flatnonzero(sex == name)[: int(share * N / 2)]] = np.nan
            return values

        return make

    counted = missing_by_group(labelled(even=some(0.1, 0.1), uneven=some(0, 0.2), full=noise))
    assert counted.to_dict("records") == [
        {"column": "uneven", "group": "f", "rows": 300, "missing": 0},
        {"column": "uneven", "group": "m", "rows": 300, "missing": 60},
        {"column": "even", "group": "f", "rows": 300, "missing": 30},
        {"column": "even", "group": "m", "rows": 300, "missing": 30},
    ]


def test_without_missing_values_there_is_nothing_to_count():
    assert missing_by_group(labelled(full=noise)).empty
