"""A blind and an aware run side by side, from predictions made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis.awareness import compare_awareness, find_counterpart, other_awareness
from fairmoe.errors import InvalidInputError
from fairmoe.report import make_report
from fairmoe.report.awareness import awareness
from fairmoe.report.findings import find

YES, NO = 0.9, 0.1
Y, GROUP = [1, 0] * 50, [0] * 50 + [1] * 50
UTILITY = [YES, NO] * 50


@pytest.fixture
def pair(run_of):
    """A blind run that says yes to all, and an aware one that is always right."""
    blind = run_of(Y, GROUP, {"mixture": [YES] * 100, "utility": UTILITY})
    aware = run_of(Y, GROUP, {"mixture": UTILITY, "utility": UTILITY})
    return blind, replace(aware, roles=other_awareness(aware.roles), run_id="aware")


def test_both_are_compared_in_whatever_order(pair):
    blind, aware = pair
    table = compare_awareness(blind, aware)
    assert table["alarming"].to_dict() == {"blind": True, "aware": False}
    assert table["good"].to_dict() == {"blind": 1.0, "aware": 0.5}
    assert table["harmed"].to_dict() == {"blind": 0.0, "aware": 0.0}
    assert table["acc"]["blind"] == blind.scores["test"]["mixture"]["acc"]
    assert compare_awareness(aware, blind).equals(table)


def test_a_counterpart_differs_in_nothing_but_what_is_seen(pair):
    blind, aware = pair
    rows = aware.splits["test"].rows
    moved = replace(aware.splits["test"], rows=np.append(rows[1:], rows.max() + 1))
    assert find_counterpart(blind, [blind, aware]) is aware
    assert find_counterpart(aware, [aware, blind]) is blind
    others = [
        blind,
        replace(aware, settings=aware.settings.replace(seed=7)),
        replace(aware, data=replace(aware.data, sha256="0" * 64)),
        replace(aware, roles=replace(aware.roles, dropped=())),
        # An earlier version parted rows of merged groups otherwise.
        replace(aware, splits={**aware.splits, "test": moved}),
    ]
    assert find_counterpart(blind, others) is None
    with pytest.raises(InvalidInputError, match="A blind and an aware run of the same data"):
        compare_awareness(blind, others[1])


def test_the_report_says_that_the_blind_one_raises_an_alarm(pair):
    blind, aware = pair
    section = awareness(find(blind, other=aware))
    texts = [block.text for block in section.blocks if block.kind == "text"]
    assert any("Blind, it raises an alarm; aware, it does not." in text for text in texts)
    (grid,) = (block for block in section.blocks if block.kind == "grid")
    assert grid.rows[-3:] == (
        ("Get “hired”", "100.0%", "50.0%"),
        ("Wrongly “not hired”, of those whose label is “hired”", "0.0%", "0.0%"),
        ("Alarm", "yes", "no"),
    )
    assert grid.columns == ("Of the mixture", "Blind", "Aware")


def test_without_a_counterpart_there_is_no_section(pair):
    assert "awareness" not in [section.key for section in make_report(pair[0]).sections]
