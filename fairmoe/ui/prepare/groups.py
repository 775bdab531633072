"""Which groups are merged for being small, and what each group is called."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import MIN_GROUP_ROWS, MISSING, Sensitive, Table
from fairmoe.data.groups import groups_of
from fairmoe.data.reading.sentences import rows_of
from fairmoe.data.roles import Unknown
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.data import MERGE_SMALL, MERGE_THEM, UNDO_MERGE, merge_help
from fairmoe.ui.frame.state import Session

DONE_WITH_UNKNOWN: dict[Unknown, str] = {
    "leave out": "Leave out",
    "group": "A group of their own",
    "train": "For training only",
}
MOST_NAMED = 12
"""Groups of a column that can be given a name; of more, values are merged first."""


def merge_button(state: Session, fewer_than: int = MIN_GROUP_ROWS, *, place: str = "data") -> bool:
    """Offer to merge groups that are small, by the field of Data that says which are.

    Args:
        state: The session, with the table whose groups they are.
        fewer_than: What the field is set to, unless it is larger.
        place: Names where the button stands.

    Returns:
        Whether that was just done.
    """
    return st.button(
        MERGE_THEM,
        icon=":material/merge:",
        type="tertiary",
        key=f"small-groups-{place}",
        on_click=_merge,
        args=(state, fewer_than),
        help=merge_help(fewer_than),
    )


def may_merge(table: Table, sensitive: Sequence[Sensitive]) -> bool:
    """Return whether sensitive columns may have more than two groups, so that some can be one."""
    return len(sensitive) > 1 or any(
        each.bins or table.frame[each.column].nunique() > 2 for each in sensitive
    )


def ask_merge_small(state: Session, sensitive: Sequence[Sensitive], known: int) -> int:
    """Ask below which size groups are merged, where there may be more than two."""
    assert state.table is not None
    if not may_merge(state.table, sensitive):
        return 0
    size = st.number_input(
        MERGE_SMALL,
        min_value=0,
        value=known,
        step=10,
        help="Groups of fewer rows, or without a row of the positive class, become one. "
        "0 merges none.",
        key=_key_of_size(state),
        persist_state="session",
    )
    # Who has changed the field since needs no way back.
    before, after = st.session_state.get(_key_of_undo(state), (0, None))
    if size == after:
        st.button(UNDO_MERGE, icon=":material/undo:", on_click=_undo, args=(state, before))
    return size


def ask_unknown(state: Session, sensitive: Sequence[Sensitive], known: Unknown) -> Unknown:
    """Ask what becomes of rows whose sensitive value is missing, where there are any."""
    assert state.table is not None
    merged = {value for each in sensitive for _, values in each.merge for value in values}
    frame = state.table.frame
    is_missing = [frame[each.column].isna() for each in sensitive if MISSING not in merged]
    count = int(np.logical_or.reduce(is_missing).sum()) if is_missing else 0
    if not count:
        return "leave out"
    return st.segmented_control(
        f"{rows_of(count)} without a group",
        list(DONE_WITH_UNKNOWN),
        default=known,
        required=True,
        format_func=DONE_WITH_UNKNOWN.__getitem__,
        help="Rows for training only teach the models, and count in no group and no score.",
        key=f"unknown-{state.version}",
        persist_state="session",
    )


def ask_group_names(
    state: Session, sensitive: Sequence[Sensitive], known: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Ask what groups are to be called in all that is told and drawn."""
    if not sensitive:
        return ()
    assert state.table is not None
    names: list[tuple[str, str]] = []
    with st.popover("Names of the groups", icon=":material/badge:"):
        st.caption("Used in every sentence, figure and file. Empty leaves a name as it is.")
        for each in sensitive:
            for own in _names_of(state.table, each):
                shown = st.text_input(
                    escape_markdown(own),
                    dict(known).get(own, ""),
                    placeholder=own,
                    key=f"group-name-{state.version}-{each.column}-{own}",
                    persist_state="session",
                )
                if (shown or "").strip() not in ("", own):
                    names.append((own, shown.strip()))
    return tuple(names)


def _names_of(table: Table, sensitive: Sensitive) -> tuple[str, ...]:
    try:
        return groups_of(table, (sensitive,)).names[:MOST_NAMED]
    except InvalidInputError:
        # The library says what is wrong with the column, below a form that stays whole.
        return ()


def _key_of_size(state: Session) -> str:
    return f"merge-small-{state.version}"


def _key_of_undo(state: Session) -> str:
    return f"merge-undo-{state.version}"


def _size(state: Session) -> int:
    """Return what the field holds, also where it is not drawn."""
    known = state.initial_roles.merge_small if state.initial_roles else 0
    size: int = st.session_state.get(_key_of_size(state), known)
    return size


def _merge(state: Session, fewer_than: int) -> None:
    before = _size(state)
    after = max(fewer_than, before)
    st.session_state[_key_of_size(state)] = after
    st.session_state[_key_of_undo(state)] = before, after


def _undo(state: Session, before: int) -> None:
    st.session_state[_key_of_size(state)] = before
    del st.session_state[_key_of_undo(state)]
