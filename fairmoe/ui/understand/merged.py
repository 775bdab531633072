"""Which groups of the run that is shown count as one, because they are small."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.ui.frame.limits import limits

if TYPE_CHECKING:
    from fairmoe.runs import Run


def one_group_in_words(run: "Run", *, apart: bool = False) -> str:
    """Say which groups of a run count as one; nothing if none do.

    Args:
        run: With the groups by which it is told of.
        apart: Whether to say too which groups are not compared.
    """
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis.result import who_is_one  # noqa: PLC0415

    return who_is_one(run, limits().smallest_group, apart=apart)


def show_merged(run: "Run", *, apart: bool = False) -> None:
    """Say beside the figures of a page which groups of a run count as one.

    Args:
        run: With the groups by which it is told of.
        apart: See `one_group_in_words`.
    """
    told = one_group_in_words(run, apart=apart)
    if told:
        st.caption(escape_markdown(told))
