"""Routing where one expert decides about everyone: said once, with why, and the other gate."""

from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.config import GATE_WEIGHTS
from fairmoe.figures.single_expert import single_expert_figure
from fairmoe.names import SplitName
from fairmoe.sentences.single_expert import (
    EXPERTS_STAY,
    OTHER_GATES,
    cutoffs_for_one,
    one_decides,
    why_one_decides,
)
from fairmoe.ui.frame.components import show_chart, show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.pages import TRAIN
from fairmoe.ui.frame.progress import start_training
from fairmoe.ui.frame.state import Session
from fairmoe.ui.frame.switching import go_to
from fairmoe.ui.understand.mixture_map import show_map
from fairmoe.ui.understand.results import describe


def show_single_expert(state: Session, kept: KeptRun, split: SplitName) -> bool:
    """Show that one expert decides about everyone, if one does; return whether."""
    from fairmoe.analysis.single_expert import AT_ITS_BEST, find_single_expert  # noqa: PLC0415

    run = kept.run
    found = find_single_expert(run, split)
    if found is None:
        return False
    if run.cutoffs is not None and run.cutoffs.model != "mixture":
        show_note(escape_markdown(cutoffs_for_one(found.expert)), icon=":material/alt_route:")
        show_map(run, split, "routing")
        return True
    show_note(escape_markdown(one_decides(found.expert)), icon=":material/alt_route:")
    _offer_other_gate(state)
    show_map(run, split, "routing")
    why = why_one_decides(
        found.expert,
        found.scores,
        AT_ITS_BEST,
        lead=found.lead,
        rows=found.rows,
        took_place=found.took_place,
        gives_way=run.settings.gate_start == "experts" and run.settings.select == "best",
        guard=run.settings.guard,
        weighted=any(getattr(run.settings, weight) != 1 for weight in GATE_WEIGHTS),
    )
    if found.scores.empty:
        st.caption(escape_markdown(f"{why} {describe(run, 'validation')}"))
    else:
        show_chart(
            single_expert_figure(found.scores),
            takeaway=why,
            source=describe(run, "validation"),
            key="single-expert",
        )
    return True


def _offer_other_gate(state: Session) -> None:
    # It is trained with the groups of this run, not with those by which it is told of.
    kept = state.kept
    assert kept is not None
    settings = kept.run.settings
    told = f"{OTHER_GATES[settings.gate_start]} {EXPERTS_STAY}"
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = kept.rows is not None and st.button(
            "Train the other gate",
            icon=":material/alt_route:",
            key="other-gate",
            disabled=state.job_id is not None,
        )
        st.caption(escape_markdown(told), width="stretch")
    if pressed:
        other = replace(
            settings, gate_start="random" if settings.gate_start == "experts" else "experts"
        )
        with st.spinner("Starting"):
            start_training(state, other, TRAIN, labelled=kept.labelled)
        go_to(TRAIN)
