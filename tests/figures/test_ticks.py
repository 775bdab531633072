"""Axes end at a tick above all points, and at 100% at most."""

import pytest

from fairmoe.figures.ticks import up_to_a_tick


@pytest.mark.parametrize(
    ("low", "high", "end", "step"),
    [
        (72.7, 78.9, 80.0, 2.0),
        (10.0, 100.0, 100.0, 20.0),
        # Room for the marks, and no tick: 120% of the people there are not.
        (44.9, 103.2, 102.204, 20.0),
        (99.7, 100.5, 100.012, 0.1),
    ],
)
def test_an_axis_of_percentages(low, high, end, step):
    begins, ends, apart = up_to_a_tick(low, high)
    assert begins == low
    assert ends == pytest.approx(end)
    assert apart == pytest.approx(step)
    assert ends < 100 + apart
