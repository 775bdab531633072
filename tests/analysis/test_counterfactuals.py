import itertools

import numpy as np
import pytest
import torch

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.counterfactuals import (
    COST_OF_CATEGORY,
    QUANTILES,
    _number_steps,
    apply_change,
    smallest_changes,
)
from fairmoe.analysis.individual import predict

LOCKED = ("age", "region_of_birth")


def say(run, frame):
    return predict(run, torch.as_tensor(run.encoder.transform(frame)))


@pytest.fixture(scope="module")
def found(demo_run):
    """The changes of a few persons near the threshold and far from it."""
    run, labelled = demo_run
    rows, train = (rows_of_run(run, labelled, split) for split in ("test", "train"))
    order = np.argsort(np.abs(rows.record.proba["mixture"] - 0.5))
    people = [rows.frame.iloc[[place]] for place in order[[0, 40, 300, -1]]]
    return [
        (person, smallest_changes(run, train.frame, person, locked=LOCKED)) for person in people
    ]


def test_every_change_turns_the_decision_when_predicted_again(demo_run, found):
    run, _ = demo_run
    assert sum(len(changes) for _, changes in found) > 5
    for person, changes in found:
        before = say(run, person)["mixture"].iloc[0]
        for change in changes:
            after = say(run, apply_change(person, change))["mixture"].iloc[0]
            assert (after > 0.5) != (before > 0.5)
            assert after == pytest.approx(change.proba, abs=1e-5)


def test_changes_are_of_one_or_two_free_columns_the_smallest_first(found):
    for person, changes in found:
        costs = [change.cost for change in changes]
        assert costs == sorted(costs)
        assert len({change.columns for change in changes}) == len(changes) <= 5
        for change in changes:
            assert 1 <= len(change.columns) <= 2
            assert not set(change.columns) & set(LOCKED)
            assert change.before == tuple(person[column].iloc[0] for column in change.columns)


def test_no_pair_where_one_of_its_columns_is_enough(found):
    for _, changes in found:
        alone = {change.columns[0]: change.cost for change in changes if len(change.columns) == 1}
        for change in changes:
            if len(change.columns) == 2:
                assert all(change.cost < alone.get(column, np.inf) for column in change.columns)


def test_no_smaller_change_of_these_columns_exists(demo_run):
    run, labelled = demo_run
    rows, train = (rows_of_run(run, labelled, split) for split in ("test", "train"))
    place = int(np.argsort(np.abs(rows.record.proba["mixture"] - 0.5))[60])
    person = rows.frame.iloc[[place]]
    free = ("test_score", "years_of_experience", "education")
    locked = [column for column in run.encoder.columns if column not in free]
    best = smallest_changes(run, train.frame, person, locked=locked, limit=1)[0]
    decided = say(run, person)["mixture"].iloc[0] > 0.5
    steps = {}
    for column in free[:2]:
        values, costs = _number_steps(
            train.frame[column].dropna().to_numpy(float), person[column].iloc[0]
        )
        steps[column] = list(zip(values, costs, strict=True))
    levels = list(person["education"].cat.categories)
    steps["education"] = [
        (level, COST_OF_CATEGORY) for level in levels if level != person["education"].iloc[0]
    ]
    tried = [
        ({first: a, second: b}, cost_a + cost_b)
        for first, second in itertools.combinations(free, 2)
        for (a, cost_a), (b, cost_b) in itertools.product(steps[first], steps[second])
    ]
    tried += [({column: value}, cost) for column in free for value, cost in steps[column]]
    people = person.astype(dict.fromkeys(free, object)).iloc[[0] * len(tried)]
    people = people.reset_index(drop=True)
    for column in free:
        people[column] = [new.get(column, person[column].iloc[0]) for new, _ in tried]
    turned = (say(run, people)["mixture"] > 0.5) != decided
    cheapest = min(cost for (_, cost), one in zip(tried, turned, strict=True) if one)
    assert best.cost == pytest.approx(cheapest)


def test_the_cost_of_a_number_is_the_share_of_rows_it_moves_past():
    # Of 0, 1, 1, 2 the middle ranks are 0.5, 2, 2 and 3.5.
    values, costs = _number_steps(np.array([0.0, 1.0, 1.0, 2.0]), 0)
    assert dict(zip(values, costs, strict=True)) == {1.0: 1.5 / 4, 2.0: 3 / 4}
    missing, same = _number_steps(np.array([0.0, 1.0]), np.nan)
    assert set(same) == {COST_OF_CATEGORY}
    assert len(missing) == 2


def test_numbers_stay_within_the_middle_of_the_training_rows():
    values, _ = _number_steps(np.arange(1000.0), 500.0)
    assert min(values) == pytest.approx(25, abs=1)
    assert max(values) == pytest.approx(974, abs=1)
    assert len(values) <= len(QUANTILES)


def test_with_all_columns_locked_nothing_changes(demo_run):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    person = rows.frame.iloc[[0]]
    assert smallest_changes(run, rows.frame, person, locked=run.encoder.columns) == []
