"""The map of the mixture where it cannot be drawn."""

import dataclasses

import numpy as np
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.analysis.routing import weights_by_group
from fairmoe.figures.mixture_map import percent_of
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


def test_a_group_called_as_everyone_and_weights_are_taken_as_they_are(demo_run, monkeypatch):
    run, _ = demo_run
    test = run.splits["test"]
    weight = np.where(test.group == 0, 2.0, 0.5)
    gate = np.where(test.group[:, None] == 0, [0.7, 0.2, 0.1], [0.2, 0.5, 0.3])
    names = {name: name for name in run.data.groups} | {next(iter(run.data.groups)): "Everyone"}
    run = dataclasses.replace(
        run, splits={**run.splits, "test": dataclasses.replace(test, weight=weight, gate=gate)}
    ).with_group_names(names)
    drawn = []
    monkeypatch.setattr(st, "html", drawn.append)
    monkeypatch.setattr(st, "caption", lambda _: None)
    for place in (0, 1):
        monkeypatch.setattr(st, "selectbox", lambda *_, place=place, **__: place)
        show_map(run, "test", "here")
    weights = weights_by_group(gate, test.group, list(run.data.groups), weight)
    percent = [percent_of(weights.iloc[place])["utility"] for place in (0, 1)]
    assert percent[0] != percent[1]
    for told, share, who in zip(drawn, percent, ("everyone", "the group Everyone"), strict=True):
        assert f"For {who} the gate gives the utility expert {share}%" in told


def test_names_of_a_table_are_text_below_the_map(demo_run, monkeypatch):
    run, _ = demo_run
    run = dataclasses.replace(run, data=dataclasses.replace(run.data, name="*bold* $x$"))
    said = []
    monkeypatch.setattr(st, "caption", said.append)
    monkeypatch.setattr(st, "selectbox", lambda *_, **__: 0)
    monkeypatch.setattr(st, "html", lambda _: None)
    show_map(run, "test", "here")
    assert said[0].startswith(escape_markdown("*bold* $x$"))
