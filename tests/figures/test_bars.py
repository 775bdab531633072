"""Bars as markup: where they lie, and that no text of a table is markup."""

import math
import re

import pytest

from fairmoe.figures.bars import Bar, Row, bar_rows, interval_point, signed


def lefts_and_widths(html, name):
    pairs = re.findall(rf'class="{name}" style="left:([\d.]+)%;width:([\d.]+)%', html)
    return [tuple(map(float, pair)) for pair in pairs]


def test_bars_and_whiskers_lie_on_one_axis():
    html = bar_rows(
        ["one", "two"],
        [
            Row("a", [Bar(0, -3, "−3", "#000", (-4, -2)), Bar(-1, 1, "+2", "#111")]),
            Row("b", [Bar(-3, -2, "+1", "#000", is_hatched=True), Bar(0, 0, "0", "#111")]),
        ],
        foot="axis",
        alt="told",
    )
    # From -4 to 1: five units.
    assert lefts_and_widths(html, "bar") == [(20, 60), (60, 40), (80, 0)]
    assert lefts_and_widths(html, "bar against") == [(20, 20)]
    assert lefts_and_widths(html, "whisker") == [(0, 40)]
    assert set(re.findall(r'class="zero" style="left:([\d.]+)%', html)) == {"80.00"}
    assert "--panels:2" in html


def test_nothing_at_all_is_drawn_without_a_length():
    html = bar_rows(["one"], [Row("a", [Bar(0, 0, "0", "#000")])], foot="", alt="")
    assert lefts_and_widths(html, "bar") == [(0, 0)]


def test_names_are_text():
    html = bar_rows(
        ["<b>"], [Row("<i>x</i>", [Bar(0, 1, "<u>", "#000")], "<s>")], foot="<a>", alt='"><script>'
    )
    assert not re.search("<(b|u|s|a|script)>|<i>", html)
    assert 'aria-label="&quot;&gt;&lt;script&gt;"' in html


@pytest.mark.parametrize(("value", "text"), [(0.006, "+0.01"), (-0.006, "−0.01"), (-0.004, "0.00")])
def test_values_have_a_sign_unless_they_read_as_none(value, text):
    assert signed(value) == text


def test_values_stand_above_bars_on_a_phone_only_where_there_are_many_panels_and_values():
    row = [Row("a", [Bar(0, 1, "1", "#000")] * 3)]
    assert 'class="tight"' in bar_rows(["x"] * 3, row, foot="", alt="")
    assert 'class="roomy"' in bar_rows(["x"] * 3, row, foot="", alt="", value_width=0)
    two = [Row("a", row[0].bars[:2])]
    assert 'class="roomy"' in bar_rows(["x"] * 2, two, foot="", alt="")


def test_a_limit_is_on_the_axis_and_what_is_unknown_is_told_and_not_drawn():
    bars = [interval_point(10, (5, 20), "#000", unit="%")]
    bars += [interval_point(math.nan, (math.nan, math.nan), "#000", unit="%")]
    html = bar_rows(["x", "y"], [Row("a", bars)], foot="", alt="", limit=40)
    assert re.findall(r'class="limit" style="left:([\d.]+)%', html) == ["100.00"] * 2
    assert re.findall(r'class="point" style="left:([\d.]+)%', html) == ["25.00"]
    assert re.findall(r'class="value">([^<]+)<', html) == ["10.0%", "insufficient data"]
