"""Whether the models may see the sensitive columns, asked with what follows either way."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.sentences.awareness import aware_means, blind_means
from fairmoe.ui.frame.state import Session


def awareness_toggle(
    state: Session, columns: Sequence[str], *, known: bool, brief: bool = False
) -> bool:
    """Ask whether the models may see the sensitive columns.

    Args:
        state: The session; the pages Data and Train ask the same question.
        columns: The sensitive columns.
        known: The answer that the table came with.
        brief: Whether to say only what follows from the answer given; the other stands in the help.
    """
    key, answer = f"include-{state.version}", f"is-aware-{state.version}"
    st.session_state.setdefault(answer, known)
    # Of what a widget persists each page has its own, so the answer is kept beside the widget.
    st.session_state[key] = st.session_state[answer]

    def take() -> None:
        st.session_state[answer] = st.session_state[key]

    label = "The models may look at the sensitive columns"
    if brief:
        follows = aware_means if st.session_state[key] else blind_means
        otherwise = blind_means if st.session_state[key] else aware_means
        help_ = escape_markdown(otherwise(columns))
        include = st.toggle(label, key=key, on_change=take, help=help_)
        st.caption(escape_markdown(follows(columns)))
        return include
    include = st.toggle(label, key=key, on_change=take)
    ways = ((False, blind_means), (True, aware_means))
    for column, (is_aware, means) in zip(st.columns(2), ways, strict=True):
        told = escape_markdown(means(columns))
        column.caption(f"**{told}**" if include == is_aware else told)
    return include


def ask_awareness(state: Session) -> None:
    """Ask again before training, and take the answer into use."""
    labelled = state.labelled
    assert labelled is not None
    roles = labelled.roles
    with st.container(gap="xsmall"):
        include = awareness_toggle(
            state, roles.sensitive_columns, known=roles.include_sensitive, brief=True
        )
        state.settle(replace(roles, include_sensitive=include))
