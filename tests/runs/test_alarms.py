"""Alarms of a run are found once, and let go with it."""

import gc
import weakref
from dataclasses import replace

from fairmoe.runs import alarms


def test_alarms_are_found_once_for_each_run_and_split(demo_run, monkeypatch):
    run, asked = replace(demo_run[0]), []
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


def test_what_is_known_of_alarms_keeps_no_run(demo_run):
    run = replace(demo_run[0])
    run.alarms()
    gone = weakref.ref(run)
    del run
    gc.collect()
    assert gone() is None
