"""Charts that can be read on a phone."""

from fairmoe.figures.fitting import NARROWEST, STEP, WIDEST
from fairmoe.ui.frame.fitting import WIDTHS


def test_every_width_beyond_a_phone_has_its_style():
    for width in range(NARROWEST, WIDEST + 1, STEP):
        assert f'[class*="st-key-wide-{width}-"] > *{{min-width:{width}px}}' in WIDTHS
