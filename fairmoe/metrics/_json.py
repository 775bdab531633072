"""Figures as strict JSON has them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a cell in Python's own types; None where it is not finite.

    Example:
        >>> plain(np.float64("nan")) is None, plain(np.int64(3)), plain(np.True_)
        (True, 3, True)
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


def plain_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the cells of a row likewise, by name."""
    return {str(name): plain(value) for name, value in row.items()}
