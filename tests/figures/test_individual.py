import re

import numpy as np
import pandas as pd

from fairmoe.figures.individual import changes_figure, reasons_figure, swap_figure
from fairmoe.figures.palette import group_styles
from fairmoe.names import MIXTURE_AND_EXPERTS
from fairmoe.sentences.individual import (
    changes_takeaway,
    opinions_takeaway,
    reasons_takeaway,
    swap_takeaway,
)

SAID = pd.Series(
    {
        "mixture": 0.4,
        "utility": 0.6,
        "result": 0.3,
        "procedural": 0.7,
        "weight of utility": 0.2,
        "weight of result": 0.7,
        "weight of procedural": 0.1,
    }
)
REASONS = pd.DataFrame(
    {model: [0.9, -0.4, 0.0] for model in MIXTURE_AND_EXPERTS}, index=["pay", "<b>age</b>", "town"]
)
SWAPPED = pd.DataFrame({"mixture": [0.4, 0.55, 0.35], "group": [-1, 0, 2]})
CHANGES = pd.DataFrame({"change": ["<i>a</i> 1 → 2", "b x → y"], "cost": [0.2, 0.5], "proba": 0.6})


def test_opinions_are_told_with_who_would_decide_otherwise():
    assert opinions_takeaway(SAID, ("hired", "not hired")) == (
        "The mixture gives “hired” a probability of 40.0%, so it decides “not hired”; alone, the "
        "utility expert and the procedural expert would decide otherwise."
    )


def test_reasons_against_point_to_the_left_and_values_are_escaped():
    cells = {"pay": "12", "<b>age</b>": "40", "town": "<i>x</i>"}
    html = reasons_figure(REASONS, cells, alt="told")
    bars = re.findall(r'class="bar" style="left:([\d.]+)%;width:([\d.]+)%', html)
    # From -0.4 to 0.9, the same for the mixture and each expert.
    assert bars[:4] == [("30.77", "69.23")] * 4
    assert bars[4:8] == [("0.00", "30.77")] * 4
    assert "&lt;b&gt;age&lt;/b&gt; <small>= 40</small>" in html
    assert "<i>x" not in html
    assert reasons_takeaway(REASONS) == (
        "pay speaks most for it (+0.90 log-odds), <b>age</b> speaks most against it "
        "(−0.40 log-odds)."
    )
    assert reasons_takeaway(0 * REASONS).startswith("No column moves")


def test_a_row_like_the_baseline_can_be_drawn():
    html = reasons_figure(0 * REASONS, dict.fromkeys(REASONS.index, "1"), alt="")
    assert "nan" not in html
    assert html.count('class="bar"') == 12


def test_swapped_values_have_the_colours_of_their_groups():
    figure = swap_figure(SWAPPED, ["c", "a", "<b>"], ["a", "b", "c"], "“<hired>”")
    styles = group_styles(["a", "b", "c"])
    assert list(figure.data[0].marker.color)[1:] == [styles[0].colour, styles[2].colour]
    assert figure.data[0].marker.symbol[0] == "star"
    assert figure.layout.xaxis.title.text == "probability of “&lt;hired&gt;” by the mixture"
    close = swap_figure(SWAPPED.assign(mixture=0.4996), ["c", "a", "b"], ["a", "b", "c"], "")
    assert close.data[0].text == ("  49.96%",) * 3
    assert figure.layout.yaxis.ticktext == ("c (own)", "a", "&lt;b&gt;")
    assert swap_takeaway(SWAPPED) == (
        "With another sensitive value and all else the same, the probability moves by up to 15.0 "
        "pp; the decision changes with 1 other value."
    )
    assert "changes with no other values" in swap_takeaway(SWAPPED.iloc[[0, 2]])


def test_changes_are_drawn_by_size_and_told():
    html = changes_figure(CHANGES, "“<hired>”", alt="told")
    assert re.findall(r'class="bar" style="left:0.00%;width:([\d.]+)%', html) == ["40.00", "100.00"]
    assert re.findall(r'class="value">([^<]+)<', html) == [
        "20.0%, then 60.0%",
        "50.0%, then 60.0%",
    ]
    assert "<i>a" not in html
    assert "the probability of “&lt;hired&gt;” after it" in html
    close = changes_figure(CHANGES.assign(proba=0.5004), "", alt="")
    assert "20.0%, then 50.04%" in close
    assert changes_takeaway(CHANGES) == (
        "The smallest found: <i>a</i> 1 → 2; the probability is then 60.0%."
    )


def test_titles_ask_and_colours_are_explicit():
    figure = swap_figure(SWAPPED, ["c", "a", "b"], ["a", "b", "c"], "“hired”")
    assert figure.layout.title.text.endswith("?")
    assert all(np.size(trace.marker.color) for trace in figure.data)
