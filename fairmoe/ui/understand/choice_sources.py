"""Through which columns the gate comes to weigh an expert more for some people than for others."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.figures.gap_sources import waterfall
from fairmoe.names import EXPERTS, MODELS, Model, SplitName
from fairmoe.sentences.gap_sources import (
    ALL_OTHERS,
    ALL_TOGETHER,
    CHOICE_EXPLAINED,
    NOBODY_MOVED,
    SENT_THERE,
    accuracy_of_sum,
    choice_axis,
    choice_source,
)
from fairmoe.ui.frame.components import show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.gap_sources import show_sources_table
from fairmoe.ui.understand.results import describe
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONG = 10
"""How many columns stand alone."""

_SENT = -1
"""Stands for those who are sent to the expert, where a group would be named by its id."""


def show_choice(state: Session, kept: KeptRun, split: SplitName) -> None:
    """Show why the gate weighs an expert more, or less, for some people."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.analysis.gap_sources import compare_sides, explain_choice  # noqa: PLC0415

    record = kept.run.splits[split]
    if not np.ptp(record.gate, axis=0).any():
        show_note(escape_markdown(NOBODY_MOVED), icon=":material/alt_route:")
        return
    expert, (who, others), one = _ask(kept, split)
    with st.spinner("Explaining the gate"):
        log_odds = state.once(
            ("choice", kept.run.run_id, split, expert),
            lambda: explain_choice(rows_in(state, kept, split), expert),
        )
    found = compare_sides(log_odds, one, ~one)
    drawn = compare_sides(log_odds, one, ~one, most=_LONG)
    people = people_of(kept.run.data.groups, kept.run.roles)
    told = choice_source(
        found.parts, found.totals, expert, people.get(who, who), people.get(others, others)
    )
    st.markdown(escape_markdown(told))
    if not found.totals.isna().any(axis=None):
        st.html(
            waterfall(
                drawn.parts,
                drawn.totals,
                {expert: MODELS[expert]},
                total=ALL_TOGETHER,
                axis=choice_axis(expert, who, others),
                alt=told,
            )
        )
    st.caption(
        escape_markdown(
            f"{describe(kept.run, split)} {CHOICE_EXPLAINED} {accuracy_of_sum(found.totals)}"
        )
    )
    show_sources_table(found, {expert: MODELS[expert]}, key=f"choice-sources-{split}")


def _ask(kept: KeptRun, split: SplitName) -> "tuple[Model, tuple[str, str], NDArray[np.bool_]]":
    """Let the user choose the expert and the people.

    Returns:
        The expert, what these people and all others are called, and which rows these are.
    """
    from fairmoe.analysis.gap_sides import worst_and_best_off  # noqa: PLC0415

    record, names = kept.run.splits[split], list(kept.run.data.groups)
    worst, _ = worst_and_best_off(kept.run, split)
    with st.container(horizontal=True):
        expert: Model = st.selectbox(
            "Expert",
            EXPERTS,
            index=_most_apart(record.gate, record.group == worst),
            format_func=MODELS.__getitem__,
            key=f"choice-of-{kept.run.run_id}-{split}",
            persist_state="session",
            width=240,
            help="At first the one whose weight differs most between the group and all others.",
        )
        sent = record.gate.argmax(axis=1) == EXPERTS.index(expert)
        offered = [*range(len(names)), *([_SENT] if 1 < sent.sum() < len(sent) - 1 else [])]
        group: int = st.selectbox(
            "For whom",
            offered,
            index=worst,
            format_func=lambda group: SENT_THERE.capitalize() if group == _SENT else names[group],
            key=f"choice-for-{kept.run.run_id}-{split}-{len(offered)}",
            persist_state="session",
            width=240,
            help="They are compared with everyone else.",
        )
    if group == _SENT:
        return expert, (SENT_THERE, ALL_OTHERS), sent
    others = names[1 - group] if len(names) == 2 else ALL_OTHERS
    return expert, (names[group], others), record.group == group


def _most_apart(gate: "NDArray[np.float32]", one: "NDArray[np.bool_]") -> int:
    """Return the expert whose mean weight differs most between the rows of one side and others."""
    if not one.any() or one.all():
        return 0
    return int(np.abs(gate[one].mean(axis=0) - gate[~one].mean(axis=0)).argmax())
