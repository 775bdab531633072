"""Charts that can be read on a phone."""

from fairmoe.figures.fitting import NARROWEST, STEP, WIDEST
from fairmoe.ui.frame.fitting import FITS, WIDTHS


def test_every_width_beyond_a_phone_has_its_style():
    for width in range(NARROWEST, WIDEST + 1, STEP):
        assert f'[class*="st-key-wide-{width}-"] > *{{min-width:{width}px}}' in WIDTHS


def test_a_chart_that_fits_is_not_shown_below_one_another():
    for width in range(NARROWEST, WIDEST + 1, STEP):
        box = f'[class*="st-key-fits-{width}-"] > :has([class*="st-key-'
        assert f'@container (max-width:{width - 1}px){{{box}wide-"]){{display:none}}}}' in FITS
        assert f'@container (min-width:{width}px){{{box}tall-"]){{display:none}}}}' in FITS
