"""Ticks of an axis that names a value above all that is drawn."""

import math

_MOST = 5
"""Between so many ticks a phone has room for their labels."""


def up_to_a_tick(low: float, high: float) -> tuple[float, float, float]:
    """Return an axis that ends at a tick, so that no point stands above the topmost label.

    Args:
        low: Where the axis begins.
        high: Where it ends at least, above `low`.

    Returns:
        Where it begins and ends, and how far its ticks are from one another: 1, 2 or 5 times a
        power of ten.

    Example:
        >>> up_to_a_tick(72.7, 78.9)
        (72.7, 80.0, 2.0)
    """
    least = (high - low) / _MOST
    power = 10.0 ** math.floor(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    return low, math.ceil(high / step) * step, step
