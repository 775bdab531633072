"""What the shell prints of a run."""

import math

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
