"""What the shell prints of a run."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fairmoe.cli.output import print_tables
from fairmoe.metrics import Alarm
from fairmoe.runs import Run
from fairmoe.sentences.alarms import OTHERS_RAISE_ONE


@pytest.mark.parametrize("mixture", [True, False])
def test_only_the_mixture_raises_an_alarm_others_are_noted(demo_run, monkeypatch, capsys, mixture):
    run, _ = demo_run
    alarm = Alarm(True, False, False, 0.4, 0.6, 0.5, 0.5, math.nan, math.nan, 0.1, 0.1)
    found = {"mixture": alarm} if mixture else {}
    monkeypatch.setattr(Run, "alarms", lambda *_: found | {"logistic": alarm})
    print_tables(run)
    lines = capsys.readouterr().out.splitlines()
    loud = [line for line in lines if line.startswith("Alarm! ")]
    assert len(loud) == mixture
    assert OTHERS_RAISE_ONE[mixture] in lines
    (noted,) = [line for line in lines if line.startswith("- ")]
    assert noted.startswith("- Less accurate than the same answer for all: the logistic regression")


def test_an_alarm_tells_of_the_gap_of_the_groups_that_are_told_of(demo_run, monkeypatch):
    run, _ = demo_run
    names, splits = (*run.data.groups, "few", "fewer"), {}
    for name, record in run.splits.items():
        group = record.group.copy()
        group[:8] = np.repeat([2, 3], 4)
        splits[name] = replace(record, group=group)
    every = np.concatenate([split.group for split in splits.values()])
    counts = dict(zip(names, np.bincount(every).tolist(), strict=True))
    asked = []
    monkeypatch.setattr(Run, "alarms", lambda run, *_: asked.append(tuple(run.data.groups)) or {})
    print_tables(replace(run, data=replace(run.data, groups=counts), splits=splits))
    # The marks in the table are of alarms, without their gaps.
    assert any("smaller groups" in groups and "few" not in groups for groups in asked)
