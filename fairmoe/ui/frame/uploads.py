"""How much may arrive that nobody has read yet, and from whom."""

import threading
from collections.abc import Container
from typing import Any

import streamlit as st
from starlette.exceptions import HTTPException
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fairmoe.ui.frame.limits import limits

_MIB = 2**20
_MOST_ADMITTED = 4096


@st.cache_resource(show_spinner=False)
def _admitted() -> dict[str, None]:
    """Return the ids by which Streamlit knows the tabs that saw a page, the latest last."""
    return {}


def admit_uploads(*, is_let_in: bool) -> None:
    """Take files from the tab whose page is drawn, or no more from one that has to sign in."""
    context = get_script_run_ctx()
    if context is None:
        return
    admitted = _admitted()
    admitted.pop(context.session_id, None)
    if is_let_in:
        admitted[context.session_id] = None
    for old in tuple(admitted)[:-_MOST_ADMITTED]:
        admitted.pop(old, None)


@st.cache_resource(show_spinner=False)
def limit_uploads() -> None:
    """Refuse files that are too many or too large together, or of strangers, from now on.

    Streamlit takes files of whoever has an open page, also where no field asks for one, and holds
    them in memory until the page is left or the field is gone. It knows the size of each file only.
    """
    if runtime.exists():
        manager = runtime.get_instance().uploaded_file_mgr
        _limit(manager, limits().uploads_mib * _MIB, _admitted())


def _limit(manager: Any, most: int, admitted: Container[str]) -> None:
    """Let a manager of uploaded files hold so many bytes, a session half of them, a stranger none.

    Args:
        manager: Streamlit's.
        most: Bytes of all sessions.
        admitted: The sessions of which files are taken.
    """
    take = manager.add_file
    lock = threading.Lock()

    def take_if_there_is_room(session_id: str, file: Any) -> None:
        if session_id not in admitted:
            raise HTTPException(403, "No page was opened here.")
        with lock:
            held = {
                session: sum(len(one.data) for key, one in files.items() if key != file.file_id)
                for session, files in tuple(manager.file_storage.items())
            }
            coming = len(file.data)
            own = held.get(session_id, 0)
            if sum(held.values()) + coming > most or (own and own + coming > most // 2):
                raise HTTPException(413, "This server holds as many unread files as it may.")
            take(session_id, file)

    manager.add_file = take_if_there_is_room
