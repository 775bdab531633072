import pytest

from fairmoe._units import signed, suffix, written


@pytest.mark.parametrize(("unit", "text"), [("%", "%"), ("pp", " pp"), ("bits", " bits"), ("", "")])
def test_a_sign_follows_a_figure_at_once_and_a_word_after_a_space(unit, text):
    assert suffix(unit) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.26, 1, "+1.3"),
        (-1.26, 1, "−1.3"),
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (-0.04, 2, "−0.04"),
    ],
)
def test_a_change_has_a_sign_unless_it_is_rounded_to_nothing(value, digits, text):
    assert signed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.26, "1.3"), (-1.26, "−1.3"), (0.04, "0.0"), (-0.04, "0.0")]
)
def test_a_figure_has_a_sign_only_below_nothing(value, text):
    assert written(value) == text
