import pytest

from fairmoe.sweep import time_left as module
from fairmoe.sweep.time_left import TimeLeft


@pytest.fixture
def now(monkeypatch):
    """Return what the time is set by."""
    time = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: time[0])
    return time


def test_the_rest_takes_as_long_as_what_is_done_and_less_the_longer_it_goes_on(now):
    reports = []
    time_left = TimeLeft("sweep", 4, reports.append)
    time_left.report(0.0)
    assert reports[-1].seconds_left is None
    now[0] = 10.0
    time_left.report(0.5)
    assert (reports[-1].done, reports[-1].seconds_left) == (0, pytest.approx(70))
    now[0] = 15.0
    time_left.report(0.5)
    assert reports[-1].seconds_left == pytest.approx(65)
    now[0] = 20.0
    time_left.finish(2)
    assert (reports[-1].done, reports[-1].seconds_left) == (2, pytest.approx(20))
    now[0] = 90.0
    time_left.report(0.0)
    assert reports[-1].seconds_left == 0
    time_left.finish(2)
    assert (reports[-1].done, reports[-1].seconds_left) == (4, None)


def test_what_was_expected_counts_until_enough_was_seen(now):
    reports = []
    time_left = TimeLeft("sweep", 4, reports.append, expected=40.0)
    time_left.report(0.0)
    assert reports[-1].seconds_left == pytest.approx(40)
    now[0] = 5.0
    time_left.report(0.0)
    assert reports[-1].seconds_left == pytest.approx(35)
    now[0] = 20.0
    time_left.finish(1)
    # Twice as long as expected: of the whole a quarter was seen, and 0.4 was expected.
    assert reports[-1].seconds_left == pytest.approx(3 * (20 + 16) / (1 + 1.6))
    time_left.finish(3)
    assert reports[-1].seconds_left is None


def test_the_last_run_may_be_more_than_the_others(now):
    reports = []
    time_left = TimeLeft("recommend", 5, reports.append, extra=3)
    now[0] = 8.0
    time_left.finish(4)
    assert (reports[-1].done, reports[-1].seconds_left) == (4, pytest.approx(8))
    now[0] = 14.0
    time_left.report(3.0)
    assert (reports[-1].done, reports[-1].seconds_left) == (4, pytest.approx(2))
    time_left.finish(1)
    assert (reports[-1].done, reports[-1].seconds_left) == (5, None)
