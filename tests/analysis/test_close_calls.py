"""Who is a close call, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe.analysis import rows_of_run, variant_of
from fairmoe.analysis.close_calls import (
    CloseCall,
    close_call,
    close_calls_in,
    is_close,
    mixture_proba,
)
from fairmoe.analysis.individual import predict
from fairmoe.runs import Cutoffs


@pytest.fixture(scope="module")
def rows(demo_run):
    return rows_of_run(*demo_run, "test")


@pytest.mark.parametrize(
    ("proba", "close"),
    [
        (0.4999, True),
        (0.5101, False),
        (0.51, True),
        (0.49, True),
        (np.float32(0.51), True),
        (np.float32(0.49), True),
        (0.51001, False),
        (0.48999, False),
        (0.5, True),
    ],
)
def test_within_one_point_is_close_and_so_is_the_border(proba, close):
    assert bool(is_close(proba, 0.5)) is close


def test_all_rows_of_the_split_that_are_as_close_are_counted(rows):
    proba = np.full(len(rows.frame), 0.9)
    proba[:4] = 0.4999, 0.51, 0.5101, 0.4899
    assert close_call(rows, proba, 0.4999, group=0) == CloseCall(0.5, 2, len(rows.frame))
    assert close_call(rows, proba, 0.5101, group=0) is None


def test_where_groups_have_thresholds_each_counts_by_its_own(rows):
    cut = replace(rows, run=replace(rows.run, cutoffs=Cutoffs("mixture", (0.5, 0.4))))
    proba = np.where(rows.record.group == 1, 0.405, 0.9)
    ones = int((rows.record.group == 1).sum())
    assert close_call(cut, proba, 0.4, group=1) == CloseCall(0.4, ones, ones, by_group=True)
    assert close_call(cut, proba, 0.5, group=1) is None
    # Others of that group are not near to the threshold of the other one.
    zeros = len(proba) - ones
    assert close_call(cut, proba, 0.5, group=0) == CloseCall(0.5, 0, zeros, by_group=True)
    one = replace(rows, run=replace(rows.run, cutoffs=Cutoffs("mixture", (0.4, 0.4))))
    assert close_call(one, proba, 0.405, group=0) == CloseCall(0.4, ones, len(proba))


def test_a_variant_keeps_moved_probabilities_and_is_asked_for_those_as_trained(demo_run, rows):
    np.testing.assert_array_equal(mixture_proba(rows), rows.record.proba["mixture"])
    run = variant_of(*demo_run, Cutoffs("mixture", (0.3, 0.6)))
    cut = rows_of_run(run, demo_run[1], "test")
    expected = predict(demo_run[0], rows.x)["mixture"]
    np.testing.assert_array_equal(mixture_proba(cut), expected)
    assert np.abs(mixture_proba(cut) - cut.record.proba["mixture"]).max() > 0.05


def test_the_close_calls_of_a_run_are_by_the_cut_off_of_each_row(demo_run, rows):
    own = rows.record.proba["mixture"]
    assert close_calls_in(demo_run[0]) == is_close(own, 0.5).sum()
    for cutoffs in (Cutoffs("mixture", (0.3, 0.6)), Cutoffs("result", (0.4, 0.4))):
        run = variant_of(*demo_run, cutoffs)
        trained = mixture_proba(rows_of_run(run, demo_run[1], "test"))
        at = np.array(cutoffs.thresholds)[rows.record.group]
        close = int(is_close(trained, at).sum())
        assert close_calls_in(run) == close
        assert close != is_close(run.splits["test"].proba["mixture"], 0.5).sum()
