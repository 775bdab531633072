"""The waterfall: each bar begins where the one before ends, and the last is the sum."""

import math
import re

import pandas as pd

from fairmoe.figures.gap_sources import waterfall

PARTS = pd.DataFrame(
    {"utility": [-3.0, 1.0], "utility_low": [-4.0, math.nan], "utility_high": [-2.0, math.nan]},
    index=pd.Index(["<x>", "y"], name="column"),
)
TOTALS = pd.DataFrame(
    {"difference": [-2.0], "low": [-2.5], "high": [-1.5], "left_over": [0.0]}, index=["utility"]
)


def test_bars_follow_one_another_and_those_against_the_sum_are_hatched():
    html = waterfall(
        PARTS, TOTALS, {"utility": "Plain model"}, total="All", axis="less & more", alt="told"
    )
    bars = re.findall(r'class="(bar[ a-z]*)" style="left:([\d.]+)%;width:([\d.]+)%', html)
    # From -4 to 0: four units.
    assert bars == [
        ("bar", "25.00", "75.00"),
        ("bar against", "25.00", "25.00"),
        ("bar", "50.00", "50.00"),
    ]
    assert re.findall(r'class="value">([^<]+)<', html) == ["−3.00", "+1.00", "−2.00"]
    assert html.count('class="whisker"') == 2
    assert "&lt;x&gt;" in html
    assert "less &amp; more" in html
