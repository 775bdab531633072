"""How a figure is written: with its unit, and with its sign."""

from collections.abc import Iterable

_MINUS = "−"
_MOST_DIGITS = 2
"""Probabilities nearer to one half are told in words."""
_DIGITS_OF_LIMITS = 6


def suffix(unit: str) -> str:
    """Return a unit as it follows a figure: a sign at once, a word after a space.

    Example:
        >>> suffix("%"), suffix("pp"), suffix("")
        ('%', ' pp', '')
    """
    return unit if unit in ("", "%") else f" {unit}"


def written(value: float, digits: int = 1) -> str:
    """Return a figure of so many digits, with the sign for minus where it has one.

    Example:
        >>> written(1.26), written(-0.04), written(-0.304, 2)
        ('1.3', '0.0', '−0.30')
    """
    return signed(value, digits).removeprefix("+")


def signed(value: float, digits: int = 1) -> str:
    """Return a change with its sign, and none where it is rounded to nothing.

    Example:
        >>> signed(1.26), signed(-1.26), signed(-0.04), signed(0.304, 2)
        ('+1.3', '−1.3', '0.0', '+0.30')
    """
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", _MINUS)


def counted_people(count: float) -> str:
    """Return how many people there are, in words.

    Example:
        >>> counted_people(1), counted_people(1204)
        ('1 person', '1,204 people')
    """
    told = f"{count:,.0f}"
    return f"{told} {'person' if told == '1' else 'people'}"


def apart_from(limit: float, value: float) -> str:
    """Return a figure with one digit, or with as many as show that it is above a limit.

    Example:
        >>> apart_from(5.0, 5.3), apart_from(5.0, 5.04), apart_from(5.0, 4.96)
        ('5.3', '5.04', '5.0')
    """
    digits = range(1, _DIGITS_OF_LIMITS)
    shown = (text for n in digits if float(text := f"{value:.{n}f}") > limit)
    return next(shown, f"{value:.1f}")


def beside_one_half(proba: float, *, digits: int = 1) -> str:
    """Return a probability with so many digits, or in words, that it differs from one half.

    Args:
        proba: In [0, 1].
        digits: At least so many after the point.

    Example:
        >>> beside_one_half(0.4997), beside_one_half(0.62, digits=0), beside_one_half(0.5)
        ('49.97%', '62%', '50.0%')
        >>> beside_one_half(0.49998)
        'just under 50%'
    """
    return _told(proba, digits_beside_one_half([proba], digits=digits))


def all_beside_one_half(proba: Iterable[float], *, digits: int = 1) -> list[str]:
    """Return the probabilities of a table, all with as many digits.

    Args:
        proba: Each in [0, 1].
        digits: At least so many after the point.

    Example:
        >>> all_beside_one_half([0.2, 0.4997, 0.5])
        ['20.00%', '49.97%', '50.00%']
    """
    values = list(proba)
    alike = digits_beside_one_half(values, digits=digits)
    return [_told(value, alike) for value in values]


def digits_beside_one_half(proba: Iterable[float], *, digits: int = 1) -> int:
    """Return with how many digits, in percent, probabilities look different from one half.

    Those that are one half do not count; those that two digits do not part from it count as two.

    Args:
        proba: Each in [0, 1].
        digits: At least so many.

    Example:
        >>> digits_beside_one_half([0.2, 0.4997]), digits_beside_one_half([0.2, 0.5])
        (2, 1)
    """
    return max((_finer(each, digits) for each in proba), default=digits)


def _finer(proba: float, digits: int) -> int:
    if proba == 0.5:
        return digits
    finer = (n for n in range(digits, _MOST_DIGITS) if f"{proba:.{n}%}" != f"{0.5:.{n}%}")
    return next(finer, max(digits, _MOST_DIGITS))


def _told(proba: float, digits: int) -> str:
    text = f"{proba:.{digits}%}"
    if proba == 0.5 or text != f"{0.5:.{digits}%}":
        return text
    return f"just {'under' if proba < 0.5 else 'over'} 50%"
