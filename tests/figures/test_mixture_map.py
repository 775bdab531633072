import base64
import re

import pytest

from fairmoe.figures.mixture_map import Stop, mixture_map, stream
from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.names import EXPERTS

EXPERT_STOPS = {expert: Stop(f"The {expert}", ("a < b", "second")) for expert in EXPERTS}


def draw(*weights):
    return mixture_map(
        dict(zip(EXPERTS, weights, strict=True)),
        data=Stop("<b>women</b>", ("280 people",)),
        experts=EXPERT_STOPS,
        mixture=Stop("Mixture"),
        alt='the "map"',
    )


def thickness(html):
    """Return how thick each stream to the mixture is, where it begins and where it ends."""
    _, out = (base64.b64decode(text).decode() for text in re.findall(r"base64,([^\"]+)", html))
    paths = re.findall(r'fill="(#\w+)" fill-opacity="\.7" d="([^"]+)"', out)
    found = {}
    for colour, path in paths:
        top, *_, upper, lower = (
            float(n) for n in re.findall(r"M0 ([\d.]+)|([\d.]+)V([\d.]+)", path) for n in n if n
        )
        bottom = float(path.removesuffix("Z").split()[-1])
        found[colour] = (bottom - top, lower - upper)
    return found


def test_streams_are_as_wide_as_the_weights_and_have_the_colours_of_the_experts():
    found = thickness(draw(0.5, 0.3, 0.2))

    assert list(found) == [MODEL_STYLES[expert].colour for expert in EXPERTS]
    widest = found[MODEL_STYLES["utility"].colour][0]
    for expert, weight in zip(EXPERTS, (0.5, 0.3, 0.2), strict=True):
        assert found[MODEL_STYLES[expert].colour] == pytest.approx(
            (2 * weight * widest,) * 2, abs=0.02
        )


@pytest.mark.parametrize("alone", range(3))
def test_an_expert_that_has_all_the_weight_has_a_whole_stream(alone):
    weights = [0.0] * 3
    weights[alone] = 1.0
    html = draw(*weights)
    _, out = (base64.b64decode(text).decode() for text in re.findall(r"base64,([^\"]+)", html))
    tall = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', out)[1])
    for path in re.findall(r'd="([^"]+)"', out):
        heights = [float(n) for n in re.findall(r"(?<= )-?[\d.]+|(?<=M0 )-?[\d.]+", path)]
        assert min(heights) >= 0
        assert max(heights) <= tall
        if path.startswith("M0"):
            # Its box is a third of the height, less what parts it from the next.
            begin, end = float(path.split("C")[0].split()[1]), float(path[:-1].split()[-1])
            assert end - begin < 0.85 * tall / 3


def test_weights_are_written_in_percent_that_add_up_to_100():
    html = draw(0.335, 0.335, 0.33)
    percent = [int(text) for text in re.findall(r'class="weight">(\d+)%<', html)]
    assert sum(percent) == 100
    assert sorted(percent) == [33, 33, 34]


def test_an_outline_joins_both_sides():
    assert stream((10, 20), (100, 130)) == (
        "M0 10.00C50 10.00 50 100.00 100 100.00V130.00C50 130.00 50 20.00 0 20.00Z"
    )


def test_texts_stand_on_it_and_are_text():
    html = draw(1, 0, 0)

    assert "&lt;b&gt;women&lt;/b&gt;" in html
    assert "<b>" not in html
    assert html.count("a &lt; b") == 3
    assert re.findall(r'class="weight">(.*?)<', html) == ["100%", "0%", "0%"]
    assert 'role="img" aria-label="the &quot;map&quot;"' in html


def test_nothing_is_drawn_of_an_expert_that_is_told_to_have_nothing():
    utility, result, procedural = (MODEL_STYLES[expert].colour for expert in EXPERTS)
    assert list(thickness(draw(0.004, 0.496, 0.5))) == [result, procedural]
    assert list(thickness(draw(0.006, 0.494, 0.5))) == [utility, result, procedural]
