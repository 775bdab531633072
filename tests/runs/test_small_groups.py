from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairmoe.data.small_groups import without_small_groups
from fairmoe.errors import InvalidInputError
from fairmoe.runs import merge_small_groups, small_groups


@pytest.fixture
def run_with(demo_run):
    """Return a function from how many people of each group each split has to a run."""
    run, _ = demo_run

    def make(*counts):
        names = [f"g{i}" for i in range(len(counts))]
        total = sum(counts)
        splits = {}
        for name, split in run.splits.items():
            rows = np.arange(total) % len(split.y_true)
            splits[name] = replace(
                split,
                rows=split.rows[rows],
                y_true=split.y_true[rows],
                group=np.repeat(np.arange(len(counts)), counts),
                proba={model: proba[rows] for model, proba in split.proba.items()},
                gate=split.gate[rows],
                weight=None,
            )
        groups = {name: 3 * count for name, count in zip(names, counts, strict=True)}
        return replace(run, data=replace(run.data, groups=groups), splits=splits)

    return make


def test_groups_that_are_large_enough_stay(run_with):
    run = run_with(10, 50)
    assert small_groups(run, 10) == ()
    assert merge_small_groups(run)[0] is run
    assert small_groups(run, 0) == ()


def test_one_small_group_takes_the_next_smallest_with_it(run_with):
    assert small_groups(run_with(40, 9, 100, 60)) == ("g1", "g0")


def test_small_groups_that_are_many_enough_together_take_no_other(run_with):
    assert small_groups(run_with(6, 40, 5, 100)) == ("g2", "g0")
    assert small_groups(run_with(3, 40, 4, 100)) == ("g0", "g2", "g1")


def test_merged_groups_are_one_in_all_that_is_told(run_with):
    run = run_with(6, 40, 5, 100)
    merged, _ = merge_small_groups(run)
    assert merged.data.groups == {"g1": 120, "g3": 300, "smaller groups": 33}
    for name, split in merged.splits.items():
        before = run.splits[name].group
        assert np.bincount(split.group).tolist() == [40, 100, 11]
        np.testing.assert_array_equal(split.group == 2, (before == 0) | (before == 2))
    assert list(merged.account(otherwise=True).groups.index) == ["g1", "g3", "smaller groups"]
    assert merged.run_id == run.run_id
    assert merged.scores is run.scores


def test_rows_are_merged_too_and_those_of_no_group_stay_so(demo_run):
    run, labelled = demo_run
    names = list(run.data.groups)
    unknown = replace(labelled, group=np.where(np.arange(len(labelled.group)) == 0, -1, 1))
    _, merged = merge_small_groups(run, unknown, names=[names[1], names[0]][:1])
    assert merged.group_names[-1] == "smaller groups"
    assert merged.group[0] == -1
    assert set(merged.group[1:]) == {len(merged.group_names) - 1}


def test_too_few_large_groups_are_refused(run_with):
    with pytest.raises(
        InvalidInputError, match="Two groups of at least 10 people in each split are needed"
    ):
        merge_small_groups(run_with(9, 100))


def test_tables_tell_nothing_of_small_groups():
    frame = pd.DataFrame(
        {"group": ["a", "tiny", "b"], "n": [50, 4, 60], "rate": [0.5, 0.25, 0.1], "ok": True}
    )
    safe = without_small_groups(frame, ["tiny", "b"])
    assert safe["rate"].tolist()[:1] == [0.5]
    assert safe.loc[1:, ["n", "rate"]].isna().all(axis=None)
    assert safe["group"].tolist() == ["a", "tiny", "b"]
    # By the index, by the count alone, and by the name of a column.
    assert without_small_groups(frame.set_index("group"), ["b"]).loc["b", "rate"] != 0.1
    assert np.isnan(without_small_groups(frame.drop(columns="group"), []).loc[1, "rate"])
    wide = pd.DataFrame({"a": [1], "tiny": [2]}, index=["rate"])
    assert without_small_groups(wide, ["tiny"]).to_numpy()[0].tolist() == pytest.approx(
        [1, np.nan], nan_ok=True
    )
    several = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("x", "a"), ("x", "tiny")]))
    assert np.isnan(without_small_groups(several, ["tiny"]).iloc[0, 1])
    assert frame["rate"].tolist() == [0.5, 0.25, 0.1]


def test_a_table_without_small_groups_is_given_as_it_is():
    frame = pd.DataFrame({"group": ["a", "b"], "n": [50, 60]})
    assert without_small_groups(frame, ["tiny"]) is frame


def test_groups_that_were_merged_for_the_training_are_merged_before_others(run_with):
    run = run_with(6, 40, 5, 100)
    names = ("rare", "smaller groups", "seldom", "usual")
    run = replace(
        run, data=replace(run.data, groups=dict(zip(names, run.data.groups.values(), strict=True)))
    )
    assert small_groups(run) == ("seldom", "rare", "smaller groups")
    assert list(merge_small_groups(run)[0].data.groups) == ["usual", "smaller groups"]
    few = run_with(30, 9, 50)
    names = ("usual", "rare", "smaller groups")
    few = replace(
        few, data=replace(few.data, groups=dict(zip(names, few.data.groups.values(), strict=True)))
    )
    assert small_groups(few) == ("rare", "smaller groups")


def test_alarms_are_those_of_the_groups_that_were_trained_with(run_with):
    run = run_with(60, 34, 33)
    run = replace(run, roles=replace(run.roles, target=replace(run.roles.target, outcome="good")))
    y = np.ones(127, dtype=np.int64)
    # Harm is raised in the first two groups and lowered in the third; of the small two together
    # it is raised.
    plain, mixture = np.full(127, 0.9), np.full(127, 0.9)
    mixture[:30] = mixture[60:94] = plain[94:99] = 0.1
    splits = {
        name: replace(
            split,
            y_true=y,
            proba=dict.fromkeys(split.proba, plain.astype(np.float32))
            | {"mixture": mixture.astype(np.float32)},
        )
        for name, split in run.splits.items()
    }
    run = replace(run, splits=splits)
    merged, _ = merge_small_groups(run, names=("g1", "g2"))
    alone = replace(merged, unmerged=None)
    assert alone.alarms()["mixture"].harmful
    assert not run.alarms()["mixture"].harmful
    told, own = merged.alarms(), run.alarms()
    assert told.keys() == own.keys()
    # The gap that an alarm tells of is between the groups that are told of.
    assert own["mixture"].gap == pytest.approx(np.ptp([0.5, 0.0, 1.0]))
    assert told["mixture"].gap == pytest.approx(abs(0.5 - 33 / 67))
    gaps = {"gap": 0.0, "plain_gap": 0.0}
    assert {model: replace(of, **gaps) for model, of in told.items()} == {
        model: replace(of, **gaps) for model, of in own.items()
    }
