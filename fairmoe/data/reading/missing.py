"""Which texts of a column of numbers say that there is no number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

MARKS = frozenset(
    (
        *(
            "-",
            "--",
            "---",
            "\u2013",
            "\u2014",
            "\u2212",
            ".",
            "..",
            "...",
            "\u2026",
            "*",
            "/",
            "x",
        ),
        *("none", "nil", "void", "blank", "empty", "missing", "unknown", "unk", "undefined"),
        *("n.d.", "n.d", "nd", "n.a.", "n.a", "na", "n/a", "n. a.", "n/d", "no data", "nodata"),
        *("not available", "not applicable", "not known", "no answer", "refused", "withheld"),
        *("k.a.", "k. a.", "k.a", "keine angabe", "unbekannt", "fehlt", "entf\u00e4llt"),
        *("s/d", "s.d.", "sin datos", "desconocido", "inconnu", "non renseign\u00e9", "nsp", "nc"),
        *("sconosciuto", "onbekend", "brak", "b.d.", "ok\u00e4nd", "ukendt", "nezn\u00e1mo"),
        *("#div/0!", "#ref!", "#value!", "#num!", "#name?", "#null!", "#n/a", "#error!", "#####"),
        *("nat", "\u221e", "-\u221e", "1.#qnan"),
    )
)
"""Texts, folded, that stand for a missing number wherever they stand among numbers."""

MOST_MARKS = 5
MANY_NUMBERS = 20
FEW_NUMBERS = 3

SENTINELS = (9.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 88.0, 888.0, 8888.0, 77.0, 777.0, 7777.0)
_FAR = 3.0
_MIN_ROWS = 2


def are_marks(numbers: int, others: Sequence[str]) -> bool:
    """Say whether a column is one of numbers in which some texts mark missing ones.

    It is if its other texts are few different ones: all among `MARKS`, beside at least three
    numbers and no fewer than the marks; or five at most, beside more than twenty numbers and four
    times as many.

    Args:
        numbers: How many different numbers the column has.
        others: Its different other texts.

    Example:
        >>> are_marks(150, ["n.d."]), are_marks(3, ["0A"]), are_marks(5, ["None", "-"])
        (True, False, True)
    """
    if all(text.casefold() in MARKS for text in others):
        return numbers >= max(FEW_NUMBERS, len(others))
    return len(others) <= MOST_MARKS and numbers > max(MANY_NUMBERS, 4 * len(others))


def sentinel_of(values: "pd.Series[float]") -> tuple[float, int] | None:
    """Return a number such as 999 or -99 that stands apart from a column's others, and its rows.

    Args:
        values: The numbers, `(n,)`, NaN where missing.

    Example:
        >>> sentinel_of(pd.Series([31.0, 45.0, 999.0, 28.0, 999.0]))
        (999.0, 2)
    """
    for value in (float(values.max()), float(values.min())):
        if abs(value) not in SENTINELS or not _is_far(
            value, values.iloc[:: 1 + len(values) // 500]
        ):
            continue
        numbers: Any = values.to_numpy(dtype=np.float64)
        rows = int((numbers == value).sum())
        others = numbers[(numbers != value) & ~np.isnan(numbers)]
        if rows < _MIN_ROWS or len(others) < FEW_NUMBERS:
            continue
        if _is_far(value, pd.Series(others)):
            return value, rows
    return None


def _is_far(value: float, numbers: "pd.Series[Any]") -> bool:
    """Say whether a number is far from the others among some numbers."""
    others = numbers[(numbers != value) & numbers.notna()].to_numpy(dtype=np.float64)
    if not len(others):
        return True
    middle = float(np.median(others))
    return abs(value - middle) > _FAR * max(float(np.abs(others - middle).max()), 1.0)
