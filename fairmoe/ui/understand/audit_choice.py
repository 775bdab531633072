"""Which column is another model's score or decision, how it decides, and that none learns of it."""

from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import Existing, LabelledTable, existing_at_first, same_answers, suggest_existing
from fairmoe.sentences.audits import (
    how_it_decides,
    left_out_of_features,
    may_be_existing,
    only_feature,
)
from fairmoe.ui.frame.components import show_note
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.roles import dropped_key
from fairmoe.ui.understand.review import ask_tolerance


def choose_existing(state: Session, labelled: LabelledTable) -> Existing | None:
    """Let the user name a column with a score or decisions, and say how it decides.

    Returns:
        None before a column, or the values of a decision, are chosen.
    """
    roles = labelled.roles
    taken = (roles.target, roles.sensitive_columns, roles.split_column, roles.weight)
    candidates = state.once(
        ("existing columns", labelled.table, *taken),
        lambda: suggest_existing(labelled),
    )
    with st.container(horizontal=True):
        column = st.selectbox(
            "Score or decision",
            list(candidates),
            index=None,
            placeholder="Choose a column",
            key=f"audit-column-{state.version}",
            persist_state="session",
            width=300,
            help="A column that holds what another model, a rule or people said: a score, such as "
            "a probability, a decile or a risk, or decisions. The likeliest come first.",
        )
        if column is None:
            existing = None
        else:
            existing = _decides(state, labelled, existing_at_first(labelled, column))
        ask_tolerance()
    if column is None:
        told = may_be_existing([name for name, is_named in candidates.items() if is_named])
        st.caption(escape_markdown(told))
    return existing


def leave_out(state: Session, labelled: LabelledTable, existing: Existing) -> None:
    """Take a column out of the features, with what says the same, and say how it decides."""
    column = existing.column
    roles = labelled.roles
    taken = (roles.target.column, roles.sensitive_columns, roles.split_column, roles.weight)
    same = state.once(
        ("same answers", labelled.table, *taken, column),
        lambda: same_answers(labelled, column),
    )
    dropped = tuple(dict.fromkeys((*roles.dropped, column, *same)))
    if set(labelled.kinds) <= {column, *same}:
        show_note(escape_markdown(only_feature(column)), icon=":material/filter_alt_off:")
        return
    if dropped != roles.dropped:
        state.settle(replace(roles, dropped=dropped))
        st.session_state[dropped_key(state)] = list(dropped)
    told = f"{how_it_decides(existing, labelled.words)} {left_out_of_features(column, same)}"
    st.caption(escape_markdown(told))


def _decides(state: Session, labelled: LabelledTable, initial: Existing) -> Existing | None:
    """Ask where a score is cut and which way it goes, or which values decide for the outcome."""
    column, (positive, other) = initial.column, labelled.words
    key = f"{state.version}-{list(labelled.table.kinds).index(column)}"
    if initial.cutoff is None:
        levels = sorted(set(labelled.table.frame[column].dropna().astype(str)))
        chosen = st.multiselect(
            f"Values that give “{escape_markdown(positive)}”",
            levels,
            default=list(initial.positive),
            placeholder="Choose at least one",
            key=f"audit-values-{key}",
            persist_state="session",
            width=300,
        )
        return replace(initial, positive=tuple(chosen)) if chosen else None
    cutoff = st.number_input(
        "Cut-off",
        value=initial.cutoff,
        format="%g",
        key=f"audit-cutoff-{key}",
        persist_state="session",
        width=150,
        help="Scores above it decide one way, all others the other. It begins at one half for "
        "scores from 0 to 1, and else where as many people get the outcome as have it.",
    )
    above = st.selectbox(
        "Above it",
        [positive, other],
        index=0 if initial.rises else 1,
        key=f"audit-above-{key}",
        persist_state="session",
        width=220,
        help="What a score above the cut-off says. It begins with what such people more often have "
        "as their label.",
    )
    return Existing(column, initial.cutoff if cutoff is None else cutoff, above == positive)
