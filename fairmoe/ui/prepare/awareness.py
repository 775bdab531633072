"""Whether the models may see the sensitive columns, asked with what follows either way."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.sentences.awareness import aware_means, blind_means
from fairmoe.ui.frame.state import Session

_BESIDE = 600
"""What follows stands beside the switch where there are so many pixels left."""


def awareness_toggle(state: Session, columns: Sequence[str], *, known: bool) -> bool:
    """Ask whether the models may see the sensitive columns, with what follows either way.

    Args:
        state: The session; the pages Data and Train ask the same question.
        columns: The sensitive columns.
        known: The answer that the table came with.
    """
    key, answer = f"include-{state.version}", f"is-aware-{state.version}"
    st.session_state.setdefault(answer, known)
    # Of what a widget persists each page has its own, so the answer is kept beside the widget.
    st.session_state[key] = st.session_state[answer]

    def take() -> None:
        st.session_state[answer] = st.session_state[key]

    follows, otherwise = blind_means(columns), aware_means(columns)
    if st.session_state[key]:
        follows, otherwise = otherwise, follows
    # In a column of its own its label would be cut off on a small screen.
    with st.container(horizontal=True):
        include = st.toggle(
            "The models may look at the sensitive columns",
            key=key,
            on_change=take,
            help=escape_markdown(otherwise),
        )
        st.caption(escape_markdown(follows), width=_BESIDE)
    return include


def ask_awareness(state: Session) -> None:
    """Ask again before training, and take the answer into use."""
    labelled = state.labelled
    assert labelled is not None
    roles = labelled.roles
    with st.container(gap="xsmall"):
        include = awareness_toggle(state, roles.sensitive_columns, known=roles.include_sensitive)
        state.settle(replace(roles, include_sensitive=include))
