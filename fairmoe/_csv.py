"""CSV text of a frame that a spreadsheet opens without running any of it."""

import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"(^(?=[\t\r\n])|(?:^|[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20]))")
"""With these signs, also those of full width, a spreadsheet takes a cell for a formula (OWASP, "CSV
Injection"); a cell may also begin within a text, where semicolons or tabs part cells."""


def csv_text(frame: pd.DataFrame, *, index: bool = True, float_format: str | None = None) -> str:
    """Return a frame as CSV; before a text that could be a formula stands an apostrophe.

    Numbers stay as they are. Names of columns and of the index are texts too.

    Args:
        frame: What to write.
        index: Whether to write its index.
        float_format: How to write numbers, as `DataFrame.to_csv` takes it.

    Example:
        >>> frame = pd.DataFrame({"group": ["=1+1", "a-b"], "gap": [-0.5, 1.0]})
        >>> print(csv_text(frame, index=False))
        group,gap
        '=1+1,-0.5
        a-b,1.0
        <BLANKLINE>
    """
    safe = frame.reset_index(allow_duplicates=True) if index else frame.copy(deep=False)
    if index:
        names = [name or "" for name in frame.index.names]
        safe.columns = pd.Index([*names, *frame.columns])
    for place, dtype in enumerate(safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)):
            texts = safe.iloc[:, place].astype(object).map(_safe)
            safe.isetitem(place, texts.to_numpy(dtype=object))
    safe.columns = pd.Index([_safe(name) for name in safe.columns])
    text: str = safe.to_csv(index=False, float_format=float_format, lineterminator="\n")
    return text


def _safe(cell: Any) -> Any:
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
