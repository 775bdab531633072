"""The map of the mixture, for everyone or for one group."""

from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import SplitName
from fairmoe.sentences.front import experts_change
from fairmoe.sentences.mixture_map import EVERYONE, map_explained, map_of_mixture, no_map
from fairmoe.ui.understand.results import describe

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_map(run: "Run", split: SplitName, key: str) -> None:
    """Show the map of a run's mixture, and let the user choose for whom.

    Args:
        run: The run.
        split: On which rows.
        key: Tells the choice from others.
    """
    from fairmoe.analysis.along_dial import (  # noqa: PLC0415
        experts_that_change,
        has_other_strengths,
    )
    from fairmoe.analysis.routing import MIN_ROWS, map_scores, weights_by_group  # noqa: PLC0415

    record, groups = run.splits[split], list(run.data.groups)
    weights = weights_by_group(record.gate, record.group, groups, record.weight).dropna()
    if weights.empty:
        counts = len(record.rows) if record.weight is None else int((record.weight > 0).sum())
        st.caption(no_map(counts, MIN_ROWS))
        return
    names = [EVERYONE, *(str(name) for name in weights.index[1:])]
    # A group may be called as everyone is.
    who = st.selectbox(
        "For whom",
        range(len(names)),
        format_func=names.__getitem__,
        key=f"map-of-{key}-{run.data.sha256[:8]}",
        label_visibility="collapsed",
        width=260,
    )
    scores, apart = map_scores(run, split)
    st.html(map_of_mixture(weights.iloc[who], scores, names[who], is_group=who > 0))
    told = map_explained(apart, weighted=record.weight is not None)
    changing = experts_change(experts_that_change(run, split), strengths=has_other_strengths(run))
    st.caption(escape_markdown(f"{describe(run, split)} {told} {changing}".rstrip()))
