"""Ticks of an axis that names a value above all that is drawn."""

import math

_MOST = 5
"""Between so many ticks a phone has room for their labels."""

_WHOLE = 100.0
_ROOM = 0.04
"""How much of an axis that reaches the whole lies beyond it, for the marks there."""


def up_to_a_tick(low: float, high: float) -> tuple[float, float, float]:
    """Return an axis of percentages that ends at a tick, so that no point stands above its label.

    Args:
        low: Where the axis begins, below 100.
        high: Where it ends at least, above `low`.

    Returns:
        Where it begins and ends, and how far its ticks are from one another: 1, 2 or 5 times a
        power of ten. No tick is above 100.

    Example:
        >>> up_to_a_tick(72.7, 78.9)
        (72.7, 80.0, 2.0)
        >>> up_to_a_tick(45.0, 103.0)
        (45.0, 102.2, 20.0)
    """
    least = (min(high, _WHOLE) - low) / _MOST
    power = 10.0 ** math.floor(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    end = math.ceil(high / step) * step
    return low, end if end <= _WHOLE else _WHOLE + _ROOM * (_WHOLE - low), step
