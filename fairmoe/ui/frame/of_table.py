"""Fields whose content belongs to a table: another table has its own, which begin anew."""

import streamlit as st

TOLERANCE = "review-tolerance"


def of_table(key: str, sha256: str) -> str:
    """Return the key of a field whose content belongs to a table.

    Args:
        key: What the field is called.
        sha256: The digest of the table that is loaded, or that the run shown was trained on.

    Example:
        >>> of_table("wish-gap", "0123456789abcdef")
        'wish-gap-01234567'
    """
    return f"{key}-{sha256[:8]}"


def tolerance_of(sha256: str) -> float | None:
    """Return the largest gap that the reviewer accepts on a table, in [0, 1]; None if any."""
    percent: float | None = st.session_state.get(of_table(TOLERANCE, sha256))
    return None if percent is None else percent / 100
