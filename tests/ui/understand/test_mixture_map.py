"""The map of the mixture where it cannot be drawn."""

import dataclasses

import streamlit as st

from fairmoe.ui.understand.mixture_map import show_map


def test_a_split_of_few_people_is_told_of_in_place_of_a_map(demo_run, monkeypatch):
    run, _ = demo_run
    test = run.splits["test"]
    few = dataclasses.replace(
        test,
        rows=test.rows[:4],
        y_true=test.y_true[:4],
        group=test.group[:4],
        proba={model: proba[:4] for model, proba in test.proba.items()},
        gate=test.gate[:4],
    )
    run = dataclasses.replace(run, splits={**run.splits, "test": few})
    told = []
    monkeypatch.setattr(st, "caption", told.append)
    show_map(run, "test", "here")
    assert told == [
        "Not estimable: the map needs at least 5 people who count, and this split has 4."
    ]
