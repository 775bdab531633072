"""How a figure is written: with its unit, and with its sign."""

_MINUS = "−"


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
