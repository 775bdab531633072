"""Alarms are found once for what a run's models decided, and let go with it."""

import gc
import weakref
from dataclasses import replace

import pytest

from fairmoe.runs import alarms


@pytest.fixture
def run(demo_run):
    """The run of the demo, with records that nobody else has asked about."""
    run, _ = demo_run
    return replace(run, splits={name: replace(each) for name, each in run.splits.items()})


def test_alarms_are_found_once_for_each_run_and_split(run, monkeypatch):
    asked = []
    monkeypatch.setattr(alarms, "find_alarm", lambda *_, **about: asked.append(about) or "alarm")
    first = run.alarms()
    models = set(run.splits["test"].proba) - {"constant"}
    assert set(first) == models
    assert run.alarms("validation").keys() == run.alarms().keys() == models
    assert len(asked) == 2 * len(models)
    # What is done to the answer is not done to what is kept.
    first.clear()
    assert set(run.alarms()) == models

    target = replace(run.roles.target, outcome="bad")
    told = replace(run, roles=replace(run.roles, target=target))
    told.alarms()
    assert len(asked) == 3 * len(models)
    assert {about["favourable"] for about in asked[-len(models) :]} == {False}


def test_alarms_of_a_front_are_found_once(run, monkeypatch):
    others = [
        replace(
            run,
            run_id=f"{weight:016x}",
            settings=run.settings.replace(fairness_weight=float(weight)),
            splits={name: replace(each) for name, each in run.splits.items()},
        )
        for weight in (2, 4)
    ]
    whole, asked = run.with_front(others), []
    monkeypatch.setattr(alarms, "find_alarm", lambda *_, **about: asked.append(about) or "alarm")
    for _ in range(2):
        assert all(point.alarms() for point in whole.points)
    assert len(asked) == 3 * len(run.alarms())


def test_what_is_known_of_alarms_keeps_no_run(run):
    copy = replace(run, splits={name: replace(each) for name, each in run.splits.items()})
    copy.alarms()
    gone = [weakref.ref(copy), weakref.ref(copy.splits["test"])]
    del copy
    gc.collect()
    assert [each() for each in gone] == [None, None]
