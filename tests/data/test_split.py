"""Which rows are for training, validation and test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fairmoe.data import (
    Roles,
    Sensitive,
    Target,
    split_rows,
)
from fairmoe.errors import InvalidInputError
from tests.data.hiring import encoded, table

labelled_rows = st.integers(1, 300).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.int64, n, elements=st.integers(0, 1)),
        hnp.arrays(np.int64, n, elements=st.integers(0, 3)),
    )
)


@given(labelled_rows, st.integers(0, 2**31 - 1))
def test_each_row_is_in_one_split_and_each_cell_has_its_share(rows, seed):
    y, group = rows
    splits = split_rows(y, group, seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(splits)), np.arange(len(y)))
    for cell in {(int(a), int(b)) for a, b in zip(y, group, strict=True)}:
        members = (y == cell[0]) & (group == cell[1])
        for split, fraction in zip(splits, (0.6, 0.2, 0.2), strict=True):
            assert abs(members[split].sum() - fraction * members.sum()) < 1
    again = split_rows(y, group, seed=seed)
    for one, other in zip(splits, again, strict=True):
        np.testing.assert_array_equal(one, other)


@given(labelled_rows, st.integers(0, 2**31 - 1))
def test_merging_groups_moves_few_of_their_rows_and_none_of_others(rows, seed):
    y, group = rows
    merged = np.where(group >= 2, 2, group)
    apart = split_of(split_rows(y, group, seed=seed))
    together = split_rows(y, merged, seed=seed, unmerged=group)
    np.testing.assert_array_equal(apart[group < 2], split_of(together)[group < 2])
    for label in (0, 1):
        members = (y == label) & (merged == 2)
        for split, fraction in zip(together, (0.6, 0.2, 0.2), strict=True):
            assert abs(members[split].sum() - fraction * members.sum()) < 1
        # Each of the two has its share but for less than a row, twice.
        moved = (apart != split_of(together))[members]
        assert moved.sum() <= 2


def test_rows_that_move_are_drawn():
    zeros, groups = np.zeros(40, dtype=np.int64), np.arange(40) // 2
    # Of two rows one is for training and one for test, so some of all go to validation.
    found = [split_rows(zeros, zeros, seed=seed, unmerged=groups) for seed in range(40)]
    assert {tuple(map(len, splits)) for splits in found} == {(24, 8, 8)}
    often = np.bincount(np.concatenate([validation for _, validation, _ in found]), minlength=40)
    assert often.min() > 0
    assert often.max() < 20


def test_other_groups_keep_their_test_rows_when_small_ones_are_merged():
    rng = np.random.default_rng(0)
    frame = table().assign(sex=rng.choice(list("abcde"), 200, p=(0.4, 0.3, 0.1, 0.1, 0.1)))
    merge = (("others", ("c", "d", "e")),)
    apart, together, small = (
        encoded(frame, Roles(Target("hired"), (Sensitive("sex", merge=merged),), merge_small=few))
        for merged, few in (((), 0), (merge, 0), ((), 40))
    )
    assert together.group_names == ("a", "b", "others")
    assert small.group_names == ("a", "b", "smaller groups")
    for one, merged, other in zip(splits(apart), splits(together), splits(small), strict=True):
        np.testing.assert_array_equal(one.rows[one.group < 2], merged.rows[merged.group < 2])
        np.testing.assert_array_equal(merged.rows, other.rows)
        assert len(np.setdiff1d(one.rows, merged.rows)) <= 4


def splits(data):
    return data.train, data.validation, data.test


def split_of(parts):
    """Return the split of each row."""
    found = np.empty(sum(map(len, parts)), dtype=np.int64)
    for i, part in enumerate(parts):
        found[part] = i
    return found


def test_seed_decides():
    y = np.arange(100) % 2
    first, second = (split_rows(y, y * 0, seed=seed)[0] for seed in (0, 1))
    assert list(first) != list(second)


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        (1, [1, 0, 0]),
        (2, [1, 0, 1]),
        (3, [2, 0, 1]),
        (4, [2, 1, 1]),
        (5, [3, 1, 1]),
        (6, [4, 1, 1]),
        (35, [21, 7, 7]),
    ],
)
def test_few_rows_of_a_group_and_label(rows, counts):
    zeros = np.zeros(rows, dtype=np.int64)
    assert [len(split) for split in split_rows(zeros, zeros, seed=3)] == counts


@pytest.mark.parametrize(
    "fractions", [(0.6, 0.4), (0.6, 0.3, 0.2), (0.8, 0.2, 0), (1.2, 0.2, -0.4)]
)
def test_fractions_that_do_not_fit(fractions):
    y = np.zeros(10, dtype=np.int64)
    with pytest.raises(InvalidInputError, match="positive shares that add up to 1"):
        split_rows(y, y, fractions=fractions, seed=0)


def test_split_column_decides_whatever_the_seed():
    frame = table().assign(part=np.array(["train", "validation", "test"])[np.arange(200) % 3])
    roles = Roles(Target("hired"), (Sensitive("sex"),), split_column="part")
    data = encoded(frame, roles, seed=5)
    np.testing.assert_array_equal(data.validation.rows, np.arange(1, 200, 3))
    assert data.digest == encoded(frame, roles, seed=6).digest


@pytest.mark.parametrize(("column", "what"), [("hired", "a class"), ("sex", "a group")])
def test_split_column_that_starves_training(column, what):
    frame = table()
    first = frame[column] == frame[column].iloc[0]
    frame["part"] = np.where(first, "train", np.where(np.arange(200) % 2, "validation", "test"))
    roles = Roles(Target("hired"), (Sensitive("sex"),), split_column="part")
    with pytest.raises(InvalidInputError, match=f"however, they lack {what}"):
        encoded(frame, roles)
