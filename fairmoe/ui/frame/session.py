"""The session of a page: found in its tab, or again by its address after a reload."""

import os
import re
import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fairmoe._app import STORE
from fairmoe._escape import Markdown
from fairmoe.sentences.projects import stays_in_memory
from fairmoe.ui.frame.components import show_note
from fairmoe.ui.frame.person import browser, person
from fairmoe.ui.frame.process import sessions
from fairmoe.ui.frame.sign_in import who
from fairmoe.ui.frame.state import Session

QUERY = "session"
"""The part of an address that holds the token of a session."""

_KEY = "fairmoe"
_ENTERED = re.compile(
    r"(setting|report|review|audit|target|sensitive|crossed|way|threshold|positive|outcome|bins|merge"
    r"|dropped|split|weight|decimal|kind|sentinels|missing|alike|group-name|unknown|sheet|encoding"
    r"|include|smallest)-"
)
"""What begins the keys of fields whose content is entered again after a reload."""


def session() -> Session:
    """Return the state of this session.

    A new tab, or one that was reloaded, finds the session that its address names, if the server
    still has it; another gets a new one.
    """
    state: Session | None = st.session_state.get(_KEY)
    if state is not None and state.is_over:
        # It was forgotten in another tab; what was entered here goes too.
        _empty_tab()
        state = None
    if state is None:
        state = _found_again() or Session()
        st.session_state[_KEY] = state
    state.person = person()
    if (context := get_script_run_ctx()) is not None:
        state.tabs.add(context.session_id)
    return state


def remember(state: Session) -> None:
    """Keep what there is to lose, and put its token into the address."""
    if state.is_over or not (state.table or state.runs or state.job_id):
        return
    for key, value in st.session_state.items():
        if _ENTERED.match(str(key)) and _is_plain(value):
            state.widgets[str(key)] = value
    if not state.token:
        state.browser = _browser()
    state.token = sessions().keep(state, state.token)
    if st.query_params.get(QUERY) != state.token:
        st.query_params[QUERY] = state.token


def forget(state: Session) -> None:
    """Let go of all that the server has of a session, in all its tabs."""
    # What other tabs are just drawing is not kept again.
    state.is_over = True
    sessions().forget(state.token)
    # They hold the session until they are drawn again.
    state.clear()
    _empty_tab()
    # Other parts of the address may be bound to widgets, which `clear` refuses.
    if QUERY in st.query_params:
        del st.query_params[QUERY]


def _empty_tab() -> None:
    opened = st.session_state.get("project-opened", False)
    st.session_state.clear()
    # What the app was started with is not opened again.
    st.session_state["project-opened"] = opened


def say_if_gone() -> None:
    """Say, once, that the session which the address names is gone, and what is left."""
    if st.session_state.pop("fairmoe-gone", False):
        show_note(
            Markdown(
                "The session of this address has ended, or belongs to another browser. A session "
                "ends when the server is started anew, when its page was away for more than "
                f"{sessions().seconds / 60:.0f} minutes, when the server needed its memory for "
                "those who came after, or when its data was forgotten. Load the data, or open a "
                "project that you saved."
            ),
            icon=":material/history:",
        )


def say_where_it_stays(state: Session) -> None:
    """Say where the data of a session stays and for how long, and offer to forget it."""
    minutes = f"{sessions().seconds / 60:.0f} minutes"
    stored = bool(os.environ.get(STORE))
    st.caption(stays_in_memory(minutes, found_again=bool(state.token), stored=stored))
    if not state.token:
        return
    with st.popover("Forget my data", icon=":material/delete_forever:"):
        st.markdown("The table, the runs and all that was found go at once, in all your tabs.")
        st.button("Forget all of it", key="forget", on_click=forget, args=(state,))


def _found_again() -> Session | None:
    token = st.query_params.get(QUERY, "")
    if not token:
        return None
    state = sessions().find(token)
    if state is None or state.is_over or not secrets.compare_digest(state.browser, _browser()):
        del st.query_params[QUERY]
        st.session_state["fairmoe-gone"] = True
        return None
    for key, value in state.widgets.items():
        st.session_state.setdefault(key, value)
    return state


def _browser() -> str:
    """Return what tells this browser from others, so that an address alone opens nothing.

    Who has signed in belongs to it: of two people at one browser neither finds the session of the
    other.
    """
    return f"{browser()} {who()}".strip()


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)
